// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "stack/limits.hpp"

namespace cellsock {

enum class transport : std::uint8_t { stream, datagram };

/// What one datagram of a link may be; told to programs so that their own call fails at once.
struct datagram_rules {
  std::size_t payload_bytes_max = 0;
  bool empty_allowed = false;
  std::string guarded_sequence = {};      // a payload holding this …
  std::string forbidden_with_guard = {};  // … may have none of these bytes …
  std::size_t guarded_bytes_max = 0;      // … and be no longer than this
  friend bool operator==(const datagram_rules&, const datagram_rules&) = default;
};

/// What a link does with the bytes of a stream.
struct stream_rules {
  std::size_t chunk_bytes_max = limits::staging_bytes_max;  // the longest chunk it asks for
  std::size_t channel_bytes = 0;  // of a connected stream's channel, each way; 0: as it was born
  bool prompt = false;            // takes a chunk, unasked for, whenever none is out
  bool half_close = false;        // it can end the sending direction alone
};

/// Whether `payload` can be carried under `rules`.
[[nodiscard]] bool carries(const datagram_rules& rules, std::span<const std::byte> payload);

}  // namespace cellsock
