// SPDX-License-Identifier: Apache-2.0
// cellsockd: the composition root. The only file of actors/ that knows modem code.
#include <grp.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <thread>

#include "actors/event_bus.hpp"
#include "actors/gateway.hpp"
#include "actors/host/host_bridge_actor.hpp"
#include "actors/keeper_actor.hpp"
#include "actors/kernel_probe.hpp"
#include "actors/listener.hpp"
#include "actors/log.hpp"
#include "actors/loop.hpp"
#include "actors/options.hpp"
#include "actors/supervisor_actor.hpp"
#include "actors/worker_pool.hpp"
#include "modem_bridge/bridge_actor.hpp"
#include "modem_bridge/port/make_port.hpp"
#include "stack/limits.hpp"

namespace {

using namespace cellsock;

/// Two descriptors per socket: take what the system allows.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// Nobody pays for a trace that nobody reads.
trace_detail trace_wanted(bool logged) {
  const auto wanted = events::wanted();
  if (wanted.payload) return trace_detail::payload;
  return wanted.trace || logged ? trace_detail::lengths : trace_detail::none;
}

/// Payload goes to watchers that may see it, never to the log.
void write_trace(const std::string& link, const trace_event& e, bool logged) {
  using direction = trace_event::direction;
  const char* towards = e.towards == direction::to_modem     ? ">"
                        : e.towards == direction::from_modem ? "<"
                                                             : "-";
  const log::fields what{{"link", link},
                         {"dir", towards},
                         {"socket", e.socket ? std::to_string(number(*e.socket)) : "-"},
                         {"text", e.text}};
  if (logged) log::record(log::level::info, "at", what);
  if (!events::wanted().trace) return;
  auto happened = log::event_of(log::level::info, "at", what);
  happened.payload = e.payload;
  events::publish(std::move(happened));
}

std::optional<pdn_families> families_of(const std::string& word) {
  if (word == "ip" || word == "ipv4") return pdn_families::v4;
  if (word == "ipv6") return pdn_families::v6;
  if (word == "ipv4v6") return pdn_families::v4v6;
  return std::nullopt;
}

pdn_login login_of(const std::string& how, const std::string& user, const std::string& password) {
  const auto kind = how == "pap"    ? pdn_authentication::pap
                    : how == "chap" ? pdn_authentication::chap
                                    : pdn_authentication::none;
  return {kind, user, password};
}

std::vector<pdn_settings> pdns_of(const modem_settings& modem) {
  std::vector<pdn_settings> all;
  for (const auto& one : modem.pdns)
    all.push_back(
        {.context = static_cast<cid>(one.cid),
         .id = static_cast<pdn_id>(one.id),
         .apn = one.apn,
         .family = families_of(one.family),
         .login = login_of(one.authentication, one.user, one.password),
         .policy = {one.activate == "start" ? pdn_activation::at_start : pdn_activation::on_use,
                    std::chrono::seconds(one.linger_s)}});
  return all;
}

std::set<std::string> words_of(const std::string& text) {
  std::istringstream words(text);
  return {std::istream_iterator<std::string>(words), std::istream_iterator<std::string>()};
}

std::optional<system_mode> system_of(const modem_settings& modem) {
  if (modem.system_mode == "default") return std::nullopt;
  const std::string words = '+' + modem.system_mode + '+';
  const auto has = [&words](const char* word) { return words.find(word) != std::string::npos; };
  constexpr std::array<std::string_view, 5> preferences{"none", "ltem", "nbiot", "home-ltem",
                                                        "home-nbiot"};
  const auto at = std::find(preferences.begin(), preferences.end(), modem.system_preference);
  return system_mode{has("+ltem+"), has("+nbiot+"), has("+gnss+"),
                     static_cast<unsigned>(at - preferences.begin())};
}

attach_settings attachment_of(const modem_settings& modem) {
  attach_settings made{.system = system_of(modem), .psm = {}, .edrx = {}, .pin = modem.pin};
  if (modem.psm != "default")
    made.psm = {modem.psm == "on", std::chrono::seconds(modem.psm_t3412_ext_s),
                std::chrono::seconds(modem.psm_t3324_s)};
  if (modem.edrx != "default") made.edrx = {modem.edrx == "on", std::chrono::seconds(modem.edrx_s)};
  return made;
}

bridge_factory bridge_of(const modem_settings& modem, bool log_trace, reactor& loop) {
  return [&modem, log_trace, &loop](caf::actor_system& system, supervisor_handle supervisor) {
    const auto where = *parse_modem_uri(modem.uri);
    if (const auto* own = std::get_if<host_uri>(&where))
      return bridge_handle(system.spawn<host::host_bridge_actor>(
          host::host_bridge_seed{own->interfaces, std::move(supervisor)}, loop));
    bridge_seed seed;
    seed.config = {.name = modem.name,
                   .baud = baud_of(where),
                   .apn = modem.apn,
                   .pdn_family = families_of(modem.pdn_family),
                   .login = login_of(modem.authentication, modem.user, modem.password),
                   .attach = attachment_of(modem),
                   .pdns = pdns_of(modem)};
    seed.config.fast_baud = fast_baud_of(where);
    seed.config.trace_wanted = [log_trace] { return trace_wanted(log_trace); };
    seed.line = make_port(loop.io, where, [name = modem.name](std::string_view line) {
      log::info("emulator-said", {{"link", name}, {"text", line}});
    });
    seed.supervisor = std::move(supervisor);
    seed.notice = [name = modem.name](std::string_view line) {
      log::debug("at-notification", {{"link", name}, {"text", line}});
    };
    seed.trace = [log_trace, name = modem.name](const trace_event& e) {
      write_trace(name, e, log_trace);
    };
    return bridge_handle(system.spawn<bridge_actor>(std::move(seed)));
  };
}

gateway_actor::link_factory links_of(const settings& config, const secure_kit& kit, reactor& loop) {
  return [&config, kit, &loop](caf::actor_system& system, gateway_handle gateway) {
    link_list links;
    for (const auto& modem : config.modems) {
      supervisor_seed seed{modem.name, modem.uri, bridge_of(modem, config.log_trace, loop),
                           gateway};
      seed.sockets_per_uid_max = config.sockets_per_uid_max;
      seed.sockets_max = config.sockets_max;
      seed.warning = std::string(warning_of(*parse_modem_uri(modem.uri)));
      seed.first_id = static_cast<std::uint32_t>(links.size() + 1);
      const bool own = std::holds_alternative<host_uri>(*parse_modem_uri(modem.uri));
      seed.kind = own ? link_kind::host : link_kind::modem;
      seed.rai_automatic = modem.rai == "auto";
      seed.rai_unguessed = words_of(modem.rai_unguessed);
      seed.links = static_cast<std::uint32_t>(config.modems.size());
      seed.kit = kit;
      links.push_back(
          {modem.name, supervisor_handle(system.spawn<supervisor_actor>(seed, loop)), seed.kind});
    }
    return links;
  };
}

/// Every link's state in one line for `systemctl status`.
class service_status {
public:
  void hear(const events::shared_event& happened) {
    if (happened->name != "link-state") return;
    std::string link, state;
    for (const auto& [key, value] : happened->fields)
      if (key == "link")
        link = value;
      else if (key == "state" || key == "trouble")
        state += ' ' + value;
    states_[link] = state;
    std::string status = "STATUS=";
    for (const auto& [name, now] : states_)
      status += (status.back() == '=' ? "" : ", ") + name + ':' + now;
    ::sd_notify(0, status.c_str());
  }

private:
  std::map<std::string, std::string> states_;
};

std::string uris_of(const settings& config) {
  std::string all;
  for (const auto& modem : config.modems) all += (all.empty() ? "" : " ") + modem.uri;
  return all;
}

listener::access access_of(const settings& config) {
  listener::access who{.mode = config.socket_mode};
  if (!config.socket_group.empty())
    if (const auto* group = ::getgrnam(config.socket_group.c_str())) who.group = group->gr_gid;
  return who;
}

/// Without randomness the daemon runs; what is secure says no_entropy.
std::shared_ptr<tls::random_source> randomness() {
  auto made = tls::system_random();
  if (made) return std::move(*made);
  log::error("no-entropy", {{"detail", made.error().detail}});
  return nullptr;
}

/// A handshake keeps a core busy: one thread for each, few on a machine of many.
unsigned worker_threads() {
  return std::clamp(std::thread::hardware_concurrency(), 1U, limits::worker_threads_max);
}

secure_kit make_kit(caf::actor_system& system, const settings& config, const reactor& loop,
                    std::shared_ptr<workers> aside) {
  secure_kit kit{
      {}, std::move(aside), randomness(), [] {
        return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
      }};
  kit.keeper = keeper_handle(system.spawn<keeper_actor>(
      keeper_seed{kit.aside, kit.random, kit.today, config.credentials}, loop));
  return kit;
}

int run(const settings& config) {
  if (const auto kernel = probe_kernel(); !kernel) {
    std::fprintf(stderr, "cellsockd: %s\n", kernel.error().detail.c_str());
    return 1;
  }
  asio::io_context io{1};
  reactor loop{io};
  auto control = listener::bind(config.socket_path, access_of(config), loop);
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

  const auto threads = std::make_shared<worker_pool>(worker_threads());
  auto kit = make_kit(system, config, loop, threads);
  auto gateway =
      gateway_handle(system.spawn<gateway_actor>(loop, links_of(config, kit, loop), kit));
  caf::actor_cast<caf::strong_actor_ptr>(gateway)->get()->attach_functor(
      [&io](const caf::error&) { io.stop(); });
  (*control)->start(gateway);
  log::info("started", {{"socket", config.socket_path}, {"modem", uris_of(config)}});
  // Programs may connect from here on; whether the modem is ready is the link's own affair.
  ::sd_notify(0, "READY=1");
  service_status shown;
  const auto following =
      events::subscribe({.happenings = true}, [&shown](const auto& e) { shown.hear(e); });

  asio::signal_set signals(io, SIGTERM, SIGINT);
  asio::steady_timer overdue(io);
  signals.async_wait([&](const asio::error_code& ec, int signal) {
    if (ec) return;
    log::info("stopping", {{"signal", signal}});
    ::sd_notify(0, "STOPPING=1");
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
  threads->stop();  // before the actors that its jobs tell
  caf::anon_send_exit(kit.keeper, caf::exit_reason::user_shutdown);
  kit = {};
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
  const auto uri_problem = [](const std::string& uri) {
    const auto where = parse_modem_uri(uri);
    return where ? std::string() : where.error().detail;
  };
  const auto config = read_options(argc, argv, uri_problem);
  if (config.exit_code) return *config.exit_code;
  if (!cellsock::log::open(config.values.log_level)) return 2;
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  return run(config.values);
}
