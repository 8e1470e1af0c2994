// SPDX-License-Identifier: Apache-2.0
#include "client_lib/credential_session.hpp"

#include <fcntl.h>
#include <poll.h>

#include <cerrno>
#include <memory>

#include "client_lib/control_calls.hpp"
#include "client_lib/limits.hpp"
#include "client_lib/owned_descriptor.hpp"
#include "client_lib/process.hpp"

namespace cellsock::client {
namespace {

/// The daemon that has it is there, and the program has not closed it.
bool lives(const credential_session& session, std::uint64_t daemon_instance) {
  if (session.daemon_instance != daemon_instance || cookie_of(session.anchor) != session.cookie)
    return false;
  pollfd entry{session.anchor, POLLIN, 0};
  return ::poll(&entry, 1, 0) == 0;
}

}  // namespace

outcome<const credential_session*> open_credential_session() {
  auto& pool = process().pool;
  const std::lock_guard lock(pool.session_mutex);
  auto connection = pool.take(process().waits);
  if (!connection) return connection.why();
  const auto instance = (*connection)->daemon_instance();
  if (const auto* known = pool.session.load(); known != nullptr && lives(*known, instance))
    return known;

  wire::Request request;
  request.mutable_open_session();
  unique_fd anchor;
  auto reply = (*connection)->exchange(request, briefly(), -1, &anchor);
  if (!reply) return reply.why();
  if (!anchor || reply->session().session().empty())
    return failure{failed_by::transport, EPROTO, {}, "not our protocol: a session without anchor"};
  // Not one of the ledger's descriptors: a child of a fork keeps this one.
  const int high = ::fcntl(anchor.get(), F_DUPFD_CLOEXEC, limits::own_descriptor_min);
  const int number = high >= 0 ? high : anchor.release();
  auto made = std::make_unique<const credential_session>(
      credential_session{reply->session().session(), number, cookie_of(number), instance});
  // Connections of before are not in it, and are closed when they are next looked at.
  pool.session.store(made.get());
  return pool.sessions.emplace_back(std::move(made)).get();
}

}  // namespace cellsock::client
