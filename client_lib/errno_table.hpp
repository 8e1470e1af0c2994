// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string_view>

#include "cellsock/v1/error.pb.h"

/// The library's border: what the daemon's errors are called here. docs/errors.md is this table
/// with the causes beside it, and a test compares the two.
namespace cellsock::client {

struct error_row {
  v1::ErrorCode code;
  int error;                 // errno
  std::string_view name;     // stable: logs, `cellsock status`
  std::string_view meaning;  // one sentence for a person, with what to do where there is something
};

/// All rows, in the order of the wire's numbers.
[[nodiscard]] std::span<const error_row> error_rows() noexcept;
/// A code of a newer daemon that has no row reads as INTERNAL (EIO). UNSPECIFIED is "no error": 0.
[[nodiscard]] int errno_of(v1::ErrorCode code) noexcept;
[[nodiscard]] std::string_view name_of(v1::ErrorCode code) noexcept;
[[nodiscard]] std::string_view meaning_of(v1::ErrorCode code) noexcept;

}  // namespace cellsock::client
