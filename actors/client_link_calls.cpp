// SPDX-License-Identifier: Apache-2.0
// The calls of a control connection that concern the link and the daemon rather than one socket.
#include <unistd.h>

#include <algorithm>

#include "actors/client_actor.hpp"
#include "actors/log.hpp"
#include "actors/translate.hpp"

namespace cellsock {

void client_actor::resolve(request_id id, const v1::ResolveRequest& m) {
  std::optional<ip_family> family;
  if (m.family() == v1::FAMILY_INET) family = ip_family::v4;
  if (m.family() == v1::FAMILY_INET6) family = ip_family::v6;
  ask(this, seed_.link, slow_reply_max, msg::resolve_name{m.host(), family},
      on<msg::name_resolved>([this, id](const msg::name_resolved& r) {
        v1::Reply answer;
        auto& to = *answer.mutable_resolve();
        for (const auto& address : r.addresses)
          to.add_addresses(address.bytes.data(), address.family == ip_family::v4 ? 4 : 16);
        reply(id, answer);
      }),
      refusal(id));
}

void client_actor::at(request_id id, const v1::AtRequest& m) {
  log::info("at-command", {{"pid", seed_.who.pid}, {"uid", seed_.who.uid}});
  ask(this, seed_.link, slow_reply_max,
      msg::run_at{m.command(), std::chrono::milliseconds(m.timeout_ms())},
      on<msg::at_answered>([this, id](const msg::at_answered& r) {
        v1::Reply answer;
        auto& to = *answer.mutable_at();
        for (const auto& line : r.lines) to.add_lines(wire::printable(line));
        to.set_final_result(wire::printable(r.final_result));
        to.set_ok(r.ok);
        reply(id, answer);
      }),
      refusal(id));
}

/// Answered by a series of replies until the connection closes. Payload is other programs' own: it
/// is shown to those who could take it from the daemon's memory anyway.
void client_actor::watch(request_id id, const v1::WatchRequest& m) {
  const events::interest what{m.events(), m.trace(), m.trace_payload()};
  if (watcher_) return refuse(id, fail(errc::invalid_argument, "this connection watches already"));
  if (!what.happenings && !what.trace)
    return refuse(id, fail(errc::invalid_argument, "watch: neither events nor trace asked for"));
  if (what.payload && !what.trace)
    return refuse(id, fail(errc::invalid_argument, "watch: payload is a part of the trace"));
  if (what.payload && seed_.who.uid != 0 && seed_.who.uid != ::geteuid())
    return refuse(id, fail(errc::not_permitted,
                           "only root and the daemon's own user may see payload; without it the "
                           "trace is open to you"));
  const auto yes_no = [](bool is) { return is ? "yes" : "no"; };
  const log::fields who{{"pid", seed_.who.pid},
                        {"uid", seed_.who.uid},
                        {"events", yes_no(what.happenings)},
                        {"trace", yes_no(what.trace)},
                        {"payload", yes_no(what.payload)}};
  log::info("watch-started", who);
  if (in_flight_ > 0) --in_flight_;
  watcher_.emplace(seed_.connection, id, what,
                   log::event_of(log::level::info, "watch-started", who), this);
}

void client_actor::status(request_id id) {
  ask(this, seed_.gateway, limits::actor_reply_max, msg::get_gateway_report{},
      on<msg::gateway_report>([this, id](const msg::gateway_report& g) {
        ask(this, seed_.link, limits::actor_reply_max, msg::get_link_report{},
            on<msg::link_report>([this, id, g](msg::link_report& link) {
              v1::Reply answer;
              auto& to = *answer.mutable_status();
              const auto now = clock().now();
              to.set_daemon(CELLSOCK_VERSION);
              to.set_uptime_ms(static_cast<std::uint64_t>(
                  std::chrono::duration_cast<std::chrono::milliseconds>(now - g.started).count()));
              wire::set_link(*to.add_links(), link, now);
              std::sort(link.sockets.begin(), link.sockets.end(),
                        [](const auto& a, const auto& b) { return a.id < b.id; });
              for (const auto& s : link.sockets) wire::set_socket(*to.add_sockets(), s, now);
              auto& counters = *to.mutable_counters();
              counters.set_control_connections(g.control_connections);
              counters.set_requests(g.requests);
              counters.set_requests_malformed(g.requests_malformed);
              counters.set_connections_refused(g.connections_refused);
              counters.set_actors(static_cast<std::uint32_t>(system().registry().running()));
              reply(id, answer);
            }),
            refusal(id));
      }),
      refusal(id));
}

}  // namespace cellsock
