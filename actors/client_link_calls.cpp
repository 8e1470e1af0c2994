// SPDX-License-Identifier: Apache-2.0
// The calls of a control connection that concern links and the daemon: which link a socket is on,
// and what is asked of a link itself.
#include <unistd.h>

#include <algorithm>
#include <array>

#include "actors/client_actor.hpp"
#include "actors/device.hpp"
#include "actors/log.hpp"
#include "actors/translate.hpp"

namespace cellsock {
namespace {

/// Of a status reply, for its list of sockets: a frame's 64 KiB less the links.
constexpr std::size_t sockets_status_bytes_max = 48 * 1024;
/// What the modem's numbers go to; what is above names no network anywhere.
constexpr std::uint32_t pdn_id_max = 255;

}  // namespace

// ---- which modem ----

result<supervisor_handle> client_actor::link_named(std::string_view name) const {
  std::string there;
  for (const auto& link : seed_.links) {
    if (name.empty() || link.name == name) return link.actor;
    there += (there.empty() ? "" : ", ") + link.name;
  }
  return fail(errc::no_device,
              "there is no modem \"" + std::string(name) + "\"; there is " + there);
}

supervisor_handle client_actor::link_of(const msg::socket_shape& shape) const {
  const auto device = parse_device(shape.device);
  const auto link = link_named(device ? device->link : std::string());
  return link ? *link : seed_.links.front().actor;
}

link_kind client_actor::kind_of(const msg::socket_shape& shape) const {
  const auto actor = link_of(shape);
  for (const auto& link : seed_.links)
    if (link.actor == actor) return link.kind;
  return link_kind::modem;
}

void client_actor::get_device(request_id id, std::uint64_t cookie) {
  const auto answer_with = [this, id](const std::string& device) {
    v1::Reply answer;
    answer.mutable_option()->set_text(device);
    reply(id, answer);
  };
  const auto actor = granted(id, cookie, [&] {
    with_tombstone(id, cookie,
                   [answer_with](const msg::tombstone& stone) { answer_with(stone.shape.device); });
  });
  if (!actor) return;
  ask(this, actor, limits::actor_reply_max, msg::get_names{},
      on<msg::socket_names>(
          [answer_with](const msg::socket_names& n) { answer_with(n.shape.device); }),
      refusal(id));
}

void client_actor::set_device(request_id id, const v1::SetOptionRequest& m) {
  const auto device = parse_device(m.text());
  if (!device) return refuse(id, device.error());
  const auto link = link_named(device->link);
  if (!link) return refuse(id, link.error());
  const auto actor = granted(id, m.cookie());
  if (!actor) return;
  const auto moved = [this, id](const msg::option_set& set) {
    v1::Reply answer;
    answer.mutable_option();
    if (set.rules) wire::set_rules(*answer.mutable_option()->mutable_datagram_rules(), *set.rules);
    reply(id, answer);
  };
  ask(this, actor, limits::actor_reply_max, msg::get_names{},
      on<msg::socket_names>([this, id, actor, moved, to = move_to(m.text()),
                             pdn = device->pdn](const msg::socket_names& n) {
        ask(this, actor, limits::actor_reply_max * 2, to,
            on<msg::option_set>([this, id, actor, moved, pdn,
                                 back = move_to(n.shape.device)](const msg::option_set& set) {
              choose_pdn(id, actor, back, pdn, [moved, set] { moved(set); });
            }),
            refusal(id));
      }),
      refusal(id));
}

/// To the link of a device whose name was checked.
msg::move_channel client_actor::move_to(const std::string& device) const {
  const auto named = parse_device(device);
  const auto link = named ? named->link : std::string();
  const auto there = link_named(link);
  return {device, link.empty() ? seed_.links.front().name : link,
          caf::actor_cast<caf::strong_actor_ptr>(there ? *there : seed_.links.front().actor)};
}

/// The socket is at its link; now the packet network there. If that is not there, the socket goes
/// where it was: what fails changes nothing.
void client_actor::choose_pdn(request_id id, const socket_handle& actor,
                              const msg::move_channel& back, pdn_id pdn,
                              std::function<void()> chosen) {
  ask(this, actor, limits::actor_reply_max, msg::set_option{msg::option::pdn, number(pdn)},
      on<msg::option_set>([chosen](const msg::option_set&) { chosen(); }),
      [this, id, actor, back](const failure& why) {
        ask(this, actor, limits::actor_reply_max, back,
            on<msg::option_set>([this, id, why](const msg::option_set&) { refuse(id, why); }),
            [this, id, why](const failure&) { refuse(id, why); });
      });
}

// ---- what is asked of links ----

void client_actor::names_reply(request_id id, const msg::socket_names& names) {
  ask(this, link_of(names.shape), limits::actor_reply_max, msg::get_rules{names.shape},
      on<msg::current_rules>([this, id, names](const msg::current_rules& current) {
        v1::Reply answer;
        auto full = names;
        if (names.shape.kind == transport::datagram) full.rules = current.rules;
        wire::set_names(*answer.mutable_names(), full);
        reply(id, answer);
      }),
      refusal(id));
}

void client_actor::resolve(request_id id, const v1::ResolveRequest& m) {
  std::optional<ip_family> family;
  if (m.family() == v1::FAMILY_INET) family = ip_family::v4;
  if (m.family() == v1::FAMILY_INET6) family = ip_family::v6;
  // A name is asked of the default link, whichever link the socket will use.
  std::optional<pdn_id> pdn;
  if (m.has_pdn()) {
    if (m.pdn() > pdn_id_max)
      return refuse(id, fail(errc::no_device, "resolve: no packet data network has this id"));
    pdn = pdn_id{static_cast<std::uint8_t>(m.pdn())};
  }
  ask(this, seed_.links.front().actor, slow_reply_max,
      msg::resolve_name{m.host(), family, pdn, seed_.who},
      on<msg::name_resolved>([this, id](const msg::name_resolved& r) {
        v1::Reply answer;
        auto& to = *answer.mutable_resolve();
        for (const auto& address : r.addresses)
          to.add_addresses(address.bytes.data(), address.family == ip_family::v4 ? 4 : 16);
        reply(id, answer);
      }),
      refusal(id));
}

struct client_actor::interfaces_in_progress {
  std::vector<msg::interfaces> of_link;  // in the configuration's order, whoever answers first
  std::size_t open = 0;
};

/// The default link's under their own names; another's with its name before, as SO_BINDTODEVICE
/// takes it.
void client_actor::interfaces(request_id id) {
  auto job = std::make_shared<interfaces_in_progress>();
  job->of_link.resize(seed_.links.size());
  job->open = seed_.links.size();
  const auto one_less = [this, job, id] {
    if (--job->open > 0) return;
    v1::Reply answer;
    auto& to = *answer.mutable_interfaces();
    for (std::size_t i = 0; i < job->of_link.size(); ++i)
      for (const auto& one : job->of_link[i].all)
        wire::set_interface(*to.add_interfaces(), one, i == 0 ? "" : seed_.links[i].name + "/");
    reply(id, answer);
  };
  for (std::size_t i = 0; i < seed_.links.size(); ++i)
    ask(this, seed_.links[i].actor, limits::actor_reply_max, msg::get_interfaces{},
        on<msg::interfaces>([job, one_less, i](msg::interfaces& those) {
          job->of_link[i] = std::move(those);
          one_less();
        }),
        // A link that does not answer has none now, and hides no other's.
        [one_less](const failure&) { one_less(); });
}

void client_actor::set_dns(request_id id, const v1::SetDnsRequest& m) {
  msg::set_dns call;
  call.family = m.family() == v1::FAMILY_INET6 ? ip_family::v6 : ip_family::v4;
  if (m.family() != v1::FAMILY_INET && m.family() != v1::FAMILY_INET6)
    return refuse(id, fail(errc::unsupported_family, "name server: neither IPv4 nor IPv6"));
  if (!m.address().empty()) {
    v1::Endpoint written;
    written.set_address(m.address());
    const auto server = wire::endpoint_of(written);
    if (!server) return refuse(id, server.error());
    if (server->address.family != call.family)
      return refuse(id, fail(errc::invalid_argument, "name server: address of another family"));
    call.server = server->address;
  }
  log::info("name-server-chosen", {{"link", seed_.links.front().name},
                                   {"server", call.server ? to_string(*call.server) : "none"},
                                   {"pid", seed_.who.pid},
                                   {"uid", seed_.who.uid}});
  ask(this, seed_.links.front().actor, limits::actor_reply_max, call,
      on<msg::option_set>([this, id](const msg::option_set&) { acknowledge(id); }), refusal(id));
}

void client_actor::at(request_id id, const v1::AtRequest& m) {
  const auto link = link_named(m.link());
  if (!link) return refuse(id, link.error());
  log::info("at-command", {{"link", m.link().empty() ? seed_.links.front().name : m.link()},
                           {"pid", seed_.who.pid},
                           {"uid", seed_.who.uid}});
  ask(this, *link, slow_reply_max,
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

void client_actor::order_pdn(request_id id, const v1::PdnRequest& m) {
  const auto link = link_named(m.link());
  if (!link) return refuse(id, link.error());
  if (m.pdn() > pdn_id_max)
    return refuse(id, fail(errc::no_device, "no packet data network has this id"));
  log::info("pdn-ordered", {{"link", m.link().empty() ? seed_.links.front().name : m.link()},
                            {"pdn", m.pdn()},
                            {"up", m.up() ? "yes" : "no"},
                            {"pid", seed_.who.pid},
                            {"uid", seed_.who.uid}});
  ask(this, *link, slow_reply_max, msg::order_pdn{static_cast<pdn_id>(m.pdn()), m.up()},
      on<msg::order_done>([this, id](const msg::order_done&) { acknowledge(id); }), refusal(id));
}

void client_actor::set_radio(request_id id, const v1::RadioRequest& m) {
  const auto link = link_named(m.link());
  if (!link) return refuse(id, link.error());
  struct row {
    v1::RadioMode wire;
    msg::radio mode;
    const char* word;
  };
  constexpr std::array modes{row{v1::RADIO_MODE_ON, msg::radio::on, "on"},
                             row{v1::RADIO_MODE_FLIGHT, msg::radio::flight, "flight"},
                             row{v1::RADIO_MODE_OFF, msg::radio::off, "off"}};
  const auto* chosen =
      std::find_if(modes.begin(), modes.end(), [&m](const row& r) { return r.wire == m.mode(); });
  if (chosen == modes.end())
    return refuse(id, fail(errc::invalid_argument, "radio: neither on, flight nor off"));
  log::info("radio-ordered", {{"link", m.link().empty() ? seed_.links.front().name : m.link()},
                              {"mode", chosen->word},
                              {"pid", seed_.who.pid},
                              {"uid", seed_.who.uid}});
  ask(this, *link, slow_reply_max, msg::set_radio{chosen->mode},
      on<msg::order_done>([this, id](const msg::order_done&) { acknowledge(id); }), refusal(id));
}

/// Answered by a series of replies until the connection closes. Payload is other programs' own: it
/// is shown to those who could take it from the daemon's memory anyway.
void client_actor::watch(request_id id, const v1::WatchRequest& m) {
  if (const auto link = link_named(m.link()); !link) return refuse(id, link.error());
  const events::interest what{m.events(), m.trace(), m.trace_payload(), m.link(),
                              m.notifications()};
  if (watcher_) return refuse(id, fail(errc::invalid_argument, "this connection watches already"));
  if (!what.happenings && !what.trace && !what.notifications)
    return refuse(id, fail(errc::invalid_argument,
                           "watch: neither events nor trace nor notifications asked for"));
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

struct client_actor::status_in_progress {
  request_id id = 0;
  msg::gateway_report gateway;
  std::vector<msg::link_report> links;  // in the configuration's order, whoever answers first
  std::size_t open = 0;
};

void client_actor::status(request_id id) {
  auto job = std::make_shared<status_in_progress>();
  job->id = id;
  job->links.resize(seed_.links.size());
  job->open = seed_.links.size() + 1;
  const auto one_less = [this, job] {
    if (--job->open == 0) status_reply(*job);
  };
  ask(this, seed_.gateway, limits::actor_reply_max, msg::get_gateway_report{},
      on<msg::gateway_report>([job, one_less](const msg::gateway_report& g) {
        job->gateway = g;
        one_less();
      }),
      refusal(id));
  for (std::size_t i = 0; i < seed_.links.size(); ++i)
    ask(this, seed_.links[i].actor, limits::actor_reply_max, msg::get_link_report{},
        on<msg::link_report>([job, one_less, i](msg::link_report& link) {
          job->links[i] = std::move(link);
          one_less();
        }),
        // One link that does not answer hides no other.
        [job, one_less, i, name = seed_.links[i].name](const failure& why) {
          job->links[i].name = name;
          job->links[i].link.trouble = why;
          one_less();
        });
}

void client_actor::status_reply(const status_in_progress& job) {
  v1::Reply answer;
  auto& to = *answer.mutable_status();
  const auto now = clock().now();
  to.set_daemon(CELLSOCK_VERSION);
  to.set_uptime_ms(static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now - job.gateway.started).count()));
  std::vector<msg::socket_report> sockets;
  for (const auto& link : job.links) {
    wire::set_link(*to.add_links(), link, now);
    sockets.insert(sockets.end(), link.sockets.begin(), link.sockets.end());
  }
  std::sort(sockets.begin(), sockets.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  std::size_t room = sockets_status_bytes_max;
  for (const auto& s : sockets) {
    v1::SocketStatus one;
    wire::set_socket(one, s, now);
    const auto size = one.ByteSizeLong() + 4;  // tag and length
    if (size > room) {
      to.set_sockets_left_out(to.sockets_left_out() + 1);
      continue;
    }
    room -= size;
    to.add_sockets()->Swap(&one);
  }
  auto& counters = *to.mutable_counters();
  counters.set_control_connections(job.gateway.control_connections);
  counters.set_requests(job.gateway.requests);
  counters.set_requests_malformed(job.gateway.requests_malformed);
  counters.set_connections_refused(job.gateway.connections_refused);
  counters.set_actors(static_cast<std::uint32_t>(system().registry().running()));
  reply(job.id, answer);
}

}  // namespace cellsock
