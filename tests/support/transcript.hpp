// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

/// Plays a recorded dialogue against the engine. One line, one thing:
///
///   # comment                      > bytes to the modem        < bytes from the modem
///   ! what the owner does          = the outcome that follows  ~ milliseconds that pass
///   @ another transcript, played first
///
/// Bytes are written with \r \n \" \\ \xHH \{HH*count}. `>` lines in a row are one output.
/// Outcomes, output and order must match exactly; nothing may be left over.
namespace cellsock::test {

struct cutting {
  enum class how { whole, bytewise, random } mode = how::whole;
  std::uint32_t seed = 0;
};

/// What did not match, with line numbers; empty: all did. `path` from tests/transcripts.
[[nodiscard]] std::vector<std::string> play(const std::string& path, cutting cut);

}  // namespace cellsock::test
