// SPDX-License-Identifier: Apache-2.0
// Servers and options: what sockets ask of the engine besides connections and payload.
#include "modem_bridge/accept_job.hpp"
#include "modem_bridge/engine_impl.hpp"
#include "modem_bridge/hint_job.hpp"
#include "modem_bridge/listen_job.hpp"
#include "modem_bridge/modem_limits.hpp"
#include "modem_bridge/option_job.hpp"

namespace cellsock {

using dialect::intent;

void engine::listen(ticket t, socket_id id, time_point now) {
  auto& m = *impl_;
  m.core.set_now(now);
  const auto refuse = [&](failure why) { m.core.emit(outcome::failed{t, std::move(why)}); };
  const auto* entry = m.core.table.find(id);
  if (entry == nullptr || entry->closing) return refuse(fail(errc::bad_socket, "no such socket"));
  if (auto why = m.core.not_ready(*entry)) return refuse(std::move(*why));
  if (!m.core.can(intent::listen))
    return refuse(
        fail(errc::unsupported_operation,
             "listen: " + std::string(dialect::find(*m.core.spoken, intent::listen).cannot)));
  m.queue(std::make_unique<listen_job>(m.core, t, id));
  m.pump();
}

void engine::accept(ticket t, socket_id listener, socket_id child, time_point now) {
  auto& m = *impl_;
  m.core.set_now(now);
  const auto* entry = std::as_const(m.core.table).find(listener);
  if (entry == nullptr || entry->closing || !entry->listening) {
    m.core.emit(
        outcome::failed{t, fail(errc::invalid_argument, "accept: the socket does not listen")});
    return;
  }
  if (std::as_const(m.core.table).find(child) == nullptr)
    m.core.table.declare(child, entry->family, transport::stream).context = entry->context;
  m.queue(std::make_unique<accept_job>(m.core, t, listener, child));
  m.pump();
}

void engine::set_option(ticket t, socket_id id, socket_option option, std::int64_t value,
                        time_point now) {
  auto& m = *impl_;
  m.core.set_now(now);
  const auto refuse = [&](failure why) { m.core.emit(outcome::failed{t, std::move(why)}); };
  auto* entry = m.core.table.find(id);
  if (entry == nullptr || entry->closing) return refuse(fail(errc::bad_socket, "no such socket"));
  if (option == socket_option::pdn) {
    if (entry->uses_network())
      return refuse(fail(errc::invalid_argument,
                         "a packet network is chosen before the socket is bound or connected"));
    const auto named = static_cast<pdn_id>(value);
    const auto context = m.core.pdns.context_of(named, m.core.facts);
    if (!context)
      return refuse(fail(errc::no_device, "there is no pdn" + std::to_string(value) +
                                              " at this modem; there is " +
                                              m.core.pdns.names(m.core.facts)));
    entry->context = *context;
    m.core.emit(outcome::option_done{t, value});
    return;
  }
  if (auto why = m.core.not_ready()) return refuse(std::move(*why));
  const auto number = modem_option(*m.core.spoken, option);
  if (!number) return refuse(fail(errc::unknown_option, "this firmware has no such option"));
  if (option == socket_option::reuse_address) {
    // It acts on bind, and the modem's socket is opened by that: told then.
    entry->reuse_address = value != 0;
    if (!entry->handle) {
      m.core.emit(outcome::option_done{t, value});
      return;
    }
  }
  m.queue(std::make_unique<option_job>(m.core, t, id, *number, value, is_modem_wide(option)));
  m.pump();
}

void engine::hint(ticket t, std::optional<socket_id> through, rai_hint what, time_point now) {
  auto& m = *impl_;
  m.core.set_now(now);
  if (auto why = m.core.not_ready()) {
    m.core.emit(outcome::failed{t, std::move(*why)});
    return;
  }
  m.queue(std::make_unique<hint_job>(m.core, t, through, what));
  m.pump();
}

void engine::get_option(ticket t, socket_id id, socket_option option, time_point now) {
  auto& m = *impl_;
  m.core.set_now(now);
  const auto refuse = [&](failure why) { m.core.emit(outcome::failed{t, std::move(why)}); };
  const auto answer = [&](std::int64_t value) { m.core.emit(outcome::option_done{t, value}); };
  const auto* entry = m.core.table.find(id);
  if (entry == nullptr || entry->closing) return refuse(fail(errc::bad_socket, "no such socket"));
  // The modem does not read these back; what is known here is what it works with.
  if (option == socket_option::reuse_address) return answer(entry->reuse_address ? 1 : 0);
  const auto mtu = m.core.facts.at(entry->context).mtu;
  if (option == socket_option::mtu)
    return answer(mtu != 0 ? mtu : static_cast<std::int64_t>(modem_limits::mtu_assumed));
  if (option == socket_option::pdn) {
    const auto* pdn = std::as_const(m.core.pdns).find(entry->context);
    return answer(pdn == nullptr || entry->context == first_context
                      ? number(entry->context)
                      : number(m.core.pdns.id_of(*pdn, m.core.facts)));
  }
  if (auto why = m.core.not_ready()) return refuse(std::move(*why));
  const auto number = modem_option(*m.core.spoken, option);
  if (!number) return refuse(fail(errc::unknown_option, "this firmware has no such option"));
  // What was set is known; a socket opened to ask may print its own default.
  const auto set = m.core.options_set.find(*number);
  if (set != m.core.options_set.end()) return answer(set->second);
  m.queue(
      std::make_unique<option_job>(m.core, t, id, *number, std::nullopt, is_modem_wide(option)));
  m.pump();
}

}  // namespace cellsock
