// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "modem_bridge/emulator/control.hpp"

/// What the tables of control verbs share.
namespace cellsock::emulator {

using words = std::span<const std::string_view>;

struct control_verb {
  std::string_view name;
  std::string_view arguments;
  std::string_view meaning;
  control_reply (*run)(control_target&, words);
};

/// What the network, its cell and the SIM do.
std::span<const control_verb> radio_control_verbs();

[[nodiscard]] inline control_reply good(std::string text = "ok") {
  return {control_reply::outcome::done, std::move(text)};
}
[[nodiscard]] inline control_reply bad(std::string text) {
  return {control_reply::outcome::refused, std::move(text)};
}
/// The usage of that verb.
[[nodiscard]] control_reply misused(std::string_view verb);
/// Digits alone.
[[nodiscard]] std::optional<int> whole(std::string_view word);

}  // namespace cellsock::emulator
