// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "stack/credentials/secret.hpp"
#include "stack/result.hpp"

namespace cellsock {

/// One `-----BEGIN LABEL-----` … `-----END LABEL-----` (RFC 7468), decoded.
struct pem_block {
  std::string label;
  unsigned line = 0;       // of its BEGIN, from 1
  bool encrypted = false;  // by a passphrase; the bytes are then none
  secret der = {};
};

/// Whether this is text of that kind rather than DER.
[[nodiscard]] bool looks_like_pem(std::span<const std::byte> bytes) noexcept;

/// All blocks in order; text around them is ignored. errc::credential_invalid names the line.
[[nodiscard]] result<std::vector<pem_block>> read_pem(std::string_view text);

}  // namespace cellsock
