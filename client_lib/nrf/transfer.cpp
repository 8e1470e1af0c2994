// SPDX-License-Identifier: Apache-2.0
#include "client_lib/face/transfer.hpp"

#include <nrf_socket.h>

#include <cstddef>

#include "client_lib/face/edge.hpp"
#include "client_lib/nrf/api.hpp"

using namespace cellsock::client;
using nrf::api;

// struct nrf_pollfd and struct pollfd are the same three members with the same bit values.
static_assert(sizeof(nrf_pollfd) == sizeof(pollfd) && alignof(nrf_pollfd) == alignof(pollfd) &&
              offsetof(nrf_pollfd, fd) == offsetof(pollfd, fd) &&
              offsetof(nrf_pollfd, events) == offsetof(pollfd, events) &&
              offsetof(nrf_pollfd, revents) == offsetof(pollfd, revents));
static_assert(NRF_POLLIN == POLLIN && NRF_POLLOUT == POLLOUT && NRF_POLLERR == POLLERR &&
              NRF_POLLHUP == POLLHUP && NRF_POLLNVAL == POLLNVAL);

ssize_t nrf_send(int fd, const void* buffer, size_t length, int flags) {
  return face::at_edge([&] { return face::send_to<api>(fd, buffer, length, flags, nullptr, 0); });
}

ssize_t nrf_sendto(int fd, const void* buffer, size_t length, int flags,
                   const struct nrf_sockaddr* to, nrf_socklen_t to_len) {
  return face::at_edge([&] { return face::send_to<api>(fd, buffer, length, flags, to, to_len); });
}

ssize_t nrf_recv(int fd, void* buffer, size_t length, int flags) {
  return face::at_edge(
      [&] { return face::receive_from<api>(fd, buffer, length, flags, nullptr, nullptr); });
}

ssize_t nrf_recvfrom(int fd, void* __restrict buffer, size_t length, int flags,
                     struct nrf_sockaddr* __restrict from, nrf_socklen_t* __restrict from_len) {
  return face::at_edge(
      [&] { return face::receive_from<api>(fd, buffer, length, flags, from, from_len); });
}

int nrf_poll(struct nrf_pollfd fds[], nrf_nfds_t nfds, int timeout) {
  return face::at_edge([&]() -> int {
    if (fds == nullptr && nfds != 0) return -EFAULT;
    return poll_sockets({reinterpret_cast<pollfd*>(fds), nfds}, timeout);
  });
}
