// SPDX-License-Identifier: Apache-2.0
#include "actors/session_runner.hpp"

#include <algorithm>

namespace cellsock {

tls::moment session_runner::now() const {
  return {self_.clock().now(), kit_.today()};
}

void session_runner::begin(tls::settings how) {
  end();
  session_ = std::make_shared<tls::session>(std::move(how), kit_.random);
}

bool session_runner::step() {
  if (away_ || !session_) return false;
  if (session_->heavy()) {
    away_ = true;
    kit_.aside->run([session = session_, at = now(), back = layer_handle(&self_),
                     generation = ++generation_]() mutable {
      session->step(at);
      session.reset();  // before the layer hears of it: from then on the session is the loop's
      caf::anon_send(back, msg::session_stepped{generation});
    });
    return false;
  }
  session_->step(now());
  arm();
  return true;
}

bool session_runner::returned(const msg::session_stepped& m) {
  if (!away_ || m.generation != generation_) return false;
  away_ = false;
  arm();
  return true;
}

void session_runner::arm() {
  const auto next = session_->next_timer();
  if (next == armed_) return;
  armed_ = next;
  ++timer_;
  if (!next) return;
  const auto left = *next - self_.clock().now();
  self_.delayed_send(layer_handle(&self_), std::max(left, tls::session::time_point::duration{0}),
                     msg::session_due{timer_});
}

bool session_runner::due(const msg::session_due& m) {
  if (m.generation != timer_) return false;
  armed_.reset();
  return true;
}

void session_runner::end() {
  session_.reset();
  away_ = false;
  armed_.reset();
  ++generation_;
  ++timer_;
}

}  // namespace cellsock
