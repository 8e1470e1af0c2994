// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "tests/support/fake_daemon.hpp"

namespace cellsock::testing {
namespace {

struct run {
  int status;
  std::string output;  // both streams
};

/// The real program, through a shell.
run cellsock(const std::string& arguments) {
  const std::string command = CELLSOCK_BINARY_DIR "/client_lib/cli/cellsock " + arguments + " 2>&1";
  FILE* pipe = ::popen(command.c_str(), "r");
  std::array<char, 4096> buffer;
  run made{0, {}};
  for (std::size_t count = 0; (count = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    made.output.append(buffer.data(), count);
  const int status = ::pclose(pipe);
  made.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return made;
}

bool says(const run& made, const std::string& part) {
  if (made.output.find(part) != std::string::npos) return true;
  MESSAGE(made.output);
  return false;
}

void answer_at(fake_daemon& daemon, bool ok) {
  daemon.answer(v1::Request::kAt, [ok](const v1::Request& request) {
    v1::Reply reply;
    reply.mutable_at()->add_lines("+ECHO: " + request.at().command());
    reply.mutable_at()->add_lines(std::to_string(request.at().timeout_ms()));
    reply.mutable_at()->set_final_result(ok ? "OK" : "+CME ERROR: 10");
    reply.mutable_at()->set_ok(ok);
    return reply;
  });
}

TEST_CASE("cellsock: help, version, usage") {
  CHECK(cellsock("--help").status == 0);
  CHECK(says(cellsock("--help"), "exit status: 0 ok, 1 failed, 2 usage, 3 no daemon"));
  CHECK(says(cellsock("at --help"), "AT+CEREG?"));
  CHECK(says(cellsock("--version"), "cellsock 0."));
  for (const char* wrong : {"", "unknown", "at", "status extra", "at --timeout 0 AT", "--bad"})
    CHECK(cellsock(wrong).status == 2);
}

TEST_CASE("cellsock: no daemon is exit 3 and says how to start one") {
  const auto made = cellsock("--socket /nonexistent status");
  CHECK(made.status == 3);
  CHECK(says(made, "cellsockd --modem serial:"));
  const auto json = cellsock("--json --socket /nonexistent status");
  CHECK(json.status == 3);
  CHECK(nlohmann::json::parse(json.output)["error"]["name"] == "no-daemon");
}

TEST_CASE("cellsock at prints lines and the result") {
  fake_daemon daemon;
  answer_at(daemon, true);
  const auto made = cellsock("at --timeout 7 'AT+X=\"y\"'");
  CHECK(made.status == 0);
  CHECK(made.output == "+ECHO: AT+X=\"y\"\n7000\nOK\n");
  const auto json = nlohmann::json::parse(cellsock("at --json AT").output);
  CHECK(json["ok"] == true);
  CHECK(json["result"] == "OK");
  CHECK(json["lines"][0] == "+ECHO: AT");
}

TEST_CASE("cellsock at: the modem's error is exit 1, a refusal shows the reason") {
  fake_daemon daemon;
  answer_at(daemon, false);
  const auto failed = cellsock("at AT+CPIN?");
  CHECK(failed.status == 1);
  CHECK(says(failed, "+CME ERROR: 10"));
  daemon.answer(v1::Request::kAt, [](const v1::Request&) {
    v1::Reply reply;
    reply.mutable_error()->set_code(v1::ERROR_CODE_COMMAND_REFUSED);
    reply.mutable_error()->set_detail("AT+CFUN=4 turns the radio off under other programs");
    return reply;
  });
  const auto refused = cellsock("at AT+CFUN=4");
  CHECK(refused.status == 1);
  CHECK(says(refused, "turns the radio off"));
  CHECK(says(refused, "break the daemon's view"));
}

TEST_CASE("cellsock status: text and JSON from the same answer") {
  fake_daemon daemon;
  daemon.answer(v1::Request::kStatus, [](const v1::Request&) {
    v1::Reply reply;
    reply.mutable_status()->set_daemon("cellsockd 9.9");
    return reply;
  });
  CHECK(says(cellsock("status"), "cellsockd 9.9"));
  CHECK(nlohmann::json::parse(cellsock("status --json").output)["daemon"] == "cellsockd 9.9");
}

TEST_CASE("cellsock sockets: only the sockets, with the fields that status has") {
  fake_daemon daemon;
  daemon.answer(v1::Request::kStatus, [](const v1::Request&) {
    v1::Reply reply;
    auto& one = *reply.mutable_status()->add_sockets();
    one.set_id(3);
    one.set_type("stream");
    one.set_link("modem0");
    one.set_modem_handle(-1);
    one.set_owner_pid(42);
    one.set_owner_program("te\x1bst");
    auto& secure = *one.mutable_secure();
    secure.set_protocol("TLS 1.2");
    secure.set_phase("open");
    secure.set_suite("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
    secure.set_peer_subject("CN=example.org\n");
    secure.set_peer_until_unix_s(1893456000);
    secure.set_verified("yes");
    return reply;
  });
  const auto table = cellsock("sockets");
  CHECK(table.status == 0);
  CHECK(says(table, "SOCKET  MODEM   TYPE    STATE  LOCAL  PEER  HANDLE"));
  CHECK(says(table, "42   0    te?st\n"));
  CHECK(says(table,
             "socket 3: TLS 1.2, open, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, peer "
             "CN=example.org? until 2030-01-01T00:00:00Z, verified: yes\n"));
  const auto json = nlohmann::json::parse(cellsock("sockets --json").output);
  const auto status = nlohmann::json::parse(cellsock("status --json").output);
  CHECK(json.size() == 2);
  CHECK(json["sockets_left_out"] == 0);
  CHECK(json["sockets"] == status["sockets"]);
  CHECK(json["sockets"][0]["secure"]["peer_until"] == "2030-01-01T00:00:00Z");
  CHECK(json["sockets"][0]["secure"]["alpn"].is_null());
}

TEST_CASE("cellsock watch, trace: refused is exit 1, a daemon that ends is exit 3") {
  fake_daemon daemon;
  daemon.answer(v1::Request::kWatch, [](const v1::Request& request) {
    v1::Reply reply;
    const auto& asked = request.watch();
    reply.mutable_error()->set_code(v1::ERROR_CODE_NOT_PERMITTED);
    reply.mutable_error()->set_detail(std::string(asked.events() ? "events " : "") +
                                      (asked.trace() ? "trace " : "") +
                                      (asked.trace_payload() ? "payload" : ""));
    return reply;
  });
  const auto refused = cellsock("trace --payload --json");
  CHECK(refused.status == 1);
  CHECK(refused.output.find('\n') == refused.output.size() - 1);  // one line, as all of NDJSON
  const auto error = nlohmann::json::parse(refused.output)["error"];
  CHECK(error["name"] == "not-permitted");
  CHECK(error["detail"] == "trace payload");
  CHECK(says(cellsock("trace"), "trace"));
  CHECK(says(cellsock("watch"), "events"));
  daemon.hang_up_on(v1::Request::kWatch);
  CHECK(cellsock("watch").status == 3);
  CHECK(nlohmann::json::parse(cellsock("trace --json").output)["error"]["name"] ==
        "connection-broken");
  CHECK(cellsock("watch --payload").status == 2);
}

/// A modem with a second packet network; `registration` as `status` has it.
v1::Reply one_modem(const std::string& registration) {
  v1::Reply reply;
  auto& link = *reply.mutable_status()->add_links();
  link.set_name("modem0");
  link.set_state(registration == "home" ? "ready" : "searching");
  link.set_registration(registration);
  link.set_operator_plmn("26201");
  if (registration != "home") link.mutable_trouble()->set_detail("searching for a network");
  link.mutable_power()->set_tau_s(3600);
  link.mutable_power()->set_active_time_s(10);
  auto& first = *link.add_pdns();
  first.set_state("up");
  auto& second = *link.add_pdns();
  second.set_id(3);
  second.set_cid(1);
  second.set_state("lost");
  second.set_apn("m2m.example");
  second.mutable_trouble()->set_detail("the network took it");
  return reply;
}

TEST_CASE("cellsock pdn: a table, an order, and what is no network's name") {
  fake_daemon daemon;
  daemon.answer(v1::Request::kStatus, [](const v1::Request&) { return one_modem("home"); });
  const auto table = cellsock("pdn list");
  CHECK(table.status == 0);
  CHECK(says(table, "modem0  pdn3  1    lost   m2m.example"));
  CHECK(says(table, "the network took it"));
  const auto json = nlohmann::json::parse(cellsock("pdn list --json").output);
  CHECK(json["pdns"][1]["name"] == "pdn3");
  CHECK(json["pdns"][1]["link"] == "modem0");
  CHECK(json["pdns"][0]["trouble"].is_null());
  CHECK(cellsock("pdn list --modem cellar").status == 1);
  CHECK(says(cellsock("status"), "pdn3      lost, APN m2m.example, the network took it"));
  CHECK(says(cellsock("status"), "PSM: updates every 1 h 0 min, reachable for 10.0 s after"));

  daemon.answer(v1::Request::kPdn, [](const v1::Request& request) {
    v1::Reply reply;
    if (request.pdn().up()) return reply;
    reply.mutable_error()->set_code(v1::ERROR_CODE_PDN_DOWN);
    reply.mutable_error()->set_detail("number " + std::to_string(request.pdn().pdn()));
    return reply;
  });
  for (const char* good : {"pdn up pdn1", "pdn up 1"}) {
    CHECK(cellsock(good).status == 0);
    CHECK(says(cellsock(good), "pdn1 is up"));
  }
  const auto failed = cellsock("pdn down pdn7");
  CHECK(failed.status == 1);
  CHECK(says(failed, "number 7"));
  for (const char* wrong :
       {"pdn", "pdn up", "pdn up pdn", "pdn up eth0", "pdn up 256", "pdn sideways"})
    CHECK(cellsock(wrong).status == 2);
}

TEST_CASE("cellsock wait: until registered, or not in time with the reason") {
  fake_daemon daemon;
  daemon.answer(v1::Request::kStatus, [](const v1::Request&) { return one_modem("home"); });
  const auto there = cellsock("wait --registered");
  CHECK(there.status == 0);
  CHECK(says(there, "modem0 is registered: home, operator 26201"));
  CHECK(nlohmann::json::parse(cellsock("wait --registered --json").output)["registration"] ==
        "home");
  // It becomes so while somebody waits: seen by the event.
  std::atomic<int> asked = 0;
  daemon.answer(v1::Request::kStatus, [&asked, &daemon](const v1::Request&) {
    if (++asked > 1) return one_modem("home");
    v1::WatchEvent other, event;
    other.set_event("socket-opened");
    event.set_event("registration-changed");
    std::thread([&daemon, other, event] {
      daemon.tell_watchers(other);
      daemon.tell_watchers(event);
    }).detach();
    return one_modem("searching");
  });
  const auto came = cellsock("wait --registered --timeout 20");
  CHECK(came.status == 0);
  CHECK(says(came, "modem0: searching: searching for a network"));
  CHECK(asked == 2);
  daemon.answer(v1::Request::kStatus, [](const v1::Request&) { return one_modem("denied"); });
  const auto late = cellsock("wait --registered --timeout 1 2>/dev/null --json");
  CHECK(late.status == 1);
  CHECK(says(late, "not registered within 1 s; last: denied"));
  CHECK(cellsock("wait --registered --modem cellar").status == 1);
  for (const char* wrong : {"wait", "wait --registered --timeout 0"})
    CHECK(cellsock(wrong).status == 2);
}

TEST_CASE("cellsock modem: off and flight say what was done, on waits for the network") {
  fake_daemon daemon;
  daemon.answer(v1::Request::kStatus, [](const v1::Request&) { return one_modem("home"); });
  std::atomic<int> modes = 0;  // a digit for each: the fake daemon answers on a thread of its own
  daemon.answer(v1::Request::kRadio, [&modes](const v1::Request& request) {
    modes = modes * 10 + static_cast<int>(request.radio().mode());
    return v1::Reply();
  });
  CHECK(says(cellsock("modem on"), "modem0 is registered"));
  CHECK(says(cellsock("modem on --timeout 0"), "the radio is on"));
  CHECK(says(cellsock("modem flight"), "the radio is off"));
  CHECK(says(cellsock("modem off"), "its power may go"));
  CHECK(modes == 1123);
  CHECK(cellsock("modem upside-down").status == 2);
}

}  // namespace
}  // namespace cellsock::testing
