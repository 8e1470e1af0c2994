// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/option_job.hpp"

#include "modem_bridge/reply_fields.hpp"

namespace cellsock {

using dialect::intent;

std::optional<unsigned> modem_option(const dialect::table& spoken, socket_option option) noexcept {
  if (!dialect::can(spoken, intent::set_option)) return std::nullopt;
  switch (option) {
    case socket_option::reuse_address: return 2U;
    case socket_option::silence_all: return 30U;
    case socket_option::echo_reply: return 31U;
    case socket_option::echo_reply6: return 32U;
    case socket_option::delayed_address_refresh:
      return spoken.has_address_refresh ? std::optional(62U) : std::nullopt;
    default: return std::nullopt;
  }
}

bool is_modem_wide(socket_option option) noexcept {
  return option != socket_option::reuse_address;
}

std::optional<modem_handle> option_job::any_handle() const {
  if (const auto* own = std::as_const(core_.table).find(*socket()); own != nullptr && own->handle)
    return own->handle;
  const auto open = core_.table.with_handle();
  if (open.empty()) return std::nullopt;
  return std::as_const(core_.table).find(open.front())->handle;
}

void option_job::start() {
  if (const auto handle = any_handle()) return ask(*handle);
  if (auto why = core_.not_ready()) return end(outcome::failed{ticket_, *why});
  dialect::fields values;
  values.family = family_number(core_.facts.first().address ? ip_family::v4 : ip_family::v6);
  values.type = type_number(transport::datagram);
  core_.selected.reset();
  core_.run(intent::open, values, [this](const at::reply& reply) {
    const auto handle = opened_handle(reply);
    if (!handle) return end(outcome::failed{ticket_, handle.error()});
    core_.selected = *handle;
    borrowed_ = *handle;
    ask(*handle);
  });
}

void option_job::ask(modem_handle handle) {
  core_.select(
      handle,
      [this] {
        dialect::fields values;
        values.option = number_;
        values.value = value_.value_or(0);
        core_.run(value_ ? intent::set_option : intent::get_option, values,
                  [this](const at::reply& reply) { answered(reply); });
      },
      [this] {
        end(outcome::failed{ticket_,
                            fail(errc::modem_error, "the modem does not know this socket")});
      });
}

void option_job::answered(const at::reply& reply) {
  if (!reply.ok())
    return end(outcome::failed{ticket_, fail(errc::unknown_option, "the modem refuses its option " +
                                                                       std::to_string(number_))});
  if (value_) {
    if (wide_) core_.options_set[number_] = *value_;
    return end(outcome::option_done{ticket_, *value_});
  }
  const auto read = printed_number(reply, dialect::find(*core_.spoken, intent::get_option));
  if (!read)
    return end(outcome::failed{ticket_, fail(errc::modem_error, "the modem printed no value")});
  end(outcome::option_done{ticket_, *read});
}

void option_job::end(engine_outcome how) {
  const auto finished = [this, how] {
    core_.emit(how);
    finish();
  };
  if (!borrowed_) return finished();
  core_.close_handle(*std::exchange(borrowed_, std::nullopt), finished);
}

void option_job::abandon(const failure& why) {
  if (borrowed_) core_.table.orphan(*borrowed_);
  core_.emit(outcome::failed{ticket_, why});
  finish();
}

}  // namespace cellsock
