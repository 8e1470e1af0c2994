// SPDX-License-Identifier: Apache-2.0
// A secure stream socket between a real channel and a bridge that takes notes; the TLS peer is a
// session of the test's own.
#include "actors/secure_stream_layer.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>

#include "actors/stream_actor.hpp"
#include "tests/support/secure_world.hpp"

using namespace cellsock;
using namespace std::chrono_literals;
using test::bytes_of;
using tls::phase;

namespace {

tls::choices choices_for(const char* host) {
  auto c = *tls::choices_of(258, transport::stream, tls::defaults::zephyr);
  c.tags = {sec_tag{7}};
  if (host != nullptr) c.hostname = host;
  c.hostname_set = true;
  return c;
}

using world = test::secure_world<stream_actor, transport::stream>;

struct fixture : world {
  const endpoint to = *parse_endpoint("192.0.2.10:443");
  std::size_t line_bytes = 1024;  // of one chunk

  explicit fixture(const char* host = "server.test") : world(choices_for(host)) {
    peer.emplace(server(), std::make_shared<test::seeded_random>(9));
  }
  static tls::settings server() {
    auto s = test::server_settings(transport::stream);
    s.tags = {test::identity("server_ec.chain.pem", "server_ec.key.pem")};
    return s;
  }

  /// Everything that moves between the bridge's two ends.
  void run() {
    for (bool busy = true; busy;) {
      busy = false;
      settle();
      peer->step(moment());
      for (; chunks_read < book.chunks.size(); ++chunks_read, busy = true) {
        const auto& chunk = book.chunks[chunks_read];
        REQUIRE(peer->feed(chunk) == chunk.size());
        if (!chunk.empty()) tell(msg::chunk_sent{chunk.size()});
      }
      if (!book.offers.empty() && book.offers.back() > 0) {
        book.offers.clear();
        tell(msg::give_chunk{line_bytes});
        busy = true;
      }
      peer->step(moment());
      if (const auto wire = peer->wire();
          !wire.empty() && !book.wants.empty() && book.wants.back()) {
        const auto n = std::min<std::size_t>(wire.size(), line_bytes);
        msg::bytes piece(wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(n));
        peer->wire_taken(n);
        tell(msg::received{std::move(piece), std::nullopt});
        busy = true;
      }
    }
  }
  failure begin_connect() {
    return call<msg::channel_connected>(socket, msg::connect_channel{to, true}).error();
  }
  void connect() {
    REQUIRE(begin_connect().code == errc::connect_in_progress);
    connect_ends(msg::socket_connected{});
    run();
  }
  void put(std::string_view text) {
    REQUIRE(::send(fd, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
    run();
  }
  std::string get() {
    std::string text(65536, '\0');
    const auto n = ::recv(fd, text.data(), text.size(), MSG_DONTWAIT);
    text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    run();
    return text;
  }
  short readiness() {
    pollfd p{fd, POLLIN | POLLOUT | POLLRDHUP, 0};
    ::poll(&p, 1, 0);
    return p.revents;
  }
  failure reason() { return call<msg::end_reason>(socket, msg::get_reason{})->why; }
  std::optional<failure> stone() {
    if (book.stones.empty()) return std::nullopt;
    return book.stones.back().why;
  }
  std::string peer_heard() { return test::session_pair::take(*peer); }
};

struct any_name : fixture {
  any_name() : fixture(nullptr) {}
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "connect is done when the handshake is; then bytes go both ways") {
  REQUIRE(begin_connect().code == errc::connect_in_progress);
  connect_ends(msg::socket_connected{});
  CHECK(readiness() == 0);
  CHECK(chosen(tls::option::suite_used).error().code == errc::not_connected);
  run();
  CHECK(peer->state() == phase::open);
  CHECK(readiness() == POLLOUT);
  CHECK(std::get<std::int64_t>(*chosen(tls::option::suite_used)) == 0xC02B);
  CHECK(std::get<std::int64_t>(*chosen(tls::option::protocol_used)) == 258);
  CHECK_FALSE(std::get<std::vector<std::byte>>(*chosen(tls::option::peer_certificate)).empty());
  put("over the air");
  CHECK(peer_heard() == "over the air");
  REQUIRE(peer->write(bytes_of("and back")) == 8);
  run();
  CHECK(get() == "and back");
  const auto report = *call<msg::socket_report>(socket, msg::get_socket_report{});
  CHECK(report.bytes_sent == 12);
  CHECK(report.bytes_received == 8);
}

TEST_CASE_FIXTURE(fixture, "small writes share one record and one chunk of a slow line") {
  connect();
  const auto before = book.chunks.size();
  for (int i = 0; i < 20; ++i) REQUIRE(::send(fd, "abcde", 5, MSG_DONTWAIT) == 5);
  run();
  CHECK(peer_heard().size() == 100);
  CHECK(book.chunks.size() == before + 1);
  CHECK(book.chunks.back().size() < 140);
}

TEST_CASE_FIXTURE(fixture, "a chunk is filled and never more than the line asked for") {
  connect();
  line_bytes = 700;
  const auto before = book.chunks.size();
  put(std::string(6000, 'x'));
  CHECK(peer_heard() == std::string(6000, 'x'));
  std::size_t largest = 0, all = 0;
  for (auto i = before; i < book.chunks.size(); ++i) {
    largest = std::max(largest, book.chunks[i].size());
    all += book.chunks[i].size();
  }
  CHECK(largest == 700);
  CHECK(all < 6000 + 10 * 29);  // nine records, not one for each write of the channel
}

TEST_CASE_FIXTURE(fixture, "what the program does not read stays with the peer") {
  connect();
  std::size_t sent = 0;
  for (int i = 0; i < 400; ++i) {
    sent += peer->write(std::vector<std::byte>(1000, std::byte{'y'}));
    run();
  }
  CHECK_FALSE(book.wants.back());
  CHECK(sent < 300000);
  std::size_t got = 0;
  for (std::string piece; !(piece = get()).empty();) got += piece.size();
  CHECK(got == sent);
  CHECK(book.wants.back());
}

TEST_CASE_FIXTURE(fixture, "an expired certificate: the connect fails and says which") {
  auto other = server();
  other.tags = {test::identity("expired.cert.pem", "expired.key.pem")};
  peer.emplace(std::move(other), std::make_shared<test::seeded_random>(9));
  connect();
  REQUIRE(stone());
  CHECK(stone()->code == errc::peer_not_trusted);
  CHECK(stone()->detail.find("expired on") != std::string::npos);
  CHECK(book.stones.back().connect_failed);
  REQUIRE(book.stones.back().facts);
  CHECK((book.stones.back().facts->verify_flags & 1U) != 0);  // MBEDTLS_X509_BADCERT_EXPIRED
  CHECK(book.forgets == 1);
  CHECK(peer->state() == phase::failed);  // it got the alert
  CHECK(readiness() == (POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP));
}

TEST_CASE_FIXTURE(fixture, "a tag that nobody filled: the connect fails with it") {
  kept.missing = fail(errc::credential_missing, "tag 7 holds nothing");
  connect();
  REQUIRE(stone());
  CHECK(*stone() == kept.missing);
  CHECK(book.forgets == 1);
}

TEST_CASE_FIXTURE(fixture, "garbage instead of a server") {
  REQUIRE(begin_connect().code == errc::connect_in_progress);
  connect_ends(msg::socket_connected{});
  settle();
  const auto text = bytes_of("220 mail.example ESMTP\r\n");
  tell(msg::received{{text.begin(), text.end()}, std::nullopt});
  run();  // the alert goes first
  REQUIRE(stone());
  CHECK(stone()->code == errc::handshake_failed);
}

TEST_CASE_FIXTURE(fixture, "a silent server: the deadline, or the program's own") {
  SUBCASE("of the daemon") {
    REQUIRE(begin_connect().code == errc::connect_in_progress);
    connect_ends(msg::socket_connected{});
    advance(59s);
    CHECK_FALSE(stone());
    advance(8s);
  }
  SUBCASE("SO_SNDTIMEO") {
    REQUIRE(call<msg::option_set>(socket, msg::set_option{msg::option::send_timeout_ms, 3000}));
    REQUIRE(begin_connect().code == errc::connect_in_progress);
    connect_ends(msg::socket_connected{});
    advance(2s);
    CHECK_FALSE(stone());
    advance(8s);
  }
  REQUIRE(stone());
  CHECK(stone()->code == errc::timed_out);
}

TEST_CASE_FIXTURE(fixture, "the peer's close_notify is the end of file; ours may still talk") {
  connect();
  REQUIRE(peer->write(bytes_of("last words")) == 10);
  peer->finish();
  run();
  CHECK(get() == "last words");
  char one;
  CHECK(::recv(fd, &one, 1, MSG_DONTWAIT) == 0);
  put("still here");
  CHECK(peer_heard() == "still here");
  CHECK(reason().code == errc::none);
}

TEST_CASE_FIXTURE(fixture, "a stream cut without close_notify is an error behind the data") {
  connect();
  REQUIRE(peer->write(bytes_of("half of it")) == 10);
  run();
  tell(msg::reception_ended{});
  CHECK(get() == "half of it");
  REQUIRE(stone());
  CHECK(stone()->code == errc::secure_stream_broken);
}

TEST_CASE_FIXTURE(fixture, "a record that does not decrypt ends it") {
  connect();
  tell(msg::received{
      msg::bytes{std::byte{23}, std::byte{3},  std::byte{3},  std::byte{0},  std::byte{20},
                 std::byte{1},  std::byte{2},  std::byte{3},  std::byte{4},  std::byte{5},
                 std::byte{6},  std::byte{7},  std::byte{8},  std::byte{9},  std::byte{10},
                 std::byte{11}, std::byte{12}, std::byte{13}, std::byte{14}, std::byte{15},
                 std::byte{16}, std::byte{17}, std::byte{18}, std::byte{19}, std::byte{20}},
      std::nullopt});
  run();
  REQUIRE(stone());
  CHECK(stone()->code == errc::secure_stream_broken);
  CHECK(peer->state() == phase::failed);
}

TEST_CASE_FIXTURE(fixture, "shutdown says close_notify and reads on") {
  connect();
  put("question");
  ::shutdown(fd, SHUT_WR);
  run();
  CHECK(peer_heard() == "question");
  CHECK(peer->peer_finished());
  REQUIRE(peer->write(bytes_of("answer")) == 6);
  run();
  CHECK(get() == "answer");
}

TEST_CASE_FIXTURE(fixture,
                  "close: what was written goes, close_notify behind it, then the link's close") {
  connect();
  REQUIRE(::send(fd, "bye", 3, MSG_DONTWAIT) == 3);
  pair.theirs.reset();
  run();
  CHECK(peer_heard() == "bye");
  CHECK(peer->peer_finished());
  CHECK(book.closes == 1);
  in_bridge([&] { book.closing.back().deliver(msg::socket_closed{}); });
  CHECK(book.forgets == 1);
}

TEST_CASE_FIXTURE(fixture, "close_notify waits for a line that does not move only so long") {
  connect();
  pair.theirs.reset();
  settle();  // it is offered, and nobody asks
  CHECK(book.closes == 0);
  advance(limits::tls_last_words_max + 1s);
  CHECK(book.closes == 1);
}

TEST_CASE_FIXTURE(fixture, "the network goes away in the handshake, and with an open stream") {
  SUBCASE("handshake") {
    REQUIRE(begin_connect().code == errc::connect_in_progress);
    connect_ends(msg::socket_connected{});
    tell(msg::socket_broken{fail(errc::pdn_down)});
  }
  SUBCASE("open") {
    connect();
    tell(msg::socket_broken{fail(errc::pdn_down)});
  }
  REQUIRE(stone());
  CHECK(stone()->code == errc::pdn_down);
}

TEST_CASE_FIXTURE(fixture,
                  "handshake steps are taken aside, and the socket may be gone meanwhile") {
  REQUIRE(begin_connect().code == errc::connect_in_progress);
  aside->hold = true;
  connect_ends(msg::socket_connected{});
  settle();
  CHECK(aside->waiting() == 1);
  CHECK(book.chunks.empty());
  SUBCASE("it goes on when they are done") {
    aside->let_go();
    run();
    CHECK(peer->state() == phase::open);
  }
  SUBCASE("closed meanwhile") {
    pair.theirs.reset();
    settle();
    kill(socket);
    settle();
    aside->let_go();
    settle();
    CHECK(book.forgets == 1);
  }
  SUBCASE("bytes that come meanwhile wait") {
    tell(msg::received{msg::bytes(5, std::byte{21}), std::nullopt});
    CHECK_FALSE(book.wants.back());
    aside->let_go();
    run();
    REQUIRE(stone());
    CHECK(stone()->code == errc::handshake_failed);
  }
}

TEST_CASE_FIXTURE(fixture, "closed in the handshake: it is over at once") {
  REQUIRE(begin_connect().code == errc::connect_in_progress);
  SUBCASE("while the link connects") {
    pair.theirs.reset();
    settle();
    CHECK(book.forgets == 0);
    connect_ends(msg::socket_connected{});
  }
  SUBCASE("with a peer that says nothing") {
    connect_ends(msg::socket_connected{});
    pair.theirs.reset();
  }
  run();
  CHECK(book.forgets == 1);
}

TEST_CASE_FIXTURE(fixture, "choices: before, not during, not after") {
  CHECK(choose(tls::option::alpn, std::vector<std::string>{"mqtt"}).code == errc::none);
  REQUIRE(begin_connect().code == errc::connect_in_progress);
  CHECK(choose(tls::option::peer_verify, std::int64_t{0}).code == errc::connect_pending);
  connect_ends(msg::socket_connected{});
  run();
  CHECK(choose(tls::option::peer_verify, std::int64_t{0}).code == errc::already_connected);
  CHECK(choose(tls::option::session_cache_purge, {}).code == errc::none);
  settle();
  CHECK(kept.purges == 1);
  CHECK(std::get<std::vector<std::string>>(*chosen(tls::option::alpn)) ==
        std::vector<std::string>{"mqtt"});
  CHECK(std::holds_alternative<std::monostate>(*chosen(tls::option::alpn_used)));
}

TEST_CASE_FIXTURE(any_name, "a session is kept for the next connection to the same peer") {
  REQUIRE(choose(tls::option::session_cache, std::int64_t{1}).code == errc::none);
  auto resumable = server();
  resumable.resume = true;
  test::seeded_random luck(3);
  resumable.tickets = *tls::ticket_keys::make(luck);
  peer.emplace(std::move(resumable), std::make_shared<test::seeded_random>(9));
  connect();
  REQUIRE(kept.sessions.size() == 1);
  CHECK(kept.sessions.begin()->first.peer == "192.0.2.10:443");
  CHECK(std::get<std::int64_t>(*chosen(tls::option::resumed)) == 0);
}

TEST_CASE_FIXTURE(any_name, "an accepted stream is open when its handshake is done") {
  kept.tags = {test::identity("server_ec.chain.pem", "server_ec.key.pem")};
  auto c = test::client_settings(transport::stream);
  c.tags = {test::trusting()};
  peer.emplace(std::move(c), std::make_shared<test::seeded_random>(9));
  std::optional<result<msg::channel_connected>> answer;
  auto asker = std::make_unique<caf::scoped_actor>(system);
  auto asked = (*asker)->request(socket, caf::infinite, msg::begin_accepted{socket_id{9}, to, to});
  run();
  CHECK(peer->state() == phase::open);
  asked.receive([&](msg::channel_connected& c2) { answer = c2; },
                [&](caf::error& e) { answer = to_failure(e); });
  REQUIRE(answer);
  CHECK(*answer);
  CHECK(readiness() == POLLOUT);
  REQUIRE(peer->write(bytes_of("hello server")) == 12);
  run();
  CHECK(get() == "hello server");
}
