// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/script.hpp"

#include <doctest/doctest.h>

#include "tests/support/emulator_bench.hpp"

using namespace cellsock::emulator;
using namespace std::chrono_literals;

TEST_CASE("spans of time") {
  CHECK(parse_span("10", "s") == 10s);
  CHECK(parse_span("10", "ms") == 10ms);
  CHECK(parse_span("0.5s", "ms") == 500ms);
  CHECK(parse_span("250ms", "s") == 250ms);
  CHECK(parse_span("2m", "s") == 2min);
  CHECK(parse_span("24h", "s") == 24h);
  for (const char* bad : {"", "s", "-1", "1 s", "1d", "nan", "inf", "1e9", "99999h", "0x10"})
    CHECK_MESSAGE(!parse_span(bad, "s"), bad);
}

TEST_CASE("a script is read in order of time") {
  const auto script = parse_script(
      "# a day\n"
      "at 10s pdn lose 1 nw   # gone\r\n"
      "\n"
      "at 500ms\tcell   rai off\n"
      "at 10 pdn return 1");
  REQUIRE(script);
  REQUIRE(script->size() == 3);
  CHECK((*script)[0].at == 500ms);
  CHECK((*script)[0].request == "cell rai off");
  CHECK((*script)[1].request == "pdn lose 1 nw");
  CHECK((*script)[2].request == "pdn return 1");
  CHECK(parse_script("")->empty());
}

TEST_CASE("what is wrong with a script, and where") {
  for (const auto& [text, problem] :
       {std::pair{"at 1 status\nin 2 status\n", "line 2: not `at TIME VERB`: in"},
        std::pair{"at soon status", "line 1: not a time: soon"},
        std::pair{"\n\nat 1\n", "line 3: no verb"},
        std::pair{"at 1 dance", "line 1: no verb: dance"}}) {
    const auto script = parse_script(text);
    REQUIRE_FALSE(script);
    CHECK(script.error().detail == problem);
  }
}

TEST_CASE("a script acts at its times, and says what it could not do") {
  modem_config config;
  auto script = parse_script("at 60s pdn lose 0\nat 61s pdn return 0\nat 62s pdn return 9\n");
  REQUIRE(script);
  config.script = *script;
  emulator_bench t(config);
  const auto start = t.now;
  t.bring_up();
  (void)t.ask("AT+CGEREP=1");
  CHECK(t.until("NW PDN DEACT 0\r\n").ends_with("+CGEV: NW PDN DEACT 0\r\n"));
  CHECK(t.now - start >= 60s);
  CHECK(t.now - start < 60100ms);
  CHECK(t.until("ME PDN ACT 0\r\n").ends_with("+CGEV: ME PDN ACT 0\r\n"));
  CHECK(t.now - start < 61100ms);
  t.run(2s);
  CHECK(t.count("script") == 3);
  CHECK(t.modem.events().back().text.find("not defined") != std::string::npos);
}
