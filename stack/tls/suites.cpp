// SPDX-License-Identifier: Apache-2.0
#include "stack/tls/suites.hpp"

#include <mbedtls/ssl_ciphersuites.h>

#include <algorithm>

namespace cellsock::tls {
namespace {

std::string hexadecimal(int number) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text = "0x";
  for (int shift = 12; shift >= 0; shift -= 4)
    text += digits[static_cast<std::size_t>((number >> shift) & 15)];
  return text;
}

bool fits(const suite_row& row, const suite_needs& needs) {
  if (mbedtls_ssl_ciphersuite_from_id(row.number) == nullptr) return false;
  switch (row.key) {
    case suite_key::any: return needs.highest == version::tls_1_3;
    case suite_key::certificate: return needs.lowest != version::tls_1_3 && needs.certificates;
    case suite_key::psk: return needs.lowest != version::tls_1_3 && needs.psk;
  }
  return false;
}

bool offered_unasked(const suite_row& row, transport kind) {
  return row.use == suite_use::standard ||
         (row.use == suite_use::datagrams && kind == transport::datagram);
}

}  // namespace

std::string suite_name(int number) {
  const auto* row = suite_of(number);
  return row != nullptr ? std::string(row->name) : hexadecimal(number);
}

result<std::vector<int>> choose_suites(std::span<const int> asked, const suite_needs& needs) {
  std::vector<int> chosen;
  for (const int number : asked) {
    if (number == renegotiation_signal) continue;
    const auto* row = suite_of(number);
    if (row == nullptr)
      return fail(errc::invalid_argument,
                  "cipher suite " + hexadecimal(number) + " is not carried (docs/security.md)");
    if (fits(*row, needs) && std::find(chosen.begin(), chosen.end(), number) == chosen.end())
      chosen.push_back(number);
  }
  if (asked.empty())
    for (const auto& row : suites)
      if (offered_unasked(row, needs.kind) && fits(row, needs)) chosen.push_back(row.number);
  if (chosen.empty())
    return fail(errc::credential_missing,
                asked.empty() ? "no tag has a certificate or a pre-shared key for this handshake"
                              : "none of the cipher suites asked for goes with the tags' keys");
  return chosen;
}

}  // namespace cellsock::tls
