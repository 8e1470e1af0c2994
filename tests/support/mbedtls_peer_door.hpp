// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <arpa/inet.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "tests/support/mbedtls_peer_told.hpp"

/// The kernel's sockets below `mbedtls_peer`.
namespace bare {

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  where.sin_port = htons(port);
  return where;
}

inline const sockaddr* any_form(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

/// A connected socket: the client's own, or the next one that comes to the server.
class door {
public:
  explicit door(const told& t)
      : t_(t), datagrams_(t.protocol == "dtls"), kind_(datagrams_ ? SOCK_DGRAM : SOCK_STREAM) {
    if (t.role == "server") listen();
  }
  int next() {
    if (t_.role == "server") return datagrams_ ? next_datagram_client() : accept_one();
    const int fd = ::socket(AF_INET, kind_, 0);
    const auto peer = loopback(t_.port);
    if (::connect(fd, any_form(peer), sizeof peer) != 0) give_up("cannot connect");
    return fd;
  }
  void done_with(int fd) const {
    if (fd != listener_) {
      ::close(fd);
      return;
    }
    sockaddr nobody{};
    nobody.sa_family = AF_UNSPEC;
    (void)::connect(fd, &nobody, sizeof nobody);
    std::cout << "free" << std::endl;  // for another client
  }

private:
  void listen() {
    auto port = open_at(t_.port);
    if (t_.port == 0) {  // one that the kernel chose is not kept when a client is done with
      ::close(listener_);
      port = open_at(port);
    }
    std::cout << "listening " << port << std::endl;
  }
  std::uint16_t open_at(std::uint16_t port) {
    listener_ = ::socket(AF_INET, kind_, 0);
    const int on = 1;
    (void)::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    auto where = loopback(port);
    socklen_t size = sizeof where;
    if (::bind(listener_, any_form(where), size) != 0 ||
        (!datagrams_ && ::listen(listener_, 4) != 0) ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&where), &size) != 0)
      give_up("cannot listen");
    return ntohs(where.sin_port);
  }
  [[nodiscard]] int accept_one() const {
    const int fd = ::accept(listener_, nullptr, nullptr);
    if (fd < 0) give_up("cannot accept");
    return fd;
  }
  /// Who sends a handshake record; the last words of a client before it are nothing to answer.
  int next_datagram_client() {
    constexpr unsigned char handshake = 22;
    for (;;) {
      sockaddr_in from{};
      socklen_t size = sizeof from;
      unsigned char first = 0;
      const auto got =
          ::recvfrom(listener_, &first, 1, MSG_PEEK, reinterpret_cast<sockaddr*>(&from), &size);
      if (got < 0) continue;  // the last client's port is closed
      if (got == 1 && first == handshake) {
        if (::connect(listener_, any_form(from), size) != 0) give_up("cannot answer");
        return listener_;
      }
      (void)::recv(listener_, &first, 1, 0);
    }
  }

  const told& t_;
  bool datagrams_;
  int kind_;
  int listener_ = -1;
};

inline int send_some(void* context, const unsigned char* bytes, std::size_t size) {
  const auto sent = ::send(*static_cast<int*>(context), bytes, size, MSG_NOSIGNAL);
  if (sent >= 0) return static_cast<int>(sent);
  // A datagram that nobody took is a lost one.
  return errno == ECONNREFUSED ? static_cast<int>(size) : MBEDTLS_ERR_NET_SEND_FAILED;
}

inline int receive_some(void* context, unsigned char* bytes, std::size_t size,
                        std::uint32_t timeout_ms) {
  const int fd = *static_cast<int*>(context);
  for (;;) {
    pollfd waiting{fd, POLLIN, 0};
    const auto limit = timeout_ms == 0 ? patience_ms : timeout_ms;
    if (::poll(&waiting, 1, static_cast<int>(limit)) <= 0) return MBEDTLS_ERR_SSL_TIMEOUT;
    const auto got = ::recv(fd, bytes, size, 0);
    if (got >= 0) return static_cast<int>(got);
    if (errno != ECONNREFUSED) return MBEDTLS_ERR_NET_CONN_RESET;
  }
}

}  // namespace bare
