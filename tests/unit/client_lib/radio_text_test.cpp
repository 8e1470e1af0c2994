// SPDX-License-Identifier: Apache-2.0
#include "client_lib/cli/radio_text.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace cellsock;

namespace {

v1::RadioReportReply one_modem() {
  v1::RadioReportReply radio;
  auto& link = *radio.add_links();
  link.set_name("modem0");
  link.set_known(true);
  link.set_observed_ms(3600000);
  link.set_automatic(true);
  link.mutable_total()->set_wakeups(12);
  link.mutable_total()->set_connected_ms(180000);
  link.mutable_total()->set_tail_ms(45000);
  auto& verdict = *link.add_verdicts();
  verdict.set_hint("no-data");
  verdict.set_heeded(7);
  auto& program = *link.add_programs();
  program.set_uid(1000);
  program.set_executable("/usr/bin/meter\x1b[2J");
  program.set_unit("meter.service");
  program.mutable_share()->set_tail_ms(45000);
  program.mutable_share()->set_bytes_sent(2048);
  auto& socket = *link.add_sockets();
  socket.set_id(3);
  socket.set_executable("/usr/bin/meter");
  return radio;
}

}  // namespace

TEST_CASE("radio for people: what it costs, whom, and whether the cell heeds hints") {
  const auto text = cli::radio_text(one_modem());
  CHECK(text.find("connected 3 min 0 s (5 %), 12 times") != std::string::npos);
  CHECK(text.find("tail      45.0 s (25 %)") != std::string::npos);
  CHECK(text.find("no-data heeded 7 times, ignored 0") != std::string::npos);
  CHECK(text.find("meter.service") != std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(cli::radio_text({}) == "no modem with a radio\n");
  v1::RadioReportReply mute;
  mute.add_links()->set_name("modem0");
  CHECK(cli::radio_text(mute) == "modem0: the modem does not say when its radio is connected\n");
}

TEST_CASE("radio as JSON: every field, null where nothing is known") {
  const auto all = nlohmann::json::parse(cli::radio_json(one_modem()));
  const auto& link = all.at("links").at(0);
  CHECK(link.at("total").at("tail_ms") == 45000);
  CHECK(link.at("connected") == false);
  CHECK(link.at("hints").at("no-data").at("heeded") == 7);
  CHECK(link.at("programs").at(0).at("unit") == "meter.service");
  CHECK(link.at("sockets").at(0).at("id") == 3);
  CHECK(all.at("rows_left_out") == 0);
  v1::RadioReportReply mute;
  mute.add_links()->set_name("modem0");
  CHECK(nlohmann::json::parse(cli::radio_json(mute)).at("links").at(0).at("connected").is_null());
}
