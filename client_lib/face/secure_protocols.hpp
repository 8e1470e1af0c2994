// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nrf_socket.h>
#include <zephyr/net/net_ip.h>

#include <array>

#include "cellsock/v1/socket.pb.h"

/// The secure protocols that socket() takes, by the families' numbers.
namespace cellsock::client::face {

struct secure_protocol_row {
  v1::SecureProtocol meaning;
  v1::SocketType type;
  int nrf;  // -1: the family does not have it
  int zephyr;
};

inline constexpr std::array secure_protocols{
    secure_protocol_row{v1::SECURE_PROTOCOL_TLS_1_0, v1::SOCKET_TYPE_STREAM, -1, IPPROTO_TLS_1_0},
    secure_protocol_row{v1::SECURE_PROTOCOL_TLS_1_1, v1::SOCKET_TYPE_STREAM, -1, IPPROTO_TLS_1_1},
    secure_protocol_row{v1::SECURE_PROTOCOL_TLS_1_2, v1::SOCKET_TYPE_STREAM, NRF_SPROTO_TLS1v2,
                        IPPROTO_TLS_1_2},
    secure_protocol_row{v1::SECURE_PROTOCOL_TLS_1_3, v1::SOCKET_TYPE_STREAM, -1, IPPROTO_TLS_1_3},
    secure_protocol_row{v1::SECURE_PROTOCOL_DTLS_1_0, v1::SOCKET_TYPE_DATAGRAM, -1,
                        IPPROTO_DTLS_1_0},
    secure_protocol_row{v1::SECURE_PROTOCOL_DTLS_1_2, v1::SOCKET_TYPE_DATAGRAM, NRF_SPROTO_DTLS1v2,
                        IPPROTO_DTLS_1_2},
};

/// Null if `number` is none of the family's secure protocols.
constexpr const secure_protocol_row* find_secure_protocol(int secure_protocol_row::*family,
                                                          int number) {
  for (const auto& row : secure_protocols)
    if (row.*family == number && number >= 0) return &row;
  return nullptr;
}

constexpr const secure_protocol_row* find_secure_protocol(v1::SecureProtocol meaning) {
  for (const auto& row : secure_protocols)
    if (row.meaning == meaning) return &row;
  return nullptr;
}
static_assert([] {
  const auto spelled = [](int number) {
    int count = 0;
    for (const auto& row : secure_protocols) count += row.meaning == number ? 1 : 0;
    return count == 1;
  };
  for (int number = v1::SECURE_PROTOCOL_TLS_1_0; number <= v1::SECURE_PROTOCOL_TLS_1_3; ++number)
    if (!spelled(number)) return false;
  return spelled(v1::SECURE_PROTOCOL_DTLS_1_0) && spelled(v1::SECURE_PROTOCOL_DTLS_1_2);
}());

}  // namespace cellsock::client::face
