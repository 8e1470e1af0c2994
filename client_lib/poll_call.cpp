// SPDX-License-Identifier: Apache-2.0
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <vector>

#include "client_lib/bsd_calls.hpp"
#include "client_lib/end_reason.hpp"
#include "client_lib/identity.hpp"
#include "client_lib/process.hpp"
#include "client_lib/shown_events.hpp"

namespace cellsock::client {
namespace {

constexpr short end_events = POLLRDHUP | POLLHUP | POLLERR;
constexpr short hung_up = POLLHUP | POLLERR;

/// The program's list as the kernel is asked: our streams also tell when the peer has finished.
struct poll_plan {
  std::vector<pollfd> asked;
  std::vector<std::shared_ptr<socket_entry>> ours;  // same order; null: not one of ours
};

poll_plan planned(std::span<const pollfd> fds) {
  poll_plan plan{{fds.begin(), fds.end()}, {}};
  plan.ours.reserve(fds.size());
  for (auto& entry : plan.asked) {
    entry.revents = 0;
    std::shared_ptr<socket_entry> known;
    // Foreign descriptors are none of our business, also when no daemon can say so.
    if (entry.fd >= 0)
      if (auto socket = find_socket(entry.fd)) known = socket->entry;
    if (known) entry.events = static_cast<short>(entry.events | POLLRDHUP);
    plan.ours.push_back(std::move(known));
  }
  return plan;
}

/// Whether this hung-up stream never stood. A connect that went on in the background is known to
/// have stood by room to send (poll_sockets remembers it) or by bytes that came.
bool never_stood(const held_socket& socket) {
  const auto& entry = *socket.entry;
  if (!entry.is_stream()) return false;
  if (entry.state == socket_state::failed) return true;
  int unread = 0;
  return entry.state == socket_state::connecting && end_of(socket) != 0 &&
         ::ioctl(socket.fd, FIONREAD, &unread) == 0 && unread == 0;
}

}  // namespace

short shown_events(const held_socket& socket, short wanted, short seen,
                   failed_connect_shows failed_connect) {
  if ((seen & end_events) == 0) {
    if ((seen & POLLOUT) != 0) note_standing(*socket.entry);
    return seen;
  }
  if (failed_connect == failed_connect_shows::error_alone && (seen & hung_up) != 0 &&
      never_stood(socket))
    return POLLERR;
  // A channel that the daemon closed has room, but the kernel says so only once it has thrown away
  // what was unread there: a moment after the hang-up.
  const int implied = POLLIN | POLLRDHUP | ((seen & hung_up) != 0 ? POLLOUT : 0);
  auto shown = static_cast<short>((seen & ~POLLRDHUP) | POLLHUP | (wanted & implied));
  auto& entry = *socket.entry;
  const bool known_orderly = (seen & hung_up) == 0 && entry.peer_finished;
  if (known_orderly) return shown;
  const int error = end_of(socket);
  if (error != 0) return static_cast<short>(shown | POLLERR);
  if ((seen & hung_up) == 0) entry.peer_finished = true;
  return shown;
}

int poll_sockets(std::span<pollfd> fds, int timeout_ms, failed_connect_shows failed_connect) {
  const auto until =
      timeout_ms < 0 ? deadline::never() : deadline::after(std::chrono::milliseconds(timeout_ms));
  auto plan = planned(fds);
  const auto end = process().waits.poll(plan.asked, until);
  if (end.ready < 0) return -errno;
  int count = 0;
  for (std::size_t i = 0; i < fds.size(); ++i) {
    const auto& seen = plan.asked[i];
    short shown = seen.revents;
    if (std::find(end.closed.begin(), end.closed.end(), seen.fd) != end.closed.end())
      shown = POLLNVAL;
    else if (plan.ours[i])
      shown = shown_events({seen.fd, plan.ours[i]}, fds[i].events, shown, failed_connect);
    fds[i].revents = shown;
    if (shown != 0) ++count;
  }
  return count;
}

}  // namespace cellsock::client
