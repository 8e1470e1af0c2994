// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nrf_socket.h>

#include <optional>
#include <variant>

#include "client_lib/endpoint.hpp"

/// struct nrf_sockaddr <-> endpoint. Nordic's families, sizes and layout are not the host's.
namespace cellsock::client::nrf {

/// The endpoint, nothing for AF_UNSPEC, or the errno (EFAULT, EINVAL: too short, EAFNOSUPPORT).
using parsed_address = std::variant<std::optional<endpoint>, int>;
[[nodiscard]] parsed_address parse(const nrf_sockaddr* address, nrf_socklen_t length);

/// As accept(2) and recvfrom(2) do: writes what fits into `*length` bytes, then sets `*length` to
/// the address's own size. Nothing happens if `address` is null.
void store(const endpoint& from, nrf_sockaddr* address, nrf_socklen_t* length);

[[nodiscard]] std::optional<v1::Family> family_of(int nrf_family);
[[nodiscard]] int nrf_family_of(v1::Family family);

}  // namespace cellsock::client::nrf
