// SPDX-License-Identifier: Apache-2.0
// Numeric addresses with and without ports: what is read, written again, reads as the same.
#include <arpa/inet.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "client_lib/literal.hpp"

using namespace cellsock;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto read = client::literal(text);
  if (!read) return 0;
  const bool six = read->family == v1::FAMILY_INET6;
  std::array<char, INET6_ADDRSTRLEN> address{};
  ::inet_ntop(six ? AF_INET6 : AF_INET, read->address.data(), address.data(), address.size());
  const std::string host = six ? "[" + std::string(address.data()) + "]" : address.data();
  const auto again = client::literal(host + ":" + std::to_string(read->port));
  if (!again || *again != *read) std::abort();
  return 0;
}
