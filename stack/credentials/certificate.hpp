// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "stack/result.hpp"

namespace cellsock {

/// Wall-clock time, as certificates count it. Always an argument: no code here asks the system.
using calendar_time = std::chrono::sys_seconds;

enum class key_kind : std::uint8_t { rsa, ec, other };
enum class signature_hash : std::uint8_t { strong, sha1, broken };  // SHA-2; SHA-1; MD5 and older

/// What one X.509 certificate says, and its bytes. Public through and through.
struct certificate {
  std::vector<std::byte> der;
  std::string subject;
  std::string issuer;
  calendar_time not_before{};
  calendar_time not_after{};
  std::array<std::byte, 32> sha256{};
  key_kind key = key_kind::other;
  unsigned key_bits = 0;
  signature_hash signed_with = signature_hash::broken;
  bool authority = false;      // may issue others
  bool issued_itself = false;  // subject and issuer are one
};

[[nodiscard]] result<certificate> read_certificate(std::span<const std::byte> der);

/// 2026-03-01T12:00:00Z
[[nodiscard]] std::string text_of(calendar_time when);
/// `a1:b2:…`
[[nodiscard]] std::string fingerprint(const certificate& of);

}  // namespace cellsock
