// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

namespace cellsock {

/// Where computations that take milliseconds (handshakes, keys) are done, so that the loop never
/// waits for one. Jobs touch nothing that the loop touches, and tell their actor by a message.
class workers {
public:
  workers() = default;
  workers(const workers&) = delete;
  workers& operator=(const workers&) = delete;
  virtual ~workers() = default;
  /// Any thread. Jobs may run at the same time and end in any order.
  virtual void run(std::function<void()> job) = 0;
};

}  // namespace cellsock
