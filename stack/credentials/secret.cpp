// SPDX-License-Identifier: Apache-2.0
#include "stack/credentials/secret.hpp"

#include <mbedtls/platform_util.h>

namespace cellsock {

void wipe(std::span<std::byte> bytes) noexcept {
  if (!bytes.empty()) mbedtls_platform_zeroize(bytes.data(), bytes.size());
}

bool secret::same_as(std::span<const std::byte> other) const noexcept {
  if (other.size() != bytes_.size()) return false;
  std::byte differs{};
  for (std::size_t i = 0; i < other.size(); ++i) differs |= bytes_[i] ^ other[i];
  return differs == std::byte{};
}

}  // namespace cellsock
