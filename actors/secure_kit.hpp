// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

#include "actors/interfaces.hpp"
#include "actors/saved_connections.hpp"
#include "actors/workers.hpp"
#include "stack/tls/random.hpp"

namespace cellsock {

/// What secure sockets are made with; one for the whole daemon.
struct secure_kit {
  keeper_handle keeper = {};
  std::shared_ptr<workers> aside = {};
  std::shared_ptr<tls::random_source> random = {};  // null: none can be made (errc::no_entropy)
  std::function<calendar_time()> today = {};        // what certificates' dates are held against
  std::shared_ptr<saved_connections> saved = std::make_shared<saved_connections>();
};

}  // namespace cellsock
