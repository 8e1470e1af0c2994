// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/port/unix_port.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace cellsock {
namespace {

/// A Unix connect stands at once or fails at once, so there is nothing to wait for.
failure connect_failure(const std::string& path, int error) {
  switch (error) {
    case ENOENT:
      return fail(errc::port_missing, path + ": there is no such socket; is its server running?");
    case ECONNREFUSED: return fail(errc::port_missing, path + ": nobody listens there");
    case EAGAIN:
      return fail(errc::port_busy, path + ": its server takes no connection now; who else has it?");
    case EACCES: return fail(errc::port_failed, path + ": permission denied");
    default: return fail(errc::port_failed, path + ": " + std::system_category().message(error));
  }
}

}  // namespace

unix_port::unix_port(asio::io_context& loop, unix_uri where)
    : stream_port(loop, where.path, where.baud), where_(std::move(where)) {}

void unix_port::start(const std::shared_ptr<stream_session>& session) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (where_.path.size() >= sizeof address.sun_path)
    return session->refuse(fail(errc::port_failed, where_.path + ": the path is too long"));
  std::memcpy(address.sun_path, where_.path.data(), where_.path.size());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return session->refuse(connect_failure(where_.path, errno));
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    ::close(fd);
    return session->refuse(connect_failure(where_.path, error));
  }
  if (auto taken = session->take(fd); !taken) return session->refuse(taken.error());
  session->begin();
}

}  // namespace cellsock
