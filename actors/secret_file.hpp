// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include <sys/types.h>

#include "stack/result.hpp"

/// A file that holds one secret and nothing else (a PIN, a password). What it holds is never part
/// of a message.
namespace cellsock {

/// Whether a file of this mode keeps a secret. Its group may read it: systemd shows a credential
/// so.
[[nodiscard]] constexpr bool keeps_secrets(mode_t mode) {
  constexpr mode_t others_or_group_write = 037;
  return (mode & others_or_group_write) == 0;
}
/// Its one line, without the line's end: 1 to 64 printable characters, no quote.
[[nodiscard]] result<std::string> secret_in(std::string_view text);
/// errc::invalid_argument, with a sentence.
[[nodiscard]] result<std::string> read_secret(const std::string& path);
/// 3GPP TS 31.102: 4 to 8 digits.
[[nodiscard]] bool is_pin(std::string_view text) noexcept;

}  // namespace cellsock
