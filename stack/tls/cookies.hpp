// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>

#include "stack/credentials/certificate.hpp"
#include "stack/credentials/secret.hpp"
#include "stack/tls/random.hpp"

namespace cellsock::tls {

/// DTLS's proof that a client receives at the address it sends from (RFC 6347, 4.2.1): nothing is
/// computed for a client that has not given back what was sent there.
class cookies {
public:
  static constexpr std::size_t size = 4 + 32;  // time, HMAC-SHA-256
  static constexpr auto age_max = std::chrono::seconds(60);

  [[nodiscard]] bool prepare(random_source& random);
  [[nodiscard]] bool write(std::span<const std::byte> client, calendar_time now,
                           std::span<std::byte, size> out) const;
  [[nodiscard]] bool check(std::span<const std::byte> cookie, std::span<const std::byte> client,
                           calendar_time now) const;

private:
  secret key_{};
};

}  // namespace cellsock::tls
