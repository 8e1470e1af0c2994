// SPDX-License-Identifier: Apache-2.0
// One stream socket between a real channel and a bridge that only takes notes.
#include "actors/stream_actor.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>

#include "tests/support/socket_world.hpp"

using namespace cellsock;
using namespace std::chrono_literals;

namespace {

struct fixture : test::stream_world {
  const endpoint peer = *parse_endpoint("192.0.2.10:7");

  void connect() {
    REQUIRE(call<msg::channel_connected>(socket, msg::connect_channel{peer, true}).error().code ==
            errc::connect_in_progress);
    connect_ends(msg::socket_connected{});
  }
  ssize_t put(const std::string& text) {
    const auto n = ::send(fd, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    settle();
    return n;
  }
  std::string get() {
    std::string text(65536, '\0');
    const auto n = ::recv(fd, text.data(), text.size(), MSG_DONTWAIT);
    text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    settle();
    return text;
  }
  short readiness() {
    pollfd p{fd, POLLIN | POLLOUT | POLLRDHUP, 0};
    ::poll(&p, 1, 0);
    return p.revents;
  }
  static msg::bytes bytes(std::size_t n, char c = 'r') { return msg::bytes(n, std::byte(c)); }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "connect: no POLLOUT before, POLLOUT after, the peer is told on") {
  CHECK(readiness() == 0);
  connect();
  CHECK(book.connects == std::vector<endpoint>{peer});
  CHECK(readiness() == POLLOUT);
  CHECK(book.wants == std::vector<bool>{true});
  CHECK(call<msg::channel_connected>(socket, msg::connect_channel{peer}).error().code ==
        errc::already_connected);
}

TEST_CASE_FIXTURE(fixture, "connect: a second one meanwhile is refused, another family too") {
  CHECK(call<msg::channel_connected>(socket, msg::connect_channel{peer, true}).error().code ==
        errc::connect_in_progress);
  CHECK(call<msg::channel_connected>(socket, msg::connect_channel{peer, true}).error().code ==
        errc::connect_pending);
  CHECK(call<msg::channel_connected>(socket,
                                     msg::connect_channel{parse_endpoint("[::1]:7").operator*()})
            .error()
            .code == errc::unsupported_family);
}

TEST_CASE_FIXTURE(fixture,
                  "connect refused: the descriptor shows it, and a word is left behind first") {
  (void)call<msg::channel_connected>(socket, msg::connect_channel{peer, true});
  connect_ends(to_error(fail(errc::connection_refused)));
  CHECK((readiness() & ~POLLRDHUP) == (POLLIN | POLLOUT | POLLERR | POLLHUP));
  REQUIRE(book.stones.size() == 1);
  CHECK(book.stones[0].why.code == errc::connection_refused);
  CHECK(book.stones[0].error_pending);
  CHECK(book.stones[0].connect_failed);
}

TEST_CASE_FIXTURE(fixture,
                  "sending: bytes are offered once, given when asked, gathered meanwhile") {
  connect();
  put("hello ");
  put("world");
  REQUIRE(book.offers == std::vector<std::size_t>{6});
  tell(msg::give_chunk{4096});
  REQUIRE(book.chunks.size() == 1);
  CHECK(book.chunks[0].size() == 11);
  CHECK(book.offers.size() == 1);
  put("next");
  CHECK(book.offers == std::vector<std::size_t>{6, 4});
  tell(msg::chunk_sent{11});
  CHECK(call<msg::socket_report>(socket, msg::get_socket_report{})->bytes_sent == 11);
}

TEST_CASE_FIXTURE(fixture,
                  "sending: one staging chunk and the channel are all the queue there is") {
  connect();
  std::size_t accepted = 0;
  for (ssize_t n = 0; (n = put(std::string(1024, 'x'))) > 0;)
    accepted += static_cast<std::size_t>(n);
  CHECK(accepted >= 4096 + 8192);
  CHECK(accepted <= 4096 + 16384);
  std::size_t given = 0;
  while (given < accepted) {
    tell(msg::give_chunk{4096});
    REQUIRE_FALSE(book.chunks.back().empty());
    given += book.chunks.back().size();
    if (given < accepted) CHECK(book.chunks.back().size() == 4096);
    tell(msg::chunk_sent{book.chunks.back().size()});
  }
  CHECK(given == accepted);
}

TEST_CASE_FIXTURE(fixture,
                  "receiving: a program that does not read stops the pull, reading resumes it") {
  connect();
  std::size_t sent = 0;
  while (book.wants.back()) {
    tell(msg::received{bytes(2048), std::nullopt});
    sent += 2048;
    REQUIRE(sent < 100000);
  }
  CHECK(sent <= 20000 + 6144);
  std::size_t got = 0;
  while (got < sent) {
    const auto piece = get();
    REQUIRE_FALSE(piece.empty());
    got += piece.size();
  }
  CHECK(got == sent);
  CHECK(book.wants.back());
}

TEST_CASE_FIXTURE(fixture, "the peer's end arrives behind the last byte, and sending goes on") {
  connect();
  tell(msg::received{bytes(5), std::nullopt});
  tell(msg::reception_ended{});
  CHECK(get() == "rrrrr");
  CHECK((readiness() & (POLLIN | POLLRDHUP)) == (POLLIN | POLLRDHUP));
  CHECK(get().empty());
  put("still here");
  CHECK(book.offers.size() == 1);
}

TEST_CASE_FIXTURE(fixture,
                  "an abnormal end: everything received is delivered, then the channel ends") {
  connect();
  tell(msg::received{bytes(2000), std::nullopt});
  tell(msg::socket_broken{fail(errc::pdn_down)});
  REQUIRE(book.stones.size() == 1);
  CHECK(book.stones[0].why.code == errc::pdn_down);
  CHECK_FALSE(book.stones[0].connect_failed);
  CHECK(get().size() == 2000);
  CHECK((readiness() & POLLHUP) != 0);
}

TEST_CASE_FIXTURE(fixture,
                  "close: what was accepted is flushed before the modem's socket is closed") {
  connect();
  put(std::string(6000, 'x'));
  pair.theirs.reset();
  settle();
  CHECK(book.closes == 0);
  CHECK(book.socket_closing == 1);
  std::size_t given = 0;
  while (given < 6000) {
    tell(msg::give_chunk{4096});
    given += book.chunks.back().size();
    CHECK(book.closes == 0);
    tell(msg::chunk_sent{book.chunks.back().size()});
  }
  CHECK(book.closes == 1);
  in_bridge([this] { book.closing.back().deliver(msg::socket_closed{}); });
  CHECK(book.forgets == 1);
}

TEST_CASE_FIXTURE(fixture, "close: flushing has a limit") {
  connect();
  put("never sent");
  pair.theirs.reset();
  settle();
  advance(29s);
  CHECK(book.closes == 0);
  advance(1s);
  CHECK(book.closes == 1);
}

TEST_CASE_FIXTURE(fixture,
                  "close while the modem connects: its socket is closed when the connect is over") {
  (void)call<msg::channel_connected>(socket, msg::connect_channel{peer, true});
  pair.theirs.reset();
  settle();
  CHECK(book.closes == 0);
  connect_ends(msg::socket_connected{});
  CHECK(book.closes == 1);
}

TEST_CASE_FIXTURE(fixture, "a program that only stops reading is not gone") {
  connect();
  ::shutdown(fd, SHUT_RD);
  settle();
  tell(msg::received{bytes(100), std::nullopt});
  put("still sending");
  CHECK(book.offers.size() == 1);
  CHECK(book.closes == 0);
}

TEST_CASE_FIXTURE(fixture, "options: kept, bounded, and SO_ERROR cannot be set") {
  CHECK(call<msg::option_set>(socket, msg::set_option{msg::option::send_timeout_ms, 2500}));
  CHECK(call<msg::option_value>(socket, msg::get_option{msg::option::send_timeout_ms})->value ==
        2500);
  CHECK_FALSE(call<msg::option_set>(socket, msg::set_option{msg::option::recv_timeout_ms, -1}));
  CHECK_FALSE(call<msg::option_set>(socket, msg::set_option{msg::option::error, 0}));
  CHECK(call<msg::option_value>(socket, msg::get_option{msg::option::error})->value == 0);
}

TEST_CASE_FIXTURE(fixture,
                  "R9: shutdown(2) of the writing side sends what is left and goes on receiving") {
  connect();
  put("last words");
  ::shutdown(fd, SHUT_WR);
  settle();
  tell(msg::give_chunk{4096});
  REQUIRE(book.chunks.size() == 1);
  CHECK(book.chunks[0].size() == 10);
  tell(msg::chunk_sent{10});
  CHECK(book.closes == 0);
  CHECK(book.wants.back());
  tell(msg::received{bytes(100), std::nullopt});
  CHECK(book.wants.back());
  CHECK(book.finishes == 0);  // this link cannot
  tell(msg::received{bytes(200), std::nullopt});
  tell(msg::reception_ended{});
  CHECK(book.closes == 1);
  CHECK(get().size() == 300);
  CHECK(get().empty());
  in_bridge([this] { book.closing.back().deliver(msg::socket_closed{}); });
  REQUIRE(book.stones.size() == 1);  // an orderly end: whoever asks for the reason finds none
  CHECK(book.stones[0].why.code == errc::none);
}

TEST_CASE_FIXTURE(fixture,
                  "R9: a peer that waits for a FIN the modem cannot send has a limited time") {
  connect();
  ::shutdown(fd, SHUT_WR);
  settle();
  advance(119s);
  CHECK(book.closes == 0);
  advance(1s);
  CHECK(book.closes == 1);
}

TEST_CASE_FIXTURE(fixture,
                  "both ended: the modem's socket waits until the program has got everything") {
  connect();
  std::size_t sent = 0;
  while (book.wants.back()) {
    tell(msg::received{bytes(2048), std::nullopt});
    sent += 2048;
  }
  tell(msg::reception_ended{});
  ::shutdown(fd, SHUT_WR);
  settle();
  CHECK(book.closes == 0);
  std::size_t got = 0;
  while (got < sent) {
    const auto piece = get();
    REQUIRE_FALSE(piece.empty());
    got += piece.size();
  }
  CHECK(got == sent);
  CHECK(book.closes == 1);
}

TEST_CASE_FIXTURE(
    fixture, "R7: not wanting to read costs nothing, and the hang-up is seen past unread bytes") {
  connect();
  while (put(std::string(1024, 'x')) > 0) {
  }
  // Staging is full and the channel too: nobody waits for readability, so nothing wakes up.
  io.restart();
  CHECK(io.poll() == 0);
  CHECK(book.offers.size() == 1);
  pair.theirs.reset();
  settle();
  CHECK(book.socket_closing == 1);
  CHECK(book.closes == 0);  // what was accepted is still to be sent
}
