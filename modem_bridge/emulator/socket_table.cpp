// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/socket_table.hpp"

#include <algorithm>

namespace cellsock::emulator {

int socket_table::free_handle() const {
  for (int handle = first_; handle < first_ + handles; ++handle) {
    const bool taken = sockets_.contains(handle) ||
                       std::find(leaked_.begin(), leaked_.end(), handle) != leaked_.end() ||
                       std::any_of(sockets_.begin(), sockets_.end(), [&](const auto& entry) {
                         return entry.second.peer_handle == handle;
                       });
    if (!taken) return handle;
  }
  return -1;
}

bool socket_table::full() const {
  return sockets_.size() >= capacity_ || free_handle() < 0;
}

modem_socket* socket_table::open() {
  if (full()) return nullptr;
  const int handle = free_handle();
  modem_socket& made = sockets_[handle];
  made.handle = handle;
  made.ranking = next_ranking_++;
  current_ = handle;
  return &made;
}

void socket_table::close_current() {
  close(current_);
}

void socket_table::close(int handle) {
  sockets_.erase(handle);
  if (handle == current_) reselect();
}

void socket_table::reselect() {
  const auto youngest = std::max_element(
      sockets_.begin(), sockets_.end(),
      [](const auto& a, const auto& b) { return a.second.ranking < b.second.ranking; });
  current_ = youngest == sockets_.end() ? -1 : youngest->first;
}

bool socket_table::select(int handle) {
  if (!sockets_.contains(handle)) return false;
  current_ = handle;
  return true;
}

modem_socket* socket_table::current() {
  return find(current_);
}

modem_socket* socket_table::find(int handle) {
  const auto found = sockets_.find(handle);
  return found == sockets_.end() ? nullptr : &found->second;
}

int socket_table::handle_of(pcb id) const {
  for (const auto& [handle, socket] : sockets_)
    if (socket.id == id || socket.peer == id) return handle;
  return -1;
}

std::vector<modem_socket*> socket_table::all() {
  std::vector<modem_socket*> list;
  for (auto& [handle, socket] : sockets_) list.push_back(&socket);
  return list;
}

void socket_table::clear() {
  sockets_.clear();
  leaked_.clear();
  current_ = -1;
  next_ranking_ = 1;
}

}  // namespace cellsock::emulator
