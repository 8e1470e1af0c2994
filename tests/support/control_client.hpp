// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <fcntl.h>
#include <sys/socket.h>

#include <cstring>
#include <deque>
#include <optional>

#include "actors/descriptor.hpp"
#include "cellsock/v1/socket.pb.h"
#include "proto/frame.hpp"

namespace cellsock::test {

/// A program's end of a control connection, without a thread: send, let the world settle, take.
class control_client {
public:
  explicit control_client(descriptor end) : end_(std::move(end)) {
    ::fcntl(end_.get(), F_SETFL, O_NONBLOCK);
  }

  std::uint64_t send(v1::Request request, int attached = -1) {
    request.set_id(++last_id_);
    std::vector<std::byte> bytes;
    (void)proto::append_frame(request.SerializeAsString(), bytes);
    send_raw(bytes, attached);
    return last_id_;
  }
  void send_raw(std::span<const std::byte> bytes, int attached = -1) {
    iovec piece{const_cast<std::byte*>(bytes.data()), bytes.size()};
    msghdr header{};
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    if (attached >= 0) {
      header.msg_control = control;
      header.msg_controllen = sizeof control;
      auto* c = CMSG_FIRSTHDR(&header);
      c->cmsg_level = SOL_SOCKET;
      c->cmsg_type = SCM_RIGHTS;
      c->cmsg_len = CMSG_LEN(sizeof(int));
      std::memcpy(CMSG_DATA(c), &attached, sizeof attached);
    }
    (void)!::sendmsg(end_.get(), &header, MSG_NOSIGNAL);
  }

  /// The next reply, if one is there; descriptors that came along are kept in `received`.
  std::optional<v1::Reply> take() {
    for (;;) {
      if (auto body = decoder_.next()) {
        v1::Reply reply;
        return reply.ParseFromString(*body) ? std::optional(reply) : std::nullopt;
      }
      char space[65536];
      iovec piece{space, sizeof space};
      msghdr header{};
      header.msg_iov = &piece;
      header.msg_iovlen = 1;
      alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * 8)] = {};
      header.msg_control = control;
      header.msg_controllen = sizeof control;
      const auto n = ::recvmsg(end_.get(), &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
      if (n <= 0) {
        ended_ = ended_ || n == 0 || (errno != EAGAIN);
        return std::nullopt;
      }
      for (auto* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(c), sizeof fd);
        received.emplace_back(fd);
      }
      decoder_.feed(std::as_bytes(std::span(space, static_cast<std::size_t>(n))));
    }
  }
  [[nodiscard]] bool ended() {
    while (take()) {
    }
    return ended_;
  }
  void close() { end_.reset(); }

  std::deque<descriptor> received;

private:
  descriptor end_;
  proto::frame_decoder decoder_;
  std::uint64_t last_id_ = 0;
  bool ended_ = false;
};

}  // namespace cellsock::test
