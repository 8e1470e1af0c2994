// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/context.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace cellsock::conformance {
namespace {

std::string errno_name(int number) {
  const char* name = number == 0 ? "0" : ::strerrorname_np(number);
  return name != nullptr ? name : std::to_string(number);
}

std::string shortened(std::string_view text) {
  constexpr std::size_t most = 40;
  return std::to_string(text.size()) + " bytes \"" + std::string(text.substr(0, most)) +
         (text.size() > most ? "...\"" : "\"");
}

}  // namespace

void context::fail(const std::string& what, where_it_is at) const {
  const std::string_view path = at.file_name();
  const auto name = path.substr(path.rfind('/') + 1);
  throw failure(std::string(name) + ":" + std::to_string(at.line()) + ": " + what);
}

void context::check(bool holds, std::string_view what, where_it_is at) const {
  if (!holds) fail(std::string(what) + ": does not hold", at);
}

void context::equal(std::int64_t got, std::int64_t wanted, std::string_view what,
                    where_it_is at) const {
  if (got == wanted) return;
  fail(std::string(what) + ": " + std::to_string(got) + " instead of " + std::to_string(wanted) +
           (got == -1 ? " (" + errno_name(errno) + ")" : ""),
       at);
}

void context::equal(const std::string& got, std::string_view wanted, std::string_view what,
                    where_it_is at) const {
  if (got != wanted)
    fail(std::string(what) + ": " + shortened(got) + " instead of " + shortened(wanted), at);
}

int context::ok(std::int64_t result, std::string_view what, where_it_is at) const {
  if (result < 0) fail(std::string(what) + ": " + errno_name(errno), at);
  return static_cast<int>(result);
}

void context::error(std::int64_t result, int wanted, std::string_view what, where_it_is at) const {
  error(result, {wanted}, what, at);
}

void context::error(std::int64_t result, std::initializer_list<int> any_of, std::string_view what,
                    where_it_is at) const {
  const int seen = errno;
  const auto wanted = errno_name(*any_of.begin());
  if (result != -1)
    fail(std::string(what) + ": " + std::to_string(result) + " instead of " + wanted, at);
  if (std::find(any_of.begin(), any_of.end(), seen) == any_of.end())
    fail(std::string(what) + ": " + errno_name(seen) + " instead of " + wanted, at);
}

int context::by_family(std::string_view /*row*/, int posix, int zsock, int nrf) const {
  switch (net.which) {
    case family::posix: return posix;
    case family::zsock: return zsock;
    case family::nrf: break;
  }
  return nrf;
}

bool context::in(std::string_view /*row*/, family which) const {
  return net.which == which;
}

sock context::socket(int family, int type, where_it_is at) const {
  return {net, ok(net.socket(family, type, 0), "socket", at)};
}

connection context::connected(int family, where_it_is at) const {
  far_listener peer(family);
  auto near = socket(family, SOCK_STREAM, at);
  ok(connect(near, peer.where()), "connect", at);
  return {std::move(near), peer.accept()};
}

std::uint16_t context::bind_somewhere(int fd, int family, int type) const {
  // Somebody else may take the port between: then the next one.
  for (int attempt = 0;; ++attempt) {
    const auto port = nobody(type).port();
    if (bind(fd, wildcard(port, family)) == 0) return port;
    if (errno != EADDRINUSE || attempt == 5) ok(-1, "bind");
  }
}

std::pair<sock, address> context::listening(int backlog) const {
  auto server = stream();
  const auto port = bind_somewhere(server);
  ok(net.listen(server, backlog), "listen");
  return {std::move(server), loopback(port)};
}

void context::nonblocking(int fd, bool on) const {
  ok(net.fcntl(fd, F_SETFL, on ? O_NONBLOCK : 0), "F_SETFL");
}

short context::wait(int fd, short events, where_it_is at) const {
  pollfd one{fd, events, 0};
  if (ok(net.poll(&one, 1, patience_ms), "poll", at) == 0) fail("poll: nothing in time", at);
  return one.revents;
}

short context::shown(int fd, short events) const {
  pollfd one{fd, events, 0};
  ok(net.poll(&one, 1, 0), "poll");
  return one.revents;
}

std::string context::receive(int fd, std::size_t room, int flags, where_it_is at) const {
  std::string got(room, '\0');
  const int count = ok(net.recv(fd, got.data(), room, flags), "recv", at);
  got.resize(std::min(room, static_cast<std::size_t>(count)));
  return got;
}

std::string context::receive_all(int fd, std::size_t count, where_it_is at) const {
  std::string got;
  while (got.size() < count) {
    const auto more = receive(fd, count - got.size(), 0, at);
    if (more.empty()) fail("ended after " + std::to_string(got.size()) + " bytes", at);
    got += more;
  }
  return got;
}

int context::get(int fd, int level, int option, where_it_is at) const {
  int value = -1;
  socklen_t length = sizeof value;
  ok(net.getsockopt(fd, level, option, &value, &length), "getsockopt", at);
  equal(length, sizeof value, "the option's length", at);
  return value;
}

int context::set_timeout(int fd, int option, int milliseconds) const {
  const timeval wanted{milliseconds / 1000, milliseconds % 1000 * 1000};
  return net.setsockopt(fd, SOL_SOCKET, option, &wanted, sizeof wanted);
}

int context::in_child(const std::function<int()>& call) const {
  const pid_t child = ok(::fork(), "fork");
  if (child == 0) ::_exit(call());
  int status = 0;
  ok(::waitpid(child, &status, 0), "waitpid");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

kernel_fd no_socket() {
  return kernel_fd(::eventfd(0, EFD_CLOEXEC));
}

std::string pattern(std::size_t size) {
  std::string made(size, '\0');
  std::uint32_t state = 1;
  for (auto& byte : made) {
    state = state * 1664525u + 1013904223u;
    byte = static_cast<char>(state >> 24);
  }
  return made;
}

}  // namespace cellsock::conformance
