// SPDX-License-Identifier: Apache-2.0
#include "client_lib/datagram_rules.hpp"

namespace cellsock::client {

bool carries(const v1::DatagramRules& rules, std::string_view payload) {
  // A limit of 0 would carry nothing at all: it means that the daemon named none, and then its
  // word on empty datagrams is missing too.
  if (rules.payload_bytes_max() == 0) return true;
  if (payload.size() > rules.payload_bytes_max()) return false;
  if (payload.empty()) return rules.empty_allowed();
  const std::string_view guard = rules.guarded_sequence();
  if (guard.empty() || payload.find(guard) == std::string_view::npos) return true;
  return payload.size() <= rules.guarded_bytes_max() &&
         payload.find_first_of(rules.forbidden_with_guard()) == std::string_view::npos;
}

}  // namespace cellsock::client
