// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>

#include "client_lib/bsd_calls.hpp"
#include "client_lib/control_calls.hpp"
#include "client_lib/identity.hpp"
#include "client_lib/process.hpp"

namespace cellsock::client {

int open_socket(wire::Family family, wire::SocketType type, std::uint32_t protocol,
                wire::SecureProtocol secure, wire::SecureDefaults defaults) {
  wire::Request request;
  auto& wanted = *request.mutable_socket();
  wanted.set_family(family);
  wanted.set_type(type);
  wanted.set_protocol(protocol);
  if (secure != wire::SECURE_PROTOCOL_UNSPECIFIED) {
    wanted.set_secure(secure);
    wanted.set_secure_defaults(defaults);
  }
  unique_fd channel;
  auto made = ask(request, briefly(), &channel);
  if (!made) return -made.why().error;
  const auto& reply = made->reply.socket();
  // A channel that is not what the reply says would let the daemon be asked about another socket.
  if (!channel || cookie_of(channel.get()) != reply.cookie()) return -EPROTO;

  auto entry = std::make_shared<socket_entry>(reply.cookie(), family, type, secure);
  entry->daemon_instance = made->daemon_instance;
  entry->set_rules(reply.datagram_rules());
  entry->send_buffer = static_cast<int>(reply.channel_bytes());
  process().sockets.insert(channel.get(), std::move(entry));
  // Received close-on-exec, so that no other thread's exec gets it half-made; handed out without,
  // as socket(2) does.
  ::fcntl(channel.get(), F_SETFD, 0);
  return channel.release();
}

int close_socket(int fd) {
  // Without a question: closing must work when the daemon does not, and the daemon learns of it
  // from the channel.
  if (const int error = shape_error(fd); error != 0) return -error;
  auto& self = process();
  self.callbacks.remove(fd);
  self.sockets.erase(cookie_of(fd));
  return self.waits.close_and_wake(fd);
}

int set_nonblocking(int fd, bool nonblocking) {
  if (auto socket = find_socket(fd); !socket) return -socket.why().error;
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0) return -errno;
  const int wanted = nonblocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
  return ::fcntl(fd, F_SETFL, wanted) == 0 ? 0 : -errno;
}

int get_nonblocking(int fd) {
  if (auto socket = find_socket(fd); !socket) return -socket.why().error;
  const int flags = ::fcntl(fd, F_GETFL);
  return flags < 0 ? -errno : (flags & O_NONBLOCK) != 0 ? 1 : 0;
}

}  // namespace cellsock::client
