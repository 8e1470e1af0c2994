// SPDX-License-Identifier: Apache-2.0
#include "client_lib/dial.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "client_lib/limits.hpp"

namespace cellsock::client {
namespace {

failure explained(const std::string& path, int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return {failed_by::absence, ENETDOWN, {}, "no daemon: " + path + " does not exist"};
    case ECONNREFUSED:
      return {failed_by::absence, ENETDOWN, {}, "no daemon: nobody listens at " + path};
    case EACCES:
    case EPERM:
      return {failed_by::access,
              EACCES,
              {},
              "no permission to use " + path + " (its group may: see `ls -l " + path + "`)"};
    case EAGAIN:
      return {failed_by::deadline, ETIMEDOUT, {}, "the daemon at " + path + " accepts nobody"};
    default: return {failed_by::system, error, {}, path + ": " + std::strerror(error)};
  }
}

}  // namespace

std::string control_socket_path() {
  const char* named = std::getenv("CELLSOCK_SOCKET");
  return named != nullptr && *named != '\0' ? named : "/run/cellsock/cellsock.sock";
}

outcome<unique_fd> dial(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return failure{
        failed_by::absence, ENETDOWN, {}, "path of the control socket is too long: " + path};
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);

  unique_fd made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!made) return explained(path, errno);
  // connect(2) of a Unix socket waits for room in the backlog; its bound is the send timeout.
  const timeval limit{std::chrono::seconds(limits::hello_max).count(), 0};
  ::setsockopt(made.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  int result = 0;
  do {
    result = ::connect(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  } while (result != 0 && errno == EINTR);
  if (result != 0) return explained(path, errno);
  return made;
}

}  // namespace cellsock::client
