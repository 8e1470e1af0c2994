// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/flavour.hpp"

#include <doctest/doctest.h>

#include <set>

#include "tests/support/emulator_bench.hpp"

using namespace cellsock::emulator;
using namespace std::chrono_literals;

namespace {

std::set<std::string> commands_of(dialect id) {
  emulator_bench t(config_of(id));
  (void)t.until("Ready\r\n");
  std::string list = t.ask("AT#XCLAC");
  CHECK(list.starts_with("\r\nAT#"));
  std::set<std::string> names;
  for (std::size_t at = list.find("AT"); at != std::string::npos; at = list.find("AT", at + 1))
    names.insert(list.substr(at + 2, list.find('\r', at) - at - 2));
  return names;
}

/// What `a` has and `b` does not.
std::set<std::string> beyond(const std::set<std::string>& a, const std::set<std::string>& b) {
  std::set<std::string> more;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::inserter(more, more.end()));
  return more;
}

}  // namespace

TEST_CASE("every firmware is found by its name, and the short names are the newest") {
  for (const flavour& row : flavours) CHECK(find_dialect(row.name) == row.id);
  CHECK(find_dialect("slm") == dialect::slm_3_1);
  CHECK(find_dialect("sm") == dialect::sm_2);
  for (const char* none : {"", "slm-2.5", "SLM", "sm-3"}) CHECK_FALSE(find_dialect(none));
}

TEST_CASE("each says its own version and its chip, and not the other's version") {
  for (const flavour& row : flavours) {
    emulator_bench t(config_of(row.id));
    (void)t.until("Ready\r\n");
    const std::string own(row.version_command);
    const std::string other = own == "XSMVER" ? "XSLMVER" : "XSMVER";
    CHECK(t.ask("AT#" + own) == "\r\n#" + own + ": \"" + std::string(row.application_version) +
                                    "\",\"" + std::string(row.library_version) +
                                    "\"\r\n\r\nOK\r\n");
    CHECK(t.ask("AT#" + other) == "\r\nERROR\r\n");
    CHECK(t.ask("AT+CGMM") == "\r\n" + std::string(row.chip->model) + "\r\n\r\nOK\r\n");
    CHECK(t.ask("AT%RAI=2").find("OK") == (row.chip == &nrf9151 ? 2 : std::string::npos));
  }
}

TEST_CASE("the command list holds exactly what the firmware answers") {
  const auto slm24 = commands_of(dialect::slm_2_4);
  const auto slm27 = commands_of(dialect::slm_2_7);
  const auto slm31 = commands_of(dialect::slm_3_1);
  const auto sm1 = commands_of(dialect::sm_1);
  const auto sm2 = commands_of(dialect::sm_2);
  CHECK(slm27 == commands_of(dialect::slm_2_9));
  CHECK(beyond(slm31, slm27) == std::set<std::string>{"#XAPOLL"});
  CHECK(beyond(slm27, slm31).empty());
  CHECK(beyond(slm24, slm27) == std::set<std::string>{"#XSLMUART"});
  CHECK(beyond(sm2, sm1) == std::set<std::string>{"#XLISTEN", "#XACCEPT"});
  CHECK(beyond(sm1, sm2).empty());
  CHECK(beyond(sm1, slm31) == std::set<std::string>{"#XCLOSE", "#XRECVCFG", "#XSMVER", "+IPR"});
  CHECK(beyond(slm31, sm1) ==
        std::set<std::string>{"#XSOCKETSELECT", "#XPOLL", "#XSLMVER", "#XLISTEN", "#XACCEPT"});
  for (const flavour& row : flavours) {
    emulator_bench t(config_of(row.id));
    (void)t.until("Ready\r\n");
    const auto own = commands_of(row.id);
    for (const auto& all : {slm24, slm31, sm2})
      for (const std::string& name : all)
        if (!own.contains(name))
          CHECK_MESSAGE(t.ask("AT" + name) == "\r\nERROR\r\n", row.name << " " << name);
  }
}

TEST_CASE("a full table: seven or eight sockets") {
  for (const flavour& row : flavours) {
    emulator_bench t(config_of(row.id));
    (void)t.until("Ready\r\n");
    for (std::size_t i = 0; i < row.sockets_max; ++i)
      CHECK(t.ask("AT#XSOCKET=1,2,0").ends_with("OK\r\n"));
    CHECK(t.ask("AT#XSOCKET=1,2,0") == "\r\nERROR\r\n");
  }
}

TEST_CASE("each takes the option numbers of its time") {
  const auto takes = [](dialect id, int name, int value) {
    emulator_bench t(config_of(id));
    (void)t.until("Ready\r\n");
    const std::string socket = t.ask("AT#XSOCKET=1,1,1");
    const std::string handle = flavour_of(id).syntax == command_syntax::handle ? "0," : "";
    return t.ask("AT#XSOCKETOPT=" + handle + "1," + std::to_string(name) + "," +
                 std::to_string(value)) == "\r\nOK\r\n";
  };
  for (const flavour& row : flavours) {
    const bool old = row.id <= dialect::slm_2_7;
    for (const int hint : {50, 51, 52, 53, 54}) CHECK(takes(row.id, hint, 1) == old);
    CHECK(takes(row.id, 61, 2) == !old);
    CHECK(takes(row.id, 34, 1) == (row.id == dialect::sm_2));
    CHECK(takes(row.id, 55, 10) == (row.id != dialect::sm_1));
    CHECK(takes(row.id, 21, 5));
  }
}
