// SPDX-License-Identifier: Apache-2.0
// What a link and its sockets say of themselves, gathered for whoever asks.
#include "actors/ask.hpp"
#include "actors/supervisor_actor.hpp"
#include "stack/limits.hpp"

namespace cellsock {

struct supervisor_actor::report_in_progress {
  report_promise promise;
  msg::link_report report;
  std::size_t open = 0;
  void one_less() {
    if (--open == 0) promise.deliver(std::move(report));
  }
};

supervisor_actor::report_promise supervisor_actor::report() {
  auto job = std::make_shared<report_in_progress>();
  job->promise = make_response_promise<msg::link_report>();
  job->report = {.name = seed_.name,
                 .uri = seed_.uri,
                 .warning = seed_.warning,
                 .link = link_,
                 .restarts = restarts_};
  job->open = 1 + children_.size();
  const auto add_sockets = [this,
                            job](const std::vector<std::pair<socket_id, modem_handle>>& handles) {
    for (auto& [address, c] : children_) {
      if (c.unused) {
        job->one_less();
        continue;
      }
      ask(this, c.actor, limits::actor_reply_max, msg::get_socket_report{},
          on<msg::socket_report>([this, job, handles](msg::socket_report& r) {
            r.link = seed_.name;
            for (const auto& [id, handle] : handles)
              if (id == r.id) r.handle = handle;
            job->report.sockets.push_back(r);
            job->one_less();
          }),
          [job](const failure&) { job->one_less(); });
    }
    job->one_less();
  };
  if (!bridge_) {
    add_sockets({});
    return job->promise;
  }
  ask(this, bridge_, limits::actor_reply_max, msg::get_bridge_report{},
      on<msg::bridge_report>([this, job, add_sockets](msg::bridge_report& b) {
        rules_ = b.rules;
        job->report.link = b.link;
        job->open = 1 + children_.size();
        add_sockets(b.handles);
      }),
      [this, job, add_sockets](const failure&) {
        job->open = 1 + children_.size();
        add_sockets({});
      });
  return job->promise;
}

}  // namespace cellsock
