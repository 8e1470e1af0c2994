// SPDX-License-Identifier: Apache-2.0
// The configuration file: its table, its page, its example, and what it says of mistakes.
#include "actors/config.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

using namespace cellsock;

namespace {

std::string file(const std::string& path) {
  std::ifstream in(std::string(CELLSOCK_SOURCE_DIR) + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// `3:8 socket.mode must be …`, one line per problem.
std::string problems(std::string_view text) {
  std::string all;
  for (const auto& p : config::parse(text).problems)
    all +=
        std::to_string(p.where.line) + ':' + std::to_string(p.where.column) + ' ' + p.what + '\n';
  return all;
}

const std::string modem_keys =
    "uri, name, apn, pdn_family, authentication, user, password_file, pin_file, system_mode, "
    "system_preference, psm, psm_t3412_ext_s, psm_t3324_s, edrx, edrx_s, rai, "
    "rai_unguessed, [[modem.pdn]]";

/// The table written as a file, each key with its default.
std::string defaults() {
  std::string text, last;
  for (const auto& key : config::keys()) {
    const auto dot = key.name.rfind('.');
    const std::string section(key.name.substr(0, dot));
    const bool listed = section == "modem.pdn";
    if (section != last) text += listed ? "[[modem.pdn]]\nid = 1\n" : '[' + section + "]\n";
    last = section;
    // There is no default modem, and a packet network has a number.
    const bool none = key.name == "modem.uri" || key.name == "modem.pdn.id";
    text += none ? ""
                 : std::string(key.name.substr(dot + 1)) + " = " + std::string(key.standard) + '\n';
  }
  return text;
}

}  // namespace

TEST_CASE("an empty file is the defaults, and so is one that says them all") {
  CHECK(config::parse("").values == settings{});
  CHECK(problems(defaults()) == "");
  CHECK(config::parse(defaults()).values == settings{.modems = {{.pdns = {{.id = 1}}}}});
}

TEST_CASE("every key is read") {
  const auto read = config::parse(R"(
[socket]
path = "/tmp/s"
group = "dialout"
mode = "0666"
[modem]
uri = "serial:/dev/ttyACM0"
apn = "iot.example"
name = "gate"
pdn_family = "ipv6"
authentication = "chap"
user = "gate"
password_file = "/etc/cellsock/password"
pin_file = "/etc/cellsock/pin"
system_mode = "ltem+nbiot"
system_preference = "ltem"
psm = "on"
psm_t3412_ext_s = 86400
psm_t3324_s = 20
edrx = "off"
edrx_s = 164
rai = "off"
rai_unguessed = "backup mqtt"
[[modem.pdn]]
id = 1
cid = 2
apn = "m2m.example"
family = "ipv4"
authentication = "pap"
user = "u"
password_file = "/p"
activate = "start"
linger_s = 5
[log]
level = "debug"
trace = true
[limits]
sockets_per_uid_max = 3
sockets_max = 1000
[credentials]
directory = "/tmp/keys"
)");
  CHECK(read.problems.empty());
  CHECK(read.values == settings{.socket_path = "/tmp/s",
                                .socket_group = "dialout",
                                .socket_mode = 0666,
                                .modems = {{.name = "gate",
                                            .uri = "serial:/dev/ttyACM0",
                                            .apn = "iot.example",
                                            .pdn_family = "ipv6",
                                            .authentication = "chap",
                                            .user = "gate",
                                            .password_file = "/etc/cellsock/password",
                                            .pin_file = "/etc/cellsock/pin",
                                            .system_mode = "ltem+nbiot",
                                            .system_preference = "ltem",
                                            .psm = "on",
                                            .psm_t3412_ext_s = 86400,
                                            .psm_t3324_s = 20,
                                            .edrx = "off",
                                            .edrx_s = 164,
                                            .rai = "off",
                                            .rai_unguessed = "backup mqtt",
                                            .pdns = {{.id = 1,
                                                      .cid = 2,
                                                      .apn = "m2m.example",
                                                      .family = "ipv4",
                                                      .authentication = "pap",
                                                      .user = "u",
                                                      .password_file = "/p",
                                                      .activate = "start",
                                                      .linger_s = 5}}}},
                                .credentials = "/tmp/keys",
                                .log_level = "debug",
                                .log_trace = true,
                                .sockets_per_uid_max = 3,
                                .sockets_max = 1000});
  CHECK(read.places.size() == config::keys().size());
  CHECK(read.places.at("modem.uri").line == 7);
  CHECK(read.places.at("modem.uri").column == 7);
}

TEST_CASE("mistakes: where, what is wrong, and what would be right; all of them at once") {
  CHECK(problems("[socket]\npth = \"/tmp/s\"\n") ==
        "2:1 there is no key \"pth\" in [socket]; it has path, group, mode\n");
  CHECK(problems("[sockets]\n") ==
        "1:2 there is no table \"sockets\"; the tables are [socket], [modem], [credentials], "
        "[log], [limits]\n");
  CHECK(problems("apn = 'x'\n") ==
        "1:1 there is no \"apn\"; the tables are [socket], [modem], [credentials], [log], "
        "[limits]\n");
  CHECK(
      problems("modem = 'serial:/dev/ttyACM0'\n") ==
      "1:1 \"modem\" is a table: write [modem], or [[modem]] for each of several, and its keys (" +
          modem_keys + ") below it\n");
  CHECK(problems("[limits]\nsockets_per_uid_max = 0\nsockets_max = \"many\"\n") ==
        "2:23 limits.sockets_per_uid_max must be an integer, 1 to 16384, not 0\n"
        "3:15 limits.sockets_max must be an integer, 1 to 16384, not text\n");
  CHECK(problems("[log]\nlevel = 'loud'\n  trace = 1\n") ==
        "2:9 log.level must be one of debug, info, warn, error, not \"loud\"\n"
        "3:11 log.trace must be true or false, not an integer\n");
  const std::string mode =
      "2:8 socket.mode must be text of three or four octal digits, \"0000\" to \"0777\", not ";
  CHECK(problems("[socket]\nmode = 660\n") == mode + "an integer\n");
  for (const char* wrong : {"", "66", "0668", "1777", "07777", "rw-rw----", "-660"})
    CHECK(problems("[socket]\nmode = '" + std::string(wrong) + "'\n") ==
          mode + '"' + wrong + "\"\n");
  CHECK(problems("[socket]\npath = ''\n") ==
        "2:8 socket.path must be text, 1 to 107 characters, not 0 characters\n");
  CHECK(problems("[socket]\npath = '" + std::string(108, 'x') + "'\n") ==
        "2:8 socket.path must be text, 1 to 107 characters, not 108 characters\n");
  CHECK(problems("[modem]\napn = \"a\\u0000b\"\n") ==
        "2:7 modem.apn must be letters, digits, '.', '-' and '_', 0 to 100 characters, not text "
        "with control characters\n");
  CHECK(problems("[modem]\nuri = ['a', 'b']\napn = { a = 1 }\n") ==
        "2:7 modem.uri must be text, 1 to 255 characters, not an array\n"
        "3:7 modem.apn must be letters, digits, '.', '-' and '_', 0 to 100 characters, not a "
        "table\n");
  CHECK(problems("[modem]\napn = 'my apn'\nuser = 'a\"b'\n") ==
        "2:7 modem.apn must be letters, digits, '.', '-' and '_', 0 to 100 characters, not \"my "
        "apn\"\n"
        "3:8 modem.user must be text without quotes, 0 to 64 characters, not text with a quote\n");
}

TEST_CASE("several modems, in their order") {
  const auto read = config::parse(R"(
[[modem]]
uri = "serial:/dev/ttyACM0"
[[modem]]
name = "north"
uri = "tcp:roof:2001"
pdn_family = "ip"
)");
  CHECK(read.problems.empty());
  REQUIRE(read.values.modems.size() == 2);
  CHECK(read.values.modems[0] == modem_settings{.uri = "serial:/dev/ttyACM0"});
  CHECK(read.values.modems[1] ==
        modem_settings{.name = "north", .uri = "tcp:roof:2001", .pdn_family = "ip"});
  CHECK(read.places.at(config::modem_key(0, "uri")).line == 3);
  CHECK(read.places.at(config::modem_key(1, "uri")).line == 6);
  CHECK(problems("[[modem]]\nname = 'a b'\n[[modem]]\nname = 'pdn0'\n[[modem]]\nbaud = 1\n") ==
        "2:8 modem.name must be a name, at most 15 letters, digits, - and _, not \"a b\"\n"
        "4:8 modem.name must be a name, at most 15 letters, digits, - and _, not \"pdn0\"\n"
        "6:1 there is no key \"baud\" in [modem]; it has " +
            modem_keys + "\n");
  CHECK(problems("modem = ['serial:/dev/x']\n").find("[[modem]] for each") != std::string::npos);
  std::string many;
  for (std::size_t i = 0; i <= limits::modems_max; ++i) many += "[[modem]]\n";
  CHECK(problems(many).find("at most 16") != std::string::npos);
}

TEST_CASE("packet networks beside the first, below their modem") {
  const auto read = config::parse(R"(
[[modem]]
uri = "serial:/dev/ttyACM0"
[[modem.pdn]]
id = 1
[[modem.pdn]]
id = 2
apn = "b.example"
[[modem]]
[[modem.pdn]]
id = 3
)");
  CHECK(read.problems.empty());
  REQUIRE(read.values.modems.size() == 2);
  REQUIRE(read.values.modems[0].pdns.size() == 2);
  CHECK(read.values.modems[0].pdns[1].apn == "b.example");
  CHECK(read.values.modems[1].pdns.at(0).id == 3);
  CHECK(read.places.at(config::pdn_key(0, 1, "apn")).line == 8);
  CHECK(read.places.at(config::pdn_key(1, 0, "id")).line == 11);
  CHECK(problems("[modem]\n[[modem.pdn]]\napn = 'x'\n") ==
        "2:1 modem.pdn.id is missing: what programs call it, 1 to 10\n");
  CHECK(problems("[modem]\n[[modem.pdn]]\nid = 11\nactivate = 'now'\n") ==
        "2:1 modem.pdn.id is missing: what programs call it, 1 to 10\n"
        "3:6 modem.pdn.id must be an integer, 1 to 10, not 11\n"
        "4:12 modem.pdn.activate must be one of start, use, not \"now\"\n");
  CHECK(problems("[modem]\npdn = 1\n").find("write [[modem.pdn]]") != std::string::npos);
  std::string many = "[modem]\n";
  for (std::size_t i = 0; i <= limits::pdns_max; ++i) many += "[[modem.pdn]]\nid = 1\n";
  CHECK(problems(many).find("room for 3") != std::string::npos);
}

TEST_CASE("what is no TOML says where it stops being it") {
  const auto found = config::parse("[socket]\npath = /tmp/s\n").problems;
  REQUIRE(found.size() == 1);
  CHECK(found[0].where.line == 2);
  CHECK(found[0].where.column == 8);
  CHECK_FALSE(found[0].what.empty());
  CHECK(config::parse("[socket]\npath = 'a'\npath = 'b'\n").problems.at(0).where.line == 3);
}

TEST_CASE("a message is one line, whatever stands in the file") {
  for (const char* text :
       {"[log]\ntrace = t\nrue\n", "\"a\\nb\" = 1\n", "[log]\nlevel = \"\\n\"\n"}) {
    const auto found = config::parse(text).problems;
    REQUIRE(found.size() == 1);
    CHECK(found[0].what.find('\n') == std::string::npos);
  }
}

TEST_CASE("a file that cannot be read says why") {
  CHECK(config::read("/nonexistent/cellsock.toml").error().detail.find("No such file") !=
        std::string::npos);
  CHECK_FALSE(config::read("/"));
  CHECK_FALSE(config::read("/dev/zero"));  // longer than any configuration
  CHECK(config::read("/dev/null"));
}

TEST_CASE("docs/configuration.md is the table, row for row") {
  std::vector<std::string> wanted, found;
  for (const auto& key : config::keys())
    wanted.push_back("| `" + std::string(key.name) + "` | " + config::wanted(key) + " | " +
                     (key.name == "modem.uri" ? "none" : '`' + std::string(key.standard) + '`') +
                     " | " + std::string(key.meaning) + " |");
  std::istringstream page(file("/docs/configuration.md"));
  for (std::string line; std::getline(page, line);)
    if (line.starts_with("| `")) found.push_back(line);
  CHECK(found == wanted);
}

TEST_CASE("deploy/cellsock.toml is good as it is, and shows every key with its default") {
  const auto example = file("/deploy/cellsock.toml");
  CHECK(problems(example) == "");
  CHECK_FALSE(config::parse(example).values.modems.at(0).uri.empty());
  std::string all;
  std::istringstream lines(example);
  for (std::string line; std::getline(lines, line);) {
    const bool key =
        line.starts_with("#[[") || (line.starts_with("#") && line.find(" = ") != std::string::npos);
    all += (key ? line.substr(1) : line) + '\n';
  }
  const auto read = config::parse(all);
  CHECK(problems(all) == "");
  CHECK(read.places.size() == config::keys().size());
  auto values = read.values;
  values.modems.at(0).uri.clear();
  CHECK(values == settings{.modems = {{.pdns = {{.id = 1}}}}});
}
