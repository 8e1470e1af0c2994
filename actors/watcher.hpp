// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "actors/control_connection.hpp"
#include "actors/watch_queue.hpp"

namespace cellsock {

/// One WatchRequest: what the bus tells becomes replies with the request's id, no faster than the
/// program reads them. Plain object of its client actor.
class watcher {
public:
  /// Tells the program that it watches now, then listens. `owner` gets msg::happened.
  watcher(std::shared_ptr<control_connection> connection, std::uint64_t request_id,
          events::interest what, const events::event& first, const client_handle& owner);

  void heard(events::shared_event what);
  /// As much of the queue as the connection takes; it tells its owner when it takes more.
  void flush();

private:
  void tell(const events::event& what, std::uint64_t missed);

  std::shared_ptr<control_connection> connection_;
  std::uint64_t request_id_;
  events::interest what_;
  watch_queue queue_;
  events::subscription listening_;
};

}  // namespace cellsock
