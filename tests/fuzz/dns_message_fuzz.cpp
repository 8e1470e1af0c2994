// SPDX-License-Identifier: Apache-2.0
// What a name server, or somebody in its place, sends. The first bytes answer one question or the
// other; a lookup that hears it stays within its bounds.
#include <cstdint>
#include <cstdlib>

#include "stack/dns/lookup.hpp"
#include "stack/dns/name.hpp"

using namespace cellsock;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* first = reinterpret_cast<const std::byte*>(data);
  const std::vector<std::byte> bytes(first, first + size);
  const auto name = *dns::wire_name("a.example");
  for (const auto family : {ip_family::v4, ip_family::v6}) {
    const auto said = dns::read_response(bytes, {0x1234, name, family});
    if (said.addresses.size() > dns::limits::addresses_max) std::abort();
    if ((said.what == dns::verdict::addresses) == said.addresses.empty()) std::abort();
  }
  const ip_address server = *parse_address("192.0.2.53");
  const dns::lookup::time_point start{};
  dns::lookup asking(
      {name, {ip_family::v4, ip_family::v6}, {server}}, [] { return 0x1234U; }, start);
  for (int i = 0; i < 10; ++i) (void)asking.received({server, 53}, bytes, start);
  if (asking.take_queries().size() > 6) std::abort();
  if (asking.ended() &&
      asking.ended()->addresses.empty() == (asking.ended()->why.code == errc::none))
    std::abort();
  return 0;
}
