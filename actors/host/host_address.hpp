// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/socket.h>

#include <optional>

#include "stack/endpoint.hpp"

/// Endpoints as the kernel writes them.
namespace cellsock::host {

struct kernel_address {
  sockaddr_storage space{};
  socklen_t size = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&space); }
};

[[nodiscard]] kernel_address to_kernel(const endpoint& from);
/// Nothing for a family that is neither IPv4 nor IPv6, or an address cut short.
[[nodiscard]] std::optional<endpoint> from_kernel(const sockaddr* from, socklen_t size);
[[nodiscard]] int kernel_family(ip_family family) noexcept;

}  // namespace cellsock::host
