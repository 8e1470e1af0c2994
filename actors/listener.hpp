// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>

#include "actors/interfaces.hpp"
#include "actors/reactor.hpp"

namespace cellsock {

/// The control socket in the file system. Hands every accepted connection to the gateway.
class listener : public std::enable_shared_from_this<listener> {
public:
  /// Who may connect.
  struct access {
    mode_t mode = 0660;               // programs of the socket's group
    std::optional<gid_t> group = {};  // none: the daemon's own
  };
  /// Binds and listens; nobody can connect before `who` is in force. A path where another daemon
  /// answers is refused; one that a dead daemon left behind is taken over. Errors name the path and
  /// say what to do.
  [[nodiscard]] static result<std::shared_ptr<listener>> bind(const std::string& path,
                                                              const access& who,
                                                              const reactor& loop);
  listener(descriptor socket, std::string path, const reactor& loop);
  ~listener();
  void start(gateway_handle gateway);
  /// No new connections; removes the path. Idempotent.
  void close();

private:
  void arm();
  void accept_all();

  asio::posix::stream_descriptor socket_;
  asio::steady_timer retry_;
  std::string path_;
  const reactor& loop_;
  gateway_handle gateway_;
};

}  // namespace cellsock
