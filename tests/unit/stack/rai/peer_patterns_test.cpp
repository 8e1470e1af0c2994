// SPDX-License-Identifier: Apache-2.0
#include "stack/rai/peer_patterns.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace cellsock;
using namespace std::chrono_literals;

namespace {

const endpoint unknown_port = *parse_endpoint("192.0.2.1:4000");
const endpoint dns = *parse_endpoint("192.0.2.1:53");
constexpr rai_exchange once{1, 1, 100ms};
constexpr rai_exchange twice{1, 2, 100ms};
constexpr rai_exchange both{2, 2, 100ms};
constexpr rai_exchange silence{1, 0, 0ms};
constexpr rai_exchange slow{1, 3, 5s};

struct row {
  const char* what;
  transport kind;
  endpoint peer;
  std::vector<rai_exchange> seen;
  peer_manner manner;
};

std::vector<rai_exchange> times(std::size_t n, const rai_exchange& e) {
  return {n, e};
}
std::vector<rai_exchange> then(std::vector<rai_exchange> a, std::vector<rai_exchange> b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

TEST_CASE("what is guessed of a peer, by what it did") {
  using enum peer_manner;
  constexpr auto udp = transport::datagram;
  constexpr auto tcp = transport::stream;
  const row rows[]{
      {"nothing known", udp, unknown_port, {}, unknown},
      {"once is chance", udp, unknown_port, times(1, once), unknown},
      {"twice too", udp, unknown_port, times(2, once), unknown},
      {"three times is a manner", udp, unknown_port, times(3, once), one_reply},
      {"two questions, two answers", udp, unknown_port, times(3, both), one_reply},
      {"a well-known service needs one exchange", udp, dns, times(1, once), one_reply},
      {"and is not guessed by its port alone", udp, dns, {}, unknown},
      {"a separate answer is not one reply", udp, dns, times(1, twice), unknown},
      {"but is an answer", udp, unknown_port, times(3, twice), answers},
      {"a surprise makes it start again", udp, unknown_port, then(times(3, once), {twice}),
       unknown},
      {"and need more", udp, unknown_port, then(times(3, once), then({twice}, times(4, once))),
       unknown},
      {"until it has had enough", udp, unknown_port,
       then(times(3, once), then({twice}, times(6, once))), one_reply},
      {"a reply that is lost proves nothing", udp, unknown_port, then(times(3, once), {silence}),
       unknown},
      {"nor against it", udp, unknown_port, then(times(3, once), {silence, once}), one_reply},
      {"never an answer", udp, unknown_port, times(5, silence), silent},
      {"not yet", udp, unknown_port, times(4, silence), unknown},
      {"an answer after all", udp, unknown_port, then(times(5, silence), {once}), unknown},
      {"who answered once is not soon called silent", udp, unknown_port,
       then({once}, times(9, silence)), unknown},
      {"a stream answers", tcp, unknown_port, times(3, twice), answers},
      {"a stream has no such thing as one reply", tcp, unknown_port, times(3, once), answers},
      {"the port means nothing for a stream", tcp, dns, times(1, once), unknown},
      {"too slow to gain from", tcp, unknown_port, times(3, slow), unknown},
      {"a stream that is never answered", tcp, unknown_port, times(5, silence), silent},
  };
  for (const auto& r : rows) {
    CAPTURE(r.what);
    peer_patterns peers;
    for (const auto& e : r.seen) peers.learn(r.kind, r.peer, e);
    CHECK(peers.guess_of(r.kind, r.peer).manner == r.manner);
  }
}

TEST_CASE("how long it must be quiet: twice the longest gap, and never less than a settling time") {
  peer_patterns peers;
  for (int i = 0; i < 3; ++i) peers.learn(transport::stream, unknown_port, {1, 2, 100ms});
  CHECK(peers.guess_of(transport::stream, unknown_port).quiet == 1s);
  peers.learn(transport::stream, unknown_port, {1, 2, 1500ms});
  CHECK(peers.guess_of(transport::stream, unknown_port).quiet == 3s);
}

TEST_CASE("something that no guess allowed for takes the guess back") {
  peer_patterns peers;
  for (int i = 0; i < 5; ++i) peers.learn(transport::datagram, unknown_port, silence);
  peers.contradict(transport::datagram, unknown_port);
  CHECK(peers.guess_of(transport::datagram, unknown_port).manner == peer_manner::unknown);
  for (int i = 0; i < 12; ++i) peers.learn(transport::datagram, unknown_port, silence);
  CHECK(peers.guess_of(transport::datagram, unknown_port).manner == peer_manner::unknown);
  peers.learn(transport::datagram, unknown_port, silence);
  CHECK(peers.guess_of(transport::datagram, unknown_port).manner == peer_manner::silent);
}

TEST_CASE("peers are bounded, and the one that was not used for longest goes") {
  peer_patterns peers(4);
  for (int i = 0; i < 3; ++i) peers.learn(transport::datagram, unknown_port, once);
  for (std::uint16_t port = 1; port <= 3; ++port) {
    endpoint other = unknown_port;
    other.port = port;
    peers.learn(transport::datagram, other, once);
    peers.learn(transport::datagram, unknown_port, once);
  }
  endpoint fifth = unknown_port;
  fifth.port = 4;
  peers.learn(transport::datagram, fifth, once);
  CHECK(peers.size() == 4);
  CHECK(peers.guess_of(transport::datagram, unknown_port).manner == peer_manner::one_reply);
  peer_patterns none(0);
  none.learn(transport::datagram, unknown_port, once);
  CHECK(none.size() == 1);
}
