// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <random>

#include "stack/tls/random.hpp"

namespace cellsock::test {

/// The same bytes for the same seed; and a source that can dry up.
class seeded_random final : public tls::random_source {
public:
  explicit seeded_random(unsigned seed) : engine_(seed) {}
  [[nodiscard]] bool fill(std::span<std::byte> out) noexcept override {
    if (dry_) return false;
    for (auto& b : out) b = std::byte{static_cast<unsigned char>(engine_())};
    return true;
  }
  void dry_up() { dry_ = true; }

private:
  std::mt19937 engine_;
  bool dry_ = false;
};

}  // namespace cellsock::test
