// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <asio/io_context.hpp>
#include <functional>

namespace cellsock {

/// The loop as I/O objects see it: where to wait, and how to let the actors that a handler woke run
/// at once. The hooks are empty in tests that step CAF's test scheduler themselves.
struct reactor {
  asio::io_context& io;
  std::function<void()> enter = {};
  std::function<void()> leave = {};
};

/// Stands on the stack of every I/O handler that sends to actors.
class io_scope {
public:
  explicit io_scope(const reactor& where) : where_(where) {
    if (where_.enter) where_.enter();
  }
  ~io_scope() {
    if (where_.leave) where_.leave();
  }
  io_scope(const io_scope&) = delete;
  io_scope& operator=(const io_scope&) = delete;

private:
  const reactor& where_;
};

}  // namespace cellsock
