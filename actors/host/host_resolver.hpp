// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <functional>
#include <memory>

#include "actors/host/host_messages.hpp"
#include "actors/reactor.hpp"

namespace cellsock::host {

/// getaddrinfo where it may block: a detached thread for each name, so many at once. Its answer
/// comes back over the loop; a thread that is still at it when the link goes finds nobody, and
/// touches nothing of it.
class host_resolver {
public:
  struct question {
    std::uint64_t ticket = 0;
    std::string host;
    std::optional<ip_family> family;
  };
  using lookup = std::function<msg::lookup_ended(const question&)>;

  /// `ended` runs on the loop. `look_up` runs on the threads; tests give their own.
  host_resolver(const reactor& loop, std::function<void(msg::lookup_ended)> ended,
                lookup look_up = &host_resolver::ask_system);
  ~host_resolver();

  /// Fails with limit_reached, name_failed.
  [[nodiscard]] status ask(question what);
  /// A name that nobody waits for any more need not be asked; one that is asked goes on.
  void withdraw(std::uint64_t ticket);
  [[nodiscard]] std::size_t threads() const noexcept { return threads_; }

private:
  struct mailbox;
  [[nodiscard]] static msg::lookup_ended ask_system(const question& what);
  [[nodiscard]] status start(question what);
  void one_ended(msg::lookup_ended answer);

  const reactor& loop_;
  std::function<void(msg::lookup_ended)> ended_;
  lookup look_up_;
  std::shared_ptr<mailbox> mailbox_;
  std::deque<question> waiting_;
  std::size_t threads_ = 0;
};

}  // namespace cellsock::host
