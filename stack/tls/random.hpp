// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <memory>
#include <span>

#include "stack/result.hpp"

namespace cellsock::tls {

/// Where a session's random bytes come from. May be used by sessions on several threads at once.
class random_source {
public:
  random_source() = default;
  random_source(const random_source&) = delete;
  random_source& operator=(const random_source&) = delete;
  virtual ~random_source() = default;
  /// False: there are none, and whatever needed them must fail.
  [[nodiscard]] virtual bool fill(std::span<std::byte> out) noexcept = 0;
};

/// The system's entropy through mbedTLS's CTR-DRBG. errc::no_entropy when there is none, and then
/// nothing secure may be begun.
[[nodiscard]] result<std::shared_ptr<random_source>> system_random();

}  // namespace cellsock::tls
