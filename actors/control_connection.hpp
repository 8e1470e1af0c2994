// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "actors/interfaces.hpp"
#include "actors/reactor.hpp"
#include "proto/frame.hpp"

namespace cellsock {

/// The daemon's end of one control connection: frames and descriptors in and out. Descriptors only
/// ever travel by recvmsg and sendmsg (a plain read would destroy them). Loop thread only.
class control_connection : public std::enable_shared_from_this<control_connection> {
public:
  control_connection(asio::posix::stream_descriptor socket, const reactor& loop);
  /// Adopts an accepted socket: non-blocking, CLOEXEC.
  [[nodiscard]] static result<std::shared_ptr<control_connection>> adopt(int fd,
                                                                         const reactor& loop);

  void start(client_handle owner);
  /// Queues a reply, with a descriptor if there is one. While half of reply_backlog_bytes_max
  /// waits, no more requests are read; beyond all of it the connection ends. It costs its program
  /// only.
  void reply(const std::string& body, shared_descriptor attached = nullptr);
  /// Nothing waits to be written. For senders that would rather keep what they have.
  [[nodiscard]] bool drained() const noexcept { return queue_.empty(); }
  /// Sends the owner one connection_drained when that is so again.
  void tell_when_drained() { drained_wanted_ = true; }
  /// Idempotent; breaks the actor <-> connection cycle.
  void close();

private:
  struct outgoing {
    std::vector<std::byte> bytes;
    std::size_t sent = 0;
    shared_descriptor attached;
  };
  void arm_read();
  void readable();
  void flush();
  void ended();
  /// One sendmsg of what is first in the queue. False: would block or failed.
  bool send_front();

  asio::posix::stream_descriptor socket_;
  const reactor& loop_;
  client_handle owner_;
  proto::frame_decoder decoder_;
  std::vector<shared_descriptor> attached_;
  std::deque<outgoing> queue_;
  std::size_t queued_bytes_ = 0;
  bool writing_ = false;
  bool paused_ = false;
  bool drained_wanted_ = false;
};

}  // namespace cellsock
