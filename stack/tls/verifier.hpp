// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <mbedtls/x509_crt.h>

#include <cstdint>
#include <string>

#include "stack/tls/settings.hpp"

namespace cellsock::tls {

/// Judges the peer's certificates: dates by the time it is given (the library would ask the
/// system), the name by our rules, the rest as the library found it; and puts each fault into
/// words.
class verifier {
public:
  verifier(const settings& of) : settings_(of) {}

  void begin(calendar_time now) {
    now_ = now;
    reason_.clear();
    flags_ = 0;
  }
  /// One certificate of the chain, the topmost first; `flags` are the library's and become ours.
  void judge(const mbedtls_x509_crt& crt, int depth, std::uint32_t& flags);

  /// The first fault found: which certificate, and what about it. Empty: none.
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }
  /// All faults of the chain, by mbedTLS's numbers.
  [[nodiscard]] std::uint32_t flags() const noexcept { return flags_; }

private:
  void judge_name(const mbedtls_x509_crt& crt, std::uint32_t& flags) const;
  [[nodiscard]] std::string words(const mbedtls_x509_crt& crt, std::uint32_t flags) const;

  const settings& settings_;
  calendar_time now_{};
  std::string reason_;
  std::uint32_t flags_ = 0;
};

/// What a client shows in the clear (SNI) and the library compares; empty for an address, which it
/// must not show (RFC 6066) and we compare ourselves.
[[nodiscard]] std::string server_name(const peer_name& name);

}  // namespace cellsock::tls
