// SPDX-License-Identifier: Apache-2.0
#include "actors/host/host_options.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>

#include "actors/host/host_error.hpp"

namespace cellsock::host {
namespace {

struct place {
  int level = -1;
  int name = 0;
};
constexpr place none{};

struct row {
  socket_option ours;
  place v4, v6;
  bool settable = true;
};

constexpr row both(socket_option ours, int level, int name) {
  return {ours, {level, name}, {level, name}};
}

using o = socket_option;
constexpr std::array rows{
    both(o::reuse_address, SOL_SOCKET, SO_REUSEADDR),
    both(o::reuse_port, SOL_SOCKET, SO_REUSEPORT),
    both(o::broadcast, SOL_SOCKET, SO_BROADCAST),
    both(o::priority, SOL_SOCKET, SO_PRIORITY),
    both(o::keep_alive, SOL_SOCKET, SO_KEEPALIVE),
    both(o::keep_alive_idle_s, IPPROTO_TCP, TCP_KEEPIDLE),
    both(o::keep_alive_interval_s, IPPROTO_TCP, TCP_KEEPINTVL),
    both(o::keep_alive_count, IPPROTO_TCP, TCP_KEEPCNT),
    both(o::no_delay, IPPROTO_TCP, TCP_NODELAY),
    row{o::type_of_service, {IPPROTO_IP, IP_TOS}, {IPPROTO_IP, IP_TOS}},
    row{o::time_to_live, {IPPROTO_IP, IP_TTL}, {IPPROTO_IP, IP_TTL}},
    row{o::dont_fragment, none, {IPPROTO_IPV6, IPV6_DONTFRAG}},
    row{o::mtu, {IPPROTO_IP, IP_MTU}, {IPPROTO_IPV6, IPV6_MTU}, false},
    row{o::v6_only, none, {IPPROTO_IPV6, IPV6_V6ONLY}},
    row{o::hop_limit, none, {IPPROTO_IPV6, IPV6_UNICAST_HOPS}},
    row{o::traffic_class, none, {IPPROTO_IPV6, IPV6_TCLASS}},
};

const row* find(socket_option name) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const row& r) { return r.ours == name; });
  return found == rows.end() ? nullptr : &*found;
}

/// A positive SO_LINGER would have close() block the loop: that a close resets is all that the
/// kernel is told, the waiting is the socket actor's.
status set_linger(int fd, std::int64_t seconds) {
  const linger wanted{seconds == 0 ? 1 : 0, 0};
  if (::setsockopt(fd, SOL_SOCKET, SO_LINGER, &wanted, sizeof wanted) != 0)
    return failure_of_errno(errno, "option");
  return done{};
}

}  // namespace

status set_option(int fd, ip_family family, socket_option name, std::int64_t value) {
  if (name == socket_option::linger_s) return set_linger(fd, value);
  const auto* known = find(name);
  const auto where = known == nullptr ? none : family == ip_family::v4 ? known->v4 : known->v6;
  if (where.level < 0 || !known->settable) return fail(errc::unknown_option);
  if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max())
    return fail(errc::invalid_argument, "option out of range");
  const int number = static_cast<int>(value);
  if (::setsockopt(fd, where.level, where.name, &number, sizeof number) != 0)
    return failure_of_errno(errno, "option");
  return done{};
}

result<std::int64_t> get_option(int fd, ip_family family, socket_option name) {
  const auto* known = find(name);
  const auto where = known == nullptr ? none : family == ip_family::v4 ? known->v4 : known->v6;
  if (where.level < 0) return fail(errc::unknown_option);
  int number = 0;
  socklen_t size = sizeof number;
  if (::getsockopt(fd, where.level, where.name, &number, &size) != 0)
    return failure_of_errno(errno, "option");
  return std::int64_t{number};
}

}  // namespace cellsock::host
