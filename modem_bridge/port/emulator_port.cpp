// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/port/emulator_port.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <system_error>

namespace cellsock {
namespace {

using namespace std::chrono_literals;

/// Between the end of its bytes and the news of its own end.
constexpr auto exit_news_max = 1s;

}  // namespace

emulator_port::emulator_port(asio::io_context& loop, emulator_uri what, listener said,
                             std::string program)
    : stream_port(loop, "nrf91-emulator", what.baud),
      what_(std::move(what)),
      said_(std::move(said)),
      program_(std::move(program)) {}

emulator_port::~emulator_port() {
  end_child();
}

void emulator_port::start(const std::shared_ptr<stream_session>& session) {
  const auto path = find_program(program_);
  if (!path) return session->refuse(path.error());
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return session->refuse(
        fail(errc::port_failed, name_ + ": " + std::system_category().message(errno)));
  if (auto taken = session->take(ends[0]); !taken) {
    ::close(ends[1]);
    return session->refuse(taken.error());
  }
  auto arguments = what_.arguments;
  arguments.insert(arguments.begin(), {"--fd", "3"});
  const std::weak_ptr<stream_session> weak = session;
  // The child's last words come with its end, which the session waits for when its bytes end first.
  auto last = std::make_shared<std::string>();
  auto started =
      child::run(loop_, *path, std::move(arguments), ends[1],
                 {[last, said = said_](std::string_view line) {
                    *last = std::string(line);
                    if (said) said(line);
                  },
                  [weak, last, name = name_](const std::string& how) {
                    if (const auto alive = weak.lock())
                      alive->fail_now(fail(errc::port_failed,
                                           name + " " + how + (last->empty() ? "" : ": " + *last)));
                  }});
  if (!started) return session->refuse(started.error());
  child_ = *started;
  session->on_broken = [weak, name = name_](const std::error_code&) {
    const auto alive = weak.lock();
    if (!alive) return;
    auto timer = std::make_shared<asio::steady_timer>(alive->loop(), exit_news_max);
    timer->async_wait([weak, timer, name](const std::error_code& error) {
      const auto still = weak.lock();
      if (!error && still)
        still->fail_now(fail(errc::port_failed, name + " closed its line, and runs on"));
    });
  };
  session->begin();
}

void emulator_port::end_child() noexcept {
  if (child_) child_->end();
  child_.reset();
}

void emulator_port::close() noexcept {
  stream_port::close();
  end_child();
}

}  // namespace cellsock
