// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nrf_socket.h>
#include <zephyr/net/socket_options.h>

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "cellsock/v1/socket.pb.h"
#include "client_lib/face/option_table.hpp"

/// Every option that the families document at their secure level (282), one row each; what has no
/// row is ENOPROTOOPT. The families' numbers agree up to 13 only.
namespace cellsock::client::face {

/// The value that a program passes.
enum class secure_shape : std::uint8_t {
  number,        // int
  milliseconds,  // uint32_t
  flags,         // uint32_t
  command,       // any value or none
  tags,          // 32 bits each; nothing: none
  suites,        // int each; nothing: the daemon's defaults
  text,          // with or without its final zero; nothing: cleared
  names,         // pointers to text
  bytes,
};

/// A value that the program and the wire spell differently, or one of a set without a range.
struct value_spelling {
  std::int64_t program;
  std::int64_t wire;
};

struct secure_option_row {
  std::string_view name;
  int nrf = -1;  // -1: the family does not have it
  option_use nrf_use = option_use::both;
  int zephyr = -1;
  option_use zephyr_use = option_use::both;
  secure_shape shape = secure_shape::number;
  v1::SecureOption wire = v1::SECURE_OPTION_UNSPECIFIED;  // nobody's: it cannot be had
  std::int64_t low = 0;
  std::int64_t high = 1;
  option_kind kind = option_kind::any;
  std::span<const value_spelling> spellings = {};  // instead of low and high
};

namespace secure_rows_detail {

using enum secure_shape;
constexpr auto get = option_use::get;
constexpr auto set = option_use::set;
constexpr auto both = option_use::both;
constexpr auto dtls = option_kind::datagram;
constexpr std::int64_t most = std::numeric_limits<int>::max();

/// By the options of NCS for Zephyr's calls, which are Nordic's at other numbers.
constexpr int ncs_base = 1000;
constexpr int ncs_handshake_timeo = ncs_base + 18, ncs_conn_save = ncs_base + 19,
              ncs_conn_load = ncs_base + 20, ncs_handshake_status = ncs_base + 21;

inline constexpr std::array<value_spelling, 8> handshake_times{
    {{0, 0}, {1, 1}, {3, 3}, {7, 7}, {15, 15}, {31, 31}, {63, 63}, {123, 123}}};
inline constexpr std::array<value_spelling, 3> nordic_fragments{{{0, 0}, {1, 512}, {2, 1024}}};
inline constexpr std::array<value_spelling, 5> zephyr_fragments{
    {{0, 0}, {1, 512}, {2, 1024}, {3, 2048}, {4, 4096}}};

inline constexpr std::array rows{
    secure_option_row{"SEC_TAG_LIST", NRF_SO_SEC_TAG_LIST, both, TLS_SEC_TAG_LIST, both, tags,
                      v1::SECURE_OPTION_TAGS},
    secure_option_row{"HOSTNAME", NRF_SO_SEC_HOSTNAME, both, TLS_HOSTNAME, set, text,
                      v1::SECURE_OPTION_HOSTNAME},
    secure_option_row{"CIPHERSUITE_LIST", NRF_SO_SEC_CIPHERSUITE_LIST, both, TLS_CIPHERSUITE_LIST,
                      both, suites, v1::SECURE_OPTION_SUITES, 1, 0xFFFF},
    secure_option_row{"CIPHERSUITE_USED", NRF_SO_SEC_CIPHERSUITE_USED, get, TLS_CIPHERSUITE_USED,
                      get, number, v1::SECURE_OPTION_SUITE_USED},
    secure_option_row{"PEER_VERIFY", NRF_SO_SEC_PEER_VERIFY, both, TLS_PEER_VERIFY, set, number,
                      v1::SECURE_OPTION_PEER_VERIFY, 0, 2},
    secure_option_row{"ROLE", NRF_SO_SEC_ROLE, both, TLS_DTLS_ROLE, set, number,
                      v1::SECURE_OPTION_ROLE},
    secure_option_row{"ALPN_LIST", -1, both, TLS_ALPN_LIST, both, names, v1::SECURE_OPTION_ALPN},
    secure_option_row{"DTLS_HANDSHAKE_TIMEOUT_MIN", -1, both, TLS_DTLS_HANDSHAKE_TIMEOUT_MIN, both,
                      milliseconds, v1::SECURE_OPTION_RETRY_FIRST_MS, 1, most, dtls},
    secure_option_row{"DTLS_HANDSHAKE_TIMEOUT_MAX", -1, both, TLS_DTLS_HANDSHAKE_TIMEOUT_MAX, both,
                      milliseconds, v1::SECURE_OPTION_RETRY_LAST_MS, 1, most, dtls},
    secure_option_row{"CERT_NOCOPY", -1, both, TLS_CERT_NOCOPY, set, number,
                      v1::SECURE_OPTION_CERTIFICATE_NO_COPY},
    secure_option_row{"NATIVE", -1, both, TLS_NATIVE, set, number, v1::SECURE_OPTION_NATIVE},
    secure_option_row{"SESSION_CACHE", NRF_SO_SEC_SESSION_CACHE, both, TLS_SESSION_CACHE, both,
                      number, v1::SECURE_OPTION_SESSION_CACHE},
    secure_option_row{"SESSION_CACHE_PURGE", NRF_SO_SEC_SESSION_CACHE_PURGE, set,
                      TLS_SESSION_CACHE_PURGE, set, command, v1::SECURE_OPTION_SESSION_CACHE_PURGE},
    secure_option_row{"DTLS_HANDSHAKE_TIMEO", NRF_SO_SEC_DTLS_HANDSHAKE_TIMEO, both,
                      ncs_handshake_timeo, both, number, v1::SECURE_OPTION_HANDSHAKE_TIME_S, 0, 0,
                      dtls, handshake_times},
    secure_option_row{"DTLS_CID", NRF_SO_SEC_DTLS_CID, both, TLS_DTLS_CID, set, number,
                      v1::SECURE_OPTION_CONNECTION_ID, 0, 2, dtls},
    secure_option_row{"DTLS_CID_STATUS", NRF_SO_SEC_DTLS_CID_STATUS, get, TLS_DTLS_CID_STATUS, get,
                      number, v1::SECURE_OPTION_CONNECTION_ID_STATUS, 0, 3, dtls},
    secure_option_row{"DTLS_CID_VALUE", -1, both, TLS_DTLS_CID_VALUE, both, bytes,
                      v1::SECURE_OPTION_CONNECTION_ID_OWN, 0, 32, dtls},
    secure_option_row{"DTLS_PEER_CID_VALUE", -1, both, TLS_DTLS_PEER_CID_VALUE, get, bytes,
                      v1::SECURE_OPTION_CONNECTION_ID_PEER, 0, 32, dtls},
    secure_option_row{"DTLS_HANDSHAKE_ON_CONNECT", -1, both, TLS_DTLS_HANDSHAKE_ON_CONNECT, both,
                      number, v1::SECURE_OPTION_HANDSHAKE_ON_CONNECT, 0, 1, dtls},
    secure_option_row{"CERT_VERIFY_RESULT", -1, both, TLS_CERT_VERIFY_RESULT, get, flags,
                      v1::SECURE_OPTION_VERIFY_RESULT},
    // A function of the program, given mbedTLS's own structures: those are not in this process.
    secure_option_row{"CERT_VERIFY_CALLBACK", -1, both, TLS_CERT_VERIFY_CALLBACK, set, command},
    secure_option_row{"MAX_FRAGMENT_LENGTH", -1, both, TLS_MAX_FRAGMENT_LENGTH, both, number,
                      v1::SECURE_OPTION_FRAGMENT_BYTES_MAX, 0, 0, option_kind::any,
                      zephyr_fragments},
    secure_option_row{"DTLS_FRAG_EXT", NRF_SO_SEC_DTLS_FRAG_EXT, both, -1, both, number,
                      v1::SECURE_OPTION_FRAGMENT_BYTES_MAX, 0, 0, dtls, nordic_fragments},
    secure_option_row{"DTLS_CONN_SAVE", NRF_SO_SEC_DTLS_CONN_SAVE, set, ncs_conn_save, set, command,
                      v1::SECURE_OPTION_CONNECTION_SAVE, 0, 1, dtls},
    secure_option_row{"DTLS_CONN_LOAD", NRF_SO_SEC_DTLS_CONN_LOAD, set, ncs_conn_load, set, command,
                      v1::SECURE_OPTION_CONNECTION_LOAD, 0, 1, dtls},
    secure_option_row{"HANDSHAKE_STATUS", NRF_SO_SEC_HANDSHAKE_STATUS, get, ncs_handshake_status,
                      get, number, v1::SECURE_OPTION_RESUMED},
};

}  // namespace secure_rows_detail

inline constexpr auto& secure_option_rows = secure_rows_detail::rows;

/// A family's row, null if it does not have the option.
constexpr const secure_option_row* find_secure_option(int secure_option_row::*family, int number) {
  for (const auto& row : secure_option_rows)
    if (row.*family == number && number >= 0) return &row;
  return nullptr;
}

static_assert([] {
  for (const auto& row : secure_option_rows) {
    if (row.nrf < 0 && row.zephyr < 0) return false;
    if (row.nrf >= 0 && find_secure_option(&secure_option_row::nrf, row.nrf) != &row) return false;
    if (row.zephyr >= 0 && find_secure_option(&secure_option_row::zephyr, row.zephyr) != &row)
      return false;
    if (row.low > row.high) return false;
  }
  return true;
}());
static_assert(NRF_SOL_SECURE == SOL_TLS);

}  // namespace cellsock::client::face
