// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <memory>
#include <optional>

#include "client_lib/bsd_calls.hpp"

/// Gathering and scattering: several pieces go through one buffer of their size, which the program
/// has shown it can afford. One piece goes as it is.
namespace cellsock::client {
namespace {

/// The bytes of all pieces, or nothing if there are more than a ssize_t can report.
std::optional<std::size_t> total_of(std::span<const iovec> pieces) {
  std::size_t total = 0;
  for (const auto& piece : pieces) {
    if (piece.iov_len > static_cast<std::size_t>(SSIZE_MAX) - total) return std::nullopt;
    total += piece.iov_len;
  }
  return total;
}

}  // namespace

ssize_t send_pieces(int fd, std::span<const iovec> pieces, const std::optional<endpoint>& to,
                    transfer_flags flags) {
  if (pieces.size() == 1)
    return send_bytes(fd, pieces.front().iov_base, pieces.front().iov_len, to, flags);
  const auto total = total_of(pieces);
  if (!total) return -EINVAL;
  const auto gathered = std::make_unique_for_overwrite<char[]>(*total);
  auto* next = gathered.get();
  for (const auto& piece : pieces)
    next = std::copy_n(static_cast<const char*>(piece.iov_base), piece.iov_len, next);
  return send_bytes(fd, gathered.get(), *total, to, flags);
}

ssize_t receive_pieces(int fd, std::span<const iovec> pieces, std::optional<endpoint>* from,
                       bool& truncated, transfer_flags flags) {
  const auto total = total_of(pieces);
  if (!total) return -EINVAL;
  const bool whole_length = flags.whole_length;
  flags.whole_length = true;  // how else would a cut datagram be known
  const bool one = pieces.size() == 1;
  const auto buffer = one ? nullptr : std::make_unique_for_overwrite<char[]>(*total);
  auto* first = one ? static_cast<char*>(pieces.front().iov_base) : buffer.get();
  const auto count = receive_bytes(fd, first, *total, from, flags);
  if (count < 0) return count;
  const auto came = std::min(static_cast<std::size_t>(count), *total);
  truncated = static_cast<std::size_t>(count) > *total;
  if (!one) {
    std::size_t given = 0;
    for (const auto& piece : pieces) {
      const auto part = std::min(piece.iov_len, came - given);
      if (part > 0) std::memcpy(piece.iov_base, first + given, part);
      given += part;
    }
  }
  return whole_length ? count : static_cast<ssize_t>(came);
}

}  // namespace cellsock::client
