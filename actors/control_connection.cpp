// SPDX-License-Identifier: Apache-2.0
#include "actors/control_connection.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "stack/credentials/secret.hpp"
#include "stack/limits.hpp"

namespace cellsock {
namespace {

constexpr std::size_t descriptors_pending_max = 4;  // a request shows one; more is abuse

}  // namespace

control_connection::control_connection(asio::posix::stream_descriptor socket, const reactor& loop)
    : socket_(std::move(socket)), loop_(loop) {}

result<std::shared_ptr<control_connection>> control_connection::adopt(int fd, const reactor& loop) {
  descriptor owned(fd);
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  asio::posix::stream_descriptor socket(loop.io);
  asio::error_code ec;
  socket.assign(fd, ec);
  if (ec) return fail(errc::internal, "control connection: " + ec.message());
  (void)owned.release();
  return std::make_shared<control_connection>(std::move(socket), loop);
}

void control_connection::start(client_handle owner) {
  owner_ = std::move(owner);
  arm_read();
}

void control_connection::arm_read() {
  socket_.async_wait(asio::posix::descriptor_base::wait_read,
                     [self = shared_from_this()](const asio::error_code& ec) {
                       if (ec || !self->owner_) return;
                       const io_scope scope(self->loop_);
                       self->readable();
                     });
}

void control_connection::readable() {
  static thread_local std::array<std::byte, 64 * 1024> space;  // idle connections own no buffer
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * descriptors_pending_max)> control;
  iovec piece{space.data(), space.size()};
  msghdr header{};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  const ssize_t n = ::recvmsg(socket_.native_handle(), &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return arm_read();
  for (cmsghdr* c = n < 0 ? nullptr : CMSG_FIRSTHDR(&header); c != nullptr;
       c = CMSG_NXTHDR(&header, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof fd);
      attached_.push_back(std::make_shared<descriptor>(fd));
    }
  }
  if (n <= 0 || attached_.size() > descriptors_pending_max) return ended();
  const auto arrived = std::span(space).first(static_cast<std::size_t>(n));
  decoder_.feed(arrived);
  wipe(arrived);  // a frame may carry a key
  while (auto body = decoder_.next()) {
    caf::anon_send(owner_, msg::request_received{std::move(*body), std::exchange(attached_, {})});
  }
  if (decoder_.broken()) {
    caf::anon_send(owner_, msg::request_received{{}, {}});  // counted there as malformed
    return ended();
  }
  if (queued_bytes_ < limits::reply_backlog_bytes_max / 2)
    arm_read();
  else
    paused_ = true;
}

void control_connection::reply(const std::string& body, shared_descriptor attached) {
  if (!owner_) return;
  outgoing next;
  next.attached = std::move(attached);
  if (!proto::append_frame(body, next.bytes)) return ended();
  queued_bytes_ += next.bytes.size();
  if (queued_bytes_ > limits::reply_backlog_bytes_max) return ended();
  queue_.push_back(std::move(next));
  if (!writing_) flush();
}

bool control_connection::send_front() {
  outgoing& next = queue_.front();
  iovec piece{next.bytes.data() + next.sent, next.bytes.size() - next.sent};
  msghdr header{};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  if (next.attached && next.sent == 0) {
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    cmsghdr* c = CMSG_FIRSTHDR(&header);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    const int fd = next.attached->get();
    std::memcpy(CMSG_DATA(c), &fd, sizeof fd);
  }
  const ssize_t n = ::sendmsg(socket_.native_handle(), &header, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n < 0) {
    if (errno != EAGAIN && errno != EINTR) ended();
    return false;
  }
  next.sent += static_cast<std::size_t>(n);
  queued_bytes_ -= static_cast<std::size_t>(n);
  if (next.sent < next.bytes.size()) return false;
  queue_.pop_front();  // our copy of the descriptor closes here, so a dead program shows as HUP
  return true;
}

void control_connection::flush() {
  while (!queue_.empty() && send_front()) {
  }
  if (!owner_) return;
  if (paused_ && queued_bytes_ < limits::reply_backlog_bytes_max / 2) {
    paused_ = false;
    arm_read();
  }
  writing_ = !queue_.empty();
  if (!writing_) {
    if (std::exchange(drained_wanted_, false)) caf::anon_send(owner_, msg::connection_drained{});
    return;
  }
  socket_.async_wait(asio::posix::descriptor_base::wait_write,
                     [self = shared_from_this()](const asio::error_code& ec) {
                       if (ec || !self->owner_) return;
                       const io_scope scope(self->loop_);
                       self->flush();
                     });
}

void control_connection::ended() {
  if (owner_) caf::anon_send(owner_, msg::connection_ended{});
  close();
}

void control_connection::close() {
  owner_ = nullptr;
  queue_.clear();
  attached_.clear();
  asio::error_code ignored;
  socket_.close(ignored);
}

}  // namespace cellsock
