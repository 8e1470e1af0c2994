// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cerrno>
#include <functional>
#include <initializer_list>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "tests/conformance/case.hpp"
#include "tests/conformance/far_end.hpp"

/// What a case works with: the calls under test, sockets that close themselves, and checks that say
/// what was seen.
namespace cellsock::conformance {

using where_it_is = std::source_location;

struct failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A descriptor of the tested family.
class sock {
public:
  sock(const api& net, int fd) : net_(&net), fd_(fd) {}
  sock(sock&& other) noexcept : net_(other.net_), fd_(std::exchange(other.fd_, -1)) {}
  sock& operator=(sock&& other) noexcept {
    std::swap(net_, other.net_);
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~sock() { close(); }
  operator int() const { return fd_; }  // NOLINT: it stands for the number everywhere
  int close() {
    const int saved = errno;
    const int result = fd_ >= 0 ? net_->close(std::exchange(fd_, -1)) : 0;
    if (result == 0) errno = saved;
    return result;
  }
  int release() { return std::exchange(fd_, -1); }

private:
  const api* net_;
  int fd_;
};

struct connection {
  sock near;
  far_stream far;
};

class context {
public:
  explicit context(const api& under_test) : net(under_test) {}
  const api& net;

  // ---- checks ----

  [[noreturn]] void fail(const std::string& what, where_it_is at = where_it_is::current()) const;
  void check(bool holds, std::string_view what, where_it_is at = where_it_is::current()) const;
  void equal(std::int64_t got, std::int64_t wanted, std::string_view what,
             where_it_is at = where_it_is::current()) const;
  void equal(const std::string& got, std::string_view wanted, std::string_view what,
             where_it_is at = where_it_is::current()) const;
  /// Not -1; the result.
  int ok(std::int64_t result, std::string_view what, where_it_is at = where_it_is::current()) const;
  /// -1 with this errno.
  void error(std::int64_t result, int wanted, std::string_view what,
             where_it_is at = where_it_is::current()) const;
  void error(std::int64_t result, std::initializer_list<int> any_of, std::string_view what,
             where_it_is at = where_it_is::current()) const;
  /// What each family's documents say, where they differ: by a row of docs/differences.md.
  [[nodiscard]] int by_family(std::string_view row, int posix, int zsock, int nrf) const;
  /// Whether this is the family that such a row is about.
  [[nodiscard]] bool in(std::string_view row, family which) const;

  // ---- sockets ----

  [[nodiscard]] sock socket(int family, int type, where_it_is at = where_it_is::current()) const;
  [[nodiscard]] sock stream(int family = AF_INET) const { return socket(family, SOCK_STREAM); }
  [[nodiscard]] sock datagram(int family = AF_INET) const { return socket(family, SOCK_DGRAM); }
  [[nodiscard]] connection connected(int family = AF_INET,
                                     where_it_is at = where_it_is::current()) const;
  int connect(int fd, const address& to) const { return net.connect(fd, to.get(), to.length); }
  int bind(int fd, const address& to) const { return net.bind(fd, to.get(), to.length); }
  /// Binds to a free port; which.
  std::uint16_t bind_somewhere(int fd, int family = AF_INET, int type = SOCK_STREAM) const;
  /// A server's socket, and where to find it.
  [[nodiscard]] std::pair<sock, address> listening(int backlog = 4) const;

  // ---- what cases do all the time ----

  void nonblocking(int fd, bool on = true) const;
  /// Waits by the family's own poll; what it shows.
  short wait(int fd, short events, where_it_is at = where_it_is::current()) const;
  /// What poll shows at once.
  short shown(int fd, short events) const;
  ssize_t send(int fd, std::string_view bytes, int flags = 0) const {
    return net.send(fd, bytes.data(), bytes.size(), flags);
  }
  ssize_t send_to(int fd, std::string_view bytes, const address& to, int flags = 0) const {
    return net.sendto(fd, bytes.data(), bytes.size(), flags, to.get(), to.length);
  }
  /// One receive; the call must succeed.
  std::string receive(int fd, std::size_t room = 65536, int flags = 0,
                      where_it_is at = where_it_is::current()) const;
  /// As many as it takes.
  std::string receive_all(int fd, std::size_t count, where_it_is at = where_it_is::current()) const;
  int set(int fd, int level, int option, int value) const {
    return net.setsockopt(fd, level, option, &value, sizeof value);
  }
  int get(int fd, int level, int option, where_it_is at = where_it_is::current()) const;
  int set_timeout(int fd, int option, int milliseconds) const;
  /// A child process does something with what it inherited; what that returned.
  [[nodiscard]] int in_child(const std::function<int()>& call) const;
  /// SO_ERROR.
  int pending(int fd) const { return get(fd, SOL_SOCKET, SO_ERROR); }
};

/// A number that names no open descriptor; a descriptor that is no socket.
inline constexpr int not_open = 700;
kernel_fd no_socket();

std::string pattern(std::size_t size);

}  // namespace cellsock::conformance
