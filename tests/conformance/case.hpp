// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "tests/conformance/api.hpp"

/// A case is a row: what it is called, the rule that it checks, where it applies, and the check.
namespace cellsock::conformance {

class context;

/// The families that a case is for, and what it needs of the link besides plain clients: words that
/// the runner may be told the link cannot do.
struct applies {
  unsigned families;
  std::string_view words;

  [[nodiscard]] constexpr applies needing(std::string_view what) const { return {families, what}; }
  [[nodiscard]] constexpr bool to(family which) const {
    return (families & static_cast<unsigned>(which)) != 0;
  }
};
inline constexpr applies everywhere{7, ""};
inline constexpr applies but_nrf{3, ""};  // calls that Nordic does not have
inline constexpr applies posix_only{1, ""};
inline constexpr applies zsock_only{2, ""};
inline constexpr applies nrf_only{4, ""};
inline constexpr applies ours{6, ""};  // what both embedded families promise and Linux does not

struct test_case {
  std::string_view name;
  std::string_view rule;
  applies where;
  void (*run)(context&);
};

struct group {
  std::string_view name;
  std::span<const test_case> cases;
};

/// All of them, in the order of the table that is printed.
std::span<const group> all_groups();

}  // namespace cellsock::conformance
