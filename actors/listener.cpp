// SPDX-License-Identifier: Apache-2.0
#include "actors/listener.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "actors/log.hpp"

namespace cellsock {
namespace {

constexpr int backlog = 128;

/// Whether a daemon answers there.
bool answers(const sockaddr_un& address) {
  const descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
         errno == EAGAIN;
}

}  // namespace

result<std::shared_ptr<listener>> listener::bind(const std::string& path, const access& who,
                                                 const reactor& loop) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return fail(errc::invalid_argument, "control socket path must have 1 to " +
                                            std::to_string(sizeof address.sun_path - 1) +
                                            " characters: " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto try_bind = [&] {
    return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  };
  bool bound = try_bind();
  if (!bound && errno == EADDRINUSE) {
    if (answers(address))
      return fail(errc::invalid_argument,
                  "another cellsockd serves " + path + "; stop it or choose another --socket");
    struct stat what {};
    if (::lstat(path.c_str(), &what) == 0 && S_ISSOCK(what.st_mode)) ::unlink(path.c_str());
    bound = try_bind();
  }
  if (!bound)
    return fail(errc::invalid_argument,
                "cannot bind " + path + ": " + std::strerror(errno) +
                    (errno == ENOENT ? " (create the directory first)" : ""));
  // Before listen: a connect is refused until then, so there is no moment with other permissions.
  if ((who.group && ::chown(path.c_str(), static_cast<uid_t>(-1), *who.group) != 0) ||
      ::chmod(path.c_str(), who.mode) != 0) {
    const std::string why = std::strerror(errno);
    ::unlink(path.c_str());
    return fail(errc::invalid_argument, "cannot set group and mode of " + path + ": " + why +
                                            " (the daemon must be root or in the group)");
  }
  if (::listen(socket.get(), backlog) != 0)
    return fail(errc::internal, "cannot listen on " + path + ": " + std::strerror(errno));
  return std::make_shared<listener>(std::move(socket), path, loop);
}

listener::listener(descriptor socket, std::string path, const reactor& loop)
    : socket_(loop.io, socket.release()), retry_(loop.io), path_(std::move(path)), loop_(loop) {}

listener::~listener() {
  close();
}

void listener::start(gateway_handle gateway) {
  gateway_ = std::move(gateway);
  arm();
}

void listener::close() {
  gateway_ = gateway_handle{};
  if (!socket_.is_open()) return;
  asio::error_code ignored;
  socket_.close(ignored);
  retry_.cancel();
  ::unlink(path_.c_str());
}

void listener::arm() {
  socket_.async_wait(asio::posix::descriptor_base::wait_read,
                     [self = shared_from_this()](const asio::error_code& ec) {
                       if (ec || !self->gateway_) return;
                       const io_scope scope(self->loop_);
                       self->accept_all();
                     });
}

void listener::accept_all() {
  for (;;) {
    const int fd =
        ::accept4(socket_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
      caf::anon_send(gateway_, msg::connection_made{std::make_shared<descriptor>(fd)});
      continue;
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno == EAGAIN) return arm();
    // Out of descriptors or memory: the connection stays in the backlog; look again soon.
    log::warn("accept-failed", {{"detail", std::strerror(errno)}});
    retry_.expires_after(std::chrono::milliseconds(200));
    retry_.async_wait([self = shared_from_this()](const asio::error_code& ec) {
      if (!ec && self->gateway_) self->arm();
    });
    return;
  }
}

}  // namespace cellsock
