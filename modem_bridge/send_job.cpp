// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/send_job.hpp"

#include <algorithm>

#include "modem_bridge/modem_limits.hpp"
#include "modem_bridge/reply_fields.hpp"

namespace cellsock {

using dialect::intent;

send_job::send_job(engine_core& core, socket_id id) : job(id), core_(core), id_(id) {}

void send_job::start() {
  asking_ = true;
  auto* entry = core_.table.find(id_);
  if (entry != nullptr && !entry->kept.empty()) return take(std::exchange(entry->kept, {}));
  core_.emit(outcome::want_chunk{id_, core_.turn.bytes_max});
  core_.pause(modem_limits::chunk_answer_max, [this] {
    if (auto* socket = core_.table.find(id_)) socket->offered = 0;
    finish();
  });
}

void send_job::take(std::vector<std::byte> bytes) {
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
  pieces_ = segment(*core_.spoken, as_text(bytes_), cost_at(core_.config.baud));
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
  const auto& piece = pieces_[next_];
  const auto payload = as_text(bytes_).substr(piece.at, piece.bytes);
  if (piece.mode == send_mode::string) return send_string(payload);
  send_data(payload);
}

void send_job::send_string(std::string_view payload) {
  dialect::fields values;
  values.text = payload;
  core_.run(intent::send_string, values, [this, wanted = payload.size()](const at::reply& reply) {
    if (gone_) return finish();
    const auto sent = printed_count(reply, "#XSEND:");
    if (reply.ok() && sent == static_cast<long>(wanted)) return piece_sent();
    core_.selected.reset();
    fail_stream(errc::connection_reset, "the modem took " + std::to_string(sent.value_or(0)) +
                                            " of " + std::to_string(wanted) + " bytes");
  });
}

void send_job::send_data(std::string_view payload) {
  core_.run(intent::send_stream, {}, [this, payload](const at::reply& reply) {
    if (!reply.ok()) {
      if (gone_) return finish();
      core_.selected.reset();
      return fail_stream(errc::connection_reset, "the modem refuses data for this socket");
    }
    // In data mode now: it must be left whatever became of the socket meanwhile.
    core_.write_payload(std::as_bytes(std::span(payload)), true);
    core_.await_data_mode_end([this](const at::reply& over) { data_mode_over(over); });
  });
}

void send_job::data_mode_over(const at::reply& reply) {
  if (gone_) return finish();
  const int result = reply.code.value_or(-1);
  if (result != 0)
    return fail_stream(errc::connection_reset, "data mode ended with " + std::to_string(result));
  if (reply.at - reply.on_wire >= modem_limits::flush_suspect)
    return fail_stream(errc::chunk_lost,
                       "the modem needed its whole send timeout and may have dropped a chunk");
  piece_sent();
}

void send_job::piece_sent() {
  ++next_;
  next_piece();
}

void send_job::fail_stream(errc cause, const std::string& detail) {
  core_.ask_why(cause, detail, [this](const failure& why) {
    if (!gone_) core_.break_socket(id_, why);
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
