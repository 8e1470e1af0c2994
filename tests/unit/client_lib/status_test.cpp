// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "client_lib/cli/status_json.hpp"
#include "client_lib/cli/status_text.hpp"

namespace cellsock::cli {
namespace {

v1::StatusReply ready_modem() {
  v1::StatusReply status;
  status.set_daemon("cellsockd 0.1.0");
  status.set_uptime_ms(192000);
  status.mutable_counters()->set_control_connections(2);
  auto& link = *status.add_links();
  link.set_name("modem0");
  link.set_uri("serial:/dev/ttyACM0?baud=115200");
  link.set_state("ready");
  link.set_dialect("slm");
  link.set_model("nRF9160-SICA");
  link.set_registration("home");
  link.set_operator_plmn("24201");
  link.set_rsrp_dbm(-92);
  link.set_handles_used(1);
  link.set_handles_max(7);
  link.set_busy_with("AT#XCONNECT");
  link.set_busy_socket(12);
  link.set_busy_ms(3400);
  link.mutable_uart()->set_bytes_sent(12595);
  link.mutable_uart()->set_command_errors(3);
  auto& socket = *status.add_sockets();
  socket.set_id(12);
  socket.set_link("modem0");
  socket.set_cookie(0xDEAD);
  socket.set_type("stream");
  socket.set_state("connecting");
  socket.mutable_peer()->set_address("\xC0\x00\x02\x01", 4);
  socket.mutable_peer()->set_port(80);
  socket.set_modem_handle(-1);
  socket.set_owner_pid(4242);
  socket.set_owner_program("nrf_http_get");
  return status;
}

bool contains(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return true;
  MESSAGE(text);
  return false;
}

TEST_CASE("status for people names the modem, its holder and the sockets") {
  const auto text = status_text(ready_modem());
  CHECK(contains(text, "cellsockd 0.1.0, up 3 min 12 s, 2 control connections"));
  CHECK(contains(text,
                 "held by   AT#XCONNECT, socket 12 of nrf_http_get (pid 4242, uid 0), for 3.4 s"));
  CHECK(contains(text, "RSRP -92 dBm"));
  CHECK(contains(text, "1 of 7 of the modem's in use"));
  CHECK(contains(text, "12.3 KiB sent"));
  CHECK(contains(text, ", 3 errors"));
  CHECK(contains(text, "192.0.2.1:80"));
  CHECK(text.find("trouble") == std::string::npos);
}

TEST_CASE("status for people explains trouble and what to do, and cannot be steered by a modem") {
  auto status = ready_modem();
  auto& link = *status.mutable_links(0);
  link.mutable_trouble()->set_code(v1::ERROR_CODE_PORT_BUSY);
  link.mutable_trouble()->set_detail("/dev/ttyACM0");
  link.set_model("bad\x1B[2Jname");
  const auto text = status_text(status);
  CHECK(contains(text, "port-busy: /dev/ttyACM0"));
  CHECK(contains(text, "fuser -v"));
  CHECK(text.find('\x1B') == std::string::npos);
  CHECK(contains(status_text({}), "no modem configured"));
  CHECK(contains(status_text({}), "no sockets"));
}

TEST_CASE("status as JSON: documented fields, null where nothing is known") {
  const auto said = nlohmann::json::parse(status_json(ready_modem()));
  const auto& link = said["links"][0];
  CHECK(link["trouble"].is_null());
  CHECK(link["imei"].is_null());
  CHECK(link["rsrp_dbm"] == -92);
  CHECK(link["busy"]["command"] == "AT#XCONNECT");
  CHECK(link["busy"]["socket"] == 12);
  CHECK(link["uart"]["bytes_sent"] == 12595);
  const auto& socket = said["sockets"][0];
  CHECK(socket["peer"] == "192.0.2.1:80");
  CHECK(socket["modem_handle"].is_null());
  CHECK(socket["owner"]["pid"] == 4242);
  CHECK(said["counters"]["control_connections"] == 2);
  CHECK(nlohmann::json::parse(status_json({}))["links"].empty());

  auto odd = ready_modem();
  odd.mutable_links(0)->set_model(std::string("\xFF\xFE"));  // no UTF-8: still one JSON object
  CHECK(nlohmann::json::accept(status_json(odd)));
}

TEST_CASE("amounts in words") {
  CHECK(bytes_text(0) == "0 B");
  CHECK(bytes_text(1023) == "1023 B");
  CHECK(bytes_text(1024) == "1.0 KiB");
  CHECK(bytes_text(1048575) == "1.0 MiB");
  CHECK(bytes_text(std::uint64_t{5} << 30) == "5.0 GiB");
  CHECK(span_text(400) == "0.4 s");
  CHECK(span_text(59999) == "60.0 s");
  CHECK(span_text(60000) == "1 min 0 s");
  CHECK(span_text(3600000) == "1 h 0 min");
  CHECK(span_text(std::uint64_t{86400000} * 2 + 3600000) == "2 d 1 h");
}

}  // namespace
}  // namespace cellsock::cli
