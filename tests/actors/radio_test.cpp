// SPDX-License-Identifier: Apache-2.0
// What a socket tells its supervisor of the radio, and asks before it sends.
#include <doctest/doctest.h>
#include <sys/socket.h>

#include "actors/translate.hpp"
#include "tests/support/socket_world.hpp"

using namespace cellsock;
using namespace std::chrono_literals;
using fact = msg::radio_fact;
using about = msg::ask_radio::about;

namespace {

template <class World>
struct one_socket : World {
  using World::book;
  using World::socket;
  using World::World;
  const endpoint peer = *parse_endpoint("192.0.2.10:7");

  void connect() {
    this->tell(msg::connect_channel{peer, true});
    this->connect_ends(msg::socket_connected{});
  }
  errc hint(int value) {
    return this
        ->template call<msg::option_set>(socket,
                                         msg::set_option{msg::option::release_assistance, value})
        .error()
        .code;
  }
  [[nodiscard]] std::vector<fact> facts() const {
    std::vector<fact> all;
    for (const auto& n : book.news) all.push_back(n.what);
    return all;
  }
};

struct datagrams : one_socket<test::datagram_world> {
  void put(const std::string& payload) {
    const auto* first = reinterpret_cast<const std::byte*>(payload.data());
    const auto packet = wire::packet_of(peer, msg::bytes(first, first + payload.size()));
    ::send(fd, packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    settle();
  }
};

struct stream : one_socket<test::stream_world> {
  using one_socket::one_socket;
  void put(const std::string& text) {
    ::send(fd, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    settle();
  }
};

}  // namespace

TEST_CASE_FIXTURE(datagrams, "a datagram socket: a hint goes with the next datagram, as answered") {
  book.answer = rai_hint::ongoing;
  put("one");
  CHECK(static_cast<bool>(
      call<msg::option_set>(socket, msg::set_option{msg::option::release_assistance, 2})));
  put("two");
  tell(msg::give_chunk{4096});
  REQUIRE(book.asked.size() == 1);
  CHECK(book.asked[0].what == about::chunk);
  CHECK(book.asked[0].said == rai_hint::none);
  CHECK_FALSE(book.asked[0].empties);
  CHECK(book.asked[0].to == peer);
  REQUIRE(book.datagrams.size() == 1);
  CHECK(book.datagrams[0].hint == rai_hint::ongoing);
  tell(msg::chunk_sent{3});
  tell(msg::give_chunk{4096});
  REQUIRE(book.asked.size() == 2);
  CHECK(book.asked[1].said == rai_hint::last);
  CHECK(book.asked[1].empties);
  tell(msg::datagram_dropped{fail(errc::message_too_big)});
  CHECK(facts() == std::vector{fact::queued, fact::sent, fact::not_sent});
  CHECK(book.news[1].bytes_sent == 3);
}

TEST_CASE_FIXTURE(datagrams, "what aged away is not waiting any more") {
  put("old");
  advance(3s);
  tell(msg::give_chunk{4096});
  CHECK(facts() == std::vector{fact::queued, fact::nothing});
  put("new");
  CHECK(facts().back() == fact::queued);
}

TEST_CASE_FIXTURE(datagrams, "no more data is said at once, and needs a peer") {
  CHECK(hint(1) == errc::destination_required);
  CHECK(book.asked.empty());
  connect();
  CHECK(facts() == std::vector{fact::joined});
  CHECK(static_cast<bool>(
      call<msg::option_set>(socket, msg::set_option{msg::option::release_assistance, 1})));
  REQUIRE(book.asked.size() == 1);
  CHECK(book.asked[0].what == about::no_data);
  CHECK(hint(6) == errc::invalid_argument);
}

TEST_CASE_FIXTURE(datagrams, "every datagram that comes is told, with its size") {
  connect();
  book.news.clear();
  tell(msg::received{msg::bytes(10), peer});
  tell(msg::received{msg::bytes(20), peer});
  REQUIRE(facts() == std::vector{fact::received, fact::received});
  CHECK(book.news[1].bytes_received == 20);
}

TEST_CASE_FIXTURE(stream, "a stream asks before it connects, and of the first and last of a row") {
  connect();
  REQUIRE(book.asked.size() == 1);
  CHECK(book.asked[0].what == about::connect);
  CHECK(facts() == std::vector{fact::connected});
  put("abcdef");
  CHECK(facts().back() == fact::queued);
  tell(msg::give_chunk{2});
  tell(msg::give_chunk{2});
  CHECK(book.asked.size() == 2);  // the second of three is nobody's business
  book.answer = rai_hint::last;
  tell(msg::chunk_sent{2});
  tell(msg::give_chunk{2});
  REQUIRE(book.asked.size() == 3);
  CHECK(book.asked[2].empties);
  CHECK(book.hints == std::vector{rai_hint::none, rai_hint::none, rai_hint::last});
  CHECK(book.chunks.size() == 3);
}

TEST_CASE_FIXTURE(stream, "a stream's hint is about what is written after it") {
  connect();
  put("before");
  CHECK(static_cast<bool>(
      call<msg::option_set>(socket, msg::set_option{msg::option::release_assistance, 2})));
  tell(msg::give_chunk{4096});
  CHECK(book.asked.back().said == rai_hint::none);
  tell(msg::chunk_sent{6});
  put("after");
  tell(msg::give_chunk{4096});
  CHECK(book.asked.back().said == rai_hint::last);
  CHECK(book.asked.back().empties);
}

TEST_CASE_FIXTURE(stream, "a stream's receptions are told now and then, and nothing is left out") {
  connect();
  book.news.clear();
  for (int i = 0; i < 10; ++i) tell(msg::received{msg::bytes(100), std::nullopt});
  CHECK(book.news.size() == 1);
  advance(100ms);
  tell(msg::received{msg::bytes(100), std::nullopt});
  REQUIRE(book.news.size() == 2);
  CHECK(book.news[0].bytes_received + book.news[1].bytes_received == 1100);
}

TEST_CASE_FIXTURE(stream, "a broken stream needs the radio no more, though its program is there") {
  connect();
  tell(msg::socket_broken{fail(errc::connection_reset)});
  CHECK(facts().back() == fact::ended);
}

TEST_CASE("a link without a radio is told and asked nothing") {
  stream host(link_kind::host);
  host.connect();
  host.put("abc");
  host.tell(msg::give_chunk{4096});
  host.tell(msg::chunk_sent{3});
  CHECK(host.book.chunks.size() == 1);
  CHECK(host.book.asked.empty());
  CHECK(host.book.news.empty());
}
