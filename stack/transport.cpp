// SPDX-License-Identifier: Apache-2.0
#include "stack/transport.hpp"

#include <string_view>

namespace cellsock {

bool carries(const datagram_rules& rules, std::span<const std::byte> payload) {
  if (payload.size() > rules.payload_bytes_max) return false;
  if (payload.empty()) return rules.empty_allowed;
  const std::string_view text(reinterpret_cast<const char*>(payload.data()), payload.size());
  if (rules.guarded_sequence.empty() || text.find(rules.guarded_sequence) == text.npos) return true;
  return text.size() <= rules.guarded_bytes_max &&
         text.find_first_of(rules.forbidden_with_guard) == text.npos;
}

}  // namespace cellsock
