// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "stack/ids.hpp"
#include "stack/result.hpp"

/// SO_BINDTODEVICE's value: which modem, and which of its packet networks.
namespace cellsock {

struct device {
  std::string link = {};  // empty: the default one
  pdn_id pdn{};
  friend bool operator==(const device&, const device&) = default;
};

/// `modem1`, `modem1/pdn0`, `pdn0` (of the default modem), or nothing. errc::no_device for what is
/// no name of a device. Whether the link has that packet network is the link's affair.
[[nodiscard]] result<device> parse_device(std::string_view text);

/// What a modem may be called: letters, digits, - and _, 1 to 15 of them (a Linux interface name),
/// and nothing that reads as a packet network.
[[nodiscard]] bool is_link_name(std::string_view text) noexcept;

}  // namespace cellsock
