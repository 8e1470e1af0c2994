// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>

#include "tests/support/daemon_world.hpp"
#include "tests/support/session_pair.hpp"

namespace cellsock::test {

/// The whole daemon and the emulated modem in virtual time, and out in the network a TLS server:
/// each connection made to `server` meets a session of its own. What is computed takes no time
/// here, what crosses the line and the air takes the emulator's.
struct secure_daemon_world : daemon_world {
  const endpoint server = *parse_endpoint("192.0.2.10:443");
  tls::settings served = server_settings();
  std::shared_ptr<seeded_random> far_random = std::make_shared<seeded_random>(11);
  std::vector<tls::session> sessions;  // by connection
  std::uint64_t up = 0;                // bytes of TLS on the air
  std::uint64_t down = 0;
  bool echoes = false;

  explicit secure_daemon_world(const emulator::modem_config& emulated) : daemon_world(emulated) {
    network.serve(server, emulator::memory_network::behaviour::scripted);
    also = [this] {
      const bool worked = alone_();
      return serve() || worked;
    };
  }
  ~secure_daemon_world() {
    stop();
    also = alone_;  // the sessions go before the rest
  }

  made_socket open_secure(control_client& client) {
    v1::Request request;
    request.mutable_socket()->set_family(v1::FAMILY_INET);
    request.mutable_socket()->set_type(v1::SOCKET_TYPE_STREAM);
    request.mutable_socket()->set_secure(v1::SECURE_PROTOCOL_TLS_1_2);
    const auto reply = ask_of(client, request);
    REQUIRE(reply.error().code() == v1::ERROR_CODE_UNSPECIFIED);
    made_socket made{reply.socket().cookie(), std::move(client.received.front())};
    client.received.pop_front();
    return made;
  }
  v1::ErrorCode choose(control_client& client, const made_socket& socket,
                       const std::function<void(v1::SetSecureOptionRequest&)>& what) {
    v1::Request request;
    request.mutable_set_secure_option()->set_cookie(socket.cookie);
    what(*request.mutable_set_secure_option());
    return ask_of(client, request).error().code();
  }
  v1::ErrorCode choose(control_client& client, const made_socket& socket, v1::SecureOption option,
                       std::int64_t number) {
    return choose(client, socket, [&](v1::SetSecureOptionRequest& m) {
      m.set_option(option);
      m.mutable_value()->set_number(number);
    });
  }
  std::int64_t chosen(control_client& client, const made_socket& socket, v1::SecureOption option) {
    v1::Request request;
    request.mutable_get_secure_option()->set_cookie(socket.cookie);
    request.mutable_get_secure_option()->set_option(option);
    return ask_of(client, request).secure_option().value().number();
  }

private:
  bool serve() {
    bool moved = false;
    const tls::moment moment{now(), today};
    while (sessions.size() < network.connections(server))
      sessions.emplace_back(tls::settings(copy()), far_random);
    for (std::size_t i = 0; i < sessions.size(); ++i) {
      auto& peer = *network.peer(server, i);
      auto& session = sessions[i];
      auto& waits = waiting_[i];
      const auto came = peer.take_received();
      up += came.size();
      waits.insert(waits.end(), came.begin(), came.end());
      const auto fed = session.feed(waits);
      waits.erase(waits.begin(), waits.begin() + static_cast<std::ptrdiff_t>(fed));
      session.step(moment);
      if (echoes && !session.plain().empty()) session.plain_taken(session.write(session.plain()));
      session.step(moment);
      const auto wire = session.wire();
      moved = moved || fed > 0 || !wire.empty();
      down += wire.size();
      peer.push(wire);
      session.wire_taken(wire.size());
    }
    return moved;
  }
  tls::settings copy() const {
    tls::settings s;
    s.as = served.as;
    s.verify = served.verify;
    s.tags = served.tags;
    s.alpn = served.alpn;
    s.resume = served.resume;
    s.tickets = served.tickets;
    return s;
  }

  std::function<bool()> alone_ = also;  // what the world below does
  std::map<std::size_t, std::vector<std::byte>> waiting_;
};

}  // namespace cellsock::test
