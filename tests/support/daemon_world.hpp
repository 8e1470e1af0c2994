// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <doctest/doctest.h>
#include <poll.h>

#include "actors/gateway.hpp"
#include "actors/supervisor_actor.hpp"
#include "modem_bridge/bridge_actor.hpp"
#include "modem_bridge/emulator/memory_network.hpp"
#include "modem_bridge/emulator/modem.hpp"
#include "modem_bridge/port/memory_port.hpp"
#include "tests/support/actor_world.hpp"
#include "tests/support/control_client.hpp"
#include "tests/support/test_kit.hpp"

namespace cellsock::test {

/// The whole daemon and the emulated modem on one thread in virtual time: real channels, an
/// in-memory port, an in-memory network. The same calls give the same run, byte for byte.
struct daemon_world : actor_world {
  emulator::memory_network network;
  std::unique_ptr<emulator::modem> modem;
  std::optional<memory_line> line;  // a copy: it outlives the port
  std::vector<std::string> trace;
  gateway_handle gateway;
  test_kit secrets;

  static emulator::modem_config fast() {
    emulator::modem_config at_a_million;
    at_a_million.baud = 1000000;
    return at_a_million;
  }
  explicit daemon_world(emulator::modem_config emulated = fast(), bool rai_automatic = true) {
    modem = std::make_unique<emulator::modem>(emulated, network, now());
    also = [this] {
      const bool worked = secrets.aside->work();
      return pump() || worked;
    };
    secrets.make(system, loop);
    gateway = gateway_handle(system.spawn<gateway_actor>(
        loop,
        [this, emulated, rai_automatic](caf::actor_system& sys, gateway_handle directory) {
          supervisor_seed seed{"modem0", "memory:", bridge_maker(emulated.baud),
                               std::move(directory)};
          seed.rai_automatic = rai_automatic;
          seed.kit = secrets.kit;
          return link_list{
              {"modem0", supervisor_handle(sys.spawn<supervisor_actor>(std::move(seed), loop))}};
        },
        secrets.kit));
    settle();
  }
  ~daemon_world() {
    if (gateway) stop();
    secrets.end();
    settle();
    CHECK(system.registry().running() == 0);
  }

  // ---- time ----
  void pass(std::chrono::nanoseconds span) {
    advance(span, [this] { return modem->next_wakeup(); });
  }
  /// Time passes until `condition`; a test that waits longer than `limit` of the modem's time
  /// fails.
  void until(const std::function<bool()>& condition,
             std::chrono::seconds limit = std::chrono::seconds(120)) {
    const auto end = now() + limit;
    settle();
    while (!condition()) {
      REQUIRE_MESSAGE(now() < end, "the condition did not come true in time");
      pass(std::chrono::milliseconds(1));
    }
  }
  void stop() {
    caf::scoped_actor self{system};
    auto handle = self->request(gateway, caf::infinite, msg::stop_all{});
    bool done = false;
    caf::actor_cast<caf::strong_actor_ptr>(gateway)->get()->attach_functor(
        [&](const caf::error&) { done = true; });
    gateway = gateway_handle{};
    until([&] { return done; });
    handle.receive([](msg::stopped&) {}, [](caf::error&) {});
  }

  // ---- a program ----
  control_client connect_control() {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    caf::anon_send(gateway, msg::connection_made{std::make_shared<descriptor>(ends[1])});
    control_client client{descriptor(ends[0])};
    v1::Request hello;
    hello.mutable_hello()->set_version_min(1);
    hello.mutable_hello()->set_version_max(1);
    hello.mutable_hello()->set_program("scenario");
    REQUIRE(ask_of(client, hello).error().code() == v1::ERROR_CODE_UNSPECIFIED);
    return client;
  }
  v1::Reply ask_of(control_client& client, v1::Request request, int attached = -1) {
    client.send(std::move(request), attached);
    std::optional<v1::Reply> reply;
    until([&] { return (reply = client.take()).has_value(); }, std::chrono::seconds(300));
    return *reply;
  }
  struct made_socket {
    std::uint64_t cookie = 0;
    descriptor fd;
  };
  made_socket open(control_client& client, v1::SocketType type = v1::SOCKET_TYPE_STREAM) {
    v1::Request request;
    request.mutable_socket()->set_family(v1::FAMILY_INET);
    request.mutable_socket()->set_type(type);
    const auto reply = ask_of(client, request);
    REQUIRE(reply.error().code() == v1::ERROR_CODE_UNSPECIFIED);
    REQUIRE(client.received.size() == 1);
    made_socket made{reply.socket().cookie(), std::move(client.received.front())};
    client.received.pop_front();
    return made;
  }
  v1::ErrorCode dial(control_client& client, const made_socket& socket, const endpoint& peer) {
    v1::Request request;
    auto& call = *request.mutable_connect();
    call.set_cookie(socket.cookie);
    call.mutable_peer()->set_address(peer.address.bytes.data(), 4);
    call.mutable_peer()->set_port(peer.port);
    return ask_of(client, request).error().code();
  }
  v1::ErrorCode reason_of(control_client& client, const made_socket& socket) {
    v1::Request request;
    request.mutable_reason()->set_cookie(socket.cookie);
    return ask_of(client, request).reason().reason().code();
  }
  v1::StatusReply status(control_client& client) {
    v1::Request request;
    request.mutable_status();
    return ask_of(client, request).status();
  }
  void wait_ready(control_client& client) {
    until([&] { return status(client).links(0).state() == "ready"; });
  }
  static std::size_t put(const made_socket& socket, std::string_view bytes) {
    const auto n = ::send(socket.fd.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return n > 0 ? static_cast<std::size_t>(n) : 0;
  }
  static std::string get(const made_socket& socket) {
    std::string bytes(65536, '\0');
    const auto n = ::recv(socket.fd.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return bytes;
  }
  static short readiness(const made_socket& socket) {
    pollfd p{socket.fd.get(), POLLIN | POLLOUT | POLLRDHUP, 0};
    ::poll(&p, 1, 0);
    return p.revents;
  }

private:
  bridge_factory bridge_maker(unsigned baud) {
    return [this, baud](caf::actor_system& inner, supervisor_handle up) {
      auto made = std::make_unique<memory_port>(
          [this](std::function<void()> later) { asio::post(io, std::move(later)); }, baud);
      line = made->line();
      bridge_seed seed;
      seed.config.baud = baud;
      seed.line = std::move(made);
      seed.supervisor = std::move(up);
      seed.trace = [this](const trace_event& e) {
        trace.push_back(std::string(1, "><-"[static_cast<int>(e.towards)]) +
                        (e.socket ? std::to_string(number(*e.socket)) : "") + " " + e.text);
      };
      return bridge_handle(inner.spawn<bridge_actor>(std::move(seed)));
    };
  }
  /// Carries bytes between the port and the modem as of now; true if any moved.
  bool pump() {
    if (!line || !line->is_open()) return false;
    const auto written = line->take_written();
    if (!written.empty()) modem->feed(written, now());
    modem->advance(now());
    const auto arrived = modem->take_output();
    if (!arrived.empty()) line->inject(arrived);
    return !written.empty() || !arrived.empty();
  }
};

}  // namespace cellsock::test
