// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

/// What traces, logs and `status` may show of a command or a response: payload as its length,
/// secrets as `***`.
namespace cellsock {

[[nodiscard]] std::string shown_command(std::string_view line);
[[nodiscard]] std::string shown_response(std::string_view line);
/// `<17 bytes>`: what stands for payload.
[[nodiscard]] std::string shown_bytes(std::size_t count);
/// The payload that a command carries in quotes; empty if it carries none. For those only who may
/// see it.
[[nodiscard]] std::string_view payload_of(std::string_view line);
[[nodiscard]] std::string text_of(std::span<const std::byte> payload);

}  // namespace cellsock
