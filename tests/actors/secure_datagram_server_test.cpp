// SPDX-License-Identifier: Apache-2.0
// A DTLS server's socket, and the clients that come to it.
#include <doctest/doctest.h>
#include <sys/socket.h>

#include "tests/support/secure_datagram_world.hpp"

using namespace cellsock;
using namespace std::chrono_literals;
using tls::phase;

namespace {

struct fixture : test::secure_datagram_world {
  const endpoint a = *parse_endpoint("192.0.2.21:40000");
  const endpoint b = *parse_endpoint("192.0.2.22:40000");

  fixture() : secure_datagram_world(choices_for(tls::role::server, nullptr)) {
    kept.tags = {test::identity("server_ec.chain.pem", "server_ec.key.pem")};
    bind();
  }
  static tls::settings client() {
    auto c = test::client_settings(transport::datagram);
    c.handshake_max = 123s;
    return c;
  }
  /// A hello without a cookie from whoever.
  void stray_hello(const endpoint& from) {
    tls::session one(client(), std::make_shared<test::seeded_random>(55));
    one.step(moment());
    const auto wire = one.wire();
    tell(msg::received{{wire.begin(), wire.end()}, from});
  }
};

}  // namespace

TEST_CASE_FIXTURE(fixture,
                  "a client comes: its handshake, its datagrams, and answers to it alone") {
  CHECK(book.wants.back());
  CHECK(kept.asked.empty());  // tags are looked up when somebody comes
  auto& client_a = add(client(), a);
  settle();
  CHECK(client_a.state() == phase::open);
  CHECK(kept.asked.size() == 1);
  CHECK(names().connected);
  CHECK(names().peer == a);
  say(client_a, "question");
  const auto got = get();
  REQUIRE(got);
  CHECK(got->peer == a);
  put("answer");
  CHECK(heard(client_a) == "answer");
  CHECK(book.datagrams.back().peer == a);  // the link's socket has no peer
  put("with its name", a);
  CHECK(heard(client_a) == "with its name");
  CHECK(choose(tls::option::peer_verify, std::int64_t{0}).code == errc::already_connected);
}

TEST_CASE_FIXTURE(fixture, "before somebody has come there is nobody to write to") {
  put("to nobody");
  CHECK(dropped() == 1);
  CHECK(pending_error() == errc::not_connected);
  CHECK_FALSE(names().connected);
  SUBCASE("nor is whoever says something else than hello") {
    tell(msg::received{msg::bytes(40, std::byte{23}), b});
    CHECK(dropped() == 2);
    CHECK(kept.asked.empty());
  }
  SUBCASE("nor is whoever has only said hello") {
    stray_hello(b);
    CHECK(book.datagrams.size() == 1);
    CHECK(book.datagrams[0].payload.size() < 100);  // a cookie
    CHECK(book.datagrams[0].peer == b);
    put("to nobody");
    CHECK(dropped() == 2);
    CHECK_FALSE(names().connected);
  }
}

TEST_CASE_FIXTURE(fixture, "hellos from addresses that nobody is at keep no client out") {
  for (int i = 1; i < 30; ++i)
    stray_hello(*parse_endpoint("198.51.100." + std::to_string(i) + ":5000"));
  CHECK(kept.asked.size() == 1);
  CHECK(dropped() == 0);
  auto& client_a = add(client(), a);
  settle();
  CHECK(client_a.state() == phase::open);
  CHECK(names().peer == a);
  CHECK(kept.asked.size() == 1);
  stray_hello(b);
  CHECK(dropped() == 1);
  say(client_a, "still here");
  CHECK(get_text() == "still here");
}

TEST_CASE_FIXTURE(fixture, "options may be set while there is no client, and are the next one's") {
  stray_hello(b);
  CHECK(choose(tls::option::alpn, std::vector<std::string>{"coap"}).code == errc::none);
  auto c = client();
  c.alpn = {"coap"};
  auto& client_a = add(std::move(c), a);
  wait(2s);
  CHECK(client_a.state() == phase::open);
  CHECK(client_a.facts().alpn == "coap");
}

TEST_CASE_FIXTURE(fixture,
                  "one at a time; when the first has ended its session the next may come") {
  auto& client_a = add(client(), a);
  settle();
  auto& client_b = add(client(), b);
  wait(5s);
  CHECK(client_a.state() == phase::open);
  CHECK(client_b.state() == phase::handshaking);
  const auto lost = dropped();
  CHECK(lost > 0);
  say(client_a, "bye");
  client_a.finish();
  settle();
  CHECK(get_text() == "bye");
  CHECK(client_a.state() == phase::closed);
  CHECK_FALSE(names().connected);
  put("for the first");
  CHECK(pending_error() == errc::not_connected);
  CHECK(choose(tls::option::alpn, std::vector<std::string>{}).code == errc::none);
  wait(10s);
  CHECK(client_b.state() == phase::open);
  CHECK(names().peer == b);
  put("hello b");
  CHECK(heard(client_b) == "hello b");
  CHECK_FALSE(stone());
}

TEST_CASE_FIXTURE(fixture,
                  "a client's fatal alert: SO_ERROR tells, the socket waits for the next") {
  auto c = client();
  auto& client_a = add(std::move(c), a);
  settle();
  REQUIRE(client_a.state() == phase::open);
  // From here on a hello that it cannot serve, out of the same port.
  auto worse = client();
  worse.tags = {test::psk()};
  worse.suites = {0x00A8};
  far.clear();
  auto& again = add(std::move(worse), a);
  wait(2s);
  CHECK(again.state() == phase::failed);
  CHECK_FALSE(names().connected);
  CHECK(pending_error() == errc::handshake_failed);
  CHECK_FALSE(stone());
  auto& client_b = add(client(), b);
  wait(2s);
  CHECK(client_b.state() == phase::open);
}

TEST_CASE_FIXTURE(fixture, "a client that begins anew from the same port has a new session") {
  add(client(), a);
  settle();
  far.clear();  // it lost power
  auto& again = add(client(), a);
  wait(2s);
  CHECK(again.state() == phase::open);
  CHECK(names().peer == a);
  put("once more");
  CHECK(heard(again) == "once more");
  CHECK(kept.asked.size() == 1);
}

TEST_CASE_FIXTURE(fixture,
                  "a client that stops in the middle holds the socket until the deadline") {
  tls::session one(client(), std::make_shared<test::seeded_random>(55));
  const auto send = [&] {
    one.step(moment());
    const auto wire = one.wire();
    msg::bytes bytes(wire.begin(), wire.end());
    one.wire_taken(wire.size());
    tell(msg::received{std::move(bytes), a});
  };
  send();
  REQUIRE(book.datagrams.size() == 1);
  one.feed(book.datagrams[0].payload);
  send();  // with the cookie; and then it is gone
  CHECK(book.datagrams.size() > 1);
  CHECK(choose(tls::option::alpn, std::vector<std::string>{}).code == errc::connect_pending);
  auto& client_b = add(client(), b);
  wait(58s);
  CHECK(client_b.state() == phase::handshaking);
  CHECK(dropped() > 0);
  wait(70s);
  CHECK(client_b.state() == phase::open);
}

TEST_CASE("handshakes through loss and reordering of 10 %, as the server") {
  for (unsigned seed = 1; seed <= 25; ++seed) {
    CAPTURE(seed);
    fixture world;
    world.trouble({10, 10, seed});
    auto& client_a = world.add(fixture::client(), world.a);
    for (int i = 0; i < 100 && !(client_a.state() == phase::open && world.names().connected); ++i)
      world.wait(500ms);
    REQUIRE(client_a.state() == phase::open);
    int arrived = 0;
    for (int i = 0; i < 50; ++i) {
      world.put("reading " + std::to_string(i));
      const auto got = test::secure_datagram_world::heard(client_a);
      if (!got.empty()) CHECK(got.starts_with("reading "));
      arrived += !got.empty();
    }
    CHECK(arrived > 30);
  }
}

TEST_CASE_FIXTURE(fixture, "a tag that nobody filled: nobody is served, and the log says why") {
  kept.missing = fail(errc::credential_missing, "tag 7 holds nothing");
  stray_hello(a);
  CHECK(book.datagrams.empty());
  CHECK_FALSE(stone());
  kept.missing = failure{errc::none};
  auto& client_a = add(client(), a);
  wait(2s);
  CHECK(client_a.state() == phase::open);
}

TEST_CASE_FIXTURE(fixture, "connecting to nobody sends the client away, and the next may come") {
  auto& client_a = add(client(), a);
  settle();
  CHECK(call<msg::channel_connected>(socket, msg::connect_channel{}));
  settle();
  CHECK(client_a.peer_finished());
  CHECK_FALSE(names().connected);
  auto& client_b = add(client(), b);
  wait(2s);
  CHECK(client_b.state() == phase::open);
}

TEST_CASE_FIXTURE(fixture, "close says close_notify to the client") {
  auto& client_a = add(client(), a);
  settle();
  pair.theirs.reset();
  settle();
  CHECK(client_a.peer_finished());
  CHECK(book.closes == 1);
}

TEST_CASE_FIXTURE(fixture, "the network goes away") {
  add(client(), a);
  settle();
  tell(msg::socket_broken{fail(errc::pdn_down)});
  REQUIRE(stone());
  CHECK(stone()->code == errc::pdn_down);
  CHECK_FALSE(book.stones[0].connect_failed);
}
