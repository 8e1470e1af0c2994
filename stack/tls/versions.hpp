// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "stack/transport.hpp"

namespace cellsock::tls {

/// What is spoken. TLS 1.0, 1.1 and DTLS 1.0 are not (RFC 8996).
enum class version : std::uint8_t { tls_1_2, tls_1_3, dtls_1_2 };

[[nodiscard]] constexpr std::string_view name(version v) noexcept {
  switch (v) {
    case version::tls_1_2: return "TLS 1.2";
    case version::tls_1_3: return "TLS 1.3";
    case version::dtls_1_2: return "DTLS 1.2";
  }
  return "?";
}

/// A protocol number of socket(), and what it stands for here. The deprecated numbers name what a
/// program was written with: it gets 1.2, which every such library of today speaks as well.
struct protocol_row {
  int number;
  std::string_view name;
  transport kind;
  version lowest;
  version highest;
};

inline constexpr std::array protocols{
    protocol_row{256, "TLS_1_0", transport::stream, version::tls_1_2, version::tls_1_2},
    protocol_row{257, "TLS_1_1", transport::stream, version::tls_1_2, version::tls_1_2},
    protocol_row{258, "TLS_1_2", transport::stream, version::tls_1_2, version::tls_1_2},
    protocol_row{259, "TLS_1_3", transport::stream, version::tls_1_3, version::tls_1_3},
    protocol_row{272, "DTLS_1_0", transport::datagram, version::dtls_1_2, version::dtls_1_2},
    protocol_row{273, "DTLS_1_2", transport::datagram, version::dtls_1_2, version::dtls_1_2},
};

[[nodiscard]] constexpr const protocol_row* protocol_of(int number) noexcept {
  for (const auto& row : protocols)
    if (row.number == number) return &row;
  return nullptr;
}

[[nodiscard]] constexpr int protocol_number_of(version v) noexcept {
  switch (v) {
    case version::tls_1_2: return 258;
    case version::tls_1_3: return 259;
    case version::dtls_1_2: return 273;
  }
  return 0;
}

}  // namespace cellsock::tls
