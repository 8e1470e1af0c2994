// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "cellsock/v1/socket.pb.h"
#include "client_lib/credential_session.hpp"
#include "client_lib/deadline.hpp"
#include "client_lib/outcome.hpp"
#include "client_lib/owned_descriptor.hpp"
#include "client_lib/wait_registry.hpp"
#include "proto/frame.hpp"

namespace cellsock::client {

/// What may end an exchange besides its answer.
struct patience {
  deadline until;
  /// A signal handler that ran ends it (EINTR). Off for short calls, which wait on.
  bool interruptible = false;
  /// Closing this socket in another thread ends it.
  watched_socket subject = {};
};

/// A control connection after its hello: one request, one reply, one caller at a time. Anything but
/// an answer leaves it unusable, because the next bytes on it might belong to the old exchange.
class control_connection {
public:
  /// Connects, checks versions and joins the session, if there is one.
  [[nodiscard]] static outcome<std::unique_ptr<control_connection>> open(
      const std::string& path, wait_registry& waits, const credential_session* session = nullptr);

  /// Sends `request` (its id is set here), shows descriptor `shown` with it unless -1, and waits
  /// for the reply. A reply with an error is a failure by `daemon`. A descriptor that came with
  /// either is in `*received`, close-on-exec. Thread: one at a time.
  [[nodiscard]] outcome<wire::Reply> exchange(wire::Request& request, const patience& how,
                                              int shown = -1, unique_fd* received = nullptr);

  /// The next of a series of replies to the request exchanged last (a watch). Such a connection
  /// serves nothing else.
  [[nodiscard]] outcome<wire::Reply> next(const patience& how);

  /// False after a failed exchange.
  [[nodiscard]] bool in_step() const noexcept { return !broken_; }
  /// To be asked before use. False after a failed exchange, when the daemon hung up, or when the
  /// program closed our number.
  [[nodiscard]] bool usable() const;
  /// Differs between runs of the daemon; 0 from one that does not say.
  [[nodiscard]] std::uint64_t daemon_instance() const noexcept { return daemon_instance_; }
  [[nodiscard]] const credential_session* session() const noexcept { return session_; }

private:
  control_connection(unique_fd connected, wait_registry& waits, const credential_session* session);
  [[nodiscard]] outcome<wire::Reply> say_hello();
  [[nodiscard]] outcome<wire::Reply> receive_reply(const patience& how, unique_fd* received);
  [[nodiscard]] failure await(short events, const patience& how);
  [[nodiscard]] failure send_frame(const std::vector<std::byte>& frame, int shown,
                                   const patience& how);
  [[nodiscard]] failure receive_frame(std::string& body, unique_fd* received, const patience& how);

  owned_descriptor connection_;
  wait_registry& waits_;
  const credential_session* session_;
  proto::frame_decoder decoder_;
  std::uint64_t next_id_ = 1;
  std::uint64_t daemon_instance_ = 0;
  bool broken_ = false;
};

}  // namespace cellsock::client
