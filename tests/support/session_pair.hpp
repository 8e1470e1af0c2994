// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <random>
#include <string>

#include "stack/tls/session.hpp"
#include "tests/support/pki.hpp"
#include "tests/support/seeded_random.hpp"

namespace cellsock::test {

/// What lies between two sessions. Datagrams are lost and overtaken by a seed.
struct link_rules {
  std::size_t piece_bytes_max = 100000;  // a stream's: how much arrives at once
  unsigned lost_percent = 0;
  unsigned late_percent = 0;
  unsigned seed = 1;
};

/// Two sessions in memory, a link and a clock of their own.
class session_pair {
public:
  session_pair(tls::settings of_client, tls::settings of_server, link_rules link = {})
      : random(std::make_shared<seeded_random>(link.seed)),
        client(std::move(of_client), random),
        server(std::move(of_server), random),
        link_(link),
        luck_(link.seed) {}

  /// Until nothing moves; then the next timer, while `waiting()` and for so long at most.
  template <class Waiting>
  void run(Waiting waiting, std::chrono::seconds time_max = std::chrono::seconds(600)) {
    const auto end = now.at + time_max;
    for (;;) {
      while (move_once()) {
      }
      if (!waiting()) return;
      auto next = client.next_timer();
      if (const auto other = server.next_timer(); other && (!next || *other < *next)) next = other;
      if (!late_.empty()) {
        flush_late();
        continue;
      }
      if (!next || *next > end) return;
      now.at = std::max(now.at, *next);
    }
  }
  void run() {
    run([] { return false; });
  }
  bool shake_hands() {
    run([this] {
      return client.state() == tls::phase::handshaking || server.state() == tls::phase::handshaking;
    });
    return client.state() == tls::phase::open && server.state() == tls::phase::open;
  }

  /// Sent from one to the other, and what arrives.
  std::string carry(tls::session& from, tls::session& to, std::string_view text) {
    std::string got;
    std::size_t sent = 0;
    for (int rounds = 0; rounds < 100000 && (sent < text.size() || got.size() < text.size());
         ++rounds) {
      const auto before = sent + got.size();
      if (sent < text.size()) sent += from.write(bytes_of(text.substr(sent)));
      run();
      got += take(to);
      if (sent + got.size() == before) break;
    }
    return got;
  }
  static std::string take(tls::session& from) {
    std::string got;
    while (!from.plain().empty()) {
      const auto bytes = from.plain();
      got.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      from.plain_taken(bytes.size());
    }
    return got;
  }

  std::shared_ptr<seeded_random> random;
  tls::session client;
  tls::session server;
  tls::moment now{std::chrono::steady_clock::time_point(std::chrono::hours(1)), today};
  std::uint64_t bytes_moved = 0;
  std::uint64_t pieces_moved = 0;

private:
  struct late_piece {
    tls::session* to;
    std::vector<std::byte> bytes;
  };

  bool move_once() {
    client.step(now);
    server.step(now);
    const bool there = move(client, server);
    const bool back = move(server, client);
    return there || back;
  }
  bool chance(unsigned percent) { return percent != 0 && luck_() % 100 < percent; }
  bool move(tls::session& from, tls::session& to) {
    const auto waiting = from.wire();
    if (waiting.empty()) return false;
    const auto piece = waiting.first(std::min(waiting.size(), link_.piece_bytes_max));
    ++pieces_moved;
    if (chance(link_.lost_percent)) {
      from.wire_taken(piece.size());
      return true;
    }
    if (chance(link_.late_percent)) {
      late_.push_back({&to, {piece.begin(), piece.end()}});
      from.wire_taken(piece.size());
      return true;
    }
    const auto taken = to.feed(piece);
    bytes_moved += taken;
    from.wire_taken(taken);
    if (!late_.empty() && chance(50)) flush_late();
    return taken != 0;
  }
  void flush_late() {
    for (auto& p : late_) p.to->feed(p.bytes);
    late_.clear();
  }

  link_rules link_;
  std::mt19937 luck_;
  std::deque<late_piece> late_;
};

/// A client that trusts the tests' roots and asks for server.test; a server that is it.
[[nodiscard]] inline tls::settings client_settings(transport kind = transport::stream) {
  tls::settings s;
  s.kind = kind;
  if (kind == transport::datagram) s.lowest = s.highest = tls::version::dtls_1_2;
  s.tags.push_back(trusting());
  s.name = {tls::peer_name::rule::checked, "server.test"};
  return s;
}
[[nodiscard]] inline tls::settings server_settings(transport kind = transport::stream) {
  tls::settings s;
  s.kind = kind;
  if (kind == transport::datagram) s.lowest = s.highest = tls::version::dtls_1_2;
  s.as = tls::role::server;
  s.verify = tls::peer_verify::none;
  s.tags.push_back(identity("server_ec.chain.pem", "server_ec.key.pem"));
  s.peer_address = {std::byte{192}, std::byte{0}, std::byte{2}, std::byte{7}};
  return s;
}

}  // namespace cellsock::test
