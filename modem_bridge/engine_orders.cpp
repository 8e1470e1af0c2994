// SPDX-License-Identifier: Apache-2.0
// What a person orders of the radio and of packet networks.
#include <algorithm>

#include "modem_bridge/engine_impl.hpp"
#include "modem_bridge/network_job.hpp"
#include "stack/registration.hpp"

namespace cellsock {
namespace {

std::string_view done_by(radio_mode mode) {
  switch (mode) {
    case radio_mode::on: return "the radio was switched on (`cellsock modem on`)";
    case radio_mode::flight: return "the radio was switched off (`cellsock modem flight`)";
    case radio_mode::off: break;
  }
  return "the modem was switched off (`cellsock modem off`)";
}

}  // namespace

void engine::set_radio(ticket t, radio_mode mode, time_point now) {
  auto& m = *impl_;
  m.core.set_now(now);
  const auto refuse = [&](failure why) { m.core.emit(outcome::failed{t, std::move(why)}); };
  if (m.core.stopping) return refuse(fail(errc::stopping, "the daemon is going down"));
  if (m.core.link.state != link_state::ready && m.core.link.state != link_state::searching)
    return refuse(fail(errc::link_down, "the link is " + std::string(name(m.core.link.state)) +
                                            ": " + m.core.link.trouble.detail));
  m.core.radio = mode;
  m.queue(std::make_unique<network_job>(
      m.core, radio_steps(mode),
      [&m, t, mode](const result<done>& how) {
        if (!how) return m.core.emit(outcome::failed{t, how.error()});
        m.radio_switched(mode);
        m.core.emit(outcome::ordered{t});
      },
      first_context, network_job::abandoned::told));
  m.pump();
}

void engine::impl::radio_switched(radio_mode mode) {
  if (mode == radio_mode::on) return refresh_within({});
  core.facts.network = step(core.facts.network, registration_event::radio_off);
  core.facts.radio_connected.reset();
  core.facts.operator_plmn.clear();
  core.facts.access_technology.clear();
  core.facts.rsrp_dbm.reset();
  pdn_lost(std::nullopt, std::string(done_by(mode)));
}

void engine::order_pdn(ticket t, pdn_id which, bool up, time_point now, bool lasting) {
  auto& m = *impl_;
  m.core.set_now(now);
  const auto refuse = [&](failure why) { m.core.emit(outcome::failed{t, std::move(why)}); };
  const auto context = m.core.pdns.context_of(which, m.core.facts);
  const std::string called = "pdn" + std::to_string(number(which));
  if (!context)
    return refuse(fail(errc::no_device, "there is no " + called + " at this modem; there is " +
                                            m.core.pdns.names(m.core.facts)));
  auto& pdn = m.core.pdns.get(*context);
  if (pdn.foreign)
    return refuse(
        fail(errc::invalid_argument,
             *context == first_context
                 ? "pdn0 is up while the modem is on its network: `cellsock modem on` and `flight`"
                 : called + " is not the daemon's: it is not in its configuration"));
  if (!m.may_activate()) {
    auto why = m.core.not_ready();
    return refuse(why ? std::move(*why) : fail(errc::link_down, "the line is out of step"));
  }
  if (lasting)
    pdn.life.order(up);
  else if (auto refused = pdn.life.active() ? std::nullopt : pdn.life.refusal(now))
    return refuse(fail(refused->code, called + ": " + refused->detail));
  m.orders.push_back({t, *context, up});
  if (up && !pdn.life.active() && pdn.life.state() != pdn_state::activating)
    m.queue(m.activation(pdn));
  if (!up && pdn.life.active()) m.queue(m.release(pdn));
  m.settle_orders();
  m.pump();
}

/// Those that came to their end, whoever brought it.
void engine::impl::settle_orders() {
  std::vector<pdn_order> open;
  for (const auto& order : std::exchange(orders, {})) {
    const auto& life = core.pdns.get(order.context).life;
    const bool moving = life.state() == pdn_state::activating;
    if (moving || (!order.up && life.active())) {
      open.push_back(order);
    } else if (order.up && !life.active()) {
      core.emit(outcome::failed{
          order.t, life.trouble().code != errc::none
                       ? life.trouble()
                       : fail(errc::pdn_down, "the modem went away before it was up")});
    } else {
      core.emit(
          outcome::ordered{order.t, core.pdns.id_of(core.pdns.get(order.context), core.facts)});
    }
  }
  orders.insert(orders.begin(), open.begin(), open.end());
}

}  // namespace cellsock
