// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/serve.hpp"

#include <unistd.h>

#include <array>
#include <asio.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iostream>
#include <optional>

#include "modem_bridge/emulator/control_client.hpp"
#include "modem_bridge/emulator/control_server.hpp"
#include "modem_bridge/emulator/host_network.hpp"
#include "modem_bridge/emulator/modem.hpp"
#include "modem_bridge/emulator/pty.hpp"

namespace cellsock::emulator {
namespace {

constexpr int exit_failed = 1;

/// The shell around one modem: moves bytes between the pty and the core, keeps its timer, and tells
/// it about the network. It decides nothing.
class server {
public:
  server(asio::io_context& loop, const serve_options& options, pty port)
      : options_(options),
        pty_(std::move(port)),
        modem_(options.modem, network_, clock::now()),
        port_(loop, ::dup(pty_.master())),
        network_ready_(loop, ::dup(network_.event_descriptor())),
        timer_(loop) {
    if (!options.events_path.empty()) events_.open(options.events_path, std::ios::trunc);
    watch_network();
    turn();
  }

  [[nodiscard]] bool events_file_failed() const {
    return !options_.events_path.empty() && !events_.is_open();
  }

  control_reply control(std::string_view request) {
    control_reply reply = modem_.control(request, clock::now());
    turn();
    return reply;
  }

private:
  using clock = std::chrono::steady_clock;

  /// One round: read what the wire takes, run the modem, write what has left it, sleep.
  void turn() {
    const time_point now = clock::now();
    read(now);
    modem_.advance(now);
    write(now);
    write_events();
    schedule(now);
  }

  void read(time_point now) {
    const time_point since = waiting_since_.value_or(now);
    const std::size_t room = std::min(modem_.rx_room(now, since), chunk_.size());
    if (room == 0) return;
    const ssize_t got = ::read(pty_.master(), chunk_.data(), room);
    if (got > 0)
      modem_.feed(std::as_bytes(std::span(chunk_)).first(static_cast<std::size_t>(got)), now,
                  since);
    // A read that was filled leaves bytes behind, and they have been waiting from now on.
    waiting_since_.reset();
    if (got == static_cast<ssize_t>(room)) waiting_since_ = now;
  }

  void write(time_point now) {
    const auto fresh = modem_.take_output();
    backlog_.insert(backlog_.end(), fresh.begin(), fresh.end());
    std::size_t sent = 0;
    while (sent < backlog_.size()) {
      const ssize_t n = ::write(pty_.master(), backlog_.data() + sent, backlog_.size() - sent);
      if (n <= 0) break;
      sent += static_cast<std::size_t>(n);
    }
    backlog_.erase(backlog_.begin(), backlog_.begin() + static_cast<std::ptrdiff_t>(sent));
    const bool full = !backlog_.empty();
    if (full && !options_.modem.flow_control) {
      backlog_.clear();  // nobody holds the modem back: the host's buffer overflows
      return;
    }
    if (full != host_full_) modem_.set_host_ready(!full, now);
    host_full_ = full;
    if (full && !write_waiting_) {
      write_waiting_ = true;
      port_.async_wait(asio::posix::stream_descriptor::wait_write,
                       [this](const asio::error_code& problem) {
                         write_waiting_ = false;
                         if (!problem) turn();
                       });
    }
  }

  void schedule(time_point now) {
    auto next = modem_.next_wakeup();
    if (waiting_since_)
      next = sooner(next, modem_.next_rx_room(now));
    else
      watch_port();
    if (!next) {
      timer_.cancel();
      return;
    }
    timer_.expires_at(*next);
    timer_.async_wait([this](const asio::error_code& problem) {
      if (!problem) turn();
    });
  }

  /// Only while nothing is known to wait: bytes that RTS holds back must not wake anybody.
  void watch_port() {
    if (read_waiting_) return;
    read_waiting_ = true;
    port_.async_wait(asio::posix::stream_descriptor::wait_read,
                     [this](const asio::error_code& problem) {
                       read_waiting_ = false;
                       if (problem) return;
                       waiting_since_ = clock::now();
                       turn();
                     });
  }

  void watch_network() {
    network_ready_.async_wait(asio::posix::stream_descriptor::wait_read,
                              [this](const asio::error_code& problem) {
                                if (problem) return;
                                network_.collect();
                                turn();
                                watch_network();
                              });
  }

  void write_events() {
    for (const event& e : modem_.events()) {
      if (e.number <= written_) continue;
      written_ = e.number;
      const bool to_file = events_.is_open();
      const bool to_log = options_.level == log_level::debug;
      if (!to_file && !to_log) continue;
      const std::string line = to_json(e) + "\n";
      if (to_file) events_ << line;
      if (to_log) std::cerr << line;
    }
    if (events_.is_open()) events_.flush();
  }

  const serve_options& options_;
  pty pty_;
  host_network network_;
  modem modem_;
  asio::posix::stream_descriptor port_;
  asio::posix::stream_descriptor network_ready_;
  asio::steady_timer timer_;
  std::array<char, 4096> chunk_{};
  std::vector<std::byte> backlog_;
  std::optional<time_point> waiting_since_;
  bool read_waiting_ = false;
  bool write_waiting_ = false;
  bool host_full_ = false;
  std::ofstream events_;
  std::uint64_t written_ = 0;
};

int complain(const failure& why) {
  std::cerr << "nrf91-emulator: " << why.detail << '\n';
  return exit_failed;
}

}  // namespace

int serve(const serve_options& options) {
  // Whoever reads our output may leave first.
  std::signal(SIGPIPE, SIG_IGN);
  asio::io_context loop(1);
  auto port = pty::open();
  if (!port) return complain(port.error());
  const std::string path = port->slave_path();
  server running(loop, options, std::move(*port));
  if (running.events_file_failed())
    return complain(fail(errc::port_failed, "cannot write " + options.events_path));

  const bool control_asked = !options.control_path.empty();
  auto control = control_server::make(
      loop, control_asked ? options.control_path : default_control_path(),
      [&running](std::string_view request) { return running.control(request); });
  if (!control && control_asked) return complain(control.error());
  if (!control && options.level != log_level::error)
    std::cerr << "nrf91-emulator: no control socket: " << control.error().detail << '\n';

  std::optional<stable_link> link;
  if (!options.link_path.empty()) {
    auto made = stable_link::make(options.link_path, path);
    if (!made) return complain(made.error());
    link.emplace(std::move(*made));
  }

  asio::signal_set stop(loop, SIGTERM, SIGINT);
  stop.async_wait([&loop](const asio::error_code&, int) { loop.stop(); });
  if (options.level != log_level::error)
    std::cerr << "nrf91-emulator: slm at " << options.modem.baud << " baud on " << path << '\n';
  std::cout << "ready " << path << std::endl;
  loop.run();
  return 0;
}

}  // namespace cellsock::emulator
