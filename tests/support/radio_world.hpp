// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "tests/support/daemon_world.hpp"

namespace cellsock::test {

using namespace std::chrono_literals;

struct modem_kind {
  const char* what;
  const emulator::flavour* application;
  const char* model;
  const char* version;
};
inline const modem_kind modem_kinds[]{
    {"slm 3.1", &emulator::flavour_of(emulator::dialect::slm_3_1), "nRF9160-SICA", "3.1.0"},
    {"slm 2.7", &emulator::flavour_of(emulator::dialect::slm_2_7), "nRF9160-SICA", "2.7.0"},
    {"sm 2", &emulator::flavour_of(emulator::dialect::sm_2), "nRF9151-LACA", "2.0.0"},
};

/// The whole daemon and a modem whose radio costs what a real one does, and two programs.
struct radio_world : daemon_world {
  test::control_client first = connect_control();
  test::control_client second = connect_control();

  static emulator::modem_config modem_of(const modem_kind& k, bool heeds = true) {
    auto config = fast();
    config.application = k.application;
    config.model = k.model;
    config.application_version = k.version;
    config.rrc_inactivity = 11s;
    config.rrc_setup = 200ms;
    config.release_assistance = heeds;
    return config;
  }
  explicit radio_world(const modem_kind& k = modem_kinds[0], bool automatic = false,
                       bool heeds = true)
      : daemon_world(modem_of(k, heeds), automatic) {
    wait_ready(first);
    pass(60s);  // what bringing it up kept connected is over
  }

  made_socket bound(test::control_client& client, std::uint16_t port, const endpoint& peer) {
    auto made = open(client, v1::SOCKET_TYPE_DATAGRAM);
    v1::Request request;
    auto& call = *request.mutable_bind();
    call.set_cookie(made.cookie);
    call.mutable_local()->set_address(std::string(4, '\0'));
    call.mutable_local()->set_port(port);
    REQUIRE(ask_of(client, request).error().code() == v1::ERROR_CODE_UNSPECIFIED);
    REQUIRE(dial(client, made, peer) == v1::ERROR_CODE_UNSPECIFIED);
    return made;
  }
  v1::ErrorCode hint(test::control_client& client, const made_socket& socket, int value) {
    v1::Request request;
    auto& call = *request.mutable_set_option();
    call.set_cookie(socket.cookie);
    call.set_option(v1::OPTION_RELEASE_ASSISTANCE);
    call.set_value(value);
    return ask_of(client, request).error().code();
  }
  static void write(const made_socket& socket, const std::string& payload) {
    v1::Datagram out;
    out.set_version(1);
    out.set_payload(payload);
    put(socket, out.SerializeAsString());
  }
  void answer(const endpoint& from, std::uint16_t port) {
    const std::string text = "pong";
    REQUIRE(network.push_datagram(from, port, std::as_bytes(std::span(text))));
    modem->network_changed(now());
    settle();
  }
  bool connected() {
    return modem->control("radio", now()).text.find("connected") != std::string::npos;
  }
  /// What changed since, as `connected uplink, idle rai, …`.
  std::string changes() {
    const auto text = modem->control("radio-trace", now()).text;
    std::vector<std::string> told;
    for (std::size_t from = 0; from < text.size();) {
      const auto end = std::min(text.find('\n', from), text.size());
      if (end > from) told.push_back(text.substr(from, end - from));
      from = end + 1;
    }
    const auto field = [](const std::string& of, const std::string& key) {
      const auto found = of.find("\"" + key + "\":\"");
      if (found == std::string::npos) return std::string("?");
      const auto from = found + key.size() + 4;
      return of.substr(from, of.find('"', from) - from);
    };
    std::string all;
    for (std::size_t i = seen_; i < told.size(); ++i)
      all += (all.empty() ? "" : ", ") + field(told[i], "to") + " " + field(told[i], "cause");
    seen_ = told.size();
    return all;
  }
  std::size_t seen_ = 0;
};

}  // namespace cellsock::test
