// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/far_end.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace cellsock::conformance {
namespace {

[[noreturn]] void give_up(const std::string& what) {
  throw std::runtime_error("far end: " + what);
}

int checked(ssize_t result, const char* what) {
  if (result < 0) give_up(std::string(what) + ": " + strerrorname_np(errno));
  return static_cast<int>(result);
}

void wait(int fd, short events, const char* what) {
  pollfd one{fd, events, 0};
  if (checked(::poll(&one, 1, patience_ms), "poll") == 0)
    give_up(std::string("timed out: ") + what);
}

kernel_fd bound(int family, int type, address& where) {
  kernel_fd fd(checked(::socket(family, type | SOCK_CLOEXEC, 0), "socket"));
  where = loopback(0, family);
  checked(::bind(fd.get(), where.get(), where.length), "bind");
  checked(::getsockname(fd.get(), where.get(), &where.length), "getsockname");
  return fd;
}

address any_ip(int family, const void* bytes, std::uint16_t port) {
  address made;
  if (family == AF_INET6) {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    std::memcpy(&six.sin6_addr, bytes, sizeof six.sin6_addr);
    std::memcpy(&made.storage, &six, sizeof six);
    made.length = sizeof six;
  } else {
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    std::memcpy(&four.sin_addr, bytes, sizeof four.sin_addr);
    std::memcpy(&made.storage, &four, sizeof four);
    made.length = sizeof four;
  }
  return made;
}

}  // namespace

std::uint16_t address::port() const {
  // At the same place in both.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

bool address::same_host(const address& other) const {
  if (family() != other.family()) return false;
  if (family() == AF_INET6)
    return std::memcmp(&reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_addr,
                       &reinterpret_cast<const sockaddr_in6*>(&other.storage)->sin6_addr, 16) == 0;
  return reinterpret_cast<const sockaddr_in*>(&storage)->sin_addr.s_addr ==
         reinterpret_cast<const sockaddr_in*>(&other.storage)->sin_addr.s_addr;
}

address ip(int family, const char* literal, std::uint16_t port) {
  std::array<char, 16> bytes{};
  if (::inet_pton(family, literal, bytes.data()) != 1) give_up(literal);
  return any_ip(family, bytes.data(), port);
}

address loopback(std::uint16_t port, int family) {
  return ip(family, family == AF_INET6 ? "::1" : "127.0.0.1", port);
}

address wildcard(std::uint16_t port, int family) {
  return ip(family, family == AF_INET6 ? "::" : "0.0.0.0", port);
}

kernel_fd::~kernel_fd() {
  close();
}

void kernel_fd::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

far_stream far_stream::connected_to(const address& where) {
  kernel_fd fd(checked(::socket(where.family(), SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  checked(::connect(fd.get(), where.get(), where.length), "connect");
  return far_stream(std::move(fd));
}

void far_stream::write(std::string_view bytes) {
  while (!bytes.empty()) {
    wait(fd_.get(), POLLOUT, "room to write");
    bytes.remove_prefix(static_cast<std::size_t>(checked(
        ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT), "send")));
  }
}

std::string far_stream::read(std::size_t count) {
  std::string got;
  std::array<char, 65536> piece{};
  while (got.size() < count) {
    wait(fd_.get(), POLLIN, "bytes");
    const auto room = std::min(piece.size(), count - got.size());
    const int more = checked(::recv(fd_.get(), piece.data(), room, 0), "recv");
    if (more == 0) give_up("ended after " + std::to_string(got.size()) + " bytes");
    got.append(piece.data(), static_cast<std::size_t>(more));
  }
  return got;
}

std::string far_stream::read_to_end() {
  std::string got;
  std::array<char, 65536> piece{};
  for (;;) {
    wait(fd_.get(), POLLIN, "the end");
    const int more = checked(::recv(fd_.get(), piece.data(), piece.size(), 0), "recv");
    if (more == 0) return got;
    got.append(piece.data(), static_cast<std::size_t>(more));
  }
}

void far_stream::finish() {
  checked(::shutdown(fd_.get(), SHUT_WR), "shutdown");
}

void far_stream::reset() {
  const linger at_once{1, 0};
  checked(::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), "linger");
  fd_.close();
}

address far_stream::own_name() const {
  address made;
  checked(::getsockname(fd_.get(), made.get(), &made.length), "getsockname");
  return made;
}

far_listener::far_listener(int family, int backlog) : fd_(bound(family, SOCK_STREAM, where_)) {
  checked(::listen(fd_.get(), backlog), "listen");
}

far_stream far_listener::accept() {
  wait(fd_.get(), POLLIN, "a connection");
  return far_stream(kernel_fd(checked(::accept(fd_.get(), nullptr, nullptr), "accept")));
}

far_datagram::far_datagram(int family) : fd_(bound(family, SOCK_DGRAM, where_)) {}

std::string far_datagram::receive(address& from) {
  wait(fd_.get(), POLLIN, "a datagram");
  std::array<char, 65536> piece{};
  from = {};
  const int count = checked(
      ::recvfrom(fd_.get(), piece.data(), piece.size(), 0, from.get(), &from.length), "recvfrom");
  return {piece.data(), static_cast<std::size_t>(count)};
}

void far_datagram::send(std::string_view payload, const address& to) {
  checked(::sendto(fd_.get(), payload.data(), payload.size(), 0, to.get(), to.length), "sendto");
}

address nobody(int type) {
  address where;
  bound(AF_INET, type, where).close();
  return where;
}

}  // namespace cellsock::conformance
