// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/sockets.hpp"

#include <algorithm>

#include "modem_bridge/modem_limits.hpp"

namespace cellsock {

bool modem_socket::can_send() const {
  if ((offered == 0 && kept.empty()) || closing || send_failed || hole) return false;
  // A datagram socket is opened by its first send.
  return kind == transport::datagram ? !connecting : handle && connected;
}

std::size_t modem_socket::next_send() const {
  if (kind == transport::stream) return offered + kept.size();
  return next_bytes > 0 ? next_bytes : modem_limits::mtu_assumed;
}

bool modem_socket::can_receive() const {
  if (!handle || !wanted || closing || ended || hole) return false;
  if (kind == transport::stream && !connected) return false;
  // What was pushed comes before what is fetched, and a push that is on brings the rest.
  if (!held.empty() || (pushed && !hung_up)) return false;
  return news != readable::no || hung_up;
}

bool modem_socket::awaits_news() const {
  if (!handle || !wanted || closing || ended || hung_up || pushed) return false;
  return news == readable::no && (kind == transport::datagram || connected);
}

void modem_socket::forget_modem_side() {
  handle.reset();
  connected = listening = false;
  kept.clear();
  news = readable::no;
  hung_up = ended = needs_arming = false;
  false_alarms = 0;
  send_failed.reset();
  pushed = push_fixed = hole = false;
  held.clear();
  held_bytes = 0;
}

modem_socket& sockets::declare(socket_id id, ip_family family, transport kind) {
  auto& entry = by_id_[id];
  entry.id = id;
  entry.family = family;
  entry.kind = kind;
  return entry;
}

modem_socket* sockets::find(socket_id id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &found->second;
}

const modem_socket* sockets::find(socket_id id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &found->second;
}

modem_socket* sockets::find(modem_handle handle) {
  for (auto& [id, entry] : by_id_)
    if (entry.handle == handle) return &entry;
  return nullptr;
}

void sockets::erase(socket_id id) {
  by_id_.erase(id);
}

bool sockets::has_port(ip_family family, transport kind, std::uint16_t port) const {
  return std::any_of(by_id_.begin(), by_id_.end(), [&](const auto& row) {
    return row.second.bound == port && row.second.family == family && row.second.kind == kind;
  });
}

bool sockets::use(cid context) const {
  return std::any_of(by_id_.begin(), by_id_.end(), [context](const auto& row) {
    return row.second.context == context && row.second.uses_network();
  });
}

std::vector<socket_id> sockets::with_handle() const {
  std::vector<socket_id> ids;
  for (const auto& [id, entry] : by_id_)
    if (entry.handle) ids.push_back(id);
  return ids;
}

std::vector<socket_id> sockets::all() const {
  std::vector<socket_id> ids;
  for (const auto& [id, entry] : by_id_) ids.push_back(id);
  return ids;
}

void sockets::orphan(modem_handle handle) {
  if (std::find(orphans_.begin(), orphans_.end(), handle) == orphans_.end())
    orphans_.push_back(handle);
}

void sockets::orphan_gone(modem_handle handle) {
  std::erase(orphans_, handle);
}

unsigned sockets::handles_used() const {
  const auto open = std::count_if(by_id_.begin(), by_id_.end(),
                                  [](const auto& row) { return row.second.handle.has_value(); });
  return static_cast<unsigned>(open) + static_cast<unsigned>(orphans_.size());
}

}  // namespace cellsock
