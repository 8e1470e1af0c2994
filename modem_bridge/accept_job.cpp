// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/accept_job.hpp"

#include "modem_bridge/reply_fields.hpp"

namespace cellsock {

using dialect::intent;

void accept_job::start() {
  const auto* listener = core_.table.find(listener_);
  if (listener == nullptr || !listener->handle || !listener->listening)
    return report(fail(errc::invalid_argument, "accept: the socket does not listen"));
  // Asked with a full table the modem would throw the connection away.
  if (core_.table.handles_used() >= core_.link.handles_max)
    return report(fail(errc::no_handle, "all " + std::to_string(core_.link.handles_max) +
                                            " sockets of the modem are in use"));
  core_.select(
      *listener->handle,
      [this] {
        core_.run(intent::accept, {}, [this](const at::reply& reply) { answered(reply); });
      },
      [this] { report(fail(errc::modem_error, "the modem does not know this listener")); });
}

void accept_job::answered(const at::reply& reply) {
  if (!reply.ok()) return report(gone_ ? *gone_ : fail(errc::would_block, "none waits"));
  const auto came = accepted_connection(reply);
  if (!came) return report(came.error());
  core_.selected.reset();
  auto* child = core_.table.find(child_);
  const auto local = core_.local_of(listener_);
  if (gone_ || child == nullptr || child->closing || !local) {
    core_.table.orphan(came->handle);
    core_.count_handles();
    return report(gone_ ? *gone_ : fail(errc::bad_socket, "the socket was closed meanwhile"));
  }
  core_.take_handle(*child, came->handle);
  child->bound = local->port;
  child->connected = true;
  child->peer = came->peer;
  core_.payload_moved();
  core_.emit(outcome::accepted{ticket_, child_, came->peer, *local});
  finish();
}

void accept_job::report(const failure& why) {
  core_.emit(outcome::failed{ticket_, why});
  finish();
}

}  // namespace cellsock
