// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

/// The far end of what is tested: ordinary kernel sockets on loopback, in the same process, so that
/// a case decides what the peer does and when. Whatever takes too long throws.
namespace cellsock::conformance {

/// Longer than anything on loopback takes through a modem at speed, shorter than a case may. (The
/// runner is less patient with cases that it knows the link cannot.)
inline int patience_ms = 20000;

/// An address with its length, as the calls want it.
struct address {
  sockaddr_storage storage{};
  socklen_t length = sizeof(sockaddr_storage);

  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] int family() const { return storage.ss_family; }
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] bool same_host(const address& other) const;
};

address ip(int family, const char* literal, std::uint16_t port);
address loopback(std::uint16_t port, int family = AF_INET);
address wildcard(std::uint16_t port, int family = AF_INET);

/// Owns a descriptor.
class kernel_fd {
public:
  explicit kernel_fd(int fd = -1) : fd_(fd) {}
  kernel_fd(kernel_fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  kernel_fd& operator=(kernel_fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~kernel_fd();
  [[nodiscard]] int get() const { return fd_; }
  void close();

private:
  int fd_;
};

class far_stream {
public:
  explicit far_stream(kernel_fd fd) : fd_(std::move(fd)) {}
  static far_stream connected_to(const address& where);
  void write(std::string_view bytes);
  /// Exactly `count` bytes.
  std::string read(std::size_t count);
  std::string read_to_end();
  /// The orderly end of this direction.
  void finish();
  /// The other kind of end.
  void reset();
  void close() { fd_.close(); }
  [[nodiscard]] address own_name() const;

private:
  kernel_fd fd_;
};

class far_listener {
public:
  explicit far_listener(int family = AF_INET, int backlog = 16);
  [[nodiscard]] const address& where() const { return where_; }
  far_stream accept();

private:
  address where_;
  kernel_fd fd_;
};

class far_datagram {
public:
  explicit far_datagram(int family = AF_INET);
  [[nodiscard]] const address& where() const { return where_; }
  /// The next datagram, and whom to answer.
  std::string receive(address& from);
  void send(std::string_view payload, const address& to);

private:
  address where_;
  kernel_fd fd_;
};

/// A port of loopback at which nobody is.
address nobody(int type = SOCK_STREAM);

}  // namespace cellsock::conformance
