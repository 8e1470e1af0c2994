// SPDX-License-Identifier: Apache-2.0
#include "actors/kernel_probe.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>

#include "actors/descriptor.hpp"
#include "stack/limits.hpp"

namespace cellsock {
namespace {

/// One pair as a channel is made: D is ours, C the program's.
struct ends {
  explicit ends(int type = SOCK_STREAM) {
    int fds[2] = {-1, -1};
    if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) != 0) return;
    d.reset(fds[0]);
    c.reset(fds[1]);
    const int bytes = limits::stream_channel_buffer_bytes;
    ::setsockopt(c.get(), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  }
  descriptor d, c;
};

short readiness(int fd) {
  pollfd p{fd, POLLIN | POLLOUT, 0};
  ::poll(&p, 1, 0);
  return p.revents;
}

std::size_t fill(int fd) {
  const std::array<char, 1024> bytes{};
  std::size_t total = 0;
  for (const std::size_t piece : {bytes.size(), std::size_t{1}})
    for (ssize_t n = 0; (n = ::send(fd, bytes.data(), piece, MSG_DONTWAIT | MSG_NOSIGNAL)) > 0;)
      total += static_cast<std::size_t>(n);
  return total;
}

bool unwritable_when_full() {
  ends pair;
  const auto total = fill(pair.c.get());
  if (total == 0 || (readiness(pair.c.get()) & POLLOUT) != 0) return false;
  std::array<char, 4096> sink;
  std::size_t taken = 0;
  for (ssize_t n = 0; (n = ::recv(pair.d.get(), sink.data(), sink.size(), 0)) > 0;)
    taken += static_cast<std::size_t>(n);
  return taken == total && (readiness(pair.c.get()) & POLLOUT) != 0;
}

bool unread_close_is_reset() {
  ends pair;
  char byte = 'x';
  if (::send(pair.c.get(), &byte, 1, 0) != 1) return false;
  pair.d.reset();
  const short seen = readiness(pair.c.get());
  const bool shown = (seen & POLLERR) != 0 && (seen & POLLHUP) != 0;
  return ::recv(pair.c.get(), &byte, 1, 0) == -1 && errno == ECONNRESET && shown;
}

bool out_of_band_stays_in_line() {
  ends pair;
  const int on = 1;
  ::setsockopt(pair.d.get(), SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
  // A kernel without out-of-band data on these sockets refuses it: as good.
  if (::send(pair.c.get(), "ab", 2, MSG_OOB | MSG_NOSIGNAL) != 2) return true;
  std::array<char, 8> got{};
  std::size_t total = 0;
  for (ssize_t n = 0; (n = ::recv(pair.d.get(), got.data() + total, got.size() - total, 0)) > 0;)
    total += static_cast<std::size_t>(n);
  int left = -1;
  return total == 2 && got[0] == 'a' && got[1] == 'b' &&
         ::ioctl(pair.d.get(), FIONREAD, &left) == 0 && left == 0;
}

bool cookie_names_a_socket() {
  ends pair;
  const auto cookie = [](int fd) {
    std::uint64_t value = 0;
    socklen_t size = sizeof value;
    return ::getsockopt(fd, SOL_SOCKET, SO_COOKIE, &value, &size) == 0 ? value : 0;
  };
  const descriptor copy(::dup(pair.c.get()));
  const auto name = cookie(pair.c.get());
  return name != 0 && name == cookie(copy.get()) && name != cookie(pair.d.get());
}

bool packets_survive_their_sender() {
  ends pair(SOCK_SEQPACKET);
  if (::send(pair.c.get(), "one", 3, 0) != 3 || ::send(pair.d.get(), "x", 1, 0) != 1) return false;
  pair.c.reset();
  std::array<char, 8> got{};
  ssize_t n = ::recv(pair.d.get(), got.data(), got.size(), 0);
  if (n == -1 && errno == ECONNRESET) n = ::recv(pair.d.get(), got.data(), got.size(), 0);
  return n == 3;
}

}  // namespace

const std::vector<kernel_fact>& kernel_facts() {
  static const std::vector<kernel_fact> facts{
      {"unwritable-when-full", "programs would see sockets writable before they are connected",
       unwritable_when_full},
      {"unread-close-is-reset", "a failed connect would look like an orderly end",
       unread_close_is_reset},
      {"out-of-band-in-line", "urgent data would lose a byte of the stream",
       out_of_band_stays_in_line},
      {"cookie-names-a-socket", "a program's descriptor could not be told from another's",
       cookie_names_a_socket},
      {"packets-survive-their-sender", "datagrams of a program that ended would be lost",
       packets_survive_their_sender},
  };
  return facts;
}

status probe_kernel(const std::vector<kernel_fact>& facts) {
  for (const auto& fact : facts)
    if (!fact.holds())
      return fail(errc::unsupported_operation, "this kernel lacks " + std::string(fact.name) +
                                                   ": " + std::string(fact.consequence) +
                                                   "; Linux 5.10 or newer is known to have it");
  return done{};
}

}  // namespace cellsock
