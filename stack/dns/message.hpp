// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stack/endpoint.hpp"

/// Messages of the domain name system (RFC 1035, RFC 3596): one question for addresses, recursion
/// desired, no extensions. Pure.
namespace cellsock::dns {

struct question {
  std::uint16_t id = 0;
  std::string name;  // wire_name
  ip_family family = ip_family::v4;
};

[[nodiscard]] std::vector<std::byte> write_query(const question& asked);

enum class verdict : std::uint8_t {
  not_ours,  // another id, another question (to the byte), no response: forged, or too late
  malformed,
  addresses,
  no_such_name,
  no_data,         // the name exists, without an address of this family
  truncated,       // and no address that is whole
  server_trouble,  // says so itself, or would have us ask another
};

struct response {
  verdict what = verdict::not_ours;
  std::vector<ip_address> addresses = {};
  /// The shortest life on the way from the question to the addresses; of `no_such_name` and
  /// `no_data` what the zone's SOA allows (RFC 2308), 0 without one.
  std::chrono::seconds good_for{0};
  std::uint8_t rcode = 0;
};

/// Of hostile bytes: bounded in time and memory by the limits, whatever they hold.
[[nodiscard]] response read_response(std::span<const std::byte> bytes, const question& asked);

/// What a response code says of the name (RFC 1035 §4.1.1, RFC 6895 §2.3).
struct rcode_row {
  std::string_view name;
  verdict what;
  errc means;  // where no server says better
};
[[nodiscard]] const rcode_row& rcode_meaning(std::uint8_t rcode) noexcept;

}  // namespace cellsock::dns
