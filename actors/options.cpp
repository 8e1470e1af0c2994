// SPDX-License-Identifier: Apache-2.0
#include "actors/options.hpp"

#include <grp.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>

#include "actors/secret_file.hpp"

namespace cellsock {
namespace {

constexpr const char* default_file = "/etc/cellsock/cellsock.toml";

constexpr const char* footer =
    "The command line goes before the file (docs/configuration.md has its keys).\n"
    "\n"
    "Modem URIs:\n"
    "  serial:/dev/ttyACM0?baud=115200&flow=rtscts   a serial port (flow=none without RTS/CTS;\n"
    "                                                fast_baud=1000000 changes the rate once up)\n"
    "  unix:/run/modem.sock                          a Unix socket that somebody listens on\n"
    "  tcp:gateway:2001?baud=115200                  a serial server, raw (ser2net)\n"
    "  emulator:?baud=115200&dns=echo.test=127.0.0.1 nrf91-emulator as a child process\n"
    "  host:?pdn0=eth0                               no modem: the network of this machine, by "
    "that\n"
    "                                                interface (host: alone as it routes)\n"
    "\n"
    "Examples:\n"
    "  cellsockd --modem serial:/dev/ttyACM0\n"
    "  cellsockd --modem serial:/dev/ttyACM0 --modem serial:/dev/ttyACM2      two modems\n"
    "  cellsockd --modem emulator: --socket /tmp/cellsock.sock                no hardware at all\n"
    "  cellsockd --check-config --config ./cellsock.toml\n"
    "\n"
    "Then `cellsock status` shows the modem, and programs linked with libcellsock have sockets.\n";

struct command_line {
  std::optional<std::string> file, socket, group, mode, apn, credentials, level;
  std::vector<std::string> modems;
  bool trace = false;
  bool check = false;
};

std::optional<int> parse(int argc, char** argv, command_line& to) {
  CLI::App app("cellsockd: BSD sockets for every program over one cellular modem", "cellsockd");
  app.footer(footer);
  app.add_option("--config", to.file, std::string("configuration file [") + default_file + "]");
  app.add_flag("--check-config", to.check, "check the configuration, say ok or what is wrong");
  app.add_option("--modem", to.modems,
                 "a modem's port, as a URI (see below); repeatable, the first is the default")
      ->allow_extra_args(false);
  app.add_option("--socket", to.socket, "control socket [/run/cellsock/cellsock.sock]")
      ->envname("CELLSOCK_SOCKET");
  app.add_option("--socket-group", to.group, "its group: whoever is in it may use the modem");
  app.add_option("--socket-mode", to.mode, "its permissions, octal [0660]");
  app.add_option("--apn", to.apn, "access point name of every modem; empty: the network's default");
  app.add_option("--credentials", to.credentials,
                 "directory of durable credentials [/var/lib/cellsock/credentials]")
      ->type_name("DIR");
  app.add_option("--log-level", to.level, "debug, info, warn or error [info]")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  app.add_flag("--trace-at", to.trace, "log the AT dialogue (payload as lengths, secrets as ***)");
  app.set_version_flag("--version", "cellsockd " CELLSOCK_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  return std::nullopt;
}

/// Says what is wrong as `FILE:LINE:COLUMN: …`, which editors follow.
class complaints {
public:
  explicit complaints(std::string file) : file_(std::move(file)) {}
  void in_file(const config::place& where, const std::string& what) {
    const auto at = where.line == 0
                        ? std::string()
                        : ':' + std::to_string(where.line) + ':' + std::to_string(where.column);
    say(file_ + at + ": " + what);
  }
  void say(const std::string& what) {
    std::fprintf(stderr, "%s\n", what.c_str());
    any_ = true;
  }
  [[nodiscard]] bool any() const noexcept { return any_; }

private:
  std::string file_;
  bool any_ = false;
};

/// A key's value came from the command line, from the file, or is the default.
void blame(complaints& list, const config::parsed& file, std::string_view key, bool given,
           const char* option, const std::string& what) {
  if (given) return list.say(std::string("cellsockd: ") + option + ": " + what);
  const auto place = file.places.find(key);
  list.in_file(place == file.places.end() ? config::place{} : place->second,
               std::string(key) + ": " + what);
}

void override_with(const command_line& given, settings& values, complaints& list) {
  if (given.socket) values.socket_path = *given.socket;
  if (given.group) values.socket_group = *given.group;
  // What the file says of the modem at the same place still holds.
  if (!given.modems.empty()) values.modems.resize(given.modems.size());
  for (std::size_t i = 0; i < given.modems.size(); ++i) values.modems[i].uri = given.modems[i];
  if (given.apn)
    for (auto& modem : values.modems) modem.apn = *given.apn;
  if (given.credentials) values.credentials = *given.credentials;
  if (given.level) values.log_level = *given.level;
  if (given.trace) values.log_trace = true;
  if (!given.mode) return;
  // One reading of a mode, and one wording of what it must be.
  const auto read = config::parse("[socket]\nmode = '" + *given.mode + "'");
  if (read.problems.empty())
    values.socket_mode = read.values.socket_mode;
  else
    list.say("cellsockd: --socket-mode: must be three or four octal digits, 0000 to 0777");
}

/// Names for those without one; every modem has a URI that can be read, and a name of its own.
void check_modems(settings& values, const config::parsed& file, bool given,
                  const std::function<std::string(const std::string&)>& uri_problem,
                  complaints& list) {
  if (values.modems.size() > limits::modems_max)
    list.say("cellsockd: --modem: at most " + std::to_string(limits::modems_max) + " modems");
  for (std::size_t i = 0; i < values.modems.size(); ++i) {
    auto& modem = values.modems[i];
    if (modem.name.empty()) modem.name = "modem" + std::to_string(i);
    for (std::size_t before = 0; before < i; ++before)
      if (values.modems[before].name == modem.name)
        blame(list, file, config::modem_key(i, "name"), false, "",
              "\"" + modem.name + "\" is the name of another modem already");
    const auto what = modem.uri.empty() ? "this modem has none" : uri_problem(modem.uri);
    if (!what.empty()) blame(list, file, config::modem_key(i, "uri"), given, "--modem", what);
  }
}

/// What a login needs, and nothing of one that is not asked for.
void check_login(std::string_view authentication, const std::string& user, const std::string& from,
                 std::string& password,
                 const std::function<void(std::string_view, const std::string&)>& wrong) {
  if (authentication == "none") {
    if (!user.empty()) wrong("user", "a user needs authentication = \"pap\" or \"chap\"");
    if (!from.empty())
      wrong("password_file", "a password needs authentication = \"pap\" or \"chap\"");
    return;
  }
  if (user.empty()) wrong("user", "authentication needs one");
  if (from.empty()) return wrong("password_file", "authentication needs one");
  auto secret = read_secret(from);
  if (!secret) return wrong("password_file", '"' + from + "\" " + secret.error().detail);
  password = *secret;
}

/// Who the modem is to its network, and which packet networks it has: read where a file has a
/// secret, and free of contradictions.
void check_attachment(settings& values, const config::parsed& file, complaints& list) {
  for (std::size_t i = 0; i < values.modems.size(); ++i) {
    auto& modem = values.modems[i];
    const auto wrong = [&](std::string_view key, const std::string& what) {
      blame(list, file, config::modem_key(i, key), false, "", what);
    };
    check_login(modem.authentication, modem.user, modem.password_file, modem.password, wrong);
    if (!modem.pin_file.empty()) {
      auto secret = read_secret(modem.pin_file);
      if (!secret)
        wrong("pin_file", '"' + modem.pin_file + "\" " + secret.error().detail);
      else if (!is_pin(*secret))
        wrong("pin_file", '"' + modem.pin_file + "\" holds no PIN: 4 to 8 digits");
      else
        modem.pin = *secret;
    }
    for (std::size_t k = 0; k < modem.pdns.size(); ++k) {
      auto& pdn = modem.pdns[k];
      const auto wrong_here = [&](std::string_view key, const std::string& what) {
        blame(list, file, config::pdn_key(i, k, key), false, "", what);
      };
      if (pdn.cid == 0) pdn.cid = pdn.id;
      for (std::size_t before = 0; before < k; ++before) {
        if (modem.pdns[before].id == pdn.id)
          wrong_here("id", "pdn" + std::to_string(pdn.id) + " is there already");
        else if (modem.pdns[before].cid == pdn.cid)
          wrong_here("cid", "context " + std::to_string(pdn.cid) + " is that of pdn" +
                                std::to_string(modem.pdns[before].id) + " already");
      }
      check_login(pdn.authentication, pdn.user, pdn.password_file, pdn.password, wrong_here);
    }
  }
}

}  // namespace

options read_options(int argc, char** argv,
                     const std::function<std::string(const std::string&)>& uri_problem) {
  command_line given;
  if (const auto code = parse(argc, argv, given)) return {{}, code};

  const std::string path = given.file.value_or(default_file);
  complaints list(path);
  config::parsed file;
  const bool missing = ::access(path.c_str(), F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR);
  if (given.file || !missing) {
    if (const auto text = config::read(path))
      file = config::parse(*text);
    else
      list.in_file({}, text.error().detail);
  }
  for (const auto& one : file.problems) list.in_file(one.where, one.what);
  auto values = file.values;
  override_with(given, values, list);
  const bool none =
      values.modems.empty() || (values.modems.size() == 1 && values.modems.front().uri.empty());
  if (none && !list.any())
    list.say(
        "cellsockd: no modem configured. Name one, e.g. --modem serial:/dev/ttyACM0\n"
        "           Without hardware: --modem emulator:");
  if (!none) check_modems(values, file, !given.modems.empty(), uri_problem, list);
  check_attachment(values, file, list);
  if (!values.socket_group.empty() && ::getgrnam(values.socket_group.c_str()) == nullptr)
    blame(list, file, "socket.group", given.group.has_value(), "--socket-group",
          "there is no group \"" + values.socket_group + "\"; create it or name another");

  if (list.any()) return {{}, 2};
  if (!given.check) return {values, std::nullopt};
  std::puts("ok");
  return {values, 0};
}

}  // namespace cellsock
