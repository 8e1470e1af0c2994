// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/control_server.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <utility>

#include "modem_bridge/emulator/json_object.hpp"

namespace cellsock::emulator {
namespace {

using stream = asio::local::stream_protocol;
using namespace std::chrono_literals;

constexpr std::size_t request_bytes_max = 4096;
constexpr int sessions_max = 16;
constexpr std::size_t watch_bytes_max = 65536;
constexpr std::array<std::string_view, 3> outcomes{"ok", "error", "usage"};
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
  session(stream::socket peer, control_server& of, std::shared_ptr<int> count)
      : socket(std::move(peer)),
        limit(socket.get_executor()),
        server(of),
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
    if (!problem && request.substr(0, end) == "watch") return keep();
    control_reply reply{control_reply::outcome::misused, "request too long"};
    if (problem != asio::error::not_found) reply = server.run_(request.substr(0, end));
    text = std::string(outcomes[static_cast<std::size_t>(reply.is)]) + "\n" + reply.text + "\n";
    asio::async_write(socket, asio::buffer(text),
                      [self = shared_from_this()](const asio::error_code&, std::size_t) {
                        self->limit.cancel();
                      });
  }

  // ---- a watcher ----

  void keep() {
    limit.cancel();
    server.watchers_.push_back(weak_from_this());
    say("ok\n" + server.run_("lines").text + "\n");
    listen();
  }

  void listen() {
    request.erase(0, std::min(request.find('\n'), request.size() - 1) + 1);
    asio::async_read_until(
        socket, asio::dynamic_buffer(request, request_bytes_max), '\n',
        [self = shared_from_this()](const asio::error_code& problem, std::size_t) {
          if (!problem) self->obey();
        });
  }

  void obey() {
    const control_reply reply = server.run_(request.substr(0, request.find('\n')));
    json_object answer;
    answer.add("event", "reply");
    answer.add("outcome", outcomes[static_cast<std::size_t>(reply.is)]);
    answer.add("text", std::string_view(reply.text));
    say(answer.text() + "\n");
    listen();
  }

  /// Who does not read what he asked for is dropped.
  void say(std::string_view lines) {
    if (waiting.size() + lines.size() > watch_bytes_max) {
      socket.close();
      return;
    }
    waiting += lines;
    if (text.empty()) write();
  }

  void write() {
    text = std::exchange(waiting, {});
    asio::async_write(socket, asio::buffer(text),
                      [self = shared_from_this()](const asio::error_code& problem, std::size_t) {
                        self->text.clear();
                        if (problem) return;
                        if (!self->waiting.empty()) self->write();
                      });
  }

  stream::socket socket;
  asio::steady_timer limit;
  control_server& server;
  std::shared_ptr<int> sessions;
  std::string request;
  std::string text;     // being written
  std::string waiting;  // behind it
};

void control_server::publish(std::string_view line) {
  std::erase_if(watchers_, [](const auto& weak) { return weak.expired(); });
  for (const auto& weak : watchers_)
    if (const auto watcher = weak.lock()) watcher->say(std::string(line) + "\n");
}

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
      std::make_shared<session>(std::move(peer), *this, sessions_)->start();
    }
    accept();
  });
}

}  // namespace cellsock::emulator
