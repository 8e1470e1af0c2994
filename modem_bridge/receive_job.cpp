// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/receive_job.hpp"

#include "modem_bridge/modem_limits.hpp"
#include "modem_bridge/reply_fields.hpp"

namespace cellsock {

using dialect::intent;

receive_job::receive_job(engine_core& core, socket_id id) : job(id), core_(core), id_(id) {}

void receive_job::start() {
  auto* entry = core_.table.find(id_);
  if (entry == nullptr || !entry->handle) return finish();
  core_.select(
      *entry->handle,
      [this] {
        auto* socket = core_.table.find(id_);
        if (gone_ || socket == nullptr) return finish();
        // A notice that comes from here on is about what this read leaves behind.
        why_ = std::exchange(socket->news, readable::no);
        core_.run(verb(*socket), {}, [this](const at::reply& reply) { replied(reply); });
      },
      [this] { over(errc::connection_reset, "the modem lost this socket"); });
}

intent receive_job::verb(const modem_socket& entry) {
  return entry.kind == transport::stream ? intent::receive : intent::receive_from;
}

void receive_job::replied(const at::reply& reply) {
  if (reply.repaired) ++core_.link.uart.receives_repaired;
  auto* entry = core_.table.find(id_);
  if (gone_ || entry == nullptr) return finish();
  if (reply.ok() && reply.payload) return got(*entry, reply);
  // What was pushed meanwhile and has no room yet comes before the end: asked again after it.
  if (!entry->held.empty()) return later(*entry);
  if (entry->send_failed) {
    core_.break_socket(id_, failure(*entry->send_failed));
    return finish();
  }
  if (reply.ok()) return got_nothing(*entry, reply);
  // An older modem library answers so at the end of a stream, too.
  const bool may_be_end = core_.end_hidden && entry->kind == transport::stream && !confirming_ &&
                          (entry->hung_up || why_ == readable::told);
  if (may_be_end) return confirm_end(*entry);
  if (entry->hung_up) return over(errc::connection_reset, "the connection broke");
  found_nothing(*entry);
}

void receive_job::later(modem_socket& entry) {
  entry.news = readable::guess;
  finish();
}

/// A poll tells whether the peer has closed; a read that waits does report the end.
void receive_job::confirm_end(modem_socket& entry) {
  confirming_ = true;
  core_.poll({*entry.handle}, [this](const at::reply&) {
    auto* socket = core_.table.find(id_);
    if (gone_ || socket == nullptr) return finish();
    if (!socket->hung_up) return found_nothing(*socket);
    core_.select(
        *socket->handle,
        [this] {
          core_.run(intent::receive_wait, {}, [this](const at::reply& reply) { replied(reply); });
        },
        [this] { over(errc::connection_reset, "the modem lost this socket"); });
  });
}

void receive_job::got(modem_socket& entry, const at::reply& reply) {
  core_.turn.payload = reply.payload->size();
  entry.false_alarms = 0;
  entry.needs_arming = false;
  // A notice that came during this read either announces what is left, or is about what was just
  // taken: worth a read, but no alarm if that finds nothing. The read itself armed the next notice;
  // where there are none, one datagram more costs less than a poll.
  const bool full =
      reply.payload->size() >= core_.spoken->receive_bytes_max ||
      (core_.spoken->readiness == dialect::notices::asked && entry.kind == transport::datagram);
  if (full || entry.news != readable::no) entry.news = readable::guess;
  std::optional<endpoint> from;
  if (entry.kind == transport::datagram)
    from = printed_sender(reply, dialect::find(*core_.spoken, verb(entry)));
  core_.deliver(entry, *reply.payload, from);
  finish();
}

/// OK alone: the end of a stream, or an empty datagram.
void receive_job::got_nothing(modem_socket& entry, const at::reply&) {
  if (entry.kind == transport::stream) {
    entry.ended = true;
    core_.emit(outcome::peer_closed{id_});
    return finish();
  }
  if (entry.hung_up) return over(errc::connection_reset, "the modem's socket is dead");
  core_.emit(outcome::received{id_, {}, {}});
  // Nothing re-arms the modem's notice now: read on until it says there is no more, then arm it.
  entry.needs_arming = true;
  if (entry.news == readable::no) entry.news = readable::guess;
  finish();
}

/// ERROR on a socket that is not known to be dead: there was nothing.
void receive_job::found_nothing(modem_socket& entry) {
  if (why_ == readable::told && ++entry.false_alarms >= modem_limits::false_alarms_max)
    return over(errc::connection_reset, "the modem announces data and refuses to give it");
  // A notice answered by ERROR is not armed again by itself.
  if ((why_ == readable::told || entry.needs_arming) && core_.can(intent::notice_again)) {
    entry.needs_arming = false;
    return arm(entry);
  }
  finish();
}

void receive_job::arm(const modem_socket& entry) {
  dialect::fields values;
  values.handle = number(*entry.handle);
  core_.run(intent::notice_again, values, [this](const at::reply&) { finish(); });
}

void receive_job::over(errc cause, const std::string& detail) {
  core_.ask_why(id_, cause, detail, [this](const failure& why) {
    if (!gone_) core_.break_socket(id_, why);
    finish();
  });
}

void receive_job::abandon(const failure& why) {
  if (gone_) return finish();
  auto* entry = core_.table.find(id_);
  // Told when it is known whether the modem restarted.
  if (entry != nullptr && entry->hole) return finish();
  const bool stream = entry != nullptr && entry->kind == transport::stream;
  if (why.code == errc::stream_damaged || why.code == errc::timed_out) {
    const bool silent = why.code == errc::timed_out;
    if (!silent) ++core_.link.uart.receives_damaged;
    // A datagram may be lost; a stream may not have a hole. A modem that says nothing is a link
    // that is down, whatever it may have taken from its stack for us.
    if (stream)
      core_.break_socket(id_, fail(silent ? errc::link_down : why.code, why.detail));
    else if (entry != nullptr)
      entry->news = readable::guess;
  } else {
    core_.break_socket(id_, why);
  }
  finish();
}

}  // namespace cellsock
