// SPDX-License-Identifier: Apache-2.0
#include "client_lib/control_connection.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "cellsock/version.h"
#include "client_lib/dial.hpp"
#include "client_lib/errno_table.hpp"
#include "client_lib/limits.hpp"
#include "proto/secrets.hpp"

namespace cellsock::client {
namespace {

constexpr std::uint32_t protocol_version_min = 1;
constexpr std::uint32_t protocol_version_max = 1;

/// `failure` with error 0: went well. Only inside this file.
constexpr int no_error = 0;

failure broken_off(int error) {
  return {failed_by::transport,
          ENETDOWN,
          {},
          std::string("the connection to the daemon broke: ") + std::strerror(error)};
}

failure out_of_step(const char* what) {
  return {failed_by::transport, EPROTO, {}, std::string("not our protocol: ") + what};
}

/// Why the kernel threw away a descriptor on its way to us.
failure lost_descriptor() {
  const unique_fd probe(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
  if (!probe && errno == EMFILE)
    return {failed_by::system, EMFILE, {}, "no descriptor left for the socket"};
  return {failed_by::access, EACCES, {}, "a security module refused the socket's descriptor"};
}

struct descriptor_message {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr header{};

  void attach(int fd) {
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    auto* entry = CMSG_FIRSTHDR(&header);
    entry->cmsg_level = SOL_SOCKET;
    entry->cmsg_type = SCM_RIGHTS;
    entry->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(entry), &fd, sizeof fd);
  }
  [[nodiscard]] unique_fd detach() {
    for (auto* entry = CMSG_FIRSTHDR(&header); entry != nullptr;
         entry = CMSG_NXTHDR(&header, entry)) {
      if (entry->cmsg_level != SOL_SOCKET || entry->cmsg_type != SCM_RIGHTS) continue;
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(entry), sizeof fd);
      return unique_fd(fd);
    }
    return {};
  }
};

}  // namespace

control_connection::control_connection(unique_fd connected, wait_registry& waits,
                                       const credential_session* session)
    : connection_(std::move(connected)), waits_(waits), session_(session) {}

outcome<std::unique_ptr<control_connection>> control_connection::open(
    const std::string& path, wait_registry& waits, const credential_session* session) {
  auto connected = dial(path);
  if (!connected) return connected.why();
  std::unique_ptr<control_connection> made(
      new control_connection(*std::move(connected), waits, session));
  auto greeted = made->say_hello();
  if (!greeted) return greeted.why();
  return made;
}

outcome<wire::Reply> control_connection::say_hello() {
  wire::Request request;
  auto& hello = *request.mutable_hello();
  hello.set_version_min(protocol_version_min);
  hello.set_version_max(protocol_version_max);
  hello.set_library("libcellsock " CELLSOCK_VERSION);
  hello.set_program(program_invocation_short_name);
  if (session_ != nullptr) hello.set_session(session_->name);
  auto reply = exchange(request, {deadline::after(limits::hello_max)});
  if (!reply) return reply;
  const auto version = reply->hello().version();
  if (version < protocol_version_min || version > protocol_version_max) {
    broken_ = true;
    return failure{failed_by::daemon, EPROTO, wire::ERROR_CODE_VERSION_MISMATCH,
                   "the daemon chose protocol version " + std::to_string(version)};
  }
  daemon_instance_ = reply->hello().instance();
  return reply;
}

outcome<wire::Reply> control_connection::exchange(wire::Request& request, const patience& how,
                                                  int shown, unique_fd* received) {
  // Broken until proven otherwise: whatever leaves this function early, thread cancellation
  // included, leaves half an exchange on the wire.
  if (std::exchange(broken_, true)) return out_of_step("connection used after a failure");
  request.set_id(next_id_++);
  std::vector<std::byte> frame;
  auto body = request.SerializeAsString();
  const bool fits = proto::append_frame(body, frame);
  proto::wipe(body);
  if (!fits) {
    broken_ = false;  // nothing was sent
    return failure{failed_by::system, EMSGSIZE, {}, "request too large"};
  }
  const auto sent = send_frame(frame, shown, how);
  proto::wipe(frame);  // it may have carried a key
  if (sent.error != no_error) return sent;
  return receive_reply(how, received);
}

outcome<wire::Reply> control_connection::next(const patience& how) {
  if (std::exchange(broken_, true)) return out_of_step("connection used after a failure");
  return receive_reply(how, nullptr);
}

/// Leaves the connection in step only if this was an answer to the last request.
outcome<wire::Reply> control_connection::receive_reply(const patience& how, unique_fd* received) {
  std::string body;
  if (auto got = receive_frame(body, received, how); got.error != no_error) return got;
  wire::Reply reply;
  if (!reply.ParseFromString(body)) return out_of_step("unreadable reply");
  if (reply.id() != next_id_ - 1) return out_of_step("reply to another request");
  broken_ = false;
  if (const auto code = reply.error().code(); code != wire::ERROR_CODE_UNSPECIFIED)
    return failure{failed_by::daemon, errno_of(code), code, reply.error().detail()};
  return reply;
}

bool control_connection::usable() const {
  if (broken_ || !connection_.still_ours()) return false;
  // The daemon never speaks unasked: anything readable is an end or a breach.
  pollfd entry{connection_.number(), POLLIN | POLLRDHUP, 0};
  return ::poll(&entry, 1, 0) == 0;
}

failure control_connection::await(short events, const patience& how) {
  for (;;) {
    std::array fds{pollfd{connection_.number(), events, 0}};
    switch (waits_.wait(fds, how.subject, how.until)) {
      case wait_end::ready:
        // The program may have closed and reused the number meanwhile.
        return connection_.still_ours() ? failure{} : broken_off(EBADF);
      case wait_end::deadline:
        return {failed_by::deadline, ETIMEDOUT, {}, "the daemon did not answer in time"};
      case wait_end::closed: return {failed_by::interrupt, EINTR, {}, "closed meanwhile"};
      case wait_end::signal:
        if (how.interruptible) return {failed_by::interrupt, EINTR, {}, "interrupted"};
    }
  }
}

failure control_connection::send_frame(const std::vector<std::byte>& frame, int shown,
                                       const patience& how) {
  std::size_t sent = 0;
  while (sent < frame.size()) {
    descriptor_message message;
    iovec piece{const_cast<std::byte*>(frame.data()) + sent, frame.size() - sent};
    message.header.msg_iov = &piece;
    message.header.msg_iovlen = 1;
    if (shown >= 0 && sent == 0) message.attach(shown);
    const auto count =
        ::sendmsg(connection_.number(), &message.header, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      sent += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {
      if (auto waited = await(POLLOUT, how); waited.error != no_error) return waited;
    } else if (errno != EINTR) {
      return broken_off(errno);
    }
  }
  return {};
}

failure control_connection::receive_frame(std::string& body, unique_fd* received,
                                          const patience& how) {
  std::array<std::byte, 4096> buffer;
  for (;;) {
    if (auto whole = decoder_.next()) {
      body = *std::move(whole);
      return {};
    }
    if (decoder_.broken()) return out_of_step("bad frame length");
    descriptor_message message;
    iovec piece{buffer.data(), buffer.size()};
    message.header.msg_iov = &piece;
    message.header.msg_iovlen = 1;
    message.header.msg_control = message.control.data();
    message.header.msg_controllen = message.control.size();
    const auto count =
        ::recvmsg(connection_.number(), &message.header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (count > 0) {
      auto attached = message.detach();
      if (attached && received != nullptr) *received = std::move(attached);
      if ((message.header.msg_flags & MSG_CTRUNC) != 0) return lost_descriptor();
      decoder_.feed(std::span(buffer).first(static_cast<std::size_t>(count)));
    } else if (count == 0) {
      return broken_off(ECONNRESET);
    } else if (errno == EAGAIN) {
      if (auto waited = await(POLLIN, how); waited.error != no_error) return waited;
    } else if (errno != EINTR) {
      return broken_off(errno);
    }
  }
}

}  // namespace cellsock::client
