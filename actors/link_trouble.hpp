// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "stack/result.hpp"

namespace cellsock {

/// Troubles of the link rather than of one datagram: the socket is of no use any more, and its
/// program must hear of it instead of waiting for an answer that cannot come.
[[nodiscard]] constexpr bool ends_socket(errc code) noexcept {
  switch (code) {
    case errc::link_down:
    case errc::pdn_down:
    case errc::not_registered:
    case errc::registration_denied:
    case errc::no_sim:
    case errc::stopping: return true;
    default: return false;
  }
}

}  // namespace cellsock
