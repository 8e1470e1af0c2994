// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/connect_job.hpp"

#include <algorithm>

#include "modem_bridge/modem_limits.hpp"

namespace cellsock {

using dialect::intent;

std::chrono::seconds connect_limit(std::chrono::milliseconds timeout) {
  return std::clamp<std::chrono::seconds>(std::chrono::ceil<std::chrono::seconds>(timeout),
                                          modem_limits::connect_timeout_min,
                                          modem_limits::connect_timeout_max);
}

errc connect_failure(std::chrono::nanoseconds after, std::chrono::seconds limit) {
  using namespace std::chrono_literals;
  // The modem says ERROR for both; a refusal comes early, its own timeout at the limit. (With a
  // limit of one second the border is at half of it.)
  const std::chrono::nanoseconds border =
      std::max<std::chrono::nanoseconds>(limit - 1s, std::chrono::nanoseconds(limit) / 2);
  return after < border ? errc::connection_refused : errc::timed_out;
}

connect_job::connect_job(engine_core& core, ticket t, socket_id id, const endpoint& peer,
                         std::chrono::milliseconds timeout)
    : job(id), core_(core), ticket_(t), id_(id), peer_(peer), limit_(connect_limit(timeout)) {}

bool connect_job::needs_handle() const {
  const auto* entry = std::as_const(core_.table).find(id_);
  return entry != nullptr && !entry->handle;
}

void connect_job::start() {
  const auto* entry = core_.table.find(id_);
  if (entry == nullptr) return report(fail(errc::bad_socket, "the socket was closed meanwhile"));
  if (auto why = core_.not_ready(*entry)) return report(*why);
  if (entry->handle) {
    return core_.select(
        *entry->handle, [this] { limit_connect(); },
        [this] { give_up(fail(errc::modem_error, "the modem does not know this socket")); });
  }
  core_.open_socket(id_, [this](const status& how) {
    if (!how) return report(how.error());
    limit_connect();
  });
}

/// A connect to a black hole holds the modem for everybody as long as option 21 says. Datagram
/// sockets connect at once: they need no limit.
void connect_job::limit_connect() {
  if (lost()) return;
  const auto* entry = core_.table.find(id_);
  if (entry == nullptr || entry->kind == transport::datagram ||
      limit_ == modem_limits::send_timeout_data)
    return do_connect();
  dialect::fields values;
  values.seconds = limit_.count();
  core_.run(intent::set_send_timeout, values, [this](const at::reply& reply) {
    if (lost()) return;
    if (!reply.ok()) {
      return give_up(fail(errc::modem_error, "the modem refused the connect timeout"));
    }
    do_connect();
  });
}

void connect_job::do_connect() {
  const std::string host = to_string(peer_.address);
  dialect::fields values;
  values.host = host;
  values.port = peer_.port;
  core_.run(
      intent::connect, values, [this](const at::reply& reply) { connected(reply); }, limit_);
}

void connect_job::connected(const at::reply& reply) {
  if (lost()) return;
  if (reply.ok()) return restore_limit();
  const auto* entry = std::as_const(core_.table).find(id_);
  if (entry != nullptr && !core_.facts.at(entry->context).active)
    return give_up(fail(errc::pdn_down, "the packet data network went away"));
  const errc cause = connect_failure(reply.at - reply.on_wire, limit_);
  give_up(fail(cause, cause == errc::timed_out
                          ? "no answer from " + to_string(peer_) + " within " +
                                std::to_string(limit_.count()) + " s"
                          : to_string(peer_) + " refused the connection (or is out of reach)"));
}

/// A chunk that runs into a short send timeout is lost without notice, so data needs the long one.
void connect_job::restore_limit() {
  const auto* entry = core_.table.find(id_);
  const auto done = [this] {
    auto* socket = core_.table.find(id_);
    if (socket == nullptr) return report(fail(errc::bad_socket, "the socket was closed meanwhile"));
    socket->connected = true;
    socket->connecting = false;
    socket->peer = peer_;
    core_.payload_moved();
    core_.emit(outcome::connected{ticket_, id_});
    finish();
  };
  if (entry == nullptr || entry->kind == transport::datagram ||
      limit_ == modem_limits::send_timeout_data)
    return done();
  dialect::fields values;
  values.seconds = modem_limits::send_timeout_data.count();
  core_.run(intent::set_send_timeout, values, [this, done](const at::reply& reply) {
    if (lost()) return;
    if (!reply.ok()) {
      return give_up(fail(errc::modem_error, "the modem refused its own send timeout"));
    }
    done();
  });
}

bool connect_job::lost() {
  if (!gone_) return false;
  report(*gone_);
  return true;
}

void connect_job::give_up(const failure& why) {
  auto* entry = core_.table.find(id_);
  if (entry == nullptr || !entry->handle || entry->kind == transport::datagram) return report(why);
  const auto handle = *entry->handle;
  core_.close_handle(handle, [this, why] {
    if (auto* socket = core_.table.find(id_)) socket->forget_modem_side();
    core_.count_handles();
    report(gone_ ? *gone_ : why);
  });
}

void connect_job::report(const failure& why) {
  if (auto* entry = core_.table.find(id_)) entry->connecting = false;
  core_.emit(outcome::failed{ticket_, why});
  finish();
}

void connect_job::abandon(const failure& why) {
  // The handle may still be open in the modem: closed when the channel works again.
  if (auto* entry = core_.table.find(id_); entry != nullptr && entry->handle && !entry->connected) {
    core_.table.orphan(*entry->handle);
    entry->forget_modem_side();
    core_.count_handles();
  }
  report(why);
}

}  // namespace cellsock
