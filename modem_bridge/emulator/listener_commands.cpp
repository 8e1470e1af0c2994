// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "modem_bridge/emulator/commands.hpp"
#include "modem_bridge/emulator/transfer.hpp"

namespace cellsock::emulator {
namespace {

using form = command::form;

verdict bind_verb(board& b, const command& c) {
  const auto port = c.number(0, 0, 65535);
  modem_socket* socket = b.sockets.current();
  // Always to the default context's address of the socket's family, which must exist.
  if (!c.is_set() || !port || !socket || !b.radio.reaches(0, socket->ip())) return verdict::error;
  return run_bind(b, *socket, *port);
}

verdict listen_verb(board& b, const command& c) {
  modem_socket* socket = b.sockets.current();
  if (!c.is_set() || !socket || socket->role != 1) return verdict::error;
  if (!b.stack.listen(socket->id)) return verdict::error;
  b.log.add(b.now, "listening", socket->handle);
  return verdict::ok;
}

verdict try_accept(board& b, int handle) {
  modem_socket* socket = b.sockets.find(handle);
  if (!socket) return verdict::error;
  if ((b.stack.poll(socket->id, b.now) & ready::abnormal) != 0) return verdict::error;
  const int descriptor = b.sockets.free_handle();
  auto next = b.stack.accept(socket->id);
  if (!next) return verdict::blocked;
  if (descriptor < 0) {
    b.stack.close(next->socket, true, b.now);
    return verdict::error;
  }
  // A second accept replaces the first connection and loses its descriptor for good.
  if (socket->peer) b.sockets.leak_handle(socket->peer_handle);
  socket->peer = next->socket;
  socket->peer_handle = descriptor;
  b.say("#XACCEPT: " + numbers({descriptor}) + ",\"" + to_string(next->peer.address) + "\"");
  b.log.add(b.now, "accepted", socket->handle, 0, to_string(next->peer));
  return verdict::ok;
}

verdict accept_verb(board& b, const command& c) {
  modem_socket* socket = b.sockets.current();
  if (!socket || socket->role != 1) return verdict::error;
  if (c.shape == form::read) {
    b.say("#XTCPACCEPT: " + numbers({socket->peer ? socket->peer_handle : 0}));
    return verdict::ok;
  }
  const auto timeout = c.number(0);
  // Both would poll the listener, and only one may.
  if (!c.is_set() || !timeout || b.watch.running()) return verdict::error;
  const int handle = socket->handle;
  const verdict first = try_accept(b, handle);
  if (first != verdict::blocked) return first;
  // Before this version of the modem library an accept without a time limit did not wait.
  if (*timeout <= 0 && b.library_older_than(2, 6, 0)) return verdict::error;
  std::optional<time_point> deadline;
  if (*timeout > 0) deadline = b.now + std::chrono::seconds(*timeout);
  return b.wait(deadline, [&b, handle, deadline] {
    const verdict next = try_accept(b, handle);
    return next == verdict::blocked && deadline && b.now >= *deadline ? verdict::error : next;
  });
}

constexpr std::array verbs{
    verb{"XBIND", bind_verb, in::slm},
    verb{"XLISTEN", listen_verb, in::slm},
    verb{"XACCEPT", accept_verb, in::slm},
};

}  // namespace

std::span<const verb> listener_verbs() {
  return verbs;
}

}  // namespace cellsock::emulator
