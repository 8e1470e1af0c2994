// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstdint>

#include "client_lib/unique_fd.hpp"

namespace cellsock::client {

/// SO_COOKIE of a socket: its name for ever, the same after dup, fork and passing. 0 and errno set
/// if `fd` is not an open socket.
[[nodiscard]] std::uint64_t cookie_of(int fd) noexcept;

struct ledger_slot;

/// A socket of the library's own that lives in somebody else's process. The program may close its
/// number behind our back (closefrom, a daemonising loop) and get it for something else, so every
/// use first compares the cookie, and it is closed only while it is still ours. Numbered from
/// limits::own_descriptor_min where the process's limit allows, close-on-exec. Not thread-safe.
class owned_descriptor {
public:
  owned_descriptor() = default;
  /// Takes the socket over and moves it to a high number.
  explicit owned_descriptor(unique_fd made);
  owned_descriptor(owned_descriptor&& other) noexcept;
  owned_descriptor& operator=(owned_descriptor&& other) noexcept;
  ~owned_descriptor();

  [[nodiscard]] int number() const noexcept { return number_; }
  [[nodiscard]] bool still_ours() const noexcept;

private:
  int number_ = -1;
  std::uint64_t cookie_ = 0;
  ledger_slot* slot_ = nullptr;
};

/// For the child of a fork: closes what it inherited from the parent's library. Reads only a
/// list that is whole at every instant, whatever the parent's other threads were doing.
void close_inherited_descriptors() noexcept;

}  // namespace cellsock::client
