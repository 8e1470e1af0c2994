// SPDX-License-Identifier: Apache-2.0
#include "actors/watcher.hpp"

#include "actors/translate.hpp"
#include "stack/limits.hpp"

namespace cellsock {

watcher::watcher(std::shared_ptr<control_connection> connection, std::uint64_t request_id,
                 events::interest what, const events::event& first, const client_handle& owner)
    : connection_(std::move(connection)),
      request_id_(request_id),
      what_(what),
      queue_(limits::watch_backlog_bytes_max) {
  tell(first, 0);
  listening_ = events::subscribe(what, [owner](const events::shared_event& happened) {
    caf::anon_send(owner, msg::happened{happened});
  });
}

void watcher::heard(events::shared_event what) {
  queue_.push(std::move(what));
  flush();
}

void watcher::flush() {
  while (!queue_.empty()) {
    if (!connection_->drained()) return connection_->tell_when_drained();
    const auto next = queue_.pop();
    tell(*next->what, next->missed);
  }
}

void watcher::tell(const events::event& what, std::uint64_t missed) {
  v1::Reply answer;
  answer.set_id(request_id_);
  wire::set_event(*answer.mutable_watch(), what, what_.payload);
  answer.mutable_watch()->set_missed(missed);
  connection_->reply(answer.SerializeAsString());
}

}  // namespace cellsock
