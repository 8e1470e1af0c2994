// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/hint_job.hpp"

#include <string>
#include <string_view>

#include "modem_bridge/reply_fields.hpp"

namespace cellsock {

using dialect::intent;

namespace {

// Addresses that are for nobody (RFC 5737, RFC 6666), and the port of discard: "nothing more to
// send" needs a socket with a peer, and sends it nothing.
constexpr std::string_view nobody = "192.0.2.1";
constexpr std::string_view nobody6 = "100::1";
constexpr unsigned discard_port = 9;

}  // namespace

std::optional<intent> intent_of(rai_hint hint) noexcept {
  switch (hint) {
    case rai_hint::no_data: return intent::rai_no_data;
    case rai_hint::last: return intent::rai_last;
    case rai_hint::one_response: return intent::rai_one_response;
    case rai_hint::ongoing: return intent::rai_ongoing;
    case rai_hint::wait_more: return intent::rai_wait_more;
    case rai_hint::none:
    case rai_hint::count_: break;
  }
  return std::nullopt;
}

void tell_hint(engine_core& core, socket_id id, rai_hint hint, std::function<void()> next) {
  const auto what = intent_of(hint);
  const auto* entry = core.table.find(id);
  if (!what || entry == nullptr || !entry->handle) return next();
  if (!core.can(*what)) {
    core.emit(outcome::hint_refused{id, hint});
    return next();
  }
  // After a refusal the current socket may be another one.
  const auto again = [&core, handle = *entry->handle, next = std::move(next)] {
    core.select(handle, next, next);
  };
  dialect::fields values;
  values.handle = number(*entry->handle);
  core.run(*what, values, [&core, id, hint, again](const at::reply& reply) {
    if (!reply.ok()) core.emit(outcome::hint_refused{id, hint});
    again();
  });
}

std::optional<modem_handle> hint_job::handle() const {
  if (!socket()) return std::nullopt;
  const auto* entry = std::as_const(core_.table).find(*socket());
  return entry == nullptr ? std::nullopt : entry->handle;
}

void hint_job::start() {
  const auto what = intent_of(hint_);
  if (!what || !core_.can(*what))
    return end(outcome::failed{ticket_, fail(errc::unknown_option, "this firmware has no hints")});
  if (const auto own = handle()) return tell(*own);
  borrow();
}

void hint_job::borrow() {
  if (auto why = core_.not_ready()) return end(outcome::failed{ticket_, *why});
  if (core_.table.handles_used() >= core_.link.handles_max)
    return end(outcome::failed{ticket_, fail(errc::no_handle, "no socket is free for a hint")});
  dialect::fields values;
  values.family = family_number(core_.facts.first().address ? ip_family::v4 : ip_family::v6);
  values.type = type_number(transport::datagram);
  core_.selected.reset();
  core_.run(intent::open, values, [this](const at::reply& reply) {
    const auto opened = opened_handle(reply);
    if (!opened) return end(outcome::failed{ticket_, opened.error()});
    core_.selected = *opened;
    borrowed_ = *opened;
    give_peer();
  });
}

void hint_job::give_peer() {
  dialect::fields values;
  values.handle = number(*borrowed_);
  values.host = core_.facts.first().address ? nobody : nobody6;
  values.port = discard_port;
  core_.run(intent::connect, values, [this](const at::reply& reply) {
    if (reply.ok()) return tell(*borrowed_);
    end(outcome::failed{ticket_, fail(errc::modem_error, "no peer for the socket of a hint")});
  });
}

void hint_job::tell(modem_handle through) {
  core_.select(
      through,
      [this, through] {
        dialect::fields values;
        values.handle = number(through);
        core_.run(*intent_of(hint_), values, [this](const at::reply& reply) {
          if (reply.ok()) return end(outcome::option_done{ticket_, rai_value(hint_)});
          end(outcome::failed{ticket_, fail(errc::unknown_option, "the modem refuses the hint " +
                                                                      std::string(name(hint_)))});
        });
      },
      [this] {
        end(outcome::failed{ticket_,
                            fail(errc::modem_error, "the modem does not know this socket")});
      });
}

void hint_job::end(engine_outcome how) {
  const auto finished = [this, how] {
    core_.emit(how);
    finish();
  };
  if (!borrowed_) return finished();
  core_.close_handle(*std::exchange(borrowed_, std::nullopt), finished);
}

void hint_job::abandon(const failure& why) {
  if (borrowed_) core_.table.orphan(*borrowed_);
  core_.emit(outcome::failed{ticket_, why});
  finish();
}

}  // namespace cellsock
