// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <asio.hpp>
#include <atomic>
#include <caf/all.hpp>
#include <caf/detail/simple_actor_clock.hpp>
#include <memory>
#include <thread>
#include <utility>

namespace cellsock {

/// Posts to the loop; a handler still queued when its owner is gone does nothing.
class poster {
public:
  explicit poster(asio::io_context& io) : io_(io) {}
  template <class Function>
  void operator()(Function f) {
    asio::post(io_, [alive = std::weak_ptr<int>(token_), f = std::move(f)]() mutable {
      if (!alive.expired()) f();
    });
  }

private:
  asio::io_context& io_;
  std::shared_ptr<int> token_ = std::make_shared<int>(0);
};

/// CAF's timeout bookkeeping driven by one steady_timer: delays and request timeouts of every
/// actor. Overrides what CAF may call from any thread; the rest is for the loop thread only.
class loop_clock final : public caf::detail::simple_actor_clock {
  using super = caf::detail::simple_actor_clock;
  using act = caf::abstract_actor;
  using sap = caf::strong_actor_ptr;

public:
  explicit loop_clock(asio::io_context& io) : post_(io), timer_(io) {}
  void bind() { owner_ = std::this_thread::get_id(); }
  [[nodiscard]] bool on_loop() const {
    return owner_.load(std::memory_order_relaxed) == std::this_thread::get_id();
  }

  void set_ordinary_timeout(time_point t, act* a, caf::atom_value kind, std::uint64_t id) override {
    run([this, t, p = sap{a->ctrl()}, kind, id] {
      super::set_ordinary_timeout(t, p->get(), kind, id);
    });
  }
  void set_request_timeout(time_point t, act* a, caf::message_id id) override {
    run([this, t, p = sap{a->ctrl()}, id] { super::set_request_timeout(t, p->get(), id); });
  }
  /// May run in the actor's destructor: takes no reference.
  void cancel_timeouts(act* a) override {
    run([this, id = a->id()] { super::handle(timeouts_cancellation{id}); });
  }
  void schedule_message(time_point t, sap to, caf::mailbox_element_ptr m) override {
    run([this, t, to = std::move(to), m = std::move(m)]() mutable {
      super::schedule_message(t, std::move(to), std::move(m));
    });
  }
  using super::schedule_message;  // the overload for groups: loop thread only
  void cancel_all() override {
    super::cancel_all();
    timer_.cancel();
    armed_ = false;
  }

private:
  template <class Function>
  void run(Function f) {
    if (!on_loop()) {
      return post_([this, f = std::move(f)]() mutable {
        f();
        rearm();
      });
    }
    f();
    rearm();
  }
  void rearm() {
    // Firing early is harmless, so an armed timer is only ever moved forward in time.
    if (schedule_.empty() || (armed_ && armed_for_ <= schedule_.begin()->first)) return;
    armed_ = true;
    timer_.expires_at(armed_for_ = schedule_.begin()->first);
    timer_.async_wait([this](const asio::error_code& ec) {
      if (ec) return;  // superseded or shut down
      armed_ = false;
      trigger_expired_timeouts();  // only fills mailboxes; handlers run from the job queue
      rearm();
    });
  }

  poster post_;
  asio::steady_timer timer_;
  std::atomic<std::thread::id> owner_{};
  time_point armed_for_{};
  bool armed_ = false;
};

}  // namespace cellsock
