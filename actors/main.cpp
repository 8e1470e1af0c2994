// SPDX-License-Identifier: Apache-2.0
// cellsockd: the composition root. The only file of actors/ that knows modem code.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "actors/gateway.hpp"
#include "actors/kernel_probe.hpp"
#include "actors/listener.hpp"
#include "actors/log.hpp"
#include "actors/loop.hpp"
#include "actors/supervisor_actor.hpp"
#include "modem_bridge/bridge_actor.hpp"
#include "modem_bridge/port/port_uri.hpp"
#include "modem_bridge/port/uart_port.hpp"
#include "stack/limits.hpp"

namespace {

using namespace cellsock;

struct options {
  std::string socket = "/run/cellsock/cellsock.sock";
  std::string modem;
  std::string apn;
  std::string log_level = "info";
  bool trace = false;
};

constexpr const char* footer =
    "Modem URIs:\n"
    "  serial:/dev/ttyACM0?baud=115200&flow=rtscts   a modem on a serial port (flow=none without "
    "RTS/CTS)\n"
    "\n"
    "Examples:\n"
    "  cellsockd --modem serial:/dev/ttyACM0\n"
    "  nrf91-emulator --link /tmp/modem &  cellsockd --modem 'serial:/tmp/modem' --socket "
    "/tmp/cellsock.sock\n"
    "\n"
    "Then `cellsock status` shows the modem, and programs linked with libcellsock have sockets.\n";

/// Parses the command line; an exit code if that was all.
std::optional<int> parse(int argc, char** argv, options& to) {
  CLI::App app("cellsockd: BSD sockets for every program over one cellular modem", "cellsockd");
  app.footer(footer);
  app.add_option("--modem", to.modem, "the modem's port, as a URI (see below)");
  app.add_option("--socket", to.socket, "control socket")
      ->capture_default_str()
      ->envname("CELLSOCK_SOCKET");
  app.add_option("--apn", to.apn, "access point name; empty: the network's default");
  app.add_option("--log-level", to.log_level, "debug, info, warn or error")
      ->capture_default_str()
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  app.add_flag("--trace-at", to.trace, "log the AT dialogue (payload as lengths, secrets as ***)");
  app.set_version_flag("--version", "cellsockd " CELLSOCK_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  if (to.modem.empty()) {
    std::fputs(
        "cellsockd: no modem configured. Name one, e.g. --modem serial:/dev/ttyACM0\n"
        "           Without hardware: run `nrf91-emulator --link /tmp/modem` and use\n"
        "           --modem serial:/tmp/modem\n",
        stderr);
    return 2;
  }
  return std::nullopt;
}

/// Two descriptors per socket: take what the system allows.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void write_trace(const trace_event& e) {
  using direction = trace_event::direction;
  const char* towards = e.towards == direction::to_modem     ? ">"
                        : e.towards == direction::from_modem ? "<"
                                                             : "-";
  log::info("at", {{"dir", towards},
                   {"socket", e.socket ? std::to_string(number(*e.socket)) : "-"},
                   {"text", e.text}});
}

gateway_actor::link_factory link_of(const options& config, const serial_uri& where, reactor& loop) {
  return [&config, where, &loop](caf::actor_system& system, gateway_handle gateway) {
    const auto make_bridge = [&config, where, &loop](caf::actor_system& inner,
                                                     supervisor_handle supervisor) {
      bridge_seed seed;
      seed.config = {.name = "modem0", .baud = where.baud, .apn = config.apn};
      seed.line = std::make_unique<uart_port>(loop.io, where);
      seed.supervisor = std::move(supervisor);
      if (config.trace) seed.trace = write_trace;
      return bridge_handle(inner.spawn<bridge_actor>(std::move(seed)));
    };
    return supervisor_handle(system.spawn<supervisor_actor>(
        supervisor_seed{"modem0", config.modem, make_bridge, std::move(gateway)}, loop));
  };
}

int run(const options& config, const serial_uri& where) {
  if (const auto kernel = probe_kernel(); !kernel) {
    std::fprintf(stderr, "cellsockd: %s\n", kernel.error().detail.c_str());
    return 1;
  }
  asio::io_context io{1};
  reactor loop{io};
  auto control = listener::bind(config.socket, loop);
  if (!control) {
    std::fprintf(stderr, "cellsockd: %s\n", control.error().detail.c_str());
    return 1;
  }

  caf::actor_system_config caf_config;
  loop_scheduler::install(caf_config, io);
  caf_config.set("scheduler.max-throughput", std::size_t{100});
  caf::actor_system system(caf_config);  // starts no thread
  auto& scheduler = static_cast<loop_scheduler&>(system.scheduler());
  loop.enter = [&scheduler] { scheduler.enter(); };
  loop.leave = [&scheduler] { scheduler.leave(); };

  auto gateway = gateway_handle(system.spawn<gateway_actor>(loop, link_of(config, where, loop)));
  caf::actor_cast<caf::strong_actor_ptr>(gateway)->get()->attach_functor(
      [&io](const caf::error&) { io.stop(); });
  (*control)->start(gateway);
  log::info("started", {{"socket", config.socket}, {"modem", config.modem}});

  asio::signal_set signals(io, SIGTERM, SIGINT);
  asio::steady_timer overdue(io);
  signals.async_wait([&](const asio::error_code& ec, int signal) {
    if (ec) return;
    log::info("stopping", {{"signal", signal}});
    (*control)->close();
    caf::anon_send(gateway, msg::stop_all{});
    overdue.expires_after(limits::stop_max + std::chrono::seconds(2));
    overdue.async_wait([&](const asio::error_code& late) {
      if (late) return;
      log::error("stop-overdue");
      std::_Exit(1);  // actors that do not end would hold the system's destructor for ever
    });
  });
  io.run();
  gateway = gateway_handle{};
  overdue.cancel();
  signals.cancel();
  io.restart();
  while (io.poll() > 0) {
  }  // aborted handlers let go of what they hold before the actor system ends
  log::info("stopped");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  options config;
  if (const auto code = parse(argc, argv, config)) return *code;
  if (!cellsock::log::open(config.log_level)) return 2;
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  const auto where = parse_modem_uri(config.modem);
  if (!where) {
    std::fprintf(stderr, "cellsockd: --modem: %s\n", where.error().detail.c_str());
    return 2;
  }
  return run(config, *where);
}
