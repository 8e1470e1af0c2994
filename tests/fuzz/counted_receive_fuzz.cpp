// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>
#include <string>

#include "modem_bridge/at/counted_receive.hpp"

// The first byte says how many payload bytes are counted, the rest is the window. Properties: an
// accepted reading lies within the window and is the only one; a clean receive is always accepted;
// a verdict, once reached, is not about bytes that were not there.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using cellsock::at::counted_parse;
  using cellsock::at::parse_counted;
  if (size < 2) return 0;
  const std::size_t bytes = 1 + data[0] % 64;
  const std::string window(reinterpret_cast<const char*>(data) + 1, size - 1);
  for (const bool quiet : {false, true}) {
    const auto parse = parse_counted(window, bytes, quiet);
    if (parse.outcome != counted_parse::verdict::accepted) continue;
    if (parse.consumed > window.size() || parse.payload_at + bytes + 6 > parse.consumed)
      std::abort();
    if (window.substr(parse.consumed - 6, 6) != "\r\nOK\r\n") std::abort();
    for (const auto& [at, length] : parse.notices)
      if (window.substr(at, 9) != "#XAPOLL: " || at + length > parse.consumed) std::abort();
  }
  if (window.size() >= bytes) {
    const auto clean = parse_counted(window.substr(0, bytes) + "\r\nOK\r\n", bytes, true);
    if (clean.outcome != counted_parse::verdict::accepted || clean.payload_at != 0 ||
        clean.consumed != bytes + 6)
      std::abort();
  }
  return 0;
}
