// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "client_lib/socket_entry.hpp"

namespace cellsock::client {

/// The sockets that this process has met, by cookie: duplicates share an entry, and a number that
/// was closed and reused cannot be mistaken for what it was. Thread-safe.
class socket_table {
public:
  [[nodiscard]] std::shared_ptr<socket_entry> find(std::uint64_t cookie) const;
  /// Returns the entry that is in the table afterwards: another thread may have been first. `fd` is
  /// a descriptor of it, to notice later that the program closed it without telling us.
  std::shared_ptr<socket_entry> insert(int fd, std::shared_ptr<socket_entry> entry);
  void erase(std::uint64_t cookie);

  /// The daemon said that it is none of its sockets. True for ever: cookies are not reused.
  void remember_foreign(std::uint64_t cookie);
  [[nodiscard]] bool is_foreign(std::uint64_t cookie) const;
  [[nodiscard]] std::size_t size() const;

private:
  struct slot {
    int fd;
    std::shared_ptr<socket_entry> entry;
  };
  void sweep_locked();

  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, slot> known_;
  std::unordered_set<std::uint64_t> foreign_;
  std::size_t sweep_at_ = 0;
};

}  // namespace cellsock::client
