// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "stack/credentials/certificate.hpp"
#include "stack/credentials/secret.hpp"
#include "stack/tls/random.hpp"

/// A key that was never anywhere else: for `cellsock creds generate`.
namespace cellsock {

struct key_request {
  std::string subject;                  // CN=gateway.example,O=Example
  std::vector<std::string> hosts = {};  // names and addresses that it is good for
  calendar_time now{};
  std::optional<std::chrono::days> good_for = {};  // of a certificate; without: a request for one
};

struct generated_key {
  secret private_key = {};  // DER, P-256
  std::string pem = {};     // signed by the key itself: its certificate, or a PKCS #10 request
};

/// errc::invalid_argument for a subject, a host or a time that does not fit, no_entropy.
[[nodiscard]] result<generated_key> generate_key(const key_request& wanted,
                                                 tls::random_source& random);

}  // namespace cellsock
