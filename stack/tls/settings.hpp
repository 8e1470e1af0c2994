// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stack/credentials/credential.hpp"
#include "stack/limits.hpp"
#include "stack/tls/random.hpp"
#include "stack/tls/tickets.hpp"
#include "stack/tls/versions.hpp"

namespace cellsock::tls {

enum class role : std::uint8_t { client, server };
enum class peer_verify : std::uint8_t { none, optional, required };

/// What one tag holds for this program; several tags, several of these, in the program's order.
struct tag_contents {
  sec_tag tag{};
  credential_ptr ca = {};
  credential_ptr own_certificate = {};
  credential_ptr private_key = {};
  credential_ptr psk = {};
  credential_ptr psk_identity = {};
};

/// Whose certificate it must be (clients).
struct peer_name {
  enum class rule : std::uint8_t {
    unset,    // nothing was said: verification that is required fails (Zephyr)
    ignored,  // any name will do (NULL was set; nRF's default)
    checked,
  };
  rule how = rule::unset;
  std::string host = {};  // name or address; SNI carries names alone (RFC 6066)
};

/// DTLS's time between retransmissions (doubles from first to last) until the handshake is given
/// up.
struct retransmission {
  std::chrono::milliseconds first{1000};
  std::chrono::milliseconds last{60000};
};

enum class connection_id : std::uint8_t { off, supported, enabled };  // nRF's and Zephyr's 0, 1, 2

/// All that a session is made of: values, so that it can be made on any thread.
struct settings {
  transport kind = transport::stream;
  version lowest = version::tls_1_2;
  version highest = version::tls_1_2;
  role as = role::client;
  std::vector<tag_contents> tags = {};
  peer_name name = {};
  peer_verify verify = peer_verify::required;
  std::vector<int> suites = {};  // IANA numbers in order of preference; empty: suites.hpp's default
  std::vector<std::string> alpn = {};
  unsigned rsa_bits_min = 2048;
  bool sha1_allowed = false;
  std::size_t fragment_bytes_max = 0;  // 0, 512, 1024, 2048, 4096: the extension of RFC 6066
  std::chrono::milliseconds handshake_max = limits::tls_handshake_max;

  // Resumption. The caller keeps what `session::take_resumption` gave (session_cache.hpp).
  bool resume = false;
  secret resumption = {};                           // clients
  std::shared_ptr<const ticket_keys> tickets = {};  // servers

  // Datagrams.
  retransmission dtls_timeouts = {};
  std::size_t datagram_bytes_max = 1280;     // of the link; handshake messages are cut to fit
  std::vector<std::byte> peer_address = {};  // a server's client: what its cookie is bound to
  connection_id cid = connection_id::off;
  std::vector<std::byte> own_cid = {};  // with `enabled`; empty: one of 8 random bytes
};

/// nRF's handshake time: the sums of RFC 6347's back-off, 1 + 2 + 4 + … seconds. 0 has no limit of
/// its own; the session's handshake_max ends it.
struct handshake_time_row {
  int seconds;
  std::chrono::milliseconds last;
};
inline constexpr std::array handshake_times{
    handshake_time_row{0, std::chrono::seconds(60)},
    handshake_time_row{1, std::chrono::seconds(1)},
    handshake_time_row{3, std::chrono::seconds(2)},
    handshake_time_row{7, std::chrono::seconds(4)},
    handshake_time_row{15, std::chrono::seconds(8)},
    handshake_time_row{31, std::chrono::seconds(16)},
    handshake_time_row{63, std::chrono::seconds(32)},
    handshake_time_row{123, std::chrono::seconds(60)},
};
/// Nothing for what is none of nRF's values.
[[nodiscard]] constexpr std::optional<retransmission> retransmission_of(int seconds) {
  for (const auto& row : handshake_times)
    if (row.seconds == seconds) return retransmission{std::chrono::seconds(1), row.last};
  return std::nullopt;
}

}  // namespace cellsock::tls
