// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <vector>

#include "actors/ask.hpp"
#include "stack/limits.hpp"

namespace cellsock {

/// Flushes of one socket: each waits until everything written before it is with the link, then for
/// the link's word. A part of a socket actor.
class flush_queue {
public:
  using promise = caf::typed_response_promise<msg::channel_flushed>;

  explicit flush_queue(socket_handle::base& self) : self_(self) {}

  /// `target`: the position (what `reached` counts) of what was written before.
  promise add(const carrier_handle& bridge, socket_id id, const msg::flush_channel& m,
              std::uint64_t target, std::uint64_t position) {
    auto answer = self_.make_response_promise<msg::channel_flushed>();
    waiting_.push_back({++last_, m.probe ? 0 : target, m, answer});
    if (!m.probe) self_.delayed_send(socket_handle(&self_), m.timeout, msg::flush_over{last_});
    reached(bridge, id, position);
    return answer;
  }
  void reached(const carrier_handle& bridge, socket_id id, std::uint64_t position) {
    for (auto& one : take([&](const entry& e) { return e.target <= position; }))
      ask(&self_, bridge, one.call.timeout + limits::actor_reply_max,
          msg::flush_socket{id, one.call.probe, one.call.timeout},
          on<msg::socket_flushed>([answer = one.answer](const msg::socket_flushed&) mutable {
            answer.deliver(msg::channel_flushed{});
          }),
          [answer = one.answer](const failure& why) mutable { answer.deliver(to_error(why)); });
  }
  void over(const msg::flush_over& m) {
    refuse(take([&](const entry& e) { return e.number == m.number; }),
           fail(errc::timed_out, "flush: not everything has left"));
  }
  void end(const failure& why) {
    refuse(take([](const entry&) { return true; }), why);
  }

private:
  struct entry {
    std::uint64_t number;
    std::uint64_t target;
    msg::flush_channel call;
    promise answer;
  };

  template <class Which>
  std::vector<entry> take(Which which) {
    const auto kept = std::stable_partition(waiting_.begin(), waiting_.end(),
                                            [&](const entry& e) { return !which(e); });
    std::vector<entry> taken(std::make_move_iterator(kept),
                             std::make_move_iterator(waiting_.end()));
    waiting_.erase(kept, waiting_.end());
    return taken;
  }
  static void refuse(std::vector<entry> those, const failure& why) {
    for (auto& one : those) one.answer.deliver(to_error(why));
  }

  socket_handle::base& self_;
  std::vector<entry> waiting_;
  std::uint64_t last_ = 0;
};

}  // namespace cellsock
