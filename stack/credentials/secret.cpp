// SPDX-License-Identifier: Apache-2.0
#include "stack/credentials/secret.hpp"

#include <mbedtls/platform_util.h>

#include <array>

namespace cellsock {

void wipe(std::span<std::byte> bytes) noexcept {
  if (!bytes.empty()) mbedtls_platform_zeroize(bytes.data(), bytes.size());
}

__attribute__((noinline)) void wipe_stack() noexcept {
  constexpr std::size_t deepest = 65536;  // a handshake takes a third of it
  std::array<std::byte, deepest> below;
  wipe(below);
}

bool secret::same_as(std::span<const std::byte> other) const noexcept {
  if (other.size() != bytes_.size()) return false;
  std::byte differs{};
  for (std::size_t i = 0; i < other.size(); ++i) differs |= bytes_[i] ^ other[i];
  return differs == std::byte{};
}

}  // namespace cellsock
