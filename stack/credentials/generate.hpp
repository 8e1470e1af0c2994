// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <string>

#include "stack/credentials/certificate.hpp"
#include "stack/credentials/secret.hpp"
#include "stack/tls/random.hpp"

/// A key that was never anywhere else: for `cellsock creds generate`.
namespace cellsock {

struct key_request {
  std::string common_name;  // 1 to 64 characters: letters, digits, space and . - _ *
  calendar_time now{};
  std::chrono::days good_for{730};
};

struct generated_key {
  secret private_key = {};           // DER, P-256
  std::string signing_request = {};  // PKCS #10, PEM: for a CA to sign
  std::string certificate = {};      // PEM, signed by the key itself, until there is a better one
};

/// errc::invalid_argument for a name or a time that does not fit, no_entropy.
[[nodiscard]] result<generated_key> generate_key(const key_request& wanted,
                                                 tls::random_source& random);

}  // namespace cellsock
