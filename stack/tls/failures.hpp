// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

#include "stack/result.hpp"

namespace cellsock::tls {

/// RFC 8446's and older alerts by number: `unknown_ca`. Empty for numbers that have no name.
[[nodiscard]] std::string_view alert_name(int number) noexcept;

/// What an mbedTLS error means where it came up, in our vocabulary.
struct circumstances {
  bool open = false;               // after the handshake
  int alert = -1;                  // that the peer sent
  std::string_view distrust = {};  // the verifier's reason
  bool no_entropy = false;
};
[[nodiscard]] failure failure_of(int code, const circumstances& at);

}  // namespace cellsock::tls
