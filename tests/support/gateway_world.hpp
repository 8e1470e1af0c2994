// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <doctest/doctest.h>
#include <poll.h>

#include "actors/gateway.hpp"
#include "actors/supervisor_actor.hpp"
#include "tests/support/actor_world.hpp"
#include "tests/support/control_client.hpp"
#include "tests/support/fake_neighbours.hpp"
#include "tests/support/test_kit.hpp"

namespace cellsock::test {

/// A link whose bridges only take notes; each restart of the bridge makes another one.
struct noted_link {
  notes book;
  std::vector<bridge_handle> bridges;
  supervisor_handle link;

  bridge_factory factory() {
    return [this](caf::actor_system& system, supervisor_handle up) {
      link = std::move(up);
      bridges.push_back(bridge_handle(system.spawn<fake_bridge>(std::ref(book))));
      return bridges.back();
    };
  }
  /// What is answered to the last connect.
  template <class World, class Answer>
  void connect_ends(World& world, Answer answer) {
    book.next = [&] { book.connecting.back().deliver(std::move(answer)); };
    caf::anon_send(bridges.back(), msg::tick{});
    world.settle();
  }
  /// Promises and handles that would keep actors alive.
  void let_go() {
    book.connecting.clear();
    book.closing.clear();
    book.socket = carried_handle{};
    link = supervisor_handle{};
  }
};

/// A gateway with links of the test's making, and programs' ends of control connections.
struct gateway_world : actor_world {
  gateway_handle gateway;
  test_kit secrets;
  std::string credentials = {};  // the directory of durable ones

  struct made {
    std::uint64_t cookie = 0;
    descriptor fd;
  };

  /// `seeds` gives the links; the directory is filled in here.
  void start(std::function<std::vector<supervisor_seed>()> seeds) {
    also = [this] { return secrets.aside->work(); };
    secrets.make(system, loop, credentials);
    gateway = gateway_handle(system.spawn<gateway_actor>(
        loop,
        [this, seeds](caf::actor_system& sys, const gateway_handle& directory) {
          link_list links;
          for (auto& seed : seeds()) {
            seed.directory = directory;
            seed.kit = secrets.kit;
            links.push_back(
                {seed.name, supervisor_handle(sys.spawn<supervisor_actor>(seed, loop)), seed.kind});
          }
          return links;
        },
        secrets.kit));
    settle();
  }
  /// Everything ends, and nothing is left.
  void stop(std::initializer_list<noted_link*> links = {}) {
    for (auto* one : links) one->let_go();
    caf::anon_send(gateway, msg::stop_all{});
    settle();
    gateway = gateway_handle{};
    for (auto* one : links) {
      one->let_go();
      for (auto& bridge : one->bridges) kill(bridge);
      one->book = {};
    }
    secrets.end();
    settle();
    CHECK(system.registry().running() == 0);
  }

  control_client connect(bool greet = true) {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    caf::anon_send(gateway, msg::connection_made{std::make_shared<descriptor>(ends[1])});
    settle();
    control_client client{descriptor(ends[0])};
    if (!greet) return client;
    v1::Request hello;
    hello.mutable_hello()->set_version_min(1);
    hello.mutable_hello()->set_version_max(1);
    hello.mutable_hello()->set_program("test");
    const auto reply = ask_of(client, hello);
    REQUIRE(reply);
    CHECK(reply->hello().version() == 1);
    return client;
  }
  std::optional<v1::Reply> ask_of(control_client& client, v1::Request r, int attached = -1) {
    client.send(std::move(r), attached);
    settle();
    return client.take();
  }
  /// For where an answer must come.
  v1::Reply answer_to(control_client& client, v1::Request r) {
    const auto reply = ask_of(client, std::move(r));
    REQUIRE(reply);
    return *reply;
  }
  /// Nothing if it was refused.
  std::optional<made> try_open(control_client& client,
                               v1::SocketType type = v1::SOCKET_TYPE_STREAM) {
    v1::Request r;
    r.mutable_socket()->set_family(v1::FAMILY_INET);
    r.mutable_socket()->set_type(type);
    const auto reply = ask_of(client, r);
    if (!reply || client.received.empty()) return std::nullopt;
    made m{reply->socket().cookie(), std::move(client.received.front())};
    client.received.pop_front();
    return m;
  }
  made open(control_client& client, v1::SocketType type = v1::SOCKET_TYPE_STREAM) {
    auto opened = try_open(client, type);
    REQUIRE(opened);
    return std::move(*opened);
  }
  /// To 192.0.2.10 port 7.
  static v1::Request dial(std::uint64_t cookie, bool nonblocking = true) {
    v1::Request r;
    auto& c = *r.mutable_connect();
    c.set_cookie(cookie);
    c.set_nonblocking(nonblocking);
    c.mutable_peer()->set_address(std::string("\xc0\x00\x02\x0a", 4));
    c.mutable_peer()->set_port(7);
    return r;
  }
  static short readiness(const made& m) {
    pollfd p{m.fd.get(), POLLIN | POLLOUT, 0};
    ::poll(&p, 1, 0);
    return p.revents;
  }
};

}  // namespace cellsock::test
