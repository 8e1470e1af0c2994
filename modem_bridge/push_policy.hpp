// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>
#include <vector>

#include "stack/ids.hpp"

/// Which sockets get their data unasked, and which by turns. Pushing is the fastest way, but the
/// modem pushes in an order of its own and nothing holds it back: a socket whose program does not
/// read, or that takes much more than its share among several, is fetched from instead. Judged in
/// windows of received bytes, and only when something is received, so that it costs no timer. Pure.
namespace cellsock {

class push_policy {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// A socket that may be pushed to.
  void begin(socket_id id);
  void forget(socket_id id);
  void received(socket_id id, std::size_t bytes, time_point now);
  /// Data came for a program that has no room.
  void stalled(socket_id id);
  [[nodiscard]] bool push(socket_id id) const;

private:
  struct member {
    socket_id id;
    std::size_t bytes = 0;  // in this window
    bool stalled = false;   // in this window
    bool push = true;
  };
  [[nodiscard]] member* find(socket_id id);
  void close_window();

  std::vector<member> members_;
  time_point window_begin_{};
};

}  // namespace cellsock
