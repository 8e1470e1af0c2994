// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/receive_job.hpp"

#include "modem_bridge/at/args.hpp"
#include "modem_bridge/modem_limits.hpp"

namespace cellsock {

using dialect::intent;

namespace {

/// `#XRECVFROM: <n>,"<address>",<port>`; the port is missing on old firmware.
std::optional<endpoint> sender(const at::reply& reply) {
  for (const auto& line : reply.lines)
    if (const auto rest = at::after_prefix(line, "#XRECVFROM:")) {
      at::args fields(*rest);
      fields.skip();
      const auto text = fields.quoted();
      const auto port = fields.optional_integer(0, 65535);
      if (!text) return std::nullopt;
      const auto address = parse_address(*text);
      if (!address) return std::nullopt;
      const auto number = port && *port ? **port : 0;
      return endpoint{*address, static_cast<std::uint16_t>(number)};
    }
  return std::nullopt;
}

}  // namespace

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
        const auto what =
            socket->kind == transport::stream ? intent::receive : intent::receive_from;
        core_.run(what, {}, [this](const at::reply& reply) { replied(reply); });
      },
      [this] { over(errc::connection_reset, "the modem lost this socket"); });
}

void receive_job::replied(const at::reply& reply) {
  if (reply.repaired) ++core_.link.uart.receives_repaired;
  auto* entry = core_.table.find(id_);
  if (gone_ || entry == nullptr) return finish();
  if (reply.ok() && reply.payload) return got(*entry, reply);
  if (reply.ok()) return got_nothing(*entry, reply);
  core_.selected.reset();
  if (entry->hung_up) return over(errc::connection_reset, "the connection broke");
  found_nothing(*entry);
}

void receive_job::got(modem_socket& entry, const at::reply& reply) {
  core_.turn.payload = reply.payload->size();
  entry.false_alarms = 0;
  entry.needs_arming = false;
  // A notice that came during this read either announces what is left, or is about what was just
  // taken: worth a read, but no alarm if that finds nothing. The read itself armed the next notice.
  const bool full = reply.payload->size() >= core_.spoken->receive_bytes_max;
  if (full || entry.news != readable::no) entry.news = readable::guess;
  outcome::received told{id_, *reply.payload, {}};
  if (entry.kind == transport::datagram) told.from = sender(reply);
  core_.emit(std::move(told));
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
  if (why_ == readable::told || entry.needs_arming) {
    entry.needs_arming = false;
    return arm();
  }
  finish();
}

void receive_job::arm() {
  core_.run(intent::poll_start, {}, [this](const at::reply&) { finish(); });
}

void receive_job::over(errc cause, const std::string& detail) {
  core_.ask_why(cause, detail, [this](const failure& why) {
    if (!gone_) core_.break_socket(id_, why);
    finish();
  });
}

void receive_job::abandon(const failure& why) {
  if (gone_) return finish();
  auto* entry = core_.table.find(id_);
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
