// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include "modem_bridge/emulator/control.hpp"
#include "modem_bridge/emulator/control_client.hpp"
#include "modem_bridge/emulator/control_verb.hpp"
#include "modem_bridge/emulator/name_table.hpp"
#include "modem_bridge/emulator/script.hpp"
#include "modem_bridge/emulator/serve.hpp"

namespace {

using namespace cellsock::emulator;

constexpr int exit_failed = 1;
constexpr int exit_usage = 2;

constexpr const char* description =
    "An nRF91 cellular modem that is not there.\n\n"
    "It speaks the AT protocol of the Serial LTE Modem application (slm) on an nRF9160, or of the\n"
    "Serial Modem application (sm) on an nRF9151, on a pseudo terminal or a stream socket, paced\n"
    "like a real UART, and carries TCP and UDP to whatever this computer can reach. Names resolve\n"
    "from --dns and --hosts only.";

constexpr const char* example =
    "Example:\n"
    "  nrf91-emulator --link /tmp/modem --dns echo.test=127.0.0.1 &\n"
    "  picocom -b 115200 --omap crcrlf /tmp/modem      # type AT, AT+CFUN=1, AT+CEREG?\n"
    "  nrf91-emulator ctl status\n"
    "  nrf91-emulator ctl pdn down";

std::string dialect_names() {
  std::string names;
  for (const flavour& row : flavours) names += (names.empty() ? "" : ", ") + std::string(row.name);
  return names;
}

struct arguments {
  serve_options serve;
  std::string dialect = "slm";
  std::string terminator;
  std::string library_version;
  std::string flow = "rtscts";
  std::string level = "info";
  bool no_sim = false;
  double turnaround_ms = 3;
  double net_delay_ms = 0;
  double boot_ms = 100;
  double registration_ms = 200;
  std::string family = "v4v6";
  double ipv6_ms = 20;
  std::vector<std::string> names;
  std::vector<std::string> hosts_files;
  double activation_ms = 50;
  double rrc_setup_ms = 0;
  double rrc_inactivity_s = 10;
  bool no_rai = false;
  std::vector<std::string> sources;
  std::vector<std::string> name_servers;
  bool no_name_servers = false;
  std::string script;
  std::string control_path;
  std::vector<std::string> words;
};

/// The number of a context before `=`, and what stands behind it.
std::optional<std::pair<int, std::string>> of_context(const std::string& assignment) {
  const auto equals = assignment.find('=');
  const auto cid = whole(std::string_view(assignment).substr(0, equals));
  if (equals == std::string::npos || !cid || *cid >= cell::contexts_max) return {};
  return std::pair(*cid, assignment.substr(equals + 1));
}

void declare_radio(CLI::App& app, arguments& a) {
  modem_config& modem = a.serve.modem;
  app.add_option("--activation-ms", a.activation_ms, "AT+CGACT to its answer")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 600000.0));
  app.add_option("--rrc-setup-ms", a.rrc_setup_ms, "idle to connected (150 to 300 on LTE-M)")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 60000.0));
  app.add_option("--rrc-inactivity-s", a.rrc_inactivity_s,
                 "last packet to the release of the radio connection")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 3600.0));
  app.add_flag("--no-rai", a.no_rai, "a cell that ignores release assistance");
  app.add_option("--source", a.sources,
                 "CID=ADDRESS: this context's traffic comes from this address (repeatable)");
  app.add_option("--name-server", a.name_servers,
                 "CID=ADDRESS:PORT: where port 53 of this context's name server is (repeatable)");
  app.add_flag("--no-name-servers", a.no_name_servers, "contexts that name no name server");
  app.add_option("--pin", modem.pin, "PIN the SIM asks for")->check([](const std::string& pin) {
    const bool digits = pin.find_first_not_of("0123456789") == std::string::npos;
    return digits && pin.size() >= 4 && pin.size() <= 8 ? "" : "not a PIN";
  });
  app.add_option("--puk", modem.puk, "its PUK")->capture_default_str();
  app.add_option("--reset-loop", modem.reset_loop_limit,
                 "restarts without CFUN=0 until the modem keeps off the network; 0: never")
      ->capture_default_str()
      ->check(CLI::Range(0, 1000));
  app.add_option("--pdn-loss-bits", modem.pdn_loss_bits,
                 "poll bits of a socket whose network is gone: of 8, 16 and 32")
      ->capture_default_str()
      ->check([](const std::string& bits) {
        for (const char* good : {"8", "16", "32", "24", "40", "48", "56"})
          if (bits == good) return "";
        return "not of 8, 16 and 32";
      });
  app.add_option("--script", a.script, "file of lines `at SECONDS VERB…`: control verbs by time")
      ->check(CLI::ExistingFile);
  app.add_option("--radio-trace", a.serve.radio_path,
                 "write each change of the radio's state here, as NDJSON");
}

void declare(CLI::App& app, arguments& a) {
  const CLI::Range milliseconds(0.0, 600000.0);
  app.add_option("--dialect", a.dialect,
                 "firmware: " + dialect_names() + "; slm and sm are the newest")
      ->capture_default_str();
  app.add_option("--terminator", a.terminator,
                 "what ends a command: cr, lf or crlf (default: slm crlf, sm cr)")
      ->check(CLI::IsMember({"cr", "lf", "crlf"}));
  app.add_option("--library-version", a.library_version,
                 "of the modem library, as #XSLMVER prints it (default: the firmware's own)")
      ->check([](const std::string& version) {
        const bool good = version.find_first_not_of("0123456789.") == std::string::npos;
        return good && !version.empty() ? "" : "not a version: " + version;
      });
  app.add_option("--listen", a.serve.listen,
                 "instead of a pty: unix:PATH or tcp:ADDRESS:PORT, one host at a time");
  app.add_option("--fd", a.serve.descriptor,
                 "instead of a pty: an inherited stream socket; ends when that is closed")
      ->check(CLI::Range(0, 1048576))
      ->excludes("--listen");
  app.add_option("--baud", a.serve.modem.baud, "line rate, both ways")
      ->capture_default_str()
      ->check(CLI::Range(300U, 10000000U));
  app.add_option("--flow", a.flow, "flow control: without it an overrun modem loses bytes")
      ->capture_default_str()
      ->check(CLI::IsMember({"rtscts", "none"}));
  app.add_option("--link", a.serve.link_path, "symbolic link to keep on the pty's path");
  app.add_option("--ctl", a.serve.control_path,
                 "control socket (default: " + default_control_path() + ")");
  app.add_option("--turnaround-ms", a.turnaround_ms,
                 "host's last byte to modem's first; 2 ms of it are idle detection")
      ->capture_default_str()
      ->check(milliseconds);
  app.add_option("--net-delay-ms", a.net_delay_ms, "one way over the air")
      ->capture_default_str()
      ->check(milliseconds);
  app.add_option("--boot-ms", a.boot_ms, "power-on to Ready (about 2000 on hardware)")
      ->capture_default_str()
      ->check(milliseconds);
  app.add_option("--registration-ms", a.registration_ms, "CFUN=1 to PDN active")
      ->capture_default_str()
      ->check(milliseconds);
  app.add_option("--pdn-family", a.family,
                 "what the network grants: v4, v6 or v4v6; +CGDCONT asks for less or the same")
      ->capture_default_str()
      ->check(CLI::IsMember({"v4", "v6", "v4v6"}));
  app.add_option("--ipv6-ms", a.ipv6_ms, "PDN active to +CGEV: IPV6, and the address with it")
      ->capture_default_str()
      ->check(milliseconds);
  app.add_option("--dns", a.names,
                 "NAME=ADDRESS the network's DNS knows, IPv4 or IPv6 (repeatable)");
  app.add_option("--hosts", a.hosts_files, "the same from a file like /etc/hosts (repeatable)")
      ->check(CLI::ExistingFile);
  app.add_option("--operator", a.serve.modem.operator_code, "PLMN of the network, 5 or 6 digits")
      ->capture_default_str()
      ->check([](const std::string& plmn) {
        const bool digits = plmn.find_first_not_of("0123456789") == std::string::npos;
        return digits && (plmn.size() == 5 || plmn.size() == 6) ? "" : "not a PLMN: " + plmn;
      });
  app.add_option("--first-handle", a.serve.modem.first_handle, "number of the first socket")
      ->capture_default_str()
      ->check(CLI::Range(0, 1000));
  app.add_flag("--roaming", a.serve.modem.roaming, "register as roaming (+CEREG: 5)");
  app.add_flag("--no-sim", a.no_sim, "start without a SIM");
  declare_radio(app, a);
  app.add_option("--events", a.serve.events_path, "write the ordered event log here, as NDJSON");
  app.add_option("--log-level", a.level, "on stderr: error, info, or debug (every event)")
      ->capture_default_str()
      ->check(CLI::IsMember({"error", "info", "debug"}));
}

duration milliseconds(double value) {
  return std::chrono::duration_cast<duration>(std::chrono::duration<double, std::milli>(value));
}

int usage(const std::string& problem) {
  std::cerr << "nrf91-emulator: " << problem << '\n';
  return exit_usage;
}

/// What `declare_radio` cannot check; empty: all good.
std::string configure_radio(arguments& a) {
  modem_config& modem = a.serve.modem;
  modem.activation_time = milliseconds(a.activation_ms);
  modem.rrc_setup = milliseconds(a.rrc_setup_ms);
  modem.rrc_inactivity = milliseconds(1000 * a.rrc_inactivity_s);
  modem.release_assistance = !a.no_rai;
  for (const std::string& one : a.sources) {
    const auto parts = of_context(one);
    const auto address = parts ? cellsock::parse_address(parts->second)
                               : cellsock::result<cellsock::ip_address>(
                                     cellsock::fail(cellsock::errc::invalid_argument));
    if (!address) return "--source: not CID=ADDRESS: " + one;
    modem.outsides[parts->first].source = *address;
  }
  for (const std::string& one : a.name_servers) {
    const auto parts = of_context(one);
    const auto where = parts ? cellsock::parse_endpoint(parts->second)
                             : cellsock::result<cellsock::endpoint>(
                                   cellsock::fail(cellsock::errc::invalid_argument));
    if (!where) return "--name-server: not CID=ADDRESS:PORT: " + one;
    modem.outsides[parts->first].name_server = *where;
  }
  if (a.no_name_servers)
    for (auto* one :
         {&modem.dns_primary, &modem.dns_secondary, &modem.dns6_primary, &modem.dns6_secondary})
      one->clear();
  if (a.script.empty()) return {};
  std::ifstream file(a.script);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto script = parse_script(text);
  if (!script) return a.script + ": " + script.error().detail;
  modem.script = std::move(*script);
  return {};
}

int run_server(arguments& a) {
  const auto firmware = find_dialect(a.dialect);
  if (!firmware)
    return usage("no firmware `" + a.dialect + "`; there are: slm, sm, " + dialect_names());
  modem_config& modem = a.serve.modem;
  become(modem, *firmware);
  if (!a.terminator.empty())
    modem.terminator = a.terminator == "cr"   ? line_end::cr
                       : a.terminator == "lf" ? line_end::lf
                                              : line_end::crlf;
  if (!a.library_version.empty()) modem.library_version = a.library_version;
  const bool pty = a.serve.listen.empty() && a.serve.descriptor < 0;
  if (!pty && !a.serve.link_path.empty()) return usage("--link is for a pty");
  modem.flow_control = a.flow == "rtscts";
  modem.sim_present = !a.no_sim;
  modem.turnaround = milliseconds(a.turnaround_ms);
  modem.network_delay = milliseconds(a.net_delay_ms);
  modem.boot_time = milliseconds(a.boot_ms);
  modem.registration_time = milliseconds(a.registration_ms);
  modem.router_time = milliseconds(a.ipv6_ms);
  modem.family = a.family == "v4"   ? pdn_family::v4
                 : a.family == "v6" ? pdn_family::v6
                                    : pdn_family::v4v6;
  a.serve.level = a.level == "debug"   ? log_level::debug
                  : a.level == "error" ? log_level::error
                                       : log_level::info;
  for (const std::string& name : a.names)
    if (const auto added = add_name(modem.names, name); !added)
      return usage("--dns: " + added.error().detail);
  for (const std::string& path : a.hosts_files) {
    std::ifstream file(path);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (const auto added = add_hosts(modem.names, text); !added)
      return usage(path + ": " + added.error().detail);
  }
  if (const std::string problem = configure_radio(a); !problem.empty()) return usage(problem);
  return serve(a.serve);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(description, "nrf91-emulator");
  app.footer(example);
  arguments a;
  declare(app, a);
  CLI::App* control = app.add_subcommand("ctl", "tell a running emulator what happens next");
  control->add_option("--ctl", a.control_path,
                      "its control socket (default: " + default_control_path() + ")");
  control->add_option("verb", a.words, "verb and its words")->required();
  control->footer("Verbs:\n" + control_usage() +
                  "\nExit code: 0 done, 1 refused, 2 usage, 3 no emulator there.");
  try {
    app.parse(argc, argv);
    if (!*control) return run_server(a);
    // `--ctl` means the same socket on either side of the word `ctl`.
    if (a.control_path.empty()) a.control_path = a.serve.control_path;
    if (a.control_path.empty()) a.control_path = default_control_path();
    return run_control_client(a.control_path, a.words);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : exit_usage;
  } catch (const std::exception& problem) {
    std::cerr << "nrf91-emulator: " << problem.what() << '\n';
    return exit_failed;
  }
}
