// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/serve.hpp"

#include <sys/prctl.h>
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
#include "modem_bridge/emulator/host_link.hpp"
#include "modem_bridge/emulator/host_network.hpp"
#include "modem_bridge/emulator/modem.hpp"

namespace cellsock::emulator {
namespace {

constexpr int exit_failed = 1;

/// The shell around one modem: moves bytes between the host and the core, keeps its timer, and
/// tells it about the network and the lines. It decides nothing.
class server {
public:
  server(asio::io_context& loop, const serve_options& options, host_link& port)
      : options_(options),
        port_(port),
        modem_(options.modem, network_, clock::now()),
        network_ready_(loop, ::dup(network_.event_descriptor())),
        timer_(loop) {
    if (!options.events_path.empty()) events_.open(options.events_path, std::ios::trunc);
    if (!options.radio_path.empty()) radio_.open(options.radio_path, std::ios::trunc);
    for (const auto& [cid, outside] : options.modem.outsides)
      if (outside.source) network_.set_source(cid, *outside.source);
    watch_network();
    port_.on_host = [this] {
      if (!port_.host_closed()) forget_host();
      turn();
    };
    turn();
  }

  /// The file that cannot be written; empty: none.
  [[nodiscard]] std::string failed_file() const {
    if (!options_.events_path.empty() && !events_.is_open()) return options_.events_path;
    if (!options_.radio_path.empty() && !radio_.is_open()) return options_.radio_path;
    return {};
  }

  control_reply control(std::string_view request) {
    control_reply reply = modem_.control(request, clock::now());
    turn();
    return reply;
  }

  [[nodiscard]] modem::line_states lines() const { return modem_.lines(); }
  /// The lines changed; called with what they are now.
  std::function<void(const modem::line_states&)> on_lines = [](const modem::line_states&) {};

private:
  using clock = std::chrono::steady_clock;

  /// One round: read what the wire takes, run the modem, write what has left it, sleep.
  void turn() {
    const time_point now = clock::now();
    if (const unsigned baud = port_.host_baud(); baud != 0 && baud != host_baud_)
      modem_.set_host_baud(host_baud_ = baud, now);
    read(now);
    modem_.advance(now);
    write(now);
    write_events();
    write_radio();
    if (const auto lines = modem_.lines(); lines != lines_) on_lines(lines_ = lines);
    schedule(now);
  }

  void forget_host() {
    backlog_.clear();
    waiting_since_.reset();
    read_waiting_ = false;
    write_waiting_ = false;
  }

  void host_left() {
    forget_host();
    port_.host_left();
  }

  void read(time_point now) {
    if (port_.descriptor() < 0) return;
    // What a host wrote before it left is worth reading only if the wire takes it.
    if (port_.host_closed() && !modem_.lines().cts) return host_left();
    const time_point since = waiting_since_.value_or(now);
    const std::size_t room = std::min(modem_.rx_room(now, since), chunk_.size());
    if (room == 0) return;
    const ssize_t got = ::read(port_.descriptor(), chunk_.data(), room);
    const bool over = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
    if (over && !port_.is_pty()) return host_left();
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
    while (sent < backlog_.size() && port_.descriptor() >= 0) {
      const ssize_t n = ::write(port_.descriptor(), backlog_.data() + sent, backlog_.size() - sent);
      if (n < 0 && errno != EAGAIN && errno != EINTR && !port_.is_pty()) {
        host_left();
        sent = 0;
        break;
      }
      if (n <= 0) break;
      sent += static_cast<std::size_t>(n);
    }
    backlog_.erase(backlog_.begin(), backlog_.begin() + static_cast<std::ptrdiff_t>(sent));
    const bool nobody = port_.descriptor() < 0;
    const bool full = nobody || !backlog_.empty();
    if (full && !options_.modem.flow_control) {
      backlog_.clear();  // nobody holds the modem back: the host's buffer overflows
      return;
    }
    if (full != host_full_) modem_.set_host_ready(!full, now);
    host_full_ = full;
    if (full && !nobody && !write_waiting_) {
      write_waiting_ = true;
      port_.stream().async_wait(asio::posix::stream_descriptor::wait_write,
                                [this](const asio::error_code& problem) {
                                  if (problem) return;
                                  write_waiting_ = false;
                                  turn();
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
    if (read_waiting_ || port_.descriptor() < 0) return;
    read_waiting_ = true;
    port_.stream().async_wait(asio::posix::stream_descriptor::wait_read,
                              [this](const asio::error_code& problem) {
                                if (problem) return;
                                read_waiting_ = false;
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

  void write_radio() {
    const auto& trace = modem_.radio_trace();
    if (!radio_.is_open() || trace.empty() || trace.back().number == radio_written_) return;
    for (const auto& one : trace)
      if (one.number > radio_written_) radio_ << to_json(one) << "\n";
    radio_written_ = trace.back().number;
    radio_.flush();
  }

  const serve_options& options_;
  host_link& port_;
  host_network network_;
  modem modem_;
  asio::posix::stream_descriptor network_ready_;
  asio::steady_timer timer_;
  std::array<char, 4096> chunk_{};
  std::vector<std::byte> backlog_;
  std::optional<time_point> waiting_since_;
  bool read_waiting_ = false;
  bool write_waiting_ = false;
  bool host_full_ = false;
  unsigned host_baud_ = 0;
  modem::line_states lines_;
  std::ofstream events_;
  std::uint64_t written_ = 0;
  std::ofstream radio_;
  std::uint64_t radio_written_ = 0;
};

int complain(const failure& why) {
  std::cerr << "nrf91-emulator: " << why.detail << '\n';
  return exit_failed;
}

result<std::unique_ptr<host_link>> open_link(asio::io_context& loop, const serve_options& options) {
  if (options.descriptor >= 0) return host_link::adopt(loop, options.descriptor);
  if (!options.listen.empty()) return host_link::listen(loop, options.listen);
  return host_link::open_pty(loop, options.modem.baud);
}

}  // namespace

int serve(const serve_options& options) {
  // Whoever reads our output may leave first.
  std::signal(SIGPIPE, SIG_IGN);
  asio::io_context loop(1);
  // A child has no life of its own: the socket tells first, and this if it was passed on.
  if (options.descriptor >= 0) ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  auto port = open_link(loop, options);
  if (!port) return complain(port.error());
  host_link& link_to_host = **port;
  link_to_host.on_over = [&loop] { loop.stop(); };
  const std::string& path = link_to_host.address();
  server running(loop, options, link_to_host);
  if (const std::string path_failed = running.failed_file(); !path_failed.empty())
    return complain(fail(errc::port_failed, "cannot write " + path_failed));

  const bool control_asked = !options.control_path.empty();
  auto control = control_server::make(
      loop, control_asked ? options.control_path : default_control_path(),
      [&running](std::string_view request) { return running.control(request); });
  if (control)
    running.on_lines = [&control](const modem::line_states& lines) {
      (*control)->publish(to_json(lines));
    };
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
    std::cerr << "nrf91-emulator: " << options.modem.application->name << " at "
              << options.modem.baud << " baud on " << path << '\n';
  std::cout << "ready " << path << std::endl;
  loop.run();
  return 0;
}

}  // namespace cellsock::emulator
