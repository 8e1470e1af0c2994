// SPDX-License-Identifier: Apache-2.0
#include "client_lib/end_reason.hpp"

#include <cerrno>

#include "client_lib/control_calls.hpp"
#include "client_lib/errno_table.hpp"
#include "client_lib/identity.hpp"
#include "client_lib/limits.hpp"
#include "client_lib/process.hpp"

namespace cellsock::client {
namespace {

struct verdict {
  int error = 0;
  bool final = true;
};

/// The daemon that answers does not know the socket: it forgot, or it is another run, and what the
/// socket was connected through ended with the old one.
verdict forgotten(const socket_entry& entry) {
  auto& self = process();
  auto connection = self.pool.take(self.waits);
  if (!connection) return {ENETDOWN};
  const auto born_in = entry.daemon_instance.load();
  const bool other_run = born_in != 0 && born_in != (*connection)->daemon_instance();
  return {other_run ? ENETDOWN : ECONNRESET};
}

verdict ask_reason(const held_socket& socket) {
  wire::Request request;
  request.mutable_reason()->set_cookie(socket.entry->cookie);
  auto reply = ask_about(watch(socket), request, {deadline::after(limits::reason_max)});
  if (reply) return {errno_of(reply->reply.reason().reason().code())};
  const auto& why = reply.why();
  switch (why.who) {
    case failed_by::daemon:
      if (why.code == wire::ERROR_CODE_BAD_SOCKET) return forgotten(*socket.entry);
      return {why.error, false};
    case failed_by::absence:
    case failed_by::transport: return {ENETDOWN};
    default: return {ENETDOWN, false};  // a slow daemon, no descriptors: ask again next time
  }
}

}  // namespace

int end_of(const held_socket& socket) {
  auto& entry = *socket.entry;
  if (const int known = entry.abnormal_end.load(); known != 0) return known;
  const auto [error, final] = ask_reason(socket);
  if (final) entry.abnormal_end = error;
  return error;
}

}  // namespace cellsock::client
