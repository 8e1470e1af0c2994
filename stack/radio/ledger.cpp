// SPDX-License-Identifier: Apache-2.0
#include "stack/radio/ledger.hpp"

#include <algorithm>

namespace cellsock {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

template <class Map>
void drop_least_recent(Map& rows, radio_share* into) {
  const auto oldest = std::min_element(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return a.second.used < b.second.used;
  });
  if (into != nullptr) *into += oldest->second.share;
  rows.erase(oldest);
}

}  // namespace

radio_share& radio_share::operator+=(const radio_share& other) {
  bytes_sent += other.bytes_sent;
  bytes_received += other.bytes_received;
  wakeups += other.wakeups;
  connected += other.connected;
  tail += other.tail;
  return *this;
}

void radio_ledger::add(const holder& to, const radio_share& what) {
  ++uses_;
  if (!programs_.contains(to.who) && programs_.size() >= bounds_.programs && !programs_.empty())
    drop_least_recent(programs_, &others_);
  auto& program = programs_[to.who];
  program.share += what;
  program.used = uses_;
  if (!to.id) return;
  if (!sockets_.contains(*to.id) && sockets_.size() >= bounds_.sockets && !sockets_.empty())
    drop_least_recent(sockets_, nullptr);
  auto& socket = sockets_[*to.id];
  socket.who = to.who;
  socket.share += what;
  socket.used = uses_;
}

/// Shares out the connected time up to now.
void radio_ledger::settle(time_point now) {
  if (!connected_ || now <= settled_) return;
  const radio_share time{.connected = duration_cast<milliseconds>(now - settled_)};
  // In whole milliseconds, so that the parts are the whole.
  settled_ += time.connected;
  total_ += time;
  if (last_) add(*last_, time);
}

void radio_ledger::radio(bool connected, time_point now) {
  if (!observed_since_) observed_since_ = now;
  if (connected == connected_) return;
  if (connected) {
    connected_ = true;
    settled_ = now;
    ++total_.wakeups;
    last_.reset();
    if (knocking_ && now - knocked_at_ <= limits::radio_setup_max) {
      last_ = knocking_;
      last_at_ = now;
      add(*last_, {.wakeups = 1});
    }
    knocking_.reset();
    return;
  }
  settle(now);
  connected_ = false;
  if (!last_) return;  // the network's own affairs: nobody wanted any of it
  const radio_share tail{.tail = duration_cast<milliseconds>(now - last_at_)};
  total_ += tail;
  add(*last_, tail);
  last_.reset();
}

void radio_ledger::payload(std::optional<socket_id> id, const radio_program& who, way direction,
                           std::uint64_t bytes, time_point now) {
  const holder mover{id, who};
  radio_share moved;
  (direction == way::sent ? moved.bytes_sent : moved.bytes_received) = bytes;
  if (connected_) {
    settle(now);
    // Nobody had sent: it was called for this (or the news of the radio overtook the payload's).
    if (!last_) moved.wakeups = 1;
    last_ = mover;
    last_at_ = now;
  } else if (direction == way::sent &&
             (!knocking_ || now - knocked_at_ > limits::radio_setup_max)) {
    knocking_ = mover;
    knocked_at_ = now;
  }
  add(mover, moved);
  total_.bytes_sent += moved.bytes_sent;
  total_.bytes_received += moved.bytes_received;
}

radio_ledger::report radio_ledger::read(time_point now) const {
  auto settled = *this;
  settled.settle(now);
  report r;
  r.known = observed_since_.has_value();
  r.connected = connected_;
  if (observed_since_) r.observed = duration_cast<milliseconds>(now - *observed_since_);
  r.total = settled.total_;
  r.others = settled.others_;
  for (const auto& [who, e] : settled.programs_) r.programs.push_back({who, e.share});
  std::stable_sort(r.programs.begin(), r.programs.end(),
                   [](const auto& a, const auto& b) { return a.share.tail > b.share.tail; });
  for (const auto& [id, e] : settled.sockets_) r.sockets.push_back({id, e.who, e.share});
  return r;
}

}  // namespace cellsock
