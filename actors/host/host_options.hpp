// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "stack/endpoint.hpp"
#include "stack/socket_options.hpp"
#include "stack/transport.hpp"

/// The socket options that the kernel carries for the host link. Of linger_s it is told only
/// whether a close resets, so that cannot be read back here.
namespace cellsock::host {

/// Fails with unknown_option (no row, or not of this family), invalid_argument, not_permitted.
[[nodiscard]] status set_option(int fd, ip_family family, socket_option name, std::int64_t value);
[[nodiscard]] result<std::int64_t> get_option(int fd, ip_family family, socket_option name);

}  // namespace cellsock::host
