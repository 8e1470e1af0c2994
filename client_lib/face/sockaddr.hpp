// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>
#include <variant>

#include "client_lib/endpoint.hpp"

/// A family's struct sockaddr <-> endpoint. `Api` names the family's types and numbers
/// (nrf/api.hpp, zephyr/api.hpp): families, sizes and layouts differ, member names do not.
///
/// Scope ids are not carried: a PDN is one interface, so there is nothing to choose between. Any is
/// taken, 0 is given.
namespace cellsock::client::face {

/// The endpoint, nothing for AF_UNSPEC, or the errno (EFAULT, EINVAL: too short, EAFNOSUPPORT).
using parsed_address = std::variant<std::optional<endpoint>, int>;

constexpr std::uint16_t swapped_if_little(std::uint16_t port) {
  return std::endian::native == std::endian::big
             ? port
             : static_cast<std::uint16_t>((port << 8) | (port >> 8));
}

template <class Api>
std::optional<v1::Family> family_of(int number) {
  if (number == Api::inet) return v1::FAMILY_INET;
  if (number == Api::inet6) return v1::FAMILY_INET6;
  return std::nullopt;
}

template <class Api>
int number_of(v1::Family family) {
  return family == v1::FAMILY_INET6 ? Api::inet6 : Api::inet;
}

template <class Api>
parsed_address parse(const typename Api::address* address, typename Api::length length) {
  if (address == nullptr) return EFAULT;
  if (length < sizeof(address->sa_family)) return EINVAL;
  const int number = address->sa_family;
  if (number == Api::unspecified) return std::optional<endpoint>{};
  const auto family = family_of<Api>(number);
  if (!family) return EAFNOSUPPORT;
  const bool six = *family == v1::FAMILY_INET6;
  if (length < (six ? Api::v6_bytes_min : sizeof(typename Api::v4))) return EINVAL;
  endpoint made;
  made.family = *family;
  if (six) {
    typename Api::v6 given{};
    std::memcpy(&given, address, std::min<std::size_t>(length, sizeof given));
    std::memcpy(made.address.data(), &given.sin6_addr, sizeof given.sin6_addr);
    made.port = swapped_if_little(given.sin6_port);
  } else {
    typename Api::v4 given;
    std::memcpy(&given, address, sizeof given);
    std::memcpy(made.address.data(), &given.sin_addr, sizeof given.sin_addr);
    made.port = swapped_if_little(given.sin_port);
  }
  return std::optional(made);
}

/// As accept(2) and recvfrom(2) do: writes what fits into `*length` bytes, then sets `*length` to
/// the address's own size. Nothing happens if `address` is null.
template <class Api>
void store(const endpoint& from, typename Api::address* address, typename Api::length* length) {
  if (address == nullptr || length == nullptr) return;
  const auto copy_out = [&](const auto& value) {
    std::memcpy(static_cast<void*>(address), &value, std::min<std::size_t>(*length, sizeof value));
    *length = sizeof value;
  };
  if (from.family == v1::FAMILY_INET6) {
    typename Api::v6 made{};
    made.sin6_family = Api::inet6;
    made.sin6_port = swapped_if_little(from.port);
    std::memcpy(&made.sin6_addr, from.address.data(), sizeof made.sin6_addr);
    copy_out(made);
  } else {
    typename Api::v4 made{};
    made.sin_family = Api::inet;
    made.sin_port = swapped_if_little(from.port);
    std::memcpy(&made.sin_addr, from.address.data(), sizeof made.sin_addr);
    copy_out(made);
  }
}

}  // namespace cellsock::client::face
