// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/engine_core.hpp"

#include <algorithm>

#include "modem_bridge/at/args.hpp"
#include "modem_bridge/job.hpp"
#include "modem_bridge/modem_limits.hpp"
#include "modem_bridge/option_job.hpp"
#include "modem_bridge/reply_fields.hpp"
#include "modem_bridge/secrets.hpp"

namespace cellsock {

using dialect::intent;

namespace {

/// The attachment's own packet network stands among the others.
std::vector<pdn_settings> with_first(const engine_config& config) {
  auto all = config.pdns;
  all.insert(all.begin(), {.apn = config.apn, .family = config.pdn_family, .login = config.login});
  return all;
}

}  // namespace

engine_core::engine_core(engine_config settings)
    : config(std::move(settings)),
      channel(config.baud),
      pdns(with_first(config)),
      rate(config.baud) {
  renew_rules();
  link.handles_max = dialect::slm().handles_max;
}

void engine_core::run(intent what, const dialect::fields& values, then next,
                      std::chrono::milliseconds extra_wait) {
  const auto& row = dialect::find(*spoken, what);
  dialect::fields filled = values;
  if (filled.handle < 0 && selected) filled.handle = number(*selected);
  filled.flags = spoken->send_flags;
  at::command command;
  command.line = dialect::expand(row.format, filled);
  command.prefix = std::string(row.prefix);
  command.wait = row.wait + extra_wait;
  command.counted = row.counted;
  command.value_at = row.value_at;
  run(std::move(command), std::move(next), filled.payload);
}

void engine_core::run(at::command command, then next, std::string_view payload) {
  link.busy_with = shown_command(command.line);
  trace(
      trace_event::direction::to_modem, [this] { return link.busy_with; },
      [&] { return std::string(payload.empty() ? payload_of(command.line) : payload); });
  link.busy_socket = working_for;
  link.busy_since = now_;
  ++link.uart.commands;
  on_reply = std::move(next);
  turn.line_bytes += command.line.size() + channel.terminator().size();
  channel.start(std::move(command), now_);
}

// A wait costs the line as many bytes as it could have carried meanwhile.
void engine_core::charge_reply(const at::reply& reply) {
  constexpr std::size_t line_end = 2;
  turn.line_bytes += turnaround_bytes(rate) + reply.final_line.size() + 2 * line_end;
  for (const auto& line : reply.lines) turn.line_bytes += line.size() + 2 * line_end;
  if (reply.payload) turn.line_bytes += reply.payload->size();
}

void engine_core::write_payload(std::span<const std::byte> payload, bool terminated) {
  trace(
      trace_event::direction::to_modem,
      [&] { return shown_bytes(payload.size()) + std::string(terminated ? "+++" : ""); },
      [&] { return text_of(payload); });
  turn.line_bytes += payload.size() + (terminated ? spoken->data_terminator.size() : 0);
  channel.write(payload, now_);
  if (terminated) channel.write(spoken->data_terminator, now_);
}

void engine_core::write_data_terminator() {
  trace(trace_event::direction::to_modem, [this] { return std::string(spoken->data_terminator); });
  channel.write(spoken->data_terminator, now_);
}

void engine_core::await_data_mode_end(then next) {
  pdn_recheck = pdn_recheck || spoken->notices_lost_in_data_mode;
  was_in_data_mode = true;
  on_reply = std::move(next);
  const bool reported = spoken->failure_kind == dialect::data_failure::reported;
  channel.await_data_mode_end(dialect::find(*spoken, intent::send_stream).wait, now_,
                              reported ? spoken->data_terminator : std::string_view(),
                              spoken->ends == dialect::data_end::counted);
}

void engine_core::data_mode_broken() {
  trace(trace_event::direction::from_modem,
        [this] { return std::string(spoken->data_terminator); });
  // All of the payload is on its way already; none of it holds this, so this is what ends it.
  write_data_terminator();
}

void engine_core::send_payload(std::span<const std::byte> payload, std::chrono::milliseconds hold,
                               then next) {
  const bool by_terminator = spoken->ends == dialect::data_end::terminator;
  hold = std::max(hold, spoken->terminator_pause);
  if (!by_terminator || hold.count() == 0) {
    write_payload(payload, by_terminator);
    return await_data_mode_end(std::move(next));
  }
  write_payload(payload, false);
  pause(hold, [this, next = std::move(next)] {
    write_data_terminator();
    await_data_mode_end(next);
  });
}

void engine_core::poll(const std::vector<modem_handle>& handles, then next) {
  std::vector<int> numbers;
  for (const auto handle : handles) numbers.push_back(number(handle));
  dialect::fields values;
  values.handles = numbers;
  run(intent::poll_ask, values, [this, next = std::move(next)](const at::reply& reply) {
    const auto prefix = dialect::find(*spoken, intent::poll_ask).prefix;
    for (const auto& line : reply.lines)
      if (const auto rest = at::after_prefix(line, prefix))
        if (const auto news = read_polled(*rest)) socket_event(news->handle, news->events);
    next(reply);
  });
}

modem_socket* engine_core::socket_event(modem_handle handle, unsigned events) {
  // A handle that is being closed, or is nobody's, still has old notices under way.
  auto* entry = table.find(handle);
  if (entry == nullptr || entry->closing) return nullptr;
  if (entry->listening) {
    if ((events & (event_error | event_hangup | event_invalid)) != 0)
      break_socket(entry->id, fail(errc::connection_reset, "the modem ended the listener"));
    else if ((events & event_in) != 0)
      emit(outcome::connection_waiting{entry->id});
    return nullptr;
  }
  if ((events & event_in) != 0) entry->news = readable::told;
  if ((events & (event_error | event_hangup | event_invalid)) != 0) entry->hung_up = true;
  return entry;
}

void engine_core::deliver(modem_socket& entry, std::vector<std::byte> bytes,
                          std::optional<endpoint> from) {
  payload_moved();
  shares.received(entry.id, bytes.size(), now_);
  if (entry.wanted && entry.held.empty())
    return emit(outcome::received{entry.id, std::move(bytes), from});
  // One may come before a program that has just connected says that it reads.
  if (!entry.wanted && !entry.held.empty()) shares.stalled(entry.id);
  entry.held_bytes += bytes.size();
  entry.held.push_back({std::move(bytes), from});
}

void engine_core::set_rate(unsigned baud) {
  if (baud == rate) return;
  rate = baud;
  channel.set_baud(baud);
  emit(outcome::set_baud{baud});
}

void engine_core::pause(std::chrono::milliseconds length, std::function<void()> next) {
  pause_until = std::max(channel.line_free_at(), now_) + length;
  on_pause = std::move(next);
}

void engine_core::select(modem_handle handle, std::function<void()> then_do,
                         std::function<void()> failed) {
  if (spoken->addressed == dialect::addressing::in_command) selected = handle;
  if (selected == handle) return then_do();
  dialect::fields values;
  values.handle = number(handle);
  run(intent::select, values,
      [this, handle, then_do = std::move(then_do), failed = std::move(failed)](const at::reply& r) {
        if (!r.ok()) return failed();
        selected = handle;
        then_do();
      });
}

void engine_core::open_socket(socket_id id, std::function<void(status)> next) {
  const auto* entry = table.find(id);
  if (entry == nullptr) return next(fail(errc::bad_socket, "the socket was closed meanwhile"));
  if (auto why = not_ready(*entry)) return next(*why);
  if (table.handles_used() >= link.handles_max)
    return next(fail(errc::no_handle, "all " + std::to_string(link.handles_max) +
                                          " sockets of the modem are in use"));
  dialect::fields values;
  values.family = family_number(entry->family);
  values.type = type_number(entry->kind);
  const auto pdn = pdn_to_name(*entry);
  if (!pdn) return next(pdn.error());
  values.pdn = *pdn;
  selected.reset();
  run(intent::open, values, [this, id, next = std::move(next)](const at::reply& reply) {
    const auto handle = opened_handle(reply);
    if (!handle) return next(handle.error());
    auto* socket = table.find(id);
    if (socket == nullptr) {
      table.orphan(*handle);
      return next(fail(errc::bad_socket, "the socket was closed meanwhile"));
    }
    selected = *handle;  // an open selects what it opened
    if (socket->bound && socket->reuse_address) return reuse_opened(id, *handle, next);
    if (socket->bound) return bind_opened(id, *handle, next);
    take_handle(*socket, *handle);
    next(done{});
  });
}

/// SO_REUSEADDR counts when it is set before the bind.
void engine_core::reuse_opened(socket_id id, modem_handle handle,
                               std::function<void(status)> next) {
  dialect::fields values;
  values.option = *modem_option(*spoken, socket_option::reuse_address);
  values.value = 1;
  run(intent::set_option, values, [this, id, handle, next = std::move(next)](const at::reply& r) {
    const auto give_up = [this, handle, next](const failure& why) {
      close_handle(handle, [next, why] { next(why); });
    };
    if (table.find(id) == nullptr)
      return give_up(fail(errc::bad_socket, "the socket was closed meanwhile"));
    if (!r.ok()) return give_up(fail(errc::modem_error, "the modem refuses SO_REUSEADDR"));
    bind_opened(id, handle, next);
  });
}

/// The handle is the socket's only when it is bound: a socket on a port of the modem's choice must
/// never be taken for it.
void engine_core::bind_opened(socket_id id, modem_handle handle, std::function<void(status)> next) {
  dialect::fields values;
  values.port = *table.find(id)->bound;
  run(intent::bind, values,
      [this, id, handle, port = values.port, next = std::move(next)](const at::reply& reply) {
        const auto give_up = [this, handle, next](const failure& why) {
          close_handle(handle, [next, why] { next(why); });
        };
        auto* entry = table.find(id);
        if (entry == nullptr)
          return give_up(fail(errc::bad_socket, "the socket was closed meanwhile"));
        if (!reply.ok())
          return ask_why(id, errc::address_in_use,
                         "the modem refuses local port " + std::to_string(port), give_up);
        // It was nobody's while the network may have gone away.
        if (auto why = not_ready(*entry)) return give_up(*why);
        take_handle(*entry, handle);
        next(done{});
      });
}

void engine_core::close_handle(modem_handle handle, std::function<void()> closed) {
  const auto gone = [this, handle, closed] {
    selected.reset();
    table.orphan_gone(handle);
    count_handles();
    closed();
  };
  // Always selected anew: closing the wrong socket would be worse than one more command.
  selected.reset();
  select(
      handle, [this, gone] { run(intent::close, {}, [gone](const at::reply&) { gone(); }); }, gone);
}

void engine_core::ask_why(socket_id id, errc otherwise, std::string detail,
                          std::function<void(failure)> next) {
  const auto* entry = table.find(id);
  const auto context = entry == nullptr ? first_context : entry->context;
  const auto answer = [this, context, otherwise, detail = std::move(detail),
                       next = std::move(next)] {
    if (!facts.at(context).active)
      return next(fail(errc::pdn_down, "the packet data network went away"));
    next(fail(otherwise, detail));
  };
  if (!facts.at(context).active) return answer();
  at::command question{"AT+CGACT?", "+CGACT:", std::chrono::seconds(5)};
  run(std::move(question), [this, answer](const at::reply& r) {
    for (const auto& line : r.lines)
      if (line.starts_with("+CGACT:")) read_activation(line.substr(7), facts);
    answer();
  });
}

std::optional<failure> engine_core::not_ready() const {
  if (stopping) return fail(errc::stopping, "the daemon is going down");
  if (link.state == link_state::ready) return std::nullopt;
  if (link.state == link_state::searching) {
    auto why = facts.trouble();
    // Registered, no PDN yet or any more; or attached and the machine is about to say so.
    return why;
  }
  std::string detail = "the link is " + std::string(name(link.state));
  if (link.trouble.code != errc::none) detail += ": " + link.trouble.detail;
  return fail(errc::link_down, std::move(detail));
}

std::optional<endpoint> engine_core::local_of(socket_id id) const {
  const auto* entry = table.find(id);
  if (entry == nullptr || !entry->handle || !entry->bound) return std::nullopt;
  const auto& address = facts.at(entry->context).address_of(entry->family);
  if (!address) return std::nullopt;
  return endpoint{*address, *entry->bound};
}

/// The others live on while the first one is away.
std::optional<failure> engine_core::not_ready(cid context) const {
  const bool alive = link.state == link_state::ready || link.state == link_state::searching;
  if (context == first_context || stopping || !alive) return not_ready();
  if (!facts.registered()) return facts.trouble();
  const auto* pdn = pdns.find(context);
  const std::string called = "pdn" + std::to_string(number(context));
  if (pdn == nullptr)
    return fail(errc::pdn_down, called + " is not configured; there is " + pdns.names(facts));
  if (facts.at(context).up()) return std::nullopt;
  const auto& trouble = pdn->life.trouble();
  return fail(errc::pdn_down, called + " is " + std::string(name(pdn->life.state())) +
                                  (trouble.detail.empty() ? "" : ": " + trouble.detail));
}

std::optional<failure> engine_core::not_ready(const modem_socket& entry) const {
  if (auto why = not_ready(entry.context)) return why;
  return facts.at(entry.context).missing(entry.family);
}

result<int> engine_core::pdn_to_name(const modem_socket& entry) const {
  if (entry.context == first_context) return 0;
  if (spoken->names_pdn == dialect::pdn_naming::context) return int{number(entry.context)};
  const auto id = facts.at(entry.context).id;
  if (!id) return fail(errc::pdn_down, "the modem does not say how it calls this packet network");
  return int{number(*id)};
}

void engine_core::renew_rules() {
  const auto& language = spoken != nullptr ? *spoken : dialect::slm();
  // One answer must do for all of its packet networks: the smallest.
  auto mtu = link.mtu;
  for (const auto& context : facts.contexts)
    if (context.mtu != 0 && (mtu == 0 || context.mtu < mtu)) mtu = context.mtu;
  rules = rules_of(language, mtu, ip_family::v4);
  rules6 = rules_of(language, mtu, ip_family::v6);
}

void engine_core::break_socket(socket_id id, const failure& why) {
  auto* entry = table.find(id);
  if (entry == nullptr) return;
  if (entry->handle) table.orphan(*entry->handle);
  entry->forget_modem_side();
  entry->peer.reset();
  entry->bound.reset();
  entry->offered = 0;
  count_handles();
  // A connect under way answers its ticket, a close answers its own: no second report for those.
  const bool told_otherwise = entry->connecting || entry->closing;
  if (active != nullptr && active->socket() == id) active->socket_gone(why);
  if (!told_otherwise) emit(outcome::socket_broken{id, why});
}

void engine_core::add_trace(trace_event::direction towards, std::string text, std::string payload) {
  if (traced.size() >= modem_limits::trace_lines_max) traced.pop_front();
  traced.push_back({towards, std::move(text), working_for, std::move(payload)});
}

void engine_core::take_handle(modem_socket& entry, modem_handle handle) {
  entry.forget_modem_side();
  entry.handle = handle;
  entry.pushed = can(intent::push_start);
  shares.begin(entry.id);
  count_handles();
}

void engine_core::count_handles() {
  link.handles_used = table.handles_used();
}

datagram_rules rules_of(const dialect::table& spoken, unsigned mtu, ip_family family) {
  datagram_rules rules;
  const std::size_t packet = mtu == 0 ? modem_limits::mtu_assumed : mtu;
  const std::size_t headers = family == ip_family::v4 ? modem_limits::ip_udp_header_bytes
                                                      : modem_limits::ip6_udp_header_bytes;
  const std::size_t payload = packet > headers ? packet - headers : 0;
  rules.payload_bytes_max = std::min(payload, spoken.data_buffer_bytes);
  rules.empty_allowed = false;
  rules.guarded_sequence = std::string(spoken.data_terminator);
  if (spoken.hex_bytes_max > 0) {
    rules.guarded_bytes_max = spoken.hex_bytes_max;
  } else {
    rules.forbidden_with_guard = std::string(spoken.forbidden_in_string);
    rules.guarded_bytes_max = spoken.string_bytes_max;
  }
  return rules;
}

int family_number(ip_family family) noexcept {
  return family == ip_family::v4 ? 1 : 2;
}
int type_number(transport kind) noexcept {
  return kind == transport::stream ? 1 : 2;
}

}  // namespace cellsock
