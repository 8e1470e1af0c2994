// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "stack/tls/settings.hpp"

/// The keys and certificates of tests/support/pki, made by its script `generate`.
namespace cellsock::test {

/// When the tests' handshakes happen: all but `expired` and `future` are good then.
inline constexpr calendar_time today{std::chrono::sys_days{std::chrono::year{2030} / 6 / 15}};

[[nodiscard]] std::string pki_file(std::string_view name);
[[nodiscard]] std::span<const std::byte> bytes_of(std::string_view text);
/// A credential that is good under rules that let anything pass which parses.
[[nodiscard]] credential_ptr pki(credential_type type, std::string_view file);
[[nodiscard]] credential_ptr given(credential_type type, std::string_view text);

/// Tags as programs would fill them.
[[nodiscard]] tls::tag_contents trusting(std::string_view roots = "roots.pem");
[[nodiscard]] tls::tag_contents identity(std::string_view certificate, std::string_view key);
[[nodiscard]] tls::tag_contents psk(std::string_view key = "0123456789abcdef",
                                    std::string_view name = "meter-17");

}  // namespace cellsock::test
