// SPDX-License-Identifier: Apache-2.0
// A credential as a program gives it: one byte says which kind under which rules. What is accepted
// is what it says, and can be given again.
#include <cstdint>
#include <cstdlib>

#include "stack/credentials/credential.hpp"

using namespace cellsock;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto type = credential_type_of(std::int64_t{data[0] % 5 + 1});
  const calendar_time now{std::chrono::sys_days{std::chrono::year{2030} / 6 / 15}};
  const credential_rules rules{now, (data[0] & 0x20) != 0 ? 1024U : 2048U, (data[0] & 0x40) != 0,
                               (data[0] & 0x80) != 0};
  const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
  const auto read = read_credential(*type, bytes, rules);
  if (!read) {
    if (read.error().code != errc::credential_invalid || read.error().detail.empty()) std::abort();
    return 0;
  }
  const auto& held = **read;
  if (held.as_given.empty() != is_secret(*type)) std::abort();
  if (!matches(held, bytes)) std::abort();
  for (const auto& c : held.certificates) {
    const auto again = read_certificate(c.der);
    if (!again || again->sha256 != c.sha256 || fingerprint(c).size() != 95) std::abort();
    (void)text_of(c.not_before);
  }
  if (*type == credential_type::private_key && !read_credential(*type, held.key.view(), rules))
    std::abort();
  return 0;
}
