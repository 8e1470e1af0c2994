// SPDX-License-Identifier: Apache-2.0
// What a channel adds: the time from "connected" to the program's POLLOUT edge, and the first
// byte's way from the port (a push of an emulated modem in memory) through AT engine, bridge and
// socket actor on the real loop against one bare AF_UNIX hop, alternating in one run.
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <thread>

#include "actors/loop.hpp"
#include "actors/stream_actor.hpp"
#include "modem_bridge/bridge_actor.hpp"
#include "modem_bridge/emulator/memory_network.hpp"
#include "modem_bridge/emulator/modem.hpp"
#include "modem_bridge/port/memory_port.hpp"
#include "tests/support/fake_neighbours.hpp"

using namespace cellsock;
using clock_type = std::chrono::steady_clock;

namespace {

constexpr int rounds = 4000;

double us(clock_type::duration d) {
  return std::chrono::duration<double, std::micro>(d).count();
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + rounds / 2, values.end());
  return values[rounds / 2];
}

/// A program's thread: waits for one byte at `fd` each time, and notes when it came.
struct reader {
  explicit reader(int fd)
      : thread([this, fd] {
          char byte = 0;
          while (::recv(fd, &byte, 1, 0) == 1) {
            at.store(clock_type::now().time_since_epoch().count());
            seen.fetch_add(1);
          }
        }) {}
  double wait_from(clock_type::time_point began, int count) const {
    while (seen.load() < count) std::this_thread::yield();
    return us(clock_type::time_point(clock_type::duration(at.load())) - began);
  }
  std::atomic<clock_type::rep> at{0};
  std::atomic<int> seen{0};
  std::thread thread;
};

/// The modem at the other end of an in-memory port, until everything stands; then single pushes are
/// put on the line in its name.
class emulated_modem {
public:
  explicit emulated_modem(asio::io_context& io)
      : io_(io), modem_(serial_modem(), network_, clock_type::now()) {
    network_.serve(peer(), emulator::memory_network::behaviour::scripted);
  }
  static endpoint peer() { return *parse_endpoint("192.0.2.1:7"); }
  port_ptr make_port() {
    auto made = std::make_unique<memory_port>(
        [this](std::function<void()> later) { asio::post(io_, std::move(later)); });
    line_ = made->line();
    return made;
  }
  void carry() {
    if (const auto written = line_->take_written(); !written.empty())
      modem_.feed(written, clock_type::now());
    modem_.advance(clock_type::now());
    if (const auto arrived = modem_.take_output(); !arrived.empty()) line_->inject(arrived);
  }
  bool connected() { return network_.peer(peer()) != nullptr; }
  void push() {
    constexpr std::string_view frame = "\r\n#XRECV: 0,0,1\r\nx\r\n";
    line_->inject(std::as_bytes(std::span(frame)));
  }

private:
  static emulator::modem_config serial_modem() {
    auto config = emulator::config_of(emulator::dialect::sm_2);
    config.baud = 1000000;
    return config;
  }
  asio::io_context& io_;
  emulator::memory_network network_;
  emulator::modem modem_;
  std::optional<memory_line> line_;
};

double pollout_us(const reactor& loop) {
  std::vector<double> took;
  for (int i = 0; i < rounds; ++i) {
    auto pair = std::move(*channel::make(transport::stream, loop));
    const descriptor watcher(::epoll_create1(EPOLL_CLOEXEC));
    epoll_event want{.events = EPOLLOUT | EPOLLET, .data = {}};
    ::epoll_ctl(watcher.get(), EPOLL_CTL_ADD, pair.theirs->get(), &want);
    const auto began = clock_type::now();
    pair.ours->open_for_writing();
    epoll_event got{};
    ::epoll_wait(watcher.get(), &got, 1, 1000);
    took.push_back(us(clock_type::now() - began));
    pair.ours->close();
  }
  return median(std::move(took));
}

}  // namespace

int main() {
  asio::io_context io{1};
  reactor loop{io};
  const double pollout = pollout_us(loop);

  caf::actor_system_config config;
  loop_scheduler::install(config, io);
  caf::actor_system system(config);
  auto& scheduler = static_cast<loop_scheduler&>(system.scheduler());
  loop.enter = [&] { scheduler.enter(); };
  loop.leave = [&] { scheduler.leave(); };
  test::notes book;
  emulated_modem modem(io);
  auto supervisor = supervisor_handle(system.spawn<test::fake_supervisor>(std::ref(book)));
  bridge_seed line;
  line.config.trace_wanted = [] { return trace_detail::none; };
  line.line = modem.make_port();
  line.supervisor = supervisor;
  auto bridge = bridge_handle(system.spawn<bridge_actor>(std::move(line)));
  auto pair = std::move(*channel::make(transport::stream, loop));
  socket_seed seed{socket_id{1}, pair.cookie, {}, {}, pair.ours, bridge, supervisor};
  auto socket = socket_handle(system.spawn<stream_actor>(std::move(seed)));
  pair.ours.reset();
  caf::anon_send(bridge,
                 msg::declare_socket{socket_id{1}, ip_family::v4, transport::stream, socket});
  const auto run = [&] {
    io.restart();
    while (io.poll() > 0) {
    }
  };
  // The modem finds its network, then the socket its peer; nothing here is measured.
  const auto carry_on = [&](std::chrono::milliseconds span) {
    for (const auto end = clock_type::now() + span; clock_type::now() < end;) {
      run();
      modem.carry();
    }
  };
  carry_on(std::chrono::seconds(3));
  caf::anon_send(socket, msg::connect_channel{emulated_modem::peer(), false});
  carry_on(std::chrono::seconds(1));
  if (!modem.connected()) return 1;

  int raw[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, raw) != 0) return 1;
  std::vector<double> through, bare;
  {
    reader program(pair.theirs->get()), other(raw[1]);
    for (int i = 1; i <= rounds; ++i) {
      auto began = clock_type::now();
      if (::send(raw[0], "x", 1, 0) != 1) return 1;
      bare.push_back(other.wait_from(began, i));
      began = clock_type::now();
      modem.push();
      run();
      through.push_back(program.wait_from(began, i));
      run();
    }
    ::shutdown(raw[0], SHUT_RDWR);
    ::shutdown(pair.theirs->get(), SHUT_RDWR);
    program.thread.join();
    other.thread.join();
  }
  const double t = median(std::move(through)), b = median(std::move(bare));
  std::printf("{\"pollout_us\": %.2f, \"through_us\": %.2f, \"hop_us\": %.2f, \"ratio\": %.3f}\n",
              pollout, t, b, t / b);
  for (const auto& a : {caf::actor_cast<caf::actor>(socket), caf::actor_cast<caf::actor>(bridge),
                        caf::actor_cast<caf::actor>(supervisor)})
    caf::anon_send_exit(a, caf::exit_reason::kill);
  socket = socket_handle{};
  bridge = bridge_handle{};
  supervisor = supervisor_handle{};
  run();
  return 0;
}
