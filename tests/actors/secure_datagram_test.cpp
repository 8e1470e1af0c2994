// SPDX-License-Identifier: Apache-2.0
// A DTLS client's socket between a real channel and a bridge that takes notes; the peer is a
// session of the test's own. Servers: secure_datagram_server_test.cpp.
#include "actors/secure_datagram_layer.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>

#include "tests/support/secure_datagram_world.hpp"

using namespace cellsock;
using namespace std::chrono_literals;
using tls::phase;

namespace {

struct fixture : test::secure_datagram_world {
  tls::session* peer = nullptr;

  explicit fixture(const char* host = "server.test")
      : secure_datagram_world(choices_for({}, host)) {
    peer = &add(server());
  }
  static tls::settings server() {
    auto s = test::server_settings(transport::datagram);
    s.handshake_max = 123s;
    return s;
  }
  tls::session& instead(tls::settings how) {
    far.clear();
    peer = &add(std::move(how));
    return *peer;
  }
  std::int64_t number(tls::option name) { return std::get<std::int64_t>(*chosen(name)); }
  short readiness() {
    pollfd p{fd, POLLIN | POLLOUT | POLLRDHUP, 0};
    ::poll(&p, 1, 0);
    return p.revents;
  }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "connect shakes hands; then datagrams go both ways") {
  line = false;
  connect();
  CHECK_FALSE(names().connected);
  CHECK(names().peer == to);
  CHECK(chosen(tls::option::suite_used).error().code == errc::not_connected);
  CHECK(choose(tls::option::peer_verify, std::int64_t{0}).code == errc::connect_pending);
  line = true;
  settle();
  CHECK(peer->state() == phase::open);
  CHECK(names().connected);
  CHECK(number(tls::option::suite_used) == 0xC02B);
  CHECK(number(tls::option::protocol_used) == 273);
  CHECK(choose(tls::option::peer_verify, std::int64_t{0}).code == errc::already_connected);
  put("over the air");
  CHECK(heard(*peer) == "over the air");
  say(*peer, "and back");
  const auto got = get();
  REQUIRE(got);
  CHECK(got->peer == to);
  CHECK(got->payload.size() == 8);
  CHECK(report().bytes_sent == 12);
  CHECK(report().bytes_received == 8);
  CHECK(dropped() == 0);
}

TEST_CASE_FIXTURE(fixture, "a blocking connect is answered when the handshake is done") {
  caf::scoped_actor self{system};
  auto handle = self->request(socket, caf::infinite, msg::connect_channel{to, false});
  settle();
  CHECK(call<msg::channel_connected>(socket, msg::connect_channel{to, false}).error().code ==
        errc::connect_pending);
  SUBCASE("well") {
    connect_ends(msg::socket_connected{});
    bool done = false;
    handle.receive([&](msg::channel_connected&) { done = true; }, [](caf::error&) {});
    CHECK(done);
    CHECK(call<msg::channel_connected>(socket, msg::connect_channel{to, false}).error().code ==
          errc::already_connected);
  }
  SUBCASE("ill: the program was told, nothing is pending") {
    instead(test::server_settings(transport::datagram));
    kept.missing = fail(errc::credential_missing, "tag 7 holds nothing");
    connect_ends(msg::socket_connected{});
    errc why = errc::none;
    handle.receive([](msg::channel_connected&) {},
                   [&](caf::error& e) { why = to_failure(e).code; });
    CHECK(why == errc::credential_missing);
    REQUIRE(book.stones.size() == 1);
    CHECK(book.stones[0].connect_failed);
    CHECK_FALSE(book.stones[0].error_pending);
  }
}

TEST_CASE_FIXTURE(fixture,
                  "what is written during the handshake waits, sixteen of it, however long") {
  cut = true;
  REQUIRE(begin_connect().code == errc::connect_in_progress);
  put("0");
  connect_ends(msg::socket_connected{});
  for (int i = 1; i < 18; ++i) put(std::to_string(i));
  wait(10s);
  CHECK(dropped() == 2);
  cut = false;
  wait(20s);
  CHECK(peer->state() == phase::open);
  CHECK(heard(*peer) == "234567891011121314151617");
  CHECK(dropped() == 2);
}

TEST_CASE("handshakes through loss and reordering of 10 %") {
  unsigned without_trouble = 0;
  for (unsigned seed = 1; seed <= 25; ++seed) {
    CAPTURE(seed);
    fixture world;
    world.trouble({10, 10, seed});
    const auto start = world.now();
    world.connect();
    for (int i = 0; i < 200 && !world.names().connected && !world.stone(); ++i) world.wait(300ms);
    CAPTURE(world.stone().value_or(failure{errc::none}).detail);
    CAPTURE(world.peer->why().detail);
    REQUIRE(world.names().connected);
    without_trouble += world.now() == start;
    int arrived = 0;
    for (int i = 0; i < 50; ++i) {
      world.put("reading " + std::to_string(i));
      const auto got = test::secure_datagram_world::heard(*world.peer);
      if (!got.empty()) CHECK(got.starts_with("reading "));
      arrived += !got.empty();
    }
    CHECK(arrived > 30);
  }
  CHECK(without_trouble < 13);  // most of them did need the timers
}

TEST_CASE_FIXTURE(fixture, "a silent peer: retransmission by the clock until the time is over") {
  cut = true;
  SUBCASE("nRF's seconds") {
    REQUIRE(choose(tls::option::handshake_time_s, std::int64_t{7}).code == errc::none);
    const auto start = now();
    connect();
    std::vector<long> sends{0};
    for (auto count = book.datagrams.size(); !stone() && now() - start < 20s;) {
      wait(100ms);
      for (; count < book.datagrams.size(); ++count)
        sends.push_back(std::lround(std::chrono::duration<double>(now() - start).count()));
    }
    CHECK(sends == std::vector<long>{0, 1, 3});
    CHECK((now() - start) / 1s == 7);
  }
  SUBCASE("Zephyr's") {
    REQUIRE(choose(tls::option::retry_first_ms, std::int64_t{200}).code == errc::none);
    REQUIRE(choose(tls::option::retry_last_ms, std::int64_t{400}).code == errc::none);
    connect();
    wait(500ms);
    CHECK_FALSE(stone());
    wait(600ms);
  }
  SUBCASE("SO_SNDTIMEO") {
    REQUIRE(call<msg::option_set>(socket, msg::set_option{msg::option::send_timeout_ms, 3000}));
    connect();
    wait(2900ms);
    CHECK_FALSE(stone());
    wait(200ms);
  }
  SUBCASE("the daemon's") {
    connect();
    wait(59s);
    CHECK_FALSE(stone());
    wait(2s);
  }
  REQUIRE(stone());
  CHECK(stone()->code == errc::timed_out);
  CHECK(book.stones[0].connect_failed);
  CHECK(book.stones[0].error_pending);
  CHECK((readiness() & POLLHUP) != 0);
  CHECK(book.forgets == 1);
}

TEST_CASE_FIXTURE(fixture,
                  "an expired certificate: the connect fails, says which, and the peer hears") {
  auto other = server();
  other.tags = {test::identity("expired.cert.pem", "expired.key.pem")};
  instead(std::move(other));
  connect();
  REQUIRE(stone());
  CHECK(stone()->code == errc::peer_not_trusted);
  CHECK(stone()->detail.find("expired on") != std::string::npos);
  CHECK(book.stones[0].connect_failed);
  CHECK(peer->state() == phase::failed);  // it got the alert
}

TEST_CASE_FIXTURE(fixture, "pre-shared keys: the right one, another identity, another key") {
  kept.tags = {test::psk()};
  auto s = server();
  SUBCASE("right") {
    s.tags = {test::psk()};
    instead(std::move(s));
    connect();
    put("hello");
    CHECK(heard(*peer) == "hello");
  }
  SUBCASE("identity") {
    s.tags = {test::psk("0123456789abcdef", "meter-18")};
    instead(std::move(s));
    connect();
    REQUIRE(stone());
    CHECK(stone()->code == errc::handshake_failed);
    CHECK(stone()->detail.find("unknown_psk_identity") != std::string::npos);
  }
  SUBCASE("key") {
    s.tags = {test::psk("fedcba9876543210")};
    instead(std::move(s));
    connect();
    REQUIRE(stone());
    CHECK(stone()->code == errc::handshake_failed);
    CHECK(stone()->detail.find("bad_record_mac") != std::string::npos);
  }
}

TEST_CASE_FIXTURE(fixture, "what the link says of a handshake's datagrams") {
  line = false;
  connect();
  SUBCASE("nobody is there") {
    tell(msg::datagram_dropped{fail(errc::connection_refused)});
    REQUIRE(stone());
    CHECK(stone()->code == errc::connection_refused);
  }
  SUBCASE("the network is gone") {
    tell(msg::datagram_dropped{fail(errc::pdn_down)});
    REQUIRE(stone());
    CHECK(stone()->code == errc::pdn_down);
  }
  SUBCASE("the socket is") {
    tell(msg::socket_broken{fail(errc::link_down)});
    REQUIRE(stone());
    CHECK(stone()->code == errc::link_down);
    CHECK(book.stones[0].connect_failed);
  }
  SUBCASE("one was too much for it: sent again") {
    tell(msg::give_chunk{1400});
    REQUIRE(book.datagrams.size() == 1);
    tell(msg::datagram_dropped{fail(errc::message_too_big)});
    CHECK_FALSE(stone());
    line = true;
    wait(2s);
    CHECK(peer->state() == phase::open);
  }
}

TEST_CASE_FIXTURE(fixture, "HANDSHAKE_ON_CONNECT 0: the first datagram shakes hands") {
  REQUIRE(choose(tls::option::handshake_on_connect, std::int64_t{0}).code == errc::none);
  caf::scoped_actor self{system};
  auto handle = self->request(socket, caf::infinite, msg::connect_channel{to, true});
  settle();
  connect_ends(msg::socket_connected{});
  bool done = false;
  handle.receive([&](msg::channel_connected&) { done = true; }, [](caf::error&) {});
  CHECK(done);
  CHECK(names().connected);
  CHECK(book.datagrams.empty());
  CHECK(kept.asked.empty());
  CHECK(choose(tls::option::alpn, std::vector<std::string>{"coap"}).code == errc::none);
  SUBCASE("and goes behind the handshake") {
    put("first");
    CHECK(peer->state() == phase::open);
    CHECK(heard(*peer) == "first");
  }
  SUBCASE("a handshake that fails ends the channel; the next connect may try again") {
    kept.missing = fail(errc::credential_missing, "tag 7 holds nothing");
    put("first");
    REQUIRE(stone());
    CHECK(stone()->code == errc::credential_missing);
    CHECK(book.stones[0].connect_failed);
    CHECK(book.stones[0].error_pending);
  }
}

TEST_CASE_FIXTURE(fixture, "who else sends is nobody's, and counted") {
  connect();
  const auto other = *parse_endpoint("192.0.2.66:5684");
  tell(msg::received{msg::bytes(40, std::byte{23}), other});
  CHECK(dropped() == 1);
  tell(msg::received{msg::bytes(40, std::byte{23}), to});  // forged: no record at all
  CHECK_FALSE(get());
  put("x");
  CHECK(heard(*peer) == "x");
}

TEST_CASE_FIXTURE(fixture, "a destination other than the peer") {
  connect();
  put("x", *parse_endpoint("192.0.2.66:5684"));
  CHECK(dropped() == 1);
  CHECK(pending_error() == errc::already_connected);
  put("y", to);
  CHECK(heard(*peer) == "y");
}

TEST_CASE_FIXTURE(fixture, "one datagram is one of the link's, within what that carries") {
  connect();
  CHECK(longest <= 1400);
  const auto most = secured(datagram_rules{1400}).payload_bytes_max;
  CHECK(most == 1400 - 93);
  put(std::string(most, 'x'));
  CHECK(heard(*peer).size() == most);
  put(std::string(1400, 'y'));  // a raw client's; the library says EMSGSIZE
  CHECK(dropped() == 1);
  CHECK(pending_error() == errc::message_too_big);
  CHECK(longest <= 1400);
  put("z");
  CHECK(heard(*peer) == "z");
  CHECK(secured(datagram_rules{65507}).payload_bytes_max == 16384 - 93);
  CHECK(secured(datagram_rules{}).payload_bytes_max == 0);
  CHECK_FALSE(secured(datagram_rules{1400, true}).empty_allowed);
}

TEST_CASE_FIXTURE(fixture,
                  "plaintext is asked for when the link asks, and answered for when it went") {
  connect();
  line = false;
  put("one");
  put("two");
  const auto before = book.datagrams.size();
  CHECK(report().bytes_sent == 0);
  tell(msg::give_chunk{1400});
  CHECK(book.datagrams.size() == before + 1);
  CHECK(report().bytes_sent == 3);
  SUBCASE("what waited too long is not sent") {
    wait(3s);
    tell(msg::give_chunk{1400});
    CHECK(book.datagrams.size() == before + 1);
    CHECK(book.chunks.size() == 1);  // nothing after all
    CHECK(dropped() == 1);
    line = true;
    put("three");
    CHECK(heard(*peer) == "onethree");
  }
  SUBCASE("a hint goes with the record of its datagram") {
    tell(msg::give_chunk{1400});
    REQUIRE(
        call<msg::option_set>(socket, msg::set_option{msg::option::release_assistance,
                                                      static_cast<std::int64_t>(rai_hint::last)}));
    line = true;
    book.answer = rai_hint::last;
    put("three");
    CHECK(book.datagrams.back().hint == rai_hint::last);
  }
}

TEST_CASE_FIXTURE(fixture,
                  "a program that does not read: the link is told to wait, not the handshake") {
  connect();
  for (int i = 0; i < 200; ++i) say(*peer, std::string(1000, 'y'));
  CHECK_FALSE(book.wants.back());
  int got = 0;
  while (get()) ++got;
  CHECK(got > 16);
  CHECK(book.wants.back());
}

TEST_CASE_FIXTURE(fixture, "the peer's close_notify: end of file, and nothing more is sent") {
  connect();
  say(*peer, "last words");
  peer->finish();
  settle();
  CHECK(get_text() == "last words");
  char one;
  CHECK(::recv(fd, &one, 1, MSG_DONTWAIT) == 0);
  CHECK(peer->state() == phase::closed);  // it got ours
  put("late");
  CHECK(dropped() == 1);
  CHECK(pending_error() == errc::not_connected);
  CHECK_FALSE(stone());
}

TEST_CASE_FIXTURE(fixture, "silence is no end, nor is what a peer says that forgot the session") {
  connect();
  instead(server());
  put("x");
  CHECK_FALSE(stone());
  tell(msg::socket_broken{fail(errc::pdn_down)});
  REQUIRE(stone());
  CHECK(stone()->code == errc::pdn_down);
  CHECK_FALSE(book.stones[0].connect_failed);
}

TEST_CASE_FIXTURE(fixture,
                  "connecting to nobody ends the session with close_notify; then to another") {
  connect();
  put("x");
  CHECK(call<msg::channel_connected>(socket, msg::connect_channel{}));
  settle();
  CHECK(peer->peer_finished());
  CHECK(book.dissolves == 1);
  CHECK_FALSE(names().connected);
  CHECK(choose(tls::option::alpn, std::vector<std::string>{}).code == errc::none);
  put("for nobody");
  CHECK(dropped() == 1);
  CHECK(pending_error() == errc::destination_required);
  instead(server());
  connect();
  put("again");
  CHECK(heard(*peer) == "again");
}

TEST_CASE_FIXTURE(fixture, "shutdown says close_notify behind what was written") {
  connect();
  put("question");
  ::shutdown(fd, SHUT_WR);
  settle();
  CHECK(heard(*peer) == "question");
  CHECK(peer->peer_finished());
  say(*peer, "answer");
  CHECK(get_text() == "answer");
}

TEST_CASE_FIXTURE(fixture,
                  "close: what was written goes, close_notify behind it, then the link's close") {
  connect();
  line = false;
  put("bye");
  pair.theirs.reset();
  settle();
  CHECK(book.closes == 0);
  line = true;
  settle();
  CHECK(heard(*peer) == "bye");
  CHECK(peer->peer_finished());
  CHECK(book.closes == 1);
  in_bridge([&] { book.closing.back().deliver(msg::socket_closed{}); });
  CHECK(book.forgets == 1);
}

TEST_CASE_FIXTURE(fixture, "close during the handshake: what was written goes when it is done") {
  cut = true;
  connect();
  put("bye");
  pair.theirs.reset();
  wait(2s);
  CHECK(book.closes == 0);
  cut = false;
  wait(2s);
  CHECK(heard(*peer) == "bye");
  CHECK(book.closes == 1);
}

TEST_CASE_FIXTURE(fixture, "close_notify waits for a line that does not move only so long") {
  connect();
  line = false;
  pair.theirs.reset();
  settle();
  CHECK(book.closes == 0);
  wait(limits::tls_last_words_max + 1s);
  CHECK(book.closes == 1);
}

TEST_CASE_FIXTURE(fixture,
                  "handshake steps are taken aside, and the socket may be gone meanwhile") {
  aside->hold = true;
  connect();
  CHECK(aside->waiting() == 1);
  CHECK(book.datagrams.empty());
  SUBCASE("it goes on when they are done") {
    aside->let_go();
    settle();
    CHECK(peer->state() == phase::open);
  }
  SUBCASE("closed meanwhile") {
    pair.theirs.reset();
    settle();
    in_bridge([&] { book.closing.back().deliver(msg::socket_closed{}); });
    aside->let_go();
    settle();
    CHECK(book.forgets == 1);
    CHECK(book.datagrams.empty());
  }
  SUBCASE("its actor is gone") {
    kill(socket);
    CHECK(book.forgets == 1);
    aside->let_go();
    settle();
    CHECK(book.datagrams.empty());
  }
  SUBCASE("connected to nobody meanwhile") {
    // Not while the connect is under way.
    CHECK(call<msg::channel_connected>(socket, msg::connect_channel{}).error().code ==
          errc::connect_pending);
    aside->let_go();
    settle();
    CHECK(peer->state() == phase::open);
  }
  SUBCASE("what comes meanwhile waits, within bounds") {
    for (std::size_t i = 0; i < limits::dtls_queue_datagrams_max + 3; ++i)
      tell(msg::received{msg::bytes(5, std::byte{21}), to});
    CHECK_FALSE(book.wants.back());
    CHECK(dropped() == 3);
    aside->let_go();
    settle();
    CHECK(peer->state() == phase::open);
  }
}

TEST_CASE_FIXTURE(fixture, "a connection is saved, silent, and goes on when it is loaded") {
  CHECK(choose(tls::option::connection_save, {}).code == errc::not_connected);
  connect();
  CHECK(choose(tls::option::connection_load, {}).code == errc::invalid_argument);
  put("before");
  CHECK(heard(*peer) == "before");
  say(*peer, "seen");
  CHECK(get_text() == "seen");
  REQUIRE(choose(tls::option::connection_save, {}).code == errc::none);
  CHECK_FALSE(book.wants.back());
  put("lost");
  CHECK(dropped() == 1);
  CHECK(pending_error() == errc::connection_saved);
  CHECK(choose(tls::option::connection_save, {}).code == errc::not_connected);
  REQUIRE(choose(tls::option::connection_load, {}).code == errc::none);
  CHECK(choose(tls::option::connection_load, {}).code == errc::invalid_argument);
  put("after");
  CHECK(heard(*peer) == "after");
  say(*peer, "welcome back");
  CHECK(get_text() == "welcome back");
  CHECK(kept.asked.size() == 1);  // no other handshake
}

TEST_CASE("a user has four saved connections; a closed one makes room") {
  const auto all = std::make_shared<saved_connections>();
  std::vector<std::shared_ptr<void>> held;
  for (int i = 0; i < 4; ++i) held.push_back(all->take(1000));
  for (const auto& one : held) CHECK(one);
  CHECK_FALSE(all->take(1000));
  CHECK(all->take(1001));
  held.pop_back();
  CHECK(all->take(1000));
}

TEST_CASE_FIXTURE(fixture, "no place for a saved connection") {
  connect();
  put("x");
  (void)heard(*peer);
  say(*peer, "y");
  (void)get();
  std::vector<std::shared_ptr<void>> others;
  for (int i = 0; i < 4; ++i) others.push_back(saved->take(0));
  CHECK(choose(tls::option::connection_save, {}).code == errc::limit_reached);
  others.clear();
  CHECK(choose(tls::option::connection_save, {}).code == errc::none);
}
