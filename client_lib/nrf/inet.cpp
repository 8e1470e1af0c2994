// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <nrf_socket.h>

namespace {

/// The text forms are the host's; only the families' numbers differ. -1: neither.
int host_family(int nrf_family) {
  switch (nrf_family) {
    case NRF_AF_INET: return AF_INET;
    case NRF_AF_INET6: return AF_INET6;
    default: return -1;
  }
}

}  // namespace

int nrf_inet_pton(int family, const char* text, void* address) {
  return ::inet_pton(host_family(family), text, address);
}

const char* nrf_inet_ntop(int family, const void* address, char* text, nrf_socklen_t size) {
  return ::inet_ntop(host_family(family), address, text, size);
}
