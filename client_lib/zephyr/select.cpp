// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <zephyr/net/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>
#include <vector>

#include "client_lib/bsd_calls.hpp"
#include "client_lib/face/edge.hpp"
#include "client_lib/face/options.hpp"

namespace cellsock::client::zephyr {
namespace {

constexpr int bits = 32;

bool is_set(const zsock_fd_set& set, int fd) {
  return (set.bitset[fd / bits] >> (fd % bits) & 1u) != 0;
}

/// One of select's sets: what it asks poll for, and what of poll's answer means ready.
struct interest {
  zsock_fd_set* set;
  short asked;
  short ready;
};

/// Milliseconds for poll, up to the next; -1 for ever; nothing if it is no time.
std::optional<int> patience_of(const zsock_timeval* timeout) {
  if (timeout == nullptr) return -1;
  if (timeout->tv_sec < 0 || timeout->tv_usec < 0) return std::nullopt;
  constexpr int most = std::numeric_limits<int>::max();
  if (timeout->tv_sec >= most / 1000 - 1) return most;
  const auto rest = std::min<long>(timeout->tv_usec, face::microseconds_per_second);
  return static_cast<int>(timeout->tv_sec * 1000 + (rest + 999) / 1000);
}

int select_sockets(int nfds, std::array<interest, 3> interests, const zsock_timeval* timeout) {
  if (nfds < 0 || nfds > ZSOCK_FD_SETSIZE) return -EINVAL;
  const auto patience = patience_of(timeout);
  if (!patience) return -EINVAL;
  std::vector<pollfd> fds;
  for (int fd = 0; fd < nfds; ++fd) {
    short asked = 0;
    for (const auto& one : interests)
      if (one.set != nullptr && is_set(*one.set, fd)) asked = static_cast<short>(asked | one.asked);
    if (asked != 0) fds.push_back({fd, asked, 0});
  }
  if (const int ready = poll_sockets(fds, *patience, failed_connect_shows::error_alone); ready < 0)
    return ready;
  for (const auto& entry : fds)
    if ((entry.revents & POLLNVAL) != 0) return -EBADF;
  int count = 0;
  for (const auto& one : interests) {
    if (one.set == nullptr) continue;
    zsock_fd_set found{};
    for (const auto& entry : fds) {
      if (!is_set(*one.set, entry.fd) || (entry.revents & one.ready) == 0) continue;
      ZSOCK_FD_SET(entry.fd, &found);
      ++count;
    }
    *one.set = found;
  }
  return count;
}

}  // namespace
}  // namespace cellsock::client::zephyr

using namespace cellsock::client;

int zsock_select(int nfds, zsock_fd_set* readfds, zsock_fd_set* writefds, zsock_fd_set* exceptfds,
                 struct zsock_timeval* timeout) {
  return face::at_edge([&] {
    return zephyr::select_sockets(nfds,
                                  {{{readfds, POLLIN, POLLIN | POLLHUP | POLLERR},
                                    {writefds, POLLOUT, POLLOUT | POLLERR},
                                    {exceptfds, POLLPRI, POLLPRI}}},
                                  timeout);
  });
}

void ZSOCK_FD_ZERO(zsock_fd_set* set) {
  std::memset(set, 0, sizeof *set);
}

// A number that the set cannot hold is left out of it: the caller's slip must not cost its memory.
void ZSOCK_FD_SET(int fd, zsock_fd_set* set) {
  if (fd >= 0 && fd < ZSOCK_FD_SETSIZE) set->bitset[fd / 32] |= 1u << (fd % 32);
}

void ZSOCK_FD_CLR(int fd, zsock_fd_set* set) {
  if (fd >= 0 && fd < ZSOCK_FD_SETSIZE) set->bitset[fd / 32] &= ~(1u << (fd % 32));
}

int ZSOCK_FD_ISSET(int fd, zsock_fd_set* set) {
  return fd >= 0 && fd < ZSOCK_FD_SETSIZE && zephyr::is_set(*set, fd) ? 1 : 0;
}
