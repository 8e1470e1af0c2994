// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stack/credentials/certificate.hpp"
#include "stack/credentials/secret.hpp"

namespace cellsock {

/// What programs know a set of credentials by.
enum class sec_tag : std::uint32_t {};

/// Zephyr's types, with its numbers.
enum class credential_type : std::uint8_t {
  ca_certificate = 1,
  own_certificate = 2,
  private_key = 3,
  psk = 4,
  psk_identity = 5,
};
inline constexpr std::size_t credential_types = 5;

[[nodiscard]] std::string_view name(credential_type type) noexcept;  // `ca-certificate`
[[nodiscard]] std::optional<credential_type> credential_type_of(std::int64_t number) noexcept;
[[nodiscard]] std::optional<credential_type> credential_type_of(std::string_view name) noexcept;
/// Used, never read back.
[[nodiscard]] constexpr bool is_secret(credential_type type) noexcept {
  return type == credential_type::private_key || type == credential_type::psk;
}

/// How it came: when, as which bytes, and what it was excused from.
struct credential_origin {
  calendar_time added{};
  std::array<std::byte, 32> sha256{};  // of the bytes as they came; none of a PSK's
  unsigned rsa_bits_min = 2048;
  bool sha1_allowed = false;
};

/// A credential that passed its checks. Immutable, so it may be shared between threads.
struct credential {
  credential_type type{};
  std::vector<certificate> certificates = {};  // CAs; or the own one and then its issuers
  secret key = {};                             // private key (DER) or PSK
  key_kind kind = key_kind::other;             // of a private key
  unsigned key_bits = 0;                       // of a private key or PSK
  std::string identity = {};                   // of the PSK
  std::vector<std::byte> as_given = {};        // what reading back answers; empty for secrets
  std::vector<std::string> remarks = {};       // accepted, but worth a line in the log
  credential_origin origin = {};
};
using credential_ptr = std::shared_ptr<const credential>;

/// What is required of a credential when it is added.
struct credential_rules {
  calendar_time now{};
  unsigned rsa_bits_min = 2048;
  bool sha1_allowed = false;
  /// What was good when it was stored is loaded with a remark: a gateway whose clock is not set yet
  /// must not lose its credentials. Handshakes judge dates again.
  bool dates_remarked = false;
};

/// DER or PEM, with or without the NUL that some programs count. errc::credential_invalid says what
/// is wrong and where. `origin`: of one that was kept; without, it comes now.
[[nodiscard]] result<credential_ptr> read_credential(credential_type type,
                                                     std::span<const std::byte> bytes,
                                                     const credential_rules& rules,
                                                     const credential_origin* origin = nullptr);

/// Whether the private key belongs to the (first) certificate.
[[nodiscard]] status check_pair(const credential& own_certificate, const credential& private_key);

/// Whether `bytes` are this credential, in whichever of its forms.
[[nodiscard]] bool matches(const credential& known, std::span<const std::byte> bytes);

}  // namespace cellsock
