// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/types.h>

#include <cstddef>
#include <optional>

#include "client_lib/bsd_calls.hpp"
#include "client_lib/deadline.hpp"
#include "client_lib/identity.hpp"

/// The two kinds of transfer behind send_bytes and receive_bytes, and what they share.
namespace cellsock::client {

[[nodiscard]] ssize_t send_stream(const held_socket& socket, const char* bytes, std::size_t count,
                                  transfer_flags flags);
[[nodiscard]] ssize_t receive_stream(const held_socket& socket, char* buffer, std::size_t capacity,
                                     transfer_flags flags);

[[nodiscard]] ssize_t send_datagram(const held_socket& socket, const char* bytes, std::size_t count,
                                    const std::optional<endpoint>& to, transfer_flags flags);
[[nodiscard]] ssize_t receive_datagram(const held_socket& socket, char* buffer,
                                       std::size_t capacity, std::optional<endpoint>* from,
                                       transfer_flags flags);

/// The payload's length of the datagram that is next, 0 if there is none; or -errno.
[[nodiscard]] int next_datagram_bytes(const held_socket& socket);

/// After EAGAIN from the kernel: 0 to try again, or the call's -errno: EAGAIN when it must not wait
/// or has waited long enough, EINTR after a signal or a close in another thread.
[[nodiscard]] int wait_for(const held_socket& socket, short events, bool dont_wait,
                           const deadline& until);

/// Asks again where the cache says unconnected: the connect may have been another process's.
/// 0 or -errno.
[[nodiscard]] int require_peer(const held_socket& socket, int error_if_none);

}  // namespace cellsock::client
