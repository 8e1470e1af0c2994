// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "client_lib/outcome.hpp"

namespace cellsock::client {

/// What a program's credentials live with: a descriptor that nobody reads, held open by this
/// process and by its forked children alike, and a name by which control connections join. The
/// daemon forgets the credentials when the last copy is closed. Never changed, never freed: a
/// forked child finds it whole whatever the parent's threads were doing.
struct credential_session {
  std::string name;
  int anchor = -1;
  std::uint64_t cookie = 0;  // of the anchor: the program may have closed the number
  std::uint64_t daemon_instance = 0;
};

/// The process's session, opened if there is none, or if the one there was is over (another run of
/// the daemon, an anchor that the program closed).
[[nodiscard]] outcome<const credential_session*> open_credential_session();

}  // namespace cellsock::client
