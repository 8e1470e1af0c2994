// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

#include "actors/datagram_actor.hpp"
#include "actors/stream_actor.hpp"
#include "tests/support/actor_world.hpp"
#include "tests/support/fake_neighbours.hpp"

namespace cellsock::test {

/// One socket actor between a real channel, whose other end is `fd`, and neighbours that take
/// notes.
template <class Actor, transport Kind>
struct socket_world : actor_world {
  notes book;
  bridge_handle bridge{system.spawn<fake_bridge>(std::ref(book))};
  supervisor_handle supervisor{system.spawn<fake_supervisor>(std::ref(book))};
  channel::pair pair{std::move(*channel::make(Kind, loop))};
  socket_handle socket;
  int fd = pair.theirs->get();

  explicit socket_world(link_kind link = link_kind::modem) {
    socket_seed seed{socket_id{1}, pair.cookie, {}, {}, pair.ours, bridge, supervisor};
    seed.shape.kind = Kind;
    seed.kind = link;
    socket = socket_handle(system.spawn<Actor>(std::move(seed)));
    pair.ours.reset();
    settle();
  }
  ~socket_world() {
    book.connecting.clear();
    book.closing.clear();
    book.socket = carried_handle{};
    kill(socket);
    kill(bridge);
    kill(supervisor);
  }

  void in_bridge(std::function<void()> what) {
    book.next = std::move(what);
    caf::anon_send(bridge, msg::tick{});
    settle();
  }
  template <class Answer>
  void connect_ends(Answer answer) {
    in_bridge([&] { book.connecting.back().deliver(std::move(answer)); });
  }
  template <class Message>
  void tell(Message m) {
    caf::anon_send(socket, std::move(m));
    settle();
  }
};
using stream_world = socket_world<stream_actor, transport::stream>;
using datagram_world = socket_world<datagram_actor, transport::datagram>;

}  // namespace cellsock::test
