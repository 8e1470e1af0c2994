// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <vector>

#include "stack/ids.hpp"

/// Whose turn it is on the line, among sockets that have something to send or to fetch. Round robin
/// over sockets; a socket with both takes them in turn. (Commands that are not payload go first;
/// the engine keeps those.) Pure.
namespace cellsock {

enum class direction { send, receive };

struct turn {
  socket_id id;
  direction what;
  friend bool operator==(const turn&, const turn&) = default;
};

class scheduler {
public:
  /// Says whether `id` could use a turn. A socket that becomes ready queues behind the others.
  void ready(socket_id id, direction what, bool is_ready);
  void forget(socket_id id);
  /// The next turn, which counts as taken; empty: nobody is ready.
  [[nodiscard]] std::optional<turn> next();

private:
  struct member {
    socket_id id;
    bool send = false;
    bool receive = false;
    direction last = direction::receive;
  };
  [[nodiscard]] std::vector<member>::iterator find(socket_id id);

  std::vector<member> ring_;  // the front is next
};

}  // namespace cellsock
