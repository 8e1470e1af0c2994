// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/datagram_job.hpp"

#include <algorithm>

#include "modem_bridge/hint_job.hpp"
#include "modem_bridge/modem_limits.hpp"
#include "modem_bridge/reply_fields.hpp"
#include "modem_bridge/segmenter.hpp"

namespace cellsock {

using dialect::intent;

datagram_job::datagram_job(engine_core& core, socket_id id) : job(id), core_(core), id_(id) {}

std::string_view datagram_job::payload() const {
  return as_text(bytes_);
}

void datagram_job::start() {
  const auto* entry = core_.table.find(id_);
  if (entry == nullptr) return finish();
  asking_ = true;
  family_ = entry->family;
  core_.emit(outcome::want_chunk{id_, core_.rules_for(family_).payload_bytes_max});
  core_.pause(modem_limits::chunk_answer_max, [this] { take_nothing(); });
}

void datagram_job::answered() {
  asking_ = false;
  core_.pause_until.reset();
  core_.on_pause = nullptr;
}

void datagram_job::take_nothing() {
  if (!asking_) return;
  answered();
  if (auto* entry = core_.table.find(id_)) entry->offered = 0;
  finish();
}

void datagram_job::take(std::optional<endpoint> to, std::vector<std::byte> bytes, rai_hint hint) {
  if (!asking_) return;
  answered();
  auto* entry = core_.table.find(id_);
  if (entry == nullptr || gone_) return finish();
  if (entry->offered > 0) --entry->offered;
  entry->next_bytes = 0;
  to_ = to;
  hint_ = hint;
  bytes_ = std::move(bytes);
  if (!carries(core_.rules_for(family_), bytes_)) {
    ++core_.link.uart.datagrams_refused;
    core_.emit(outcome::datagram_dropped{
        id_, fail(errc::message_too_big, "this modem cannot carry a datagram like that")});
    return finish();
  }
  if (!to_ && !entry->peer)
    return drop(errc::destination_required, "no destination and not connected");
  if (to_ && to_->address.family != family_)
    return drop(errc::unsupported_family, "the destination is of the other address family");
  if (!entry->handle) return open();
  core_.select(
      *entry->handle, [this] { send_connected(); },
      [this] {
        core_.break_socket(id_, fail(errc::link_down, "the modem lost this socket"));
        finish();
      });
}

void datagram_job::socket_gone(const failure&) {
  gone_ = true;
  if (!asking_) return;
  answered();
  finish();
}

void datagram_job::open() {
  core_.open_socket(id_, [this](const status& how) {
    if (!how) return drop(how.error().code, how.error().detail);
    send_connected();
  });
}

/// The socket may have been made anew since it was connected.
void datagram_job::send_connected() {
  if (gone_) return finish();
  const auto* entry = core_.table.find(id_);
  if (entry->peer && !entry->connected) return reconnect();
  tell();
}

void datagram_job::reconnect() {
  const auto* entry = core_.table.find(id_);
  const std::string host = to_string(entry->peer->address);
  dialect::fields values;
  values.host = host;
  values.port = entry->peer->port;
  core_.run(intent::connect, values, [this](const at::reply& reply) {
    if (gone_) return finish();
    if (!reply.ok())
      return drop(errc::modem_error, "the modem refused to connect the socket again");
    if (auto* socket = core_.table.find(id_)) socket->connected = true;
    tell();
  });
}

void datagram_job::tell() {
  tell_hint(core_, id_, hint_, [this] { send(); });
}

void datagram_job::send() {
  if (gone_) return finish();
  const auto mode = whole_mode(*core_.spoken, payload(), cost_at(core_.rate));
  if (mode == send_mode::string)
    return send_text(to_ ? intent::send_string_to : intent::send_string, payload());
  if (mode == send_mode::hex)
    return send_text(to_ ? intent::send_hex_to : intent::send_hex, to_hex(payload()));
  ends_in_guard_ = !mode;
  if (!ends_in_guard_) return enter_data_mode();
  // The modem withholds a trailing '+' until its inactivity limit has passed: make that short.
  set_limit(core_.facts.data_limit_min_ms, [this] { enter_data_mode(); });
}

void datagram_job::send_text(intent how, std::string_view text) {
  const std::string host = to_ ? to_string(to_->address) : std::string();
  dialect::fields values;
  values.text = text;
  values.payload = payload();
  values.host = host;
  values.port = to_ ? to_->port : 0;
  core_.run(how, values, [this, how](const at::reply& reply) {
    if (gone_) return finish();
    const auto taken = printed_number(reply, dialect::find(*core_.spoken, how));
    if (reply.ok() && taken == static_cast<long>(bytes_.size())) return sent();
    refused(reply, how);
  });
}

void datagram_job::enter_data_mode() {
  const std::string host = to_ ? to_string(to_->address) : std::string();
  dialect::fields values;
  values.host = host;
  values.port = to_ ? to_->port : 0;
  values.length = bytes_.size();
  const auto how = to_ ? intent::send_datagram_to : intent::send_stream;
  core_.run(how, values, [this, how](const at::reply& reply) {
    if (!reply.ok()) {
      if (gone_) return finish();
      return refused(reply, how);
    }
    write_data();
  });
}

void datagram_job::write_data() {
  const auto held_back = ends_in_guard_ ? std::chrono::milliseconds(core_.facts.data_limit_min_ms) +
                                              modem_limits::data_limit_margin
                                        : std::chrono::milliseconds(0);
  core_.send_payload(bytes_, held_back, [this](const at::reply& over) { data_mode_over(over); });
}

void datagram_job::set_limit(long ms, std::function<void()> next) {
  dialect::fields values;
  values.ms = ms;
  core_.run(intent::set_data_limit, values, [next = std::move(next)](const at::reply&) { next(); });
}

void datagram_job::data_mode_over(const at::reply& reply) {
  const int result = reply.code.value_or(-1);
  const auto report = [this, result] {
    if (gone_) return finish();
    if (result != 0)
      return drop(errc::modem_error, "data mode ended with " + std::to_string(result));
    sent();
  };
  if (!ends_in_guard_) return report();
  set_limit(std::max<long>(modem_limits::data_limit.count(), core_.facts.data_limit_min_ms),
            report);
}

/// A bare ERROR of a send-to may mean that the modem kept the address and will use it for the next
/// datagram of a connected socket; only a fresh socket is sure (docs/at_dialects.md §8.4).
void datagram_job::refused(const at::reply& reply, intent how) {
  const bool address_may_stick = to_ && !printed_number(reply, dialect::find(*core_.spoken, how));
  core_.ask_why(id_, errc::modem_error, "the modem refused the datagram",
                [this, address_may_stick](const failure& why) {
                  if (gone_) return finish();
                  if (why.code == errc::pdn_down) {
                    core_.break_socket(id_, why);
                    return finish();
                  }
                  auto* entry = core_.table.find(id_);
                  if (!address_may_stick || entry == nullptr || !entry->handle)
                    return drop(why.code, why.detail);
                  const auto handle = *entry->handle;
                  core_.close_handle(handle, [this, why] {
                    auto* socket = core_.table.find(id_);
                    if (socket != nullptr) socket->forget_modem_side();
                    core_.count_handles();
                    if (socket != nullptr && socket->bound) return reopen(why);
                    drop(why.code, why.detail);
                  });
                });
}

/// Who bound a port wants to hear on it, not only from the next send on.
void datagram_job::reopen(const failure& dropped) {
  core_.open_socket(id_, [this, dropped](const status& how) {
    if (how) return drop(dropped.code, dropped.detail);
    core_.break_socket(id_, how.error());
    finish();
  });
}

void datagram_job::drop(errc cause, const std::string& detail) {
  core_.emit(outcome::datagram_dropped{id_, fail(cause, detail)});
  finish();
}

void datagram_job::sent() {
  core_.payload_moved();
  core_.emit(outcome::chunk_sent{id_, bytes_.size()});
  finish();
}

void datagram_job::abandon(const failure& why) {
  if (!asking_ && !gone_) core_.emit(outcome::datagram_dropped{id_, why});
  finish();
}

}  // namespace cellsock
