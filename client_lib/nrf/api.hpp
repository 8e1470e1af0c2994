// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <nrf_gai_errors.h>
#include <nrf_socket.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>

#include "client_lib/face/option_table.hpp"
#include "client_lib/face/secure_option_table.hpp"
#include "client_lib/face/secure_protocols.hpp"

namespace cellsock::client::nrf {

/// Nordic's types and numbers, and its answers where the families differ: what face/ asks of `Api`.
struct api {
  using address = nrf_sockaddr;
  using v4 = nrf_sockaddr_in;
  using v6 = nrf_sockaddr_in6;
  using length = nrf_socklen_t;
  using timeval = nrf_timeval;
  using address_info = nrf_addrinfo;

  static constexpr int unspecified = NRF_AF_UNSPEC;
  static constexpr int inet = NRF_AF_INET;
  static constexpr int inet6 = NRF_AF_INET6;
  static constexpr std::size_t v6_bytes_min = sizeof(nrf_sockaddr_in6);

  static constexpr int nonblocking = NRF_O_NONBLOCK;
  static constexpr bool other_status_flags_refused = true;
  static constexpr int mismatched_protocol = EPROTONOSUPPORT;
  static constexpr int send_flags = NRF_MSG_DONTWAIT | NRF_MSG_WAITACK;
  static constexpr int wait_acknowledged = NRF_MSG_WAITACK;
  static constexpr int receive_flags = NRF_MSG_DONTWAIT | NRF_MSG_PEEK | NRF_MSG_WAITALL;
  static constexpr bool stream_ignores_address = false;
  static constexpr bool option_lengths_exact = false;
  static constexpr face::option_spelling face::option_row::*spelling = &face::option_row::nrf;
  /// NRF_SO_POLLCB. 0 or -errno.
  static int set_callback(int fd, const void* value, nrf_socklen_t length);
  static constexpr int family_not_carried = NRF_EAI_FAMILY;

  static constexpr int face::secure_protocol_row::*secure_protocol =
      &face::secure_protocol_row::nrf;
  static constexpr v1::SecureDefaults secure_defaults = v1::SECURE_DEFAULTS_NORDIC;
  static constexpr int face::secure_option_row::*secure_option = &face::secure_option_row::nrf;
  static constexpr face::option_use face::secure_option_row::*secure_use =
      &face::secure_option_row::nrf_use;
  static constexpr bool secure_peek = true;
  static constexpr int null_option_error = EFAULT;
  /// A handshake that fails, for want of credentials or by the peer's, is a refusal.
  static int handshake_error(int error) {
    return error == ENOENT || error == ECONNABORTED ? ECONNREFUSED : error;
  }
};

// What face/ takes for granted: these numbers are the host's.
static_assert(NRF_SOCK_STREAM == SOCK_STREAM && NRF_SOCK_DGRAM == SOCK_DGRAM);
static_assert(NRF_IPPROTO_TCP == IPPROTO_TCP && NRF_IPPROTO_UDP == IPPROTO_UDP);
static_assert(NRF_MSG_DONTWAIT == MSG_DONTWAIT && NRF_MSG_PEEK == MSG_PEEK &&
              NRF_MSG_WAITALL == MSG_WAITALL);
static_assert(NRF_F_GETFL == F_GETFL && NRF_F_SETFL == F_SETFL);
static_assert(NRF_SOL_SOCKET == SOL_SOCKET && NRF_SO_ERROR == SO_ERROR &&
              NRF_SO_RCVTIMEO == SO_RCVTIMEO && NRF_SO_SNDTIMEO == SO_SNDTIMEO);
static_assert(NRF_EAI_BADFLAGS == EAI_BADFLAGS && NRF_EAI_NONAME == EAI_NONAME &&
              NRF_EAI_AGAIN == EAI_AGAIN && NRF_EAI_FAIL == EAI_FAIL &&
              NRF_EAI_FAMILY == EAI_FAMILY && NRF_EAI_MEMORY == EAI_MEMORY &&
              NRF_EAI_SYSTEM == EAI_SYSTEM);

}  // namespace cellsock::client::nrf
