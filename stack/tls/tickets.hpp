// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include "stack/credentials/certificate.hpp"
#include "stack/credentials/secret.hpp"
#include "stack/tls/random.hpp"

/// What a server gives its clients to come back with (RFC 5077): the session itself, under a key
/// that never leaves the daemon. Nothing is kept per client.
namespace cellsock::tls {

/// The key in use and the one before. Immutable: sessions on any thread share it.
class ticket_keys {
public:
  static constexpr std::size_t overhead = 4 + 8 + 12 + 16;  // key name, time, nonce, tag

  /// New keys, or those of `old` turned on by one: made every limits::tls_ticket_age_max.
  [[nodiscard]] static result<std::shared_ptr<const ticket_keys>> make(
      random_source& random, const ticket_keys* old = nullptr);

  /// Bytes written; nothing when there is no room or no randomness.
  [[nodiscard]] std::optional<std::size_t> seal(std::span<const std::byte> session,
                                                calendar_time now, random_source& random,
                                                std::span<std::byte> out) const;
  /// Nothing for a ticket that is not ours, was altered, or is too old.
  [[nodiscard]] std::optional<secret> open(std::span<const std::byte> ticket,
                                           calendar_time now) const;

private:
  struct key {
    std::uint32_t name = 0;
    secret bytes = {};  // AES-256-GCM
  };
  key current_;
  std::optional<key> before_;
};

}  // namespace cellsock::tls
