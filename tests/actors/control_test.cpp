// SPDX-License-Identifier: Apache-2.0
// Gateway, clients and supervisor behind real control connections; the bridge only takes notes.
#include <doctest/doctest.h>

#include "stack/limits.hpp"
#include "tests/support/gateway_world.hpp"

using namespace cellsock;
using namespace std::chrono_literals;

namespace {

v1::Request request(const std::function<void(v1::Request&)>& fill) {
  v1::Request r;
  fill(r);
  return r;
}

struct fixture : test::gateway_world, test::noted_link {
  fixture() {
    start([this] { return std::vector{supervisor_seed{"modem0", "memory:", factory()}}; });
  }
  ~fixture() { stop({this}); }

  static v1::Request option(std::uint64_t cookie) {
    return request([&](auto& r) {
      r.mutable_get_option()->set_cookie(cookie);
      r.mutable_get_option()->set_option(v1::OPTION_ERROR);
    });
  }
  static v1::Request reason(std::uint64_t cookie) {
    return request([&](auto& r) { r.mutable_reason()->set_cookie(cookie); });
  }
  static v1::Request attach(std::uint64_t cookie) {
    return request([&](auto& r) { r.mutable_attach()->set_cookie(cookie); });
  }
  template <class Answer>
  void connect_ends(Answer answer) {
    noted_link::connect_ends(*this, std::move(answer));
  }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "hello: a version that is not spoken here is refused, with ours") {
  auto client = connect(false);
  const auto reply = ask_of(client, request([](auto& r) {
                              r.mutable_hello()->set_version_min(2);
                              r.mutable_hello()->set_version_max(3);
                            }));
  REQUIRE(reply);
  CHECK(reply->error().code() == v1::ERROR_CODE_VERSION_MISMATCH);
  CHECK(reply->error().detail().find("version 1") != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "hello comes first") {
  auto client = connect(false);
  const auto reply = ask_of(client, request([](auto& r) { r.mutable_status(); }));
  REQUIRE(reply);
  CHECK(reply->error().code() == v1::ERROR_CODE_MALFORMED);
}

TEST_CASE_FIXTURE(fixture, "bad bytes end that connection only, and are counted") {
  auto bad = connect();
  auto worse = connect();
  auto good = connect();
  bad.send_raw(std::as_bytes(std::span("\x03\x00\x00\x00\xff\xff\xff", 7)));
  worse.send_raw(std::as_bytes(std::span("\xff\xff\xff\xff", 4)));
  settle();
  CHECK(bad.ended());
  CHECK(worse.ended());
  const auto status = ask_of(good, request([](auto& r) { r.mutable_status(); }));
  REQUIRE(status);
  CHECK(status->status().counters().requests_malformed() == 2);
  CHECK(status->status().counters().control_connections() == 1);
}

TEST_CASE_FIXTURE(fixture, "a request of tomorrow is refused, not fatal") {
  auto client = connect();
  const auto reply = ask_of(client, v1::Request{});
  REQUIRE(reply);
  CHECK(reply->error().code() == v1::ERROR_CODE_MALFORMED);
  CHECK(ask_of(client, request([](auto& r) { r.mutable_status(); })));
}

TEST_CASE_FIXTURE(fixture, "R12, R13: a cookie is a name, not a right; the descriptor is") {
  auto maker = connect();
  auto other = connect();
  const auto socket = open(maker);
  CHECK(ask_of(maker, option(socket.cookie))->error().code() == v1::ERROR_CODE_UNSPECIFIED);
  CHECK(ask_of(other, option(socket.cookie))->error().code() == v1::ERROR_CODE_NOT_GRANTED);
  CHECK(ask_of(other, attach(socket.cookie))->error().code() == v1::ERROR_CODE_MALFORMED);
  const auto second = open(maker);
  CHECK(ask_of(other, attach(socket.cookie), second.fd.get())->error().code() ==
        v1::ERROR_CODE_BAD_SOCKET);
  CHECK(ask_of(other, attach(socket.cookie), socket.fd.get())->error().code() ==
        v1::ERROR_CODE_UNSPECIFIED);
  CHECK(ask_of(other, option(socket.cookie))->error().code() == v1::ERROR_CODE_UNSPECIFIED);
  int strange[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, strange) == 0);
  const descriptor a(strange[0]), b(strange[1]);
  CHECK(ask_of(other, attach(42), a.get())->error().code() == v1::ERROR_CODE_BAD_SOCKET);
}

TEST_CASE_FIXTURE(fixture, "no socket's life depends on a control connection") {
  auto client = connect();
  const auto socket = open(client);
  client.close();
  settle();
  CHECK(readiness(socket) == 0);
  auto other = connect();
  CHECK(ask_of(other, attach(socket.cookie), socket.fd.get())->error().code() ==
        v1::ERROR_CODE_UNSPECIFIED);
}

TEST_CASE_FIXTURE(fixture, "non-blocking connect fails: SO_ERROR tells once, the reason stays") {
  auto client = connect();
  const auto socket = open(client);
  CHECK(ask_of(client, dial(socket.cookie, true))->error().code() ==
        v1::ERROR_CODE_CONNECT_IN_PROGRESS);
  connect_ends(to_error(fail(errc::connection_refused)));
  CHECK((readiness(socket) & POLLERR) != 0);
  CHECK(ask_of(client, option(socket.cookie))->option().value() ==
        v1::ERROR_CODE_CONNECTION_REFUSED);
  CHECK(ask_of(client, option(socket.cookie))->option().value() == 0);
  const auto why = ask_of(client, reason(socket.cookie));
  CHECK(why->reason().ended());
  CHECK(why->reason().reason().code() == v1::ERROR_CODE_CONNECTION_REFUSED);
}

TEST_CASE_FIXTURE(fixture,
                  "blocking connect fails: its answer is the error, SO_ERROR has none left") {
  auto client = connect();
  const auto socket = open(client);
  client.send(dial(socket.cookie, false));
  settle();
  CHECK_FALSE(client.take());
  connect_ends(to_error(fail(errc::timed_out)));
  CHECK(client.take()->error().code() == v1::ERROR_CODE_TIMED_OUT);
  CHECK(ask_of(client, option(socket.cookie))->option().value() == 0);
}

TEST_CASE_FIXTURE(fixture, "R3: a connect after a failed one answers with a fresh channel") {
  auto client = connect();
  auto socket = open(client);
  client.send(dial(socket.cookie, false));
  settle();
  connect_ends(to_error(fail(errc::connection_refused)));
  (void)client.take();
  client.send(dial(socket.cookie, false));
  settle();
  connect_ends(msg::socket_connected{});
  const auto reply = client.take();
  REQUIRE(reply);
  CHECK(reply->error().code() == v1::ERROR_CODE_UNSPECIFIED);
  CHECK(reply->connect().fresh_cookie() != 0);
  CHECK(reply->connect().fresh_cookie() != socket.cookie);
  REQUIRE(client.received.size() == 1);
  socket = {reply->connect().fresh_cookie(), std::move(client.received.front())};
  CHECK(readiness(socket) == POLLOUT);
  CHECK(ask_of(client, option(socket.cookie))->error().code() == v1::ERROR_CODE_UNSPECIFIED);
}

TEST_CASE_FIXTURE(fixture, "a socket that was connected stays dead") {
  auto client = connect();
  const auto socket = open(client);
  client.send(dial(socket.cookie, false));
  settle();
  connect_ends(msg::socket_connected{});
  (void)client.take();
  caf::anon_send(book.socket, msg::socket_broken{fail(errc::pdn_down)});
  settle();
  CHECK(ask_of(client, dial(socket.cookie, false))->error().code() == v1::ERROR_CODE_PDN_DOWN);
  CHECK(ask_of(client, option(socket.cookie))->option().value() == v1::ERROR_CODE_PDN_DOWN);
}

TEST_CASE_FIXTURE(fixture, "a forgotten reason reads as connection reset") {
  auto client = connect();
  const auto socket = open(client);
  ask_of(client, dial(socket.cookie, true));
  connect_ends(to_error(fail(errc::timed_out)));
  advance(10min + 1s);
  const auto why = ask_of(client, reason(socket.cookie));
  CHECK(why->reason().reason().code() == v1::ERROR_CODE_CONNECTION_RESET);
}

TEST_CASE_FIXTURE(fixture, "the modem's sockets are admitted up to its number, holders are named") {
  auto client = connect();
  link_status seven;
  seven.state = link_state::ready;
  seven.handles_max = 7;
  caf::anon_send(link, msg::link_changed{seven, {}});
  settle();
  std::vector<made> held;
  for (int i = 0; i < 7; ++i) held.push_back(open(client));
  const auto refused = ask_of(client, request([](auto& r) {
                                r.mutable_socket()->set_family(v1::FAMILY_INET);
                                r.mutable_socket()->set_type(v1::SOCKET_TYPE_DATAGRAM);
                              }));
  CHECK(refused->error().code() == v1::ERROR_CODE_NO_HANDLE);
  CHECK(refused->error().detail().find("test[") != std::string::npos);
  held.pop_back();
  settle();
  held.push_back(open(client));
}

TEST_CASE_FIXTURE(fixture, "a crashed bridge costs the modem's sockets, and is started again") {
  auto client = connect();
  const auto socket = open(client);
  client.send(dial(socket.cookie, false));
  settle();
  connect_ends(msg::socket_connected{});
  (void)client.take();
  caf::anon_send_exit(bridges.back(), caf::exit_reason::kill);
  settle();
  CHECK((readiness(socket) & POLLHUP) != 0);
  CHECK(ask_of(client, reason(socket.cookie))->reason().reason().code() ==
        v1::ERROR_CODE_LINK_DOWN);
  CHECK(bridges.size() == 1);
  advance(199ms);
  CHECK(bridges.size() == 1);
  advance(1ms);
  CHECK(bridges.size() == 2);
  const auto next = open(client);
  const auto status = ask_of(client, request([](auto& r) { r.mutable_status(); }));
  CHECK(status->status().links(0).restarts() == 1);
}

TEST_CASE_FIXTURE(fixture, "a program that asks and never reads costs itself only") {
  auto greedy = connect();
  for (int i = 0; i < 20000; ++i) {
    greedy.send(request([](auto& r) { r.mutable_status(); }));
    if (i % 16 == 0) settle();
  }
  settle();
  auto other = connect();
  const auto status = ask_of(other, request([](auto& r) { r.mutable_status(); }));
  REQUIRE(status);
  // Reading stopped when its replies piled up: far fewer than it asked for were even begun.
  CHECK(status->status().counters().requests() < 10000);
  int answers = 0;
  while (greedy.take()) {
    ++answers;
    settle();
  }
  CHECK(answers > 100);  // and nothing accepted was lost when it reads after all
}

TEST_CASE_FIXTURE(fixture, "one user's sockets are limited, and so are one program's connections") {
  auto client = connect();
  std::vector<made> held;
  for (std::size_t i = 0; i < limits::sockets_per_uid_max; ++i) held.push_back(open(client));
  const auto refused = ask_of(client, request([](auto& r) {
                                r.mutable_socket()->set_family(v1::FAMILY_INET);
                                r.mutable_socket()->set_type(v1::SOCKET_TYPE_STREAM);
                              }));
  CHECK(refused->error().code() == v1::ERROR_CODE_LIMIT_REACHED);
  std::vector<test::control_client> many;
  for (std::size_t i = 0; i < limits::control_connections_per_pid_max + 10; ++i)
    many.push_back(connect(false));
  CHECK(many.back().ended());
  CHECK_FALSE(many.front().ended());
  const auto status = ask_of(client, request([](auto& r) { r.mutable_status(); }));
  CHECK(status->status().counters().connections_refused() == 11);
}

TEST_CASE_FIXTURE(fixture, "R14: whose socket it is, is the kernel's word") {
  auto client = connect();
  const auto socket = open(client);
  const auto status = ask_of(client, request([](auto& r) { r.mutable_status(); }));
  REQUIRE(status->status().sockets_size() == 1);
  CHECK(status->status().sockets(0).owner_pid() == static_cast<unsigned>(::getpid()));
  CHECK(status->status().sockets(0).owner_uid() == ::getuid());
  CHECK(status->status().sockets(0).owner_program() == "test");  // a name, and no more than that
}

TEST_CASE_FIXTURE(fixture, "what a person orders goes to the bridge, and says no when that does") {
  auto program = connect();
  const auto order = [&](const std::function<void(v1::Request&)>& fill) {
    const auto reply = ask_of(program, request(fill));
    REQUIRE(reply);
    return reply->error().code();
  };
  CHECK(order([](auto& r) { r.mutable_pdn()->set_pdn(1); }) == v1::ERROR_CODE_UNSPECIFIED);
  CHECK(order([](auto& r) { r.mutable_pdn()->set_pdn(256); }) == v1::ERROR_CODE_NO_DEVICE);
  CHECK(order([](auto& r) { r.mutable_pdn()->set_link("cellar"); }) == v1::ERROR_CODE_NO_DEVICE);
  CHECK(order([](auto& r) { r.mutable_radio()->set_mode(v1::RADIO_MODE_OFF); }) ==
        v1::ERROR_CODE_UNSPECIFIED);
  CHECK(order([](auto& r) { r.mutable_radio(); }) == v1::ERROR_CODE_INVALID_ARGUMENT);
}
