// SPDX-License-Identifier: Apache-2.0
// The configuration file: every text is either good, and then in range, or has a problem with a
// place and a sentence; the same text gives the same answer.
#include <cstdint>
#include <cstdlib>

#include "actors/config.hpp"

using namespace cellsock;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = config::parse(text);
  const auto& v = read.values;
  const bool in_range = !v.socket_path.empty() && v.socket_path.size() < 108 &&
                        v.socket_mode <= 0777 && v.sockets_per_uid_max >= 1 && v.sockets_max >= 1 &&
                        v.sockets_max <= limits::sockets_max;
  if (!in_range) std::abort();
  for (const auto& one : read.problems) {
    if (one.where.line == 0 || one.where.column == 0 || one.what.empty()) std::abort();
    if (one.what.find('\n') != std::string::npos) std::abort();
  }
  if (!(config::parse(text).values == v)) std::abort();
  return 0;
}
