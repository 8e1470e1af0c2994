// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/send_job.hpp"

#include <algorithm>

#include "modem_bridge/at/args.hpp"
#include "modem_bridge/hint_job.hpp"
#include "modem_bridge/modem_limits.hpp"
#include "modem_bridge/reply_fields.hpp"

namespace cellsock {

using dialect::intent;

send_job::send_job(engine_core& core, socket_id id) : job(id), core_(core), id_(id) {}

void send_job::start() {
  asking_ = true;
  auto* entry = core_.table.find(id_);
  if (entry != nullptr && !entry->kept.empty())
    return take(std::exchange(entry->kept, {}), std::exchange(entry->kept_hint, rai_hint::none));
  core_.emit(outcome::want_chunk{id_, core_.turn.bytes_max});
  core_.pause(modem_limits::chunk_answer_max, [this] {
    if (auto* socket = core_.table.find(id_)) socket->offered = 0;
    finish();
  });
}

void send_job::take(std::vector<std::byte> bytes, rai_hint hint) {
  if (!asking_) return;
  asking_ = false;
  core_.pause_until.reset();
  core_.on_pause = nullptr;
  auto* entry = core_.table.find(id_);
  if (entry == nullptr || !entry->handle || gone_) return finish();
  if (bytes.empty()) {
    entry->offered = 0;
    return finish();
  }
  entry->offered -= std::min(entry->offered, bytes.size());
  core_.turn.payload = bytes.size();
  bytes_ = std::move(bytes);
  pieces_ = segment(*core_.spoken, as_text(bytes_), cost_at(core_.rate));
  hint_ = hint;
  core_.select(
      *entry->handle, [this] { next_piece(); },
      [this] { fail_stream(errc::connection_reset, "the modem lost this socket"); });
}

void send_job::socket_gone(const failure&) {
  gone_ = true;
  if (!asking_) return;
  asking_ = false;
  core_.pause_until.reset();
  core_.on_pause = nullptr;
  finish();
}

void send_job::next_piece() {
  if (gone_) return finish();
  if (next_ == pieces_.size()) {
    core_.emit(outcome::chunk_sent{id_, bytes_.size()});
    return finish();
  }
  // A hint that ends something is about the last packet, any other about the first.
  const bool due = !row_of(hint_).releases || next_ + 1 == pieces_.size();
  tell_hint(core_, id_, due ? std::exchange(hint_, rai_hint::none) : rai_hint::none,
            [this] { send_piece(); });
}

void send_job::send_piece() {
  if (gone_) return finish();
  const auto& piece = pieces_[next_];
  const auto payload = as_text(bytes_).substr(piece.at, piece.bytes);
  switch (piece.mode) {
    case send_mode::string: return send_text(intent::send_string, payload, payload);
    case send_mode::hex: return send_text(intent::send_hex, to_hex(payload), payload);
    case send_mode::data: return send_data(payload);
  }
}

void send_job::send_text(intent how, std::string_view text, std::string_view payload) {
  dialect::fields values;
  values.text = text;
  values.payload = payload;
  core_.run(how, values, [this, how, wanted = payload.size()](const at::reply& reply) {
    if (gone_) return finish();
    const auto sent = printed_number(reply, dialect::find(*core_.spoken, how));
    if (reply.ok() && sent == static_cast<long>(wanted)) return piece_sent();
    fail_stream(errc::connection_reset, "the modem took " + std::to_string(sent.value_or(0)) +
                                            " of " + std::to_string(wanted) + " bytes");
  });
}

void send_job::send_data(std::string_view payload) {
  dialect::fields values;
  values.length = payload.size();
  core_.run(intent::send_stream, values, [this, payload](const at::reply& reply) {
    if (!reply.ok()) {
      if (gone_) return finish();
      return fail_stream(errc::connection_reset, "the modem refuses data for this socket");
    }
    // In data mode now: it must be left whatever became of the socket meanwhile.
    began_ = core_.now();
    core_.send_payload(std::as_bytes(std::span(payload)), {},
                       [this](const at::reply& over) { data_mode_over(over); });
  });
}

void send_job::data_mode_over(const at::reply& reply) {
  if (gone_) return finish();
  const int result = reply.code.value_or(-1);
  if (result != 0) {
    // Also a peer that closed ends a data mode so; what it sent before is still there.
    drains_ = true;
    return fail_stream(errc::connection_reset, "data mode ended with " + std::to_string(result));
  }
  // Of several flushes an earlier one may have been the slow one: all of them count together.
  const auto flushing = reply.at - began_ - core_.channel.line_time(pieces_[next_].bytes);
  const bool silent = core_.spoken->failure_kind == dialect::data_failure::silent;
  if (silent && flushing >= modem_limits::flush_suspect)
    return fail_stream(errc::chunk_lost,
                       "the modem needed its whole send timeout and may have dropped a chunk");
  if (core_.spoken->verify_sent) return verify();
  piece_sent();
}

/// The modem drops what a dead socket cannot send without a word.
void send_job::verify() {
  const auto* entry = core_.table.find(id_);
  core_.poll({*entry->handle}, [this, handle = *entry->handle](const at::reply& reply) {
    if (gone_) return finish();
    const auto prefix = dialect::find(*core_.spoken, intent::poll_ask).prefix;
    bool dead = !reply.ok();
    for (const auto& line : reply.lines)
      if (const auto rest = at::after_prefix(line, prefix))
        if (const auto news = read_polled(*rest); news && news->handle == handle)
          dead = dead || (news->events & (event_error | event_invalid)) != 0;
    if (dead)
      return fail_stream(errc::connection_reset, "the connection broke while it was sending");
    piece_sent();
  });
}

void send_job::piece_sent() {
  core_.payload_moved();
  ++next_;
  next_piece();
}

void send_job::fail_stream(errc cause, const std::string& detail) {
  core_.ask_why(id_, cause, detail, [this](const failure& why) {
    if (gone_) return finish();
    auto* entry = core_.table.find(id_);
    if (drains_ && entry != nullptr && entry->wanted && why.code == errc::connection_reset) {
      entry->send_failed = why;
      entry->hung_up = true;
      return finish();
    }
    core_.break_socket(id_, why);
    finish();
  });
}

void send_job::abandon(const failure& why) {
  if (!asking_ && !gone_) {
    // How much of the chunk went out is unknown.
    core_.break_socket(id_, why.code == errc::timed_out
                                ? fail(errc::chunk_lost, "the modem did not answer a send")
                                : why);
  }
  finish();
}

}  // namespace cellsock
