// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdio>
#include <deque>
#include <mutex>

#include <caf/scheduler/abstract_coordinator.hpp>
#include "actors/loop_clock.hpp"

namespace cellsock {

/// Replaces CAF's thread pool: every actor runs on the thread that runs the io_context, so actors
/// and I/O handlers never run at the same time and nothing needs a lock. A round trip through one
/// actor costs 1.2 times a bare AF_UNIX echo this way, 14 times with CAF's stealing scheduler.
/// Included by the composition root and tests only (it costs seconds per unit).
class loop_scheduler final : public caf::scheduler::abstract_coordinator {
public:
  static void install(caf::actor_system_config& config, asio::io_context& io) {
    config.module_factories.push_back(
        [&io](caf::actor_system& system) -> caf::actor_system::module* {
          return new loop_scheduler(system, io);
        });
  }
  loop_scheduler(caf::actor_system& system, asio::io_context& io)
      : abstract_coordinator(system), post_(io), unit_(*this, system), clock_(io) {
    clock_.bind();
  }

  /// While one stands (on the stack of an I/O handler), woken actors run when the outermost ends,
  /// not after another epoll_wait.
  void enter() { ++depth_; }
  void leave() {
    if (depth_ == 1) run_jobs(64);  // bounded, so that sockets and timers get their turn
    if (--depth_ == 0 && !jobs_.empty()) post_drain();
  }

  void enqueue(caf::resumable* job) override {  // any thread; owns one reference to job
    if (clock_.on_loop()) return push(job);
    const std::lock_guard<std::mutex> guard(mutex_);
    remote_.push_back(job);
    if (remote_.size() == 1) post_([this] { take_remote(); });
  }
  caf::actor_clock& clock() noexcept override { return clock_; }
  bool detaches_utility_actors() const override { return false; }

protected:
  void start() override {
    caf::actor_config config{&unit_};
    utility_actors_[printer_id] = caf::make_actor<printer, caf::actor>(
        system().next_actor_id(), system().node(), &system(), config);
  }
  void stop() override {  // the loop no longer runs: finish what is queued on this thread
    clock_.bind();
    clock_.cancel_all();
    ++depth_;  // post no more
    do take_remote();
    while (run_jobs(SIZE_MAX) > 0);
  }

private:
  struct unit final : caf::execution_unit {
    unit(loop_scheduler& scheduler, caf::actor_system& system)
        : caf::execution_unit(&system), scheduler_(scheduler) {}
    void exec_later(caf::resumable* job) override { scheduler_.enqueue(job); }
    loop_scheduler& scheduler_;
  };
  struct printer final : caf::monitorable_actor {  // target of CAF's default handlers
    explicit printer(caf::actor_config& config) : caf::monitorable_actor(config) {}
    void enqueue(caf::mailbox_element_ptr m, caf::execution_unit*) override {
      print_(m->content());
    }
    caf::message_handler print_{
        [](caf::add_atom, caf::actor_id, const std::string& s) { std::fputs(s.c_str(), stderr); }};
  };

  void push(caf::resumable* job) {
    jobs_.push_back(job);
    if (depth_ == 0) post_drain();
  }
  void post_drain() {
    if (std::exchange(posted_, true)) return;
    post_([this] {
      posted_ = false;
      enter();
      leave();
    });
  }
  void take_remote() {
    std::deque<caf::resumable*> taken;
    {
      const std::lock_guard<std::mutex> guard(mutex_);
      taken.swap(remote_);
    }
    for (auto* job : taken) push(job);
  }
  std::size_t run_jobs(std::size_t max) {
    std::size_t n = 0;
    for (; n < max && !jobs_.empty(); ++n) {
      auto* job = jobs_.front();
      jobs_.pop_front();
      switch (job->resume(&unit_, max_throughput_)) {
        case caf::resumable::resume_later: jobs_.push_back(job); break;
        case caf::resumable::shutdown_execution_unit: break;
        default: caf::intrusive_ptr_release(job);  // done or awaiting_message
      }
    }
    return n;
  }

  poster post_;
  unit unit_;
  loop_clock clock_;
  std::deque<caf::resumable*> jobs_, remote_;
  std::mutex mutex_;  // guards remote_
  int depth_ = 0;
  bool posted_ = false;
};

}  // namespace cellsock
