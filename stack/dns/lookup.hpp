// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <optional>
#include <utility>

#include "stack/dns/dns_limits.hpp"
#include "stack/dns/message.hpp"

namespace cellsock::dns {

/// One name asked of a few servers: bytes and time in, datagrams and the answer out. Two families
/// are asked for at once. A server that is silent, or has trouble, is followed by the next; each
/// gets its turn in every round. Only the server that was asked is listened to. Pure.
class lookup {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using randomness = std::function<std::uint32_t()>;

  struct order {
    std::string name;  // wire_name
    std::vector<ip_family> families;
    std::vector<ip_address> servers;  // the first servers_max are asked
    std::size_t rounds = limits::rounds;
    std::uint16_t port = limits::server_port;
  };
  struct query {
    ip_address server;
    ip_family family = ip_family::v4;  // asked for
    std::vector<std::byte> bytes;
  };
  struct outcome {
    std::vector<ip_address> addresses = {};  // IPv4 first
    std::chrono::seconds good_for{0};        // also of `why`; within the limits
    failure why{errc::none};                 // without an address
  };
  enum class hearing : std::uint8_t {
    not_ours,  // of another lookup, or forged
    refused,   // from the right server, and no message that can be believed
    taken,
  };

  lookup(order what, const randomness& random, time_point now);

  /// What is to be sent now.
  [[nodiscard]] std::vector<query> take_queries() { return std::exchange(outgoing_, {}); }
  /// It has left: from now on an answer is waited for.
  void sent(const ip_address& server, ip_family family, time_point now);
  [[nodiscard]] hearing received(const endpoint& from, std::span<const std::byte> bytes,
                                 time_point now);
  /// Nothing can be sent to it.
  void unreachable(const ip_address& server, time_point now);
  void expire(time_point now);
  [[nodiscard]] std::optional<time_point> deadline() const;
  [[nodiscard]] const std::optional<outcome>& ended() const noexcept { return ended_; }
  /// Those that were waited for and never said anything.
  [[nodiscard]] std::vector<ip_address> silent_servers() const;

private:
  struct asked_server {
    ip_address address;
    bool answered = false;
    bool waited_out = false;
  };
  struct inquiry {
    ip_family family = ip_family::v4;
    std::vector<question> asked;  // by server: an id of its own each, the same in every round
    std::size_t step = 0;         // round * servers + server
    time_point until = {};
    bool open = true;
    std::vector<ip_address> addresses = {};
    std::chrono::seconds good_for{0};
    failure why{errc::none};
  };

  [[nodiscard]] bool waits_for(const inquiry& one, const ip_address& server) const;
  void ask(inquiry& one, time_point now);
  void next_server(inquiry& one, failure why, time_point now);
  void take(inquiry& one, std::size_t from, response& said, time_point now);
  [[nodiscard]] bool other_found(const inquiry& one) const;
  void conclude();

  order order_;
  std::vector<asked_server> servers_;
  std::vector<inquiry> inquiries_;
  std::vector<query> outgoing_;
  std::optional<outcome> ended_;
};

}  // namespace cellsock::dns
