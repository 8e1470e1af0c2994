// SPDX-License-Identifier: Apache-2.0
#include <nrf_socket.h>

#include <optional>
#include <span>
#include <type_traits>
#include <variant>

#include "client_lib/bsd_calls.hpp"
#include "client_lib/nrf/edge.hpp"
#include "client_lib/nrf/sockaddr.hpp"

namespace cellsock::client::nrf {
namespace {

constexpr int send_flags = NRF_MSG_DONTWAIT;
constexpr int receive_flags = NRF_MSG_DONTWAIT | NRF_MSG_PEEK | NRF_MSG_WAITALL;

transfer_flags translated(int flags) {
  return {(flags & NRF_MSG_DONTWAIT) != 0, (flags & NRF_MSG_PEEK) != 0,
          (flags & NRF_MSG_WAITALL) != 0};
}

ssize_t send_to(int fd, const void* buffer, size_t length, int flags, const nrf_sockaddr* to,
                nrf_socklen_t to_length) {
  if (buffer == nullptr && length != 0) return -EFAULT;
  if ((flags & ~send_flags) != 0) return -EOPNOTSUPP;
  std::optional<endpoint> destination;
  if (to != nullptr) {
    const auto parsed = parse(to, to_length);
    if (const int* error = std::get_if<int>(&parsed)) return -*error;
    destination = std::get<std::optional<endpoint>>(parsed);
    if (!destination) return -EAFNOSUPPORT;
  }
  return send_bytes(fd, buffer, length, destination, translated(flags));
}

ssize_t receive_from(int fd, void* buffer, size_t length, int flags, nrf_sockaddr* from,
                     nrf_socklen_t* from_length) {
  if (buffer == nullptr && length != 0) return -EFAULT;
  if (from != nullptr && from_length == nullptr) return -EFAULT;
  if ((flags & ~receive_flags) != 0) return -EOPNOTSUPP;
  std::optional<endpoint> source;
  const auto count = receive_bytes(fd, buffer, length, &source, translated(flags));
  if (count < 0) return count;
  if (source)
    store(*source, from, from_length);
  else if (from_length != nullptr)
    *from_length = 0;  // a stream: its peer is no secret, but not this call's to tell
  return count;
}

}  // namespace

// struct nrf_pollfd and struct pollfd are the same three members with the same bit values.
static_assert(sizeof(nrf_pollfd) == sizeof(pollfd) && alignof(nrf_pollfd) == alignof(pollfd) &&
              offsetof(nrf_pollfd, fd) == offsetof(pollfd, fd) &&
              offsetof(nrf_pollfd, events) == offsetof(pollfd, events) &&
              offsetof(nrf_pollfd, revents) == offsetof(pollfd, revents));
static_assert(NRF_POLLIN == POLLIN && NRF_POLLOUT == POLLOUT && NRF_POLLERR == POLLERR &&
              NRF_POLLHUP == POLLHUP && NRF_POLLNVAL == POLLNVAL);

}  // namespace cellsock::client::nrf

using namespace cellsock::client;

ssize_t nrf_send(int fd, const void* buffer, size_t length, int flags) {
  return nrf::at_edge([&] { return nrf::send_to(fd, buffer, length, flags, nullptr, 0); });
}

ssize_t nrf_sendto(int fd, const void* buffer, size_t length, int flags,
                   const struct nrf_sockaddr* to, nrf_socklen_t to_len) {
  return nrf::at_edge([&] { return nrf::send_to(fd, buffer, length, flags, to, to_len); });
}

ssize_t nrf_recv(int fd, void* buffer, size_t length, int flags) {
  return nrf::at_edge(
      [&] { return nrf::receive_from(fd, buffer, length, flags, nullptr, nullptr); });
}

ssize_t nrf_recvfrom(int fd, void* __restrict buffer, size_t length, int flags,
                     struct nrf_sockaddr* __restrict from, nrf_socklen_t* __restrict from_len) {
  return nrf::at_edge([&] { return nrf::receive_from(fd, buffer, length, flags, from, from_len); });
}

int nrf_poll(struct nrf_pollfd fds[], nrf_nfds_t nfds, int timeout) {
  return nrf::at_edge([&]() -> int {
    if (fds == nullptr && nfds != 0) return -EFAULT;
    return poll_sockets({reinterpret_cast<pollfd*>(fds), nfds}, timeout);
  });
}
