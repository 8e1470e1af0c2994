// SPDX-License-Identifier: Apache-2.0
// One datagram socket between a real channel and a bridge that only takes notes.
#include "actors/datagram_actor.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>

#include "actors/translate.hpp"
#include "tests/support/socket_world.hpp"

using namespace cellsock;
using namespace std::chrono_literals;

namespace {

struct fixture : test::datagram_world {
  const endpoint peer = *parse_endpoint("192.0.2.10:5683");

  static msg::bytes bytes(const std::string& text) {
    const auto* first = reinterpret_cast<const std::byte*>(text.data());
    return {first, first + text.size()};
  }
  void put(const std::string& payload, const std::optional<endpoint>& to) {
    const auto packet = wire::packet_of(to, bytes(payload));
    ::send(fd, packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    settle();
  }
  std::optional<msg::datagram> get() {
    msg::bytes space(20000);
    const auto n = ::recv(fd, space.data(), space.size(), MSG_DONTWAIT);
    settle();
    if (n <= 0) return std::nullopt;
    space.resize(static_cast<std::size_t>(n));
    return *wire::datagram_of(space);
  }
  std::uint64_t dropped() {
    return call<msg::socket_report>(socket, msg::get_socket_report{})->datagrams_dropped;
  }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "a datagram goes out whole, one at a time, with its destination") {
  put("one", peer);
  put("two", peer);
  CHECK(book.offers.size() == 1);
  tell(msg::give_chunk{4096});
  REQUIRE(book.datagrams.size() == 1);
  CHECK(book.datagrams[0].payload == bytes("one"));
  CHECK(book.datagrams[0].peer == peer);
  CHECK(book.offers.size() == 1);  // the next is offered when this one is with the modem
  tell(msg::chunk_sent{3});
  CHECK(book.offers.size() == 2);
  tell(msg::give_chunk{4096});
  CHECK(book.datagrams[1].payload == bytes("two"));
}

TEST_CASE_FIXTURE(fixture, "no destination and no peer: dropped and counted") {
  put("lost", std::nullopt);
  CHECK(book.offers.empty());
  CHECK(dropped() == 1);
  CHECK(call<msg::option_value>(socket, msg::get_option{msg::option::error})->value ==
        static_cast<int>(errc::destination_required));
}

TEST_CASE_FIXTURE(fixture, "bytes that are no Datagram are counted, and the socket goes on") {
  ::send(fd, "\xff\xff\xff", 3, MSG_DONTWAIT);
  ::send(fd, "", 0, MSG_DONTWAIT);
  settle();
  CHECK(dropped() == 2);
  put("fine", peer);
  CHECK(book.offers.size() == 1);
}

TEST_CASE_FIXTURE(fixture,
                  "a slow modem: sixteen wait, the oldest go first, none older than two seconds") {
  for (int i = 0; i < 20; ++i) put(std::to_string(i), peer);
  CHECK(dropped() == 4);
  tell(msg::give_chunk{4096});
  CHECK(book.datagrams.back().payload == bytes("4"));
  advance(2001ms);
  tell(msg::chunk_sent{1});
  tell(msg::give_chunk{4096});
  CHECK(book.datagrams.size() == 1);
  CHECK(book.chunks.size() == 1);  // "nothing after all"
  CHECK(dropped() == 19);
}

TEST_CASE_FIXTURE(fixture, "received datagrams carry their source; a full channel stops the pull") {
  CHECK(book.wants == std::vector<bool>{true});
  tell(msg::received{bytes("hi"), peer});
  const auto got = get();
  REQUIRE(got);
  CHECK(got->payload == bytes("hi"));
  CHECK(got->peer == peer);
  int sent = 0;
  for (; book.wants.back() && sent < 1000; ++sent)
    tell(msg::received{bytes(std::string(1400, 'x')), peer});
  CHECK(sent < 40);
  int received = 0;
  while (get()) ++received;
  CHECK(received == sent);
  CHECK(book.wants.back());
}

TEST_CASE_FIXTURE(fixture, "an empty datagram is a datagram") {
  tell(msg::received{{}, peer});
  const auto got = get();
  REQUIRE(got);
  CHECK(got->payload.empty());
}

TEST_CASE_FIXTURE(fixture, "connect fixes the peer; connecting to nothing dissolves it") {
  msg::connect_channel call_{peer, false};
  caf::scoped_actor self{system};
  auto handle = self->request(socket, caf::infinite, call_);
  settle();
  book.next = [&] { book.connecting.back().deliver(msg::socket_connected{}); };
  caf::anon_send(bridge, msg::tick{});
  settle();
  bool done = false;
  handle.receive([&](msg::channel_connected&) { done = true; }, [](caf::error&) {});
  CHECK(done);
  put("to the peer", std::nullopt);
  CHECK(book.offers.size() == 1);
  CHECK(call<msg::channel_connected>(socket, msg::connect_channel{}));
  CHECK_FALSE(call<msg::socket_names>(socket, msg::get_names{})->connected);
}

TEST_CASE_FIXTURE(fixture,
                  "trouble of the link ends the socket, so that nobody waits for an answer") {
  put("to nowhere", peer);
  tell(msg::give_chunk{4096});
  tell(msg::datagram_dropped{fail(errc::not_registered)});
  REQUIRE(book.stones.size() == 1);
  CHECK(book.stones[0].why.code == errc::not_registered);
  pollfd p{fd, POLLIN, 0};
  ::poll(&p, 1, 0);
  CHECK((p.revents & POLLHUP) != 0);
}

TEST_CASE_FIXTURE(fixture, "trouble of one datagram costs that datagram") {
  put("too big for it", peer);
  tell(msg::give_chunk{4096});
  tell(msg::datagram_dropped{fail(errc::message_too_big)});
  CHECK(book.stones.empty());
  CHECK(dropped() == 1);
}

TEST_CASE_FIXTURE(fixture, "close: queued datagrams still go, then the modem's socket is closed") {
  put("one", peer);
  put("two", peer);
  pair.theirs.reset();
  settle();
  tell(msg::give_chunk{4096});
  tell(msg::chunk_sent{3});
  CHECK(book.closes == 0);
  tell(msg::give_chunk{4096});
  tell(msg::chunk_sent{3});
  CHECK(book.datagrams.size() == 2);
  CHECK(book.closes == 1);
}

TEST_CASE_FIXTURE(fixture, "bind: once, to any address or the modem's own, and the names say so") {
  const auto any = *parse_endpoint("0.0.0.0:5683");
  CHECK(
      call<msg::channel_bound>(socket, msg::bind_channel{*parse_endpoint("[::]:1")}).error().code ==
      errc::unsupported_family);
  CHECK(call<msg::channel_bound>(socket, msg::bind_channel{any})->local ==
        *parse_endpoint("10.0.0.1:5683"));
  CHECK(call<msg::socket_names>(socket, msg::get_names{})->local ==
        *parse_endpoint("10.0.0.1:5683"));
  CHECK(call<msg::channel_bound>(socket, msg::bind_channel{any}).error().code ==
        errc::invalid_argument);
}

TEST_CASE_FIXTURE(fixture, "bind: an address that is not the modem's is refused") {
  CHECK(call<msg::channel_bound>(socket, msg::bind_channel{*parse_endpoint("192.0.2.1:7")})
            .error()
            .code == errc::address_not_available);
}
