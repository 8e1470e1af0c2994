// SPDX-License-Identifier: Apache-2.0
#include "stack/tls/cookies.hpp"

#include <mbedtls/md.h>

#include <array>

namespace cellsock::tls {
namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t time_bytes = 4;

std::array<std::byte, time_bytes> stamp(std::uint32_t seconds) {
  std::array<std::byte, time_bytes> out{};
  for (std::size_t i = time_bytes; i-- > 0; seconds >>= 8)
    out[i] = std::byte{static_cast<unsigned char>(seconds)};
  return out;
}
std::uint32_t seconds_of(calendar_time now) {
  return static_cast<std::uint32_t>(now.time_since_epoch().count());
}

}  // namespace

bool cookies::prepare(random_source& random) {
  key_ = secret(key_bytes);
  return random.fill(key_.room());
}

bool cookies::write(std::span<const std::byte> client, calendar_time now,
                    std::span<std::byte, size> out) const {
  const auto when = stamp(seconds_of(now));
  std::copy(when.begin(), when.end(), out.begin());
  std::vector<std::byte> message(when.begin(), when.end());
  message.insert(message.end(), client.begin(), client.end());
  const auto* hash = mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
  return hash != nullptr && !key_.empty() &&
         mbedtls_md_hmac(hash, reinterpret_cast<const unsigned char*>(key_.view().data()),
                         key_.size(), reinterpret_cast<const unsigned char*>(message.data()),
                         message.size(),
                         reinterpret_cast<unsigned char*>(out.data()) + time_bytes) == 0;
}

bool cookies::check(std::span<const std::byte> cookie, std::span<const std::byte> client,
                    calendar_time now) const {
  if (cookie.size() != size) return false;
  std::uint32_t made = 0;
  for (std::size_t i = 0; i < time_bytes; ++i)
    made = (made << 8) | std::to_integer<std::uint32_t>(cookie[i]);
  if (seconds_of(now) - made > static_cast<std::uint32_t>(age_max.count())) return false;
  std::array<std::byte, size> right{};
  const calendar_time then{std::chrono::seconds(made)};
  return write(client, then, right) && secret(std::span<const std::byte>(right)).same_as(cookie);
}

}  // namespace cellsock::tls
