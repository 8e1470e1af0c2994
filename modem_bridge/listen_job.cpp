// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/listen_job.hpp"

namespace cellsock {

using dialect::intent;

void listen_job::start() {
  const auto* entry = core_.table.find(id_);
  if (entry == nullptr) return report(fail(errc::bad_socket, "the socket was closed meanwhile"));
  if (!entry->handle || !entry->bound || entry->connected)
    return report(fail(errc::invalid_argument, "listen: a bound, unconnected stream is needed"));
  if (entry->listening) return done();
  const auto refused = [this] {
    core_.ask_why(id_, errc::modem_error, "the modem refuses to listen on this socket",
                  [this](const failure& why) { report(gone_ ? *gone_ : why); });
  };
  core_.select(
      *entry->handle,
      [this, refused] {
        core_.run(intent::listen, {}, [this, refused](const at::reply& reply) {
          if (lost()) return;
          if (!reply.ok()) return refused();
          ask_for_notices();
        });
      },
      refused);
}

/// Data that comes by itself has no notices; a connection comes with nothing else.
void listen_job::ask_for_notices() {
  core_.run(intent::notice_again, {}, [this](const at::reply& reply) {
    if (lost()) return;
    if (!reply.ok())
      return report(fail(errc::modem_error, "the modem refuses to tell of connections"));
    done();
  });
}

void listen_job::done() {
  auto* entry = core_.table.find(id_);
  const auto local = core_.local_of(id_);
  if (entry == nullptr || !local)
    return report(fail(errc::pdn_down, "the packet data network went away"));
  entry->listening = true;
  core_.emit(outcome::listening{ticket_, id_, *local});
  finish();
}

bool listen_job::lost() {
  if (!gone_) return false;
  report(*gone_);
  return true;
}

void listen_job::report(const failure& why) {
  core_.emit(outcome::failed{ticket_, why});
  finish();
}

}  // namespace cellsock
