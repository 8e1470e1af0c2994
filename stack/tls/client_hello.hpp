// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>

namespace cellsock::tls {

/// Whether a datagram begins as DTLS's first word does (RFC 6347, 4.3.1): what a server that has no
/// client yet need look at all. mbedTLS ends the session for anything else.
[[nodiscard]] constexpr bool is_client_hello(std::span<const std::byte> datagram) noexcept {
  constexpr std::size_t record_header = 13;
  constexpr std::byte handshake{22}, dtls{0xFE}, client_hello{1};
  return datagram.size() > record_header && datagram[0] == handshake && datagram[1] == dtls &&
         datagram[record_header] == client_hello;
}

}  // namespace cellsock::tls
