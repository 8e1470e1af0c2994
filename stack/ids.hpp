// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <type_traits>

/// Strong identities. Two integers that could be swapped are two types.
namespace cellsock {

/// Ours: names a BSD socket inside one daemon run. Never reused; what logs and traces print.
enum class socket_id : std::uint32_t {};

/// The kernel's: SO_COOKIE of the program's end of the channel. 64 bits, never reused, the same
/// after dup, fork, exec and descriptor passing: the name a program's call arrives under.
enum class socket_cookie : std::uint64_t {};

/// The modem's: a small integer it reuses at once after a close. Opaque, never assumed to start at
/// 0.
enum class modem_handle : std::int32_t {};

/// 3GPP TS 27.007 context id, and the modem's own id of a packet data network connection. A cid is
/// what `+CGDCONT` names; a PDN id is what sockets are bound to (`%XGETPDNID` translates).
enum class cid : std::uint8_t {};
enum class pdn_id : std::uint8_t {};

template <class Id>
[[nodiscard]] constexpr auto number(Id id) noexcept {
  return static_cast<std::underlying_type_t<Id>>(id);
}

}  // namespace cellsock
