// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/control_server.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <utility>

namespace cellsock::emulator {
namespace {

using stream = asio::local::stream_protocol;
using namespace std::chrono_literals;

constexpr std::size_t request_bytes_max = 4096;
constexpr int sessions_max = 16;
/// A client that says nothing, or does not read its answer, is dropped.
constexpr auto session_max = 5s;

bool somebody_listens(asio::io_context& loop, const std::string& path) {
  stream::socket probe(loop);
  asio::error_code problem;
  probe.connect(stream::endpoint(path), problem);
  return !problem;
}

}  // namespace

struct control_server::session : std::enable_shared_from_this<control_server::session> {
  session(stream::socket peer, handler run, std::shared_ptr<int> count)
      : socket(std::move(peer)),
        limit(socket.get_executor()),
        answer_with(std::move(run)),
        sessions(std::move(count)) {
    ++*sessions;
  }
  ~session() { --*sessions; }

  void start() {
    limit.expires_after(session_max);
    limit.async_wait([weak = weak_from_this()](const asio::error_code& problem) {
      const auto self = weak.lock();
      if (!problem && self) self->socket.close();
    });
    asio::async_read_until(socket, asio::dynamic_buffer(request, request_bytes_max), '\n',
                           [self = shared_from_this()](const asio::error_code& problem,
                                                       std::size_t) { self->answer(problem); });
  }

  void answer(const asio::error_code& problem) {
    const auto end = request.find('\n');
    // Ended without a line end: what came is the request. Cut off for its length: it is not one.
    if (problem && problem != asio::error::eof && problem != asio::error::not_found) return;
    control_reply reply{control_reply::outcome::misused, "request too long"};
    if (problem != asio::error::not_found) reply = answer_with(request.substr(0, end));
    constexpr std::array<std::string_view, 3> outcomes{"ok", "error", "usage"};
    text = std::string(outcomes[static_cast<std::size_t>(reply.is)]) + "\n" + reply.text + "\n";
    asio::async_write(socket, asio::buffer(text),
                      [self = shared_from_this()](const asio::error_code&, std::size_t) {
                        self->limit.cancel();
                      });
  }

  stream::socket socket;
  asio::steady_timer limit;
  handler answer_with;
  std::shared_ptr<int> sessions;
  std::string request;
  std::string text;
};

result<std::unique_ptr<control_server>> control_server::make(asio::io_context& loop,
                                                             std::string path, handler run) {
  struct stat existing {};
  if (::lstat(path.c_str(), &existing) == 0) {
    if (!S_ISSOCK(existing.st_mode))
      return fail(errc::invalid_argument, path + " exists and is not a socket");
    if (somebody_listens(loop, path))
      return fail(errc::port_busy, "another emulator listens on " + path);
    ::unlink(path.c_str());
  }
  try {
    return std::unique_ptr<control_server>(
        new control_server(loop, std::move(path), std::move(run)));
  } catch (const std::exception& problem) {
    return fail(errc::port_failed, problem.what());
  }
}

control_server::control_server(asio::io_context& loop, std::string path, handler run)
    : acceptor_(loop, stream::endpoint(path)), path_(std::move(path)), run_(std::move(run)) {
  ::fcntl(acceptor_.native_handle(), F_SETFD, FD_CLOEXEC);
  accept();
}

control_server::~control_server() {
  ::unlink(path_.c_str());
}

void control_server::accept() {
  acceptor_.async_accept([this](const asio::error_code& problem, stream::socket peer) {
    if (problem == asio::error::operation_aborted) return;
    if (!problem && *sessions_ < sessions_max) {
      ::fcntl(peer.native_handle(), F_SETFD, FD_CLOEXEC);
      std::make_shared<session>(std::move(peer), run_, sessions_)->start();
    }
    accept();
  });
}

}  // namespace cellsock::emulator
