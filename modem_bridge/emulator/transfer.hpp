// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "modem_bridge/emulator/board.hpp"

/// What bind and the transfer commands of both syntaxes do once their parameters are read.
namespace cellsock::emulator {

namespace transfer {
inline constexpr std::size_t host_bytes_max = 127;
inline constexpr std::size_t receive_bytes_max = 2048;
inline constexpr int wait_for_ack = 512;  // a send flag
inline constexpr int notify = 8192;       // a send flag, sm only
}  // namespace transfer

[[nodiscard]] std::vector<std::byte> bytes_of(std::string_view text);
[[nodiscard]] std::string hex_of(std::span<const std::byte> bytes);

/// Resolves, connects, and says `answer` once connected; errors say nothing but ERROR.
verdict run_connect(board& b, int handle, std::string_view host, int port, std::string answer);

/// To its context's address, which exists.
verdict run_bind(board& b, const modem_socket& socket, int port);

struct receive_request {
  int handle = -1;
  pcb source{};
  std::string prefix = {};  // of the header, up to the number of bytes
  bool with_address = false;
  bool with_port = true;
  bool hex = false;
  bool peek = false;
  bool wait_all = false;
  bool at_once = false;
  /// An end of stream answers ERROR to a receive that does not wait (old modem libraries).
  bool end_is_error = false;
  std::size_t bytes_max = transfer::receive_bytes_max;
  std::optional<time_point> deadline = {};  // empty: for ever
};

/// Reads the flags of a receive (PEEK, DONTWAIT, WAITALL) into the request; false: others are set.
bool read_receive_flags(receive_request& want, int flags);
verdict run_receive(board& b, const receive_request& want);

}  // namespace cellsock::emulator
