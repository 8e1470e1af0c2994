// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>

#include "actors/socket_seed.hpp"

namespace cellsock {

/// What a listener does beside being a socket: takes connections from the link while there is room
/// for them in its channel, and passes each on as a record with its descriptor. One at a time, so
/// that they arrive in order; secure ones when their handshake is done, several of them in theirs
/// at once. A part of the stream actor: runs inside it.
class server_side {
public:
  server_side(socket_handle::base& self, const socket_common& common, std::shared_ptr<channel> end,
              carrier_handle bridge, supervisor_handle supervisor);

  void backlog(unsigned wanted);
  /// From the link: one can be taken. From the channel: the program accepted.
  void connection_waiting();
  void room();

private:
  /// A socket made for a connection. Unless it gets one its program's end goes with this, and it
  /// ends like any socket whose program has closed.
  struct child {
    socket_id id{};
    socket_cookie cookie{};
    shared_descriptor program_end;
    socket_handle actor;
    carried_handle hears;  // of its traffic
  };

  void next();
  void take(const child& made);
  void hand_over(const child& made, const msg::socket_accepted& came);
  /// A connection that its program can have; with `why`: whose handshake failed, so that the
  /// program's accept fails with it and the descriptor is closed unused.
  struct ready {
    child made;
    endpoint peer;
    errc why = errc::none;
  };
  void pass_on();
  [[nodiscard]] bool secure() const { return common_.shape.secure != nullptr; }
  void failed(const failure& why);

  socket_handle::base& self_;
  const socket_common& common_;
  std::shared_ptr<channel> end_;
  carrier_handle bridge_;
  supervisor_handle supervisor_;
  bool waiting_ = false;  // as far as is known the link has one
  bool busy_ = false;     // one is being taken
  std::size_t handshakes_ = 0;
  std::deque<ready> ready_;
  bool complained_ = false;
  bool retry_due_ = false;
};

}  // namespace cellsock
