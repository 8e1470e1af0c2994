// SPDX-License-Identifier: Apache-2.0
// WatchRequest: events and trace as a series of replies, in virtual time.
#include <doctest/doctest.h>
#include <unistd.h>

#include "actors/log.hpp"
#include "tests/support/gateway_world.hpp"

using namespace cellsock;
using namespace std::chrono_literals;

namespace {

struct fixture : test::gateway_world, test::noted_link {
  fixture() {
    start([this] {
      supervisor_seed seed{"modem0", "memory:", factory()};
      seed.sockets_max = 3;
      return std::vector{seed};
    });
  }
  ~fixture() {
    stop({this});
    CHECK_FALSE(events::wanted().happenings);  // nobody listens any more
    CHECK_FALSE(events::wanted().trace);
  }

  static v1::Request watch(bool happenings, bool trace = false, bool payload = false) {
    v1::Request r;
    r.mutable_watch()->set_events(happenings);
    r.mutable_watch()->set_trace(trace);
    r.mutable_watch()->set_trace_payload(payload);
    return r;
  }
  /// A client that watches, with the acknowledgement taken.
  test::control_client watcher(bool happenings, bool trace = false, bool payload = false) {
    auto client = connect();
    const auto first = ask_of(client, watch(happenings, trace, payload));
    REQUIRE(first);
    CHECK(first->error().code() == v1::ERROR_CODE_UNSPECIFIED);
    CHECK(first->watch().event() == "watch-started");
    return client;
  }
  std::optional<descriptor> open(test::control_client& client,
                                 v1::SocketType type = v1::SOCKET_TYPE_STREAM) {
    auto opened = try_open(client, type);
    if (!opened) return std::nullopt;
    cookie = opened->cookie;
    return std::move(opened->fd);
  }
  [[nodiscard]] v1::Request dial() const { return gateway_world::dial(cookie); }
  template <class Answer>
  void connect_ends(Answer answer) {
    noted_link::connect_ends(*this, std::move(answer));
  }
  static std::string said(const v1::WatchEvent& event) {
    std::string text = event.event();
    for (const auto& f : event.fields())
      if (f.key() != "cookie" && f.key() != "pid" && f.key() != "program" && f.key() != "uid")
        text += ' ' + f.key() + '=' + f.value();
    return text;
  }
  /// What came since, one event per line, without those of control connections.
  std::string heard(test::control_client& client) {
    settle();
    std::string all;
    while (const auto reply = client.take()) {
      if (reply->watch().event().starts_with("control-")) continue;
      all += said(reply->watch()) + '\n';
    }
    return all;
  }
  /// What the composition root does with a line of the bridge's trace.
  void trace(const std::string& text, const std::string& payload = {}) {
    auto happened = log::event_of(log::level::info, "at", {{"dir", ">"}, {"text", text}});
    happened.payload = payload;
    events::publish(std::move(happened));
  }

  std::uint64_t cookie = 0;
};

}  // namespace

TEST_CASE_FIXTURE(fixture,
                  "a watcher hears the life of a socket, in order, with its request's id") {
  auto client = connect();
  const auto id = client.send(watch(true));
  settle();
  const auto first = client.take();
  REQUIRE(first);
  CHECK(first->id() == id);
  CHECK(said(first->watch()) == "watch-started events=yes trace=no payload=no");
  CHECK(first->watch().level() == "info");
  CHECK(first->watch().unix_ms() > 1'600'000'000'000);
  auto program = connect();
  auto fd = open(program);
  CHECK(ask_of(program, dial()));
  connect_ends(to_error(fail(errc::connection_refused, "said no")));
  fd.reset();
  settle();
  CHECK(heard(client) ==
        "socket-opened link=modem0 socket=1\n"
        "connect-started link=modem0 socket=1 peer=192.0.2.10:7\n"
        "connect-failed link=modem0 socket=1 peer=192.0.2.10:7 why=connection-refused detail=said "
        "no\n"
        "socket-ended link=modem0 why=connection-refused detail=said no\n"
        "socket-closed link=modem0 socket=1\n");
  fd = open(program);
  CHECK(ask_of(program, dial()));
  connect_ends(msg::socket_connected{});
  CHECK(heard(client) ==
        "socket-opened link=modem0 socket=2\n"
        "connect-started link=modem0 socket=2 peer=192.0.2.10:7\n"
        "connected link=modem0 socket=2 peer=192.0.2.10:7\n");
}

TEST_CASE_FIXTURE(fixture, "a datagram socket's connects are told as a stream's are") {
  auto client = watcher(true);
  auto program = connect();
  const auto fd = open(program, v1::SOCKET_TYPE_DATAGRAM);
  program.send(dial());
  settle();
  connect_ends(to_error(fail(errc::pdn_down)));
  program.send(dial());
  settle();
  connect_ends(msg::socket_connected{});
  CHECK(heard(client) ==
        "socket-opened link=modem0 socket=1\n"
        "connect-started link=modem0 socket=1 peer=192.0.2.10:7\n"
        "connect-failed link=modem0 socket=1 peer=192.0.2.10:7 why=pdn-down detail=\n"
        "connect-started link=modem0 socket=1 peer=192.0.2.10:7\n"
        "connected link=modem0 socket=1 peer=192.0.2.10:7\n");
}

TEST_CASE_FIXTURE(fixture, "a watcher hears control connections, the link, and a crashed bridge") {
  auto client = watcher(true);
  {
    auto program = connect();
    settle();
    CHECK(client.take()->watch().event() == "control-opened");
    program.close();
    settle();
    const auto closed = client.take();
    REQUIRE(closed);
    CHECK(closed->watch().event() == "control-closed");
    CHECK(closed->watch().level() == "debug");
  }
  link_status status;
  status.state = link_state::ready;
  caf::anon_send(link, msg::link_changed{status, {}});
  CHECK(heard(client) == "link-state link=modem0 state=ready\n");
  caf::anon_send_exit(bridges.back(), caf::exit_reason::kill);
  CHECK(heard(client).starts_with("bridge-crashed link=modem0"));
}

TEST_CASE_FIXTURE(fixture, "requests on the same connection go on being answered") {
  auto client = watcher(true);
  v1::Request r;
  r.mutable_status();
  const auto status = ask_of(client, r);
  REQUIRE(status);
  CHECK(status->has_status());
}

TEST_CASE_FIXTURE(fixture, "a watch that cannot be is refused") {
  auto client = connect();
  CHECK(ask_of(client, watch(false))->error().code() == v1::ERROR_CODE_INVALID_ARGUMENT);
  CHECK(ask_of(client, watch(true, false, true))->error().code() ==
        v1::ERROR_CODE_INVALID_ARGUMENT);
  CHECK(ask_of(client, watch(true))->has_watch());
  CHECK(ask_of(client, watch(true))->error().code() == v1::ERROR_CODE_INVALID_ARGUMENT);
}

TEST_CASE_FIXTURE(fixture, "trace and events are asked for apart, and cost nothing unasked") {
  CHECK_FALSE(events::wanted().trace);
  auto happenings = watcher(true);
  CHECK_FALSE(events::wanted().trace);
  {
    auto tracer = watcher(false, true);
    CHECK(events::wanted().trace);
    CHECK_FALSE(events::wanted().payload);
    (void)heard(happenings);
    trace("AT+CEREG?");
    auto program = connect();
    const auto fd = open(program);
    CHECK(heard(tracer) == "at dir=> text=AT+CEREG?\n");
    CHECK(heard(happenings) == "socket-opened link=modem0 socket=1\n");
    tracer.close();
    settle();
  }
  CHECK_FALSE(events::wanted().trace);
}

TEST_CASE_FIXTURE(fixture, "payload reaches only who asked for it and may see it") {
  auto plain = watcher(false, true);
  auto with_payload = watcher(false, true, true);  // the tests' user is the daemon's
  CHECK(events::wanted().payload);
  trace("AT#XSEND=<4 bytes>", std::string("a\\\0\xff", 4));
  CHECK(heard(plain) == "at dir=> text=AT#XSEND=<4 bytes>\n");
  CHECK(heard(with_payload) == "at dir=> text=AT#XSEND=<4 bytes> payload=a\\x5c\\x00\\xff\n");
}

TEST_CASE_FIXTURE(fixture, "a slow watcher costs itself only, and is told what it missed") {
  auto slow = watcher(false, true);
  auto quick = watcher(false, true);
  const std::string text(1000, 'x');
  std::uint64_t quick_got = 0;
  constexpr std::uint64_t count =
      2000;  // more than the kernel's buffer and the queue hold together
  for (std::uint64_t i = 0; i < count; ++i) {
    trace(text);
    settle();
    while (const auto reply = quick.take()) {
      CHECK(reply->watch().missed() == 0);
      ++quick_got;
    }
  }
  CHECK(quick_got == count);
  std::uint64_t got = 0, missed = 0;
  int gaps = 0;
  for (;;) {
    settle();
    const auto reply = slow.take();
    if (!reply) break;
    ++got;
    missed += reply->watch().missed();
    gaps += reply->watch().missed() > 0 ? 1 : 0;
  }
  CHECK_FALSE(slow.ended());
  CHECK(gaps == 1);  // all were lost at one place: the oldest go
  CHECK(got + missed == count);
  trace("after");
  CHECK(heard(slow) == "at dir=> text=after\n");
}

TEST_CASE_FIXTURE(fixture, "a watcher that dies leaves nothing behind") {
  auto client = watcher(true, true);
  client.close();
  trace("AT");
  settle();
  CHECK_FALSE(events::wanted().happenings);
}

TEST_CASE_FIXTURE(fixture, "the configured number of sockets is the daemon's") {
  auto program = connect();
  std::vector<descriptor> held;
  for (int i = 0; i < 3; ++i) held.push_back(std::move(*open(program)));
  CHECK_FALSE(open(program));
}
