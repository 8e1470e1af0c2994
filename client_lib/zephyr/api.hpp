// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <zephyr/net/socket.h>

#include <cerrno>
#include <cstddef>

#include "client_lib/face/option_table.hpp"
#include "client_lib/face/secure_option_table.hpp"
#include "client_lib/face/secure_protocols.hpp"

namespace cellsock::client::zephyr {

/// The host's types and numbers, and Zephyr's answers where the families differ: what face/ asks of
/// `Api`.
struct api {
  using address = sockaddr;
  using v4 = sockaddr_in;
  using v6 = sockaddr_in6;
  using length = socklen_t;
  using timeval = ::timeval;
  using address_info = zsock_addrinfo;

  static constexpr int unspecified = AF_UNSPEC;
  static constexpr int inet = AF_INET;
  static constexpr int inet6 = AF_INET6;
  // RFC 2133 had no scope id, and the kernel takes that length too.
  static constexpr std::size_t v6_bytes_min = offsetof(sockaddr_in6, sin6_scope_id);

  static constexpr int nonblocking = O_NONBLOCK;
  static constexpr bool other_status_flags_refused = false;
  static constexpr int mismatched_protocol = EOPNOTSUPP;
  // MSG_NOSIGNAL: these calls never raise one, and code that is for Linux too says so.
  static constexpr int send_flags = MSG_DONTWAIT | MSG_NOSIGNAL;
  static constexpr int wait_acknowledged = 0;  // Zephyr has no such flag
  static constexpr int receive_flags =
      MSG_DONTWAIT | MSG_PEEK | MSG_WAITALL | MSG_TRUNC | MSG_NOSIGNAL;
  static constexpr bool stream_ignores_address = true;
  static constexpr bool option_lengths_exact = true;
  static constexpr face::option_spelling face::option_row::*spelling = &face::option_row::zephyr;
  /// No option of Zephyr's is a callback.
  static int set_callback(int, const void*, socklen_t) { return -ENOPROTOOPT; }
  static constexpr int family_not_carried = DNS_EAI_ADDRFAMILY;

  static constexpr int face::secure_protocol_row::*secure_protocol =
      &face::secure_protocol_row::zephyr;
  static constexpr v1::SecureDefaults secure_defaults = v1::SECURE_DEFAULTS_ZEPHYR;
  static constexpr int face::secure_option_row::*secure_option = &face::secure_option_row::zephyr;
  static constexpr face::option_use face::secure_option_row::*secure_use =
      &face::secure_option_row::zephyr_use;
  static constexpr bool secure_peek = false;
  static constexpr int null_option_error = EINVAL;
  static int handshake_error(int error) { return error; }
};

}  // namespace cellsock::client::zephyr
