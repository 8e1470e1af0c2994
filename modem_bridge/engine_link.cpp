// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "modem_bridge/at/args.hpp"
#include "modem_bridge/at/urc_router.hpp"
#include "modem_bridge/bring_up.hpp"
#include "modem_bridge/engine_impl.hpp"
#include "modem_bridge/modem_limits.hpp"
#include "modem_bridge/network_job.hpp"
#include "modem_bridge/secrets.hpp"

namespace cellsock {
namespace {

constexpr int bring_up_tries_max = 3;

/// Text that no notice of any firmware begins with: payload whose header was lost on the line.
bool is_debris(std::string_view line) {
  constexpr std::string_view notices_begin = "#%+";
  return !line.starts_with("AT") && notices_begin.find(line.front()) == std::string_view::npos;
}

}  // namespace

void engine::impl::on_event(link_event event) {
  const auto next = step(core.link.state, event);
  if (!next || *next == core.link.state) return;
  core.link.state = *next;
  copy_facts();
  core.emit(outcome::link_changed{core.link.state, core.link.trouble});
}

void engine::impl::trouble(const failure& why) {
  if (core.link.trouble == why) return;
  core.link.trouble = why;
  copy_facts();
  core.emit(outcome::link_changed{core.link.state, why});
}

void engine::impl::out_of_step(const std::string& why) {
  trouble(fail(errc::no_answer, why + "; getting back into step"));
}

void engine::impl::in_step() {
  // Unless the network gave a better reason meanwhile.
  if (core.link.trouble.code != errc::no_answer) return;
  trouble(core.link.state == link_state::searching ? core.facts.trouble() : fail(errc::none));
}

// ---- the network ----

job_ptr engine::impl::bring_up() {
  if (++bring_up_tries > bring_up_tries_max) {
    give_up_port(fail(errc::no_answer, "the modem stops answering while it is being set up"));
    return nullptr;
  }
  for (const auto& pdn : core.pdns.all())
    if (!valid_apn(pdn.settings.apn)) {
      give_up_port(fail(errc::invalid_argument,
                        "the configured APN holds what no APN may (letters, digits, '.', '-')"));
      return nullptr;
    }
  return std::make_unique<network_job>(core, start_steps(),
                                       [this](const result<done>& how) { bring_up_over(how); });
}

void engine::impl::bring_up_over(const result<done>& how) {
  if (!how) return give_up_port(how.error());
  if (core.facts.functional_mode == 1 && context_of(core).context_differs())
    core.note("the modem is on its network with APN \"" + core.facts.first().apn_defined +
              "\", type " + core.facts.first().type_defined +
              "; what is configured is set when the radio is next off");
  refresh_due = true;
  on_event(link_event::configured);
}

job_ptr engine::impl::refresh() {
  refresh_due = false;
  const bool only_recheck = core.link.state == link_state::ready && core.pdn_recheck &&
                            refresh_full_at && core.now() < *refresh_full_at;
  refresh_at.reset();
  if (!only_recheck) refresh_full_at = core.now() + modem_limits::refresh_idle;
  return std::make_unique<network_job>(core, only_recheck ? recheck_steps() : refresh_steps(),
                                       [this](const result<done>&) {
                                         core.pdn_recheck = false;
                                         network_known();
                                       });
}

job_ptr engine::impl::liveness() {
  core.moved = false;
  return std::make_unique<network_job>(core, idle_step(idle_turn++, context_of(core)),
                                       [this](const result<done>&) { network_known(); });
}

/// What costs several commands is read again when the line is used anyway, not while it is idle.
void engine::impl::refresh_if_old() {
  if (core.link.state == link_state::ready && refresh_full_at && core.now() >= *refresh_full_at)
    refresh_due = true;
}

void engine::impl::refresh_within(std::chrono::milliseconds when) {
  if (when.count() == 0) {
    refresh_due = true;
    return;
  }
  const auto at = core.now() + when;
  if (!refresh_at || at < *refresh_at) refresh_at = at;
}

void engine::impl::network_known() {
  for (unsigned i = 0; i < contexts_max; ++i) {
    const auto context = static_cast<cid>(i);
    if (!core.facts.at(context).up()) continue;
    address_known(context, ip_family::v4, bound_to[i].v4);
    address_known(context, ip_family::v6, bound_to[i].v6);
  }
  copy_facts();
  if (core.facts.attached()) {
    const bool news = core.link.state == link_state::searching;
    if (news) core.link.trouble = fail(errc::none);
    on_event(link_event::attached);
  } else {
    if (core.link.state == link_state::searching || core.link.state == link_state::ready) {
      const auto why = core.facts.trouble();
      if (core.link.state == link_state::ready) core.link.trouble = why;
      on_event(link_event::detached);
      trouble(why);
    }
  }
  if (core.link.state == link_state::searching) refresh_within(modem_limits::refresh_searching);
}

void engine::impl::address_known(cid context, ip_family family, std::optional<ip_address>& own) {
  const auto before = std::exchange(own, core.facts.at(context).address_of(family));
  if (!before || own == before) return;
  for (const auto id : core.table.with_handle())
    if (const auto* entry = core.table.find(id);
        entry->family == family && entry->context == context)
      core.break_socket(id, fail(errc::pdn_down, own ? "the network gave the modem another address"
                                                     : "the network took the address back"));
  update_all_turns();
}

void engine::impl::copy_facts() {
  auto& link = core.link;
  const auto& first = core.facts.first();
  compare_pdns();
  link.network = core.facts.network;
  if (core.facts.sim_trouble && !core.facts.registered()) link.network = registration::no_sim;
  if (core.facts.radio_off()) link.network = registration::off;
  link.operator_plmn = core.facts.operator_plmn;
  link.access_technology = core.facts.access_technology;
  link.rsrp_dbm = core.facts.rsrp_dbm;
  link.address = first.address;
  link.address6 = first.address6;
  link.pdn_up = first.up();
  const bool on_air = core.facts.radio_connected.value_or(false);
  if (on_air != link.radio_connected.value_or(false)) core.emit(outcome::radio_connected{on_air});
  link.radio_connected = core.facts.radio_connected;
  const bool other_cell = link.cell != core.facts.cell;
  link.cell = core.facts.cell;
  link.uart.lines_dropped = core.channel.lines_dropped();
  link.mtu = first.mtu;
  link.power = {core.facts.tau_granted, core.facts.active_time_granted, core.facts.edrx_granted};
  settle_orders();
  auto pdns = pdn_states();
  if (!other_cell && pdns == link.pdns && link.network == told_network) return;
  link.pdns = std::move(pdns);
  told_network = link.network;
  core.renew_rules();
  core.emit(outcome::network_changed{});
}

// ---- what the modem says by itself ----

void engine::impl::on_unsolicited(const at::command_queue::unsolicited& line) {
  core.trace(trace_event::direction::from_modem, [&line] { return shown_response(line.line); });
  if (detecting) {
    detector.line(line.line, core.now());
    if (!resyncing) return;
  }
  // Programs hear of the modem's own notices; those of the application around it begin with '#'.
  if (line.line.starts_with('+') || line.line.starts_with('%'))
    core.emit(outcome::notice{shown_response(line.line)});
  const auto routed = at::route_urc(line.line);
  if (!routed) {
    const auto pushes_go_on = [this] {
      const auto open = core.table.with_handle();
      return std::any_of(open.begin(), open.end(),
                         [this](socket_id id) { return core.table.find(id)->pushed; });
    };
    if (!detecting && line.kind == at::line_kind::unknown && is_debris(line.line) && pushes_go_on())
      on_push_damaged({});
    return;
  }
  ++core.link.uart.urcs;
  switch (routed->meaning) {
    case at::urc::ready:
      if (!detecting) modem_restarted("the modem restarted");
      return;
    case at::urc::init_failed:
      return give_up_port(fail(errc::modem_error,
                               "the modem's own start failed (INIT ERROR); reset it or check its "
                               "modem firmware"));
    case at::urc::modem_fault:
      if (routed->fields.starts_with("FAULT"))
        modem_restarted("the modem firmware crashed (" + std::string(routed->fields.substr(0, 40)) +
                        ")");
      else if (routed->fields.starts_with("INIT"))
        modem_restarted("the modem firmware was started again");
      return;
    case at::urc::socket_event: return on_socket_event(routed->fields);
    case at::urc::send_notice: return on_send_notice(routed->fields);
    case at::urc::registration: {
      const bool was = core.facts.registered();
      registration_changed(routed->fields, core.facts);
      if (core.facts.registered()) {
        if (!was || !core.facts.first().up()) refresh_within({});
        return copy_facts();
      }
      return network_known();
    }
    case at::urc::packet_event:
      return packet_news_came(packet_event(routed->fields, core.facts), routed->fields);
    case at::urc::refusal: return refusal_told(routed->fields);
    case at::urc::power: return edrx_changed(routed->fields, core.facts);
    case at::urc::modem_event:
      if (!routed->fields.starts_with("RESET LOOP")) return;
      core.facts.restrained = true;
      core.cycles.hold(core.now() + modem_limits::restraint);
      return network_known();
    case at::urc::radio: return radio_changed(routed->fields, core.facts);
    case at::urc::sim:
      sim_changed(routed->fields, core.facts);
      return core.facts.sim_trouble ? network_known() : refresh_within({});
    default: return;
  }
}

void engine::impl::on_socket_event(std::string_view text) {
  at::args fields(text);
  const auto handle = fields.integer(0, 255);
  const auto events = fields.integer(0, 255);
  if (!handle || !events) return;
  if (const auto* entry =
          core.socket_event(static_cast<modem_handle>(*handle), static_cast<unsigned>(*events)))
    update_turns(*entry);
}

/// What became of one send. Nothing waits for it: the daemon asks for no such notice.
void engine::impl::on_send_notice(std::string_view text) {
  at::args fields(text);
  const auto handle = fields.integer(0, 255);
  const auto result = fields.integer(-1, 0);
  const auto bytes = fields.integer(0, 65535);
  if (!handle || !result || !bytes) return;
  core.note("a send of " + std::to_string(*bytes) + " bytes on handle " + std::to_string(*handle) +
            (*result == 0 ? " left the modem" : " failed in the modem"));
}

// ---- the end of things ----

void engine::impl::break_all(const failure& why) {
  for (const auto id : core.table.with_handle()) core.break_socket(id, why);
  // Nothing of before exists in the modem any more, or nothing can be said to it.
  core.table.forget_orphans();
  core.selected.reset();
  core.count_handles();
  update_all_turns();
}

void engine::impl::fail_everything(const failure& why) {
  abandon_active(why);
  for (auto& job : std::exchange(waiting, {})) job->abandon(why);
}

void engine::impl::modem_restarted(const std::string& why) {
  if (!port_open) return;
  core.running = false;
  const auto cause = fail(errc::link_down, why);
  fail_everything(cause);
  break_all(cause);
  core.facts = {};
  forget_pdns();
  refresh_due = verify_due = false;
  refresh_at.reset();
  core.set_rate(core.config.baud);  // its own again
  core.link.trouble = cause;
  on_event(link_event::restarted);
  begin_detection();
}

void engine::impl::give_up_port(const failure& why) {
  core.running = false;
  detecting = resyncing = false;
  port_open = false;
  core.channel.reset();
  const auto cause = fail(errc::link_down, why.detail);
  fail_everything(cause);
  break_all(cause);
  core.facts = {};
  forget_pdns();
  refresh_due = verify_due = false;
  refresh_at.reset();
  core.link.trouble = why;
  on_event(link_event::failed);
  core.emit(outcome::reopen_port{why});
}

// ---- time ----

std::optional<time_point> engine::impl::liveness_at() const {
  if (!core.running || stopped || active || core.channel.busy()) return std::nullopt;
  std::chrono::milliseconds quiet = modem_limits::liveness_quiet;
  if (core.moved) quiet = modem_limits::liveness_after_payload;
  // A modem that restarts is at its own rate again: its `Ready` is noise without an end here.
  if (core.rate != core.config.baud && core.channel.mid_line())
    quiet = modem_limits::liveness_after_noise;
  return std::max(core.channel.last_heard(), core.channel.line_free_at()) + quiet;
}

std::vector<modem_handle> engine::impl::to_poll() const {
  std::vector<modem_handle> handles;
  for (const auto id : core.table.with_handle()) {
    const auto* entry = std::as_const(core.table).find(id);
    if (entry->awaits_news()) handles.push_back(*entry->handle);
  }
  return handles;
}

std::optional<time_point> engine::impl::poll_at() const {
  if (!core.running || stopped || core.spoken->readiness != dialect::notices::asked)
    return std::nullopt;
  if (to_poll().empty()) return std::nullopt;
  return core.pace.due();
}

std::optional<time_point> engine::impl::deadline() const {
  std::optional<time_point> earliest = core.channel.deadline();
  const auto consider = [&](std::optional<time_point> when) {
    if (when && (!earliest || *when < *earliest)) earliest = when;
  };
  if (detecting) consider(detector.deadline());
  consider(core.pause_until);
  if (core.running && !stopped) consider(refresh_at);
  consider(pdn_at());
  consider(liveness_at());
  if (!active && !core.channel.busy()) {
    consider(poll_at());
    consider(listen_until);
  }
  consider(hand_out_at);
  return earliest;
}

void engine::impl::expire() {
  const auto now = core.now();
  core.channel.expire(now);
  if (detecting) detector.expire(now);
  if (core.pause_until && now >= *core.pause_until) {
    core.pause_until.reset();
    if (auto next = std::exchange(core.on_pause, nullptr)) next();
    end_job_if_finished();
  }
  if (core.running && refresh_at && now >= *refresh_at) {
    refresh_at.reset();
    refresh_due = true;
  }
  if (hand_out_at && now >= *hand_out_at) {
    hand_out_at.reset();
    hand_out_all();
  }
  if (const auto when = liveness_at(); when && now >= *when) probe_due = true;
}

}  // namespace cellsock
