// SPDX-License-Identifier: Apache-2.0
#include "actors/gateway.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <random>

#include "actors/ask.hpp"
#include "actors/client_actor.hpp"
#include "actors/log.hpp"
#include "actors/process_identity.hpp"
#include "actors/socket_seed.hpp"
#include "stack/limits.hpp"

namespace cellsock {
namespace {

/// Who is at the other end, by the kernel's word; the name is for people only.
msg::owner peer_of(int fd) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size);
  auto found = identify(credentials.pid);
  return {credentials.pid, credentials.uid, std::move(found.name), std::move(found.executable),
          std::move(found.unit)};
}

/// The groups of the program's user when it connected, its first among them.
std::vector<std::uint32_t> groups_of(int fd) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return {};
  std::vector<std::uint32_t> all{credentials.gid};
  std::vector<gid_t> more(64);
  for (;;) {
    size = static_cast<socklen_t>(more.size() * sizeof(gid_t));
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, more.data(), &size) == 0) break;
    if (errno != ERANGE) return all;
    more.resize(size / sizeof(gid_t));  // as many as there are
  }
  more.resize(size / sizeof(gid_t));
  for (const auto gid : more)
    if (gid != credentials.gid) all.push_back(gid);
  return all;
}

std::uint64_t random_instance() {
  std::random_device source;
  return (std::uint64_t{source()} << 32) | source() | 1;
}

}  // namespace

gateway_actor::gateway_actor(caf::actor_config& config, const reactor& loop,
                             link_factory make_links, secure_kit kit)
    : gateway_handle::base(config),
      loop_(loop),
      make_links_(std::move(make_links)),
      kit_(std::move(kit)),
      instance_(random_instance()) {
  counters_.started = clock().now();
}

gateway_actor::behavior_type gateway_actor::make_behavior() {
  set_down_handler([this](const caf::down_msg& m) {
    clients_.erase(m.source);
    directory_.gone(m.source);
  });
  links_ = make_links_(system(), this);
  return {
      [this](const msg::connection_made& m) { adopt(m); },
      [this](const msg::socket_born& m) {
        monitor(m.actor);
        directory_.born(m.cookie, m.actor);
      },
      [this](const msg::socket_ended& m) {
        directory_.ended(m.stone, clock().now());
        // It is forgotten when somebody asks for it too late; its keys are wiped in any case.
        if (has_keys(m.stone.shape))
          delayed_send(this, limits::tombstone_age_max,
                       msg::amend_tombstone{m.stone.cookie, without_keys(m.stone.shape)});
      },
      [this](const msg::find_socket& m) -> caf::result<msg::socket_found> {
        auto found = directory_.find(m.cookie);
        if (!found) return to_error(fail(errc::bad_socket));
        return msg::socket_found{std::move(found)};
      },
      [this](const msg::find_tombstone& m) -> caf::result<msg::tombstone> {
        const auto* stone = directory_.stone(m.cookie, clock().now());
        if (stone == nullptr) return to_error(fail(errc::bad_socket));
        return *stone;
      },
      [this](const msg::amend_tombstone& m) { directory_.amend(m.cookie, m.shape); },
      [this](const msg::take_pending_error& m) -> caf::result<msg::end_reason> {
        auto error = directory_.take_error(m.cookie, clock().now());
        return msg::end_reason{error ? std::move(*error) : failure{errc::none}, true};
      },
      [this](const msg::get_gateway_report&) {
        counters_.control_connections = static_cast<std::uint32_t>(clients_.size());
        return counters_;
      },
      [this](const msg::count_request& m) {
        ++counters_.requests;
        if (m.malformed) ++counters_.requests_malformed;
      },
      [this](const msg::stop_all&) { return stop(); },
  };
}

void gateway_actor::on_exit() {
  clients_.clear();
  links_.clear();
  make_links_ = {};
  kit_ = {};
  directory_ = {};
}

/// A program or user that opens connections without end costs itself only.
bool gateway_actor::too_many(const msg::owner& who) const {
  if (clients_.size() >= limits::control_connections_max) return true;
  std::size_t of_pid = 0, of_uid = 0;
  for (const auto& [address, c] : clients_) {
    of_pid += c.who.pid == who.pid ? 1 : 0;
    of_uid += c.who.uid == who.uid ? 1 : 0;
  }
  return of_pid >= limits::control_connections_per_pid_max ||
         of_uid >= limits::control_connections_per_uid_max;
}

void gateway_actor::adopt(const msg::connection_made& m) {
  const auto who = peer_of(m.socket->get());
  if (stopping_ || too_many(who)) {
    ++counters_.connections_refused;
    log::warn("connection-refused", {{"connections", clients_.size()}, {"pid", who.pid}});
    return;  // the last holder of the descriptor closes it
  }
  auto groups = groups_of(m.socket->get());
  auto connection = control_connection::adopt(m.socket->release(), loop_);
  if (!connection) {
    ++counters_.connections_refused;
    return log::error("connection-failed", {{"detail", connection.error().detail}});
  }
  const auto actor = spawn<client_actor>(
      client_seed{std::move(*connection), this, links_, who, instance_, std::move(groups), kit_});
  monitor(actor);
  clients_.emplace(actor.address(), client{actor, who});
}

caf::result<msg::stopped> gateway_actor::stop() {
  stopping_ = true;
  auto promise = make_response_promise<msg::stopped>();
  auto finished = [this, promise,
                   waited_for = std::make_shared<std::size_t>(links_.size())]() mutable {
    if (--*waited_for > 0) return;
    for (auto& [address, c] : clients_) send(c.actor, msg::connection_ended{});
    promise.deliver(msg::stopped{});
    quit();
  };
  for (const auto& link : links_)
    ask(this, link.actor, limits::stop_max, msg::stop_all{},
        on<msg::stopped>([finished](const msg::stopped&) mutable { finished(); }),
        [finished](const failure&) mutable { finished(); });
  return promise;
}

}  // namespace cellsock
