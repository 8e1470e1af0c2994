// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "actors/secure_layer.hpp"
#include "tests/support/fake_keeper.hpp"
#include "tests/support/session_pair.hpp"
#include "tests/support/socket_world.hpp"

namespace cellsock::test {

/// A secure socket: actor and layer between a real channel (its other end is `fd`) and a bridge
/// that takes notes; at the far end of that bridge a session of the test's, in the other role.
template <class Actor, transport Kind>
struct secure_world : actor_world {
  notes book;
  keeper_notes kept;
  std::shared_ptr<held_workers> aside = std::make_shared<held_workers>();
  bridge_handle bridge{system.spawn<fake_bridge>(std::ref(book))};
  supervisor_handle supervisor{system.spawn<fake_supervisor>(std::ref(book))};
  keeper_handle keeper{system.spawn<fake_keeper>(std::ref(kept))};
  caf::scoped_actor parent{system};
  channel::pair pair{std::move(*channel::make(Kind, loop))};
  socket_handle socket;
  layer_handle layer;
  int fd = pair.theirs->get();
  std::shared_ptr<seeded_random> random = std::make_shared<seeded_random>(7);
  std::shared_ptr<saved_connections> saved = std::make_shared<saved_connections>();
  std::optional<tls::session> peer;
  std::size_t chunks_read = 0;

  explicit secure_world(tls::choices choices, stream_rules stream = {}) {
    kept.tags = {trusting()};
    also = [this] { return aside->work(); };
    socket_seed seed{socket_id{1}, pair.cookie, {}, {}, pair.ours, {}, supervisor};
    seed.shape.kind = Kind;
    seed.shape.secure = std::make_shared<const tls::choices>(std::move(choices));
    seed.kit = {keeper, aside, random, [] { return today; }, saved};
    layer = spawn_layer(*parent, {socket_id{1}, Kind, bridge, stream, {1400}, seed.kit, "test"});
    seed.layer = layer;
    seed.bridge = layer;
    seed.stream = secured(stream);
    socket = socket_handle(system.spawn<Actor>(std::move(seed)));
    pair.ours.reset();
    settle();
  }
  ~secure_world() {
    book.connecting.clear();
    book.closing.clear();
    book.socket = carried_handle{};
    kill(socket);
    kill(layer);
    kill(bridge);
    kill(supervisor);
    kill(keeper);
  }

  template <class Message>
  void tell(Message m) {
    caf::anon_send(layer, std::move(m));
    settle();
  }
  void in_bridge(std::function<void()> what) {
    book.next = std::move(what);
    caf::anon_send(bridge, msg::tick{});
    settle();
  }
  void connect_ends(const msg::socket_connected& c) {
    in_bridge([&] { book.connecting.back().deliver(c); });
  }
  failure choose(tls::option name, tls::value value) {
    const auto answer =
        call<msg::option_set>(socket, msg::set_secure_option{name, std::move(value), {}});
    return answer ? failure{errc::none} : answer.error();
  }
  result<tls::value> chosen(tls::option name) {
    auto answer = call<msg::secure_option_value>(socket, msg::get_secure_option{name});
    if (!answer) return answer.error();
    return answer->value;
  }
  tls::moment moment() { return {now(), today}; }
};

}  // namespace cellsock::test
