// SPDX-License-Identifier: Apache-2.0
// The line of sm: reception, echo, rate, DTR and RI, a host that does not read.
#include <doctest/doctest.h>

#include "modem_bridge/emulator/line_editor.hpp"
#include "tests/support/emulator_bench.hpp"

using namespace cellsock::emulator;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

constexpr std::array both{dialect::sm_1, dialect::sm_2};

struct sm : emulator_bench {
  explicit sm(dialect id, modem_config config = {}) : emulator_bench((become(config, id), config)) {
    (void)until("Ready\r\n");
  }
  std::string reply(std::string_view typed) {
    type(typed);
    return listen(1500ms);
  }
};

}  // namespace

TEST_CASE("what stands before AT is dropped, and an A too much takes the command with it") {
  for (const dialect id : both) {
    sm t(id);
    CHECK(t.reply("xyz\r").empty());
    CHECK(t.reply("AAT\r").empty());
    CHECK(t.reply("xxAT\r") == "\r\nOK\r\n");
    CHECK(t.reply("A\r").empty());
    CHECK(t.reply("\r\r\r").empty());
    CHECK(t.reply("at\r\n") == "\r\nOK\r\n");
    CHECK(t.reply("AT\n\r") == "\r\nERROR\r\n");
    CHECK(t.reply("AX\bAT\r") == "\r\nOK\r\n");
    CHECK(t.reply("AT#XUUID\"\x7f\r").ends_with("OK\r\n"));
    CHECK(t.reply("AT\0garbage\r"s) == "\r\nOK\r\n");
    CHECK(t.reply("+++\rAT\r") == "\r\nOK\r\n");
    CHECK(t.reply("ATZ\r") == "\r\nERROR\r\n");
    CHECK(t.reply("AT#XSEND=\"half" + std::string(256, '\x7f') + "AT\r") == "\r\nOK\r\n");
  }
}

TEST_CASE("too long a line: sm-1 says so at its end, sm-2 at once, and reads on") {
  for (const dialect id : both) {
    sm t(id);
    t.type("AT" + std::string(4096, 'x'));
    CHECK(t.listen(2s).empty());
    t.type("\r");
    CHECK(t.listen(1s) == "\r\nERROR\r\n");
    t.type("AT" + std::string(8191, 'x'));
    t.type("AT\r");
    CHECK(t.listen(3s) == (id == dialect::sm_1 ? "\r\nERROR\r\n" : "\r\nERROR\r\n\r\nOK\r\n"));
  }
}

TEST_CASE("builds for other terminators") {
  for (const auto& [end, typed] : {std::pair{line_end::lf, "AT\n"}, {line_end::crlf, "AT\r\n"}}) {
    modem_config config = config_of(dialect::sm_2);
    config.terminator = end;
    emulator_bench t(config);
    (void)t.until("Ready\r\n");
    t.type(typed);
    CHECK(t.listen(100ms) == "\r\nOK\r\n");
  }
  modem_config config = config_of(dialect::slm_3_1);
  config.terminator = line_end::cr;
  emulator_bench t(config);
  (void)t.until("Ready\r\n");
  t.type("AT\rAT\r\n");
  CHECK(t.listen(100ms) == "\r\nOK\r\n\r\nOK\r\n");
  t.type("AT\r");  // the line feed before it does not matter
  CHECK(t.listen(100ms) == "\r\nOK\r\n");
  t.type("\n\r");  // alone it is a line
  CHECK(t.listen(100ms) == "\r\nERROR\r\n");
}

TEST_CASE("echo: every byte as it came, junk too, and none in data mode") {
  sm t(dialect::sm_2);
  CHECK(t.reply("ATE1\r") == "\r\nOK\r\n");
  CHECK(t.reply("zAT\r") == "zAT\r\r\nOK\r\n");
  (void)t.ask("AT#XSOCKET=1,1,0");
  CHECK(t.reply("AT#XSEND=0,2,0,3\rabc") ==
        "AT#XSEND=0,2,0,3\r\r\nOK\r\n+++\r\n#XDATAMODE: -1\r\n");
  CHECK(t.reply("ATE0\r") == "ATE0\r\r\nOK\r\n");
  CHECK(t.reply("AT\r") == "\r\nOK\r\n");
  CHECK(t.reply("ATE2\r") == "\r\nERROR\r\n");
  (void)t.reply("ATE1\r");
  t.control("reset");
  (void)t.until("Ready\r\n");
  CHECK(t.reply("AT\r") == "\r\nOK\r\n");
}

TEST_CASE("the rate: OK at the old one, deaf for a while, gone after a reset") {
  for (const dialect id : both) {
    sm t(id);
    CHECK(t.ask("AT+IPR?") == "\r\n+IPR: 115200\r\n\r\nOK\r\n");
    CHECK(t.ask("AT+IPR=?") == "\r\n+IPR: (),(115200,230400,460800,921600,1000000)\r\n\r\nOK\r\n");
    CHECK(t.ask("AT+IPR=57600") == "\r\nERROR\r\n");
    t.modem.set_host_baud(115200, t.now);
    CHECK(t.ask("AT+IPR=1000000") == "\r\nOK\r\n");
    t.modem.set_host_baud(1000000, t.now);
    CHECK(t.reply("AT\r").empty());  // deaf
    CHECK(t.reply("AT\r") == "\r\nOK\r\n");
    t.modem.set_host_baud(115200, t.now);
    CHECK(t.reply("AT\r").empty());  // garbage to the modem
    t.modem.set_host_baud(0, t.now);
    t.type("AT\r");
    t.modem.set_host_baud(230400, t.now + 100us);
    t.now += 100us;
    t.run(100ms);
    t.output.clear();
    t.modem.set_host_baud(115200, t.now);
    t.control("reset");
    CHECK(t.until("Ready\r\n") == "Ready\r\n");
    CHECK(t.reply("AT\r") == "\r\nOK\r\n");
  }
}

TEST_CASE("a host at another rate reads garbage, never a line") {
  sm t(dialect::sm_2);
  t.modem.set_host_baud(9600, t.now);
  t.control("urc hello");
  const std::string noise = t.listen(100ms);
  CHECK(noise.size() == 9);
  for (const char c : noise) CHECK(static_cast<unsigned char>(c) >= 0x80);
}

TEST_CASE("DTR is the UART's switch: nothing received, output kept, RI calls") {
  for (const dialect id : both) {
    sm t(id);
    CHECK(t.modem.lines() == modem::line_states{true, false, true});
    t.control("lines dtr=0");
    CHECK(t.modem.lines() == modem::line_states{false, false, false});
    CHECK(t.reply("AT\r").empty());
    CHECK_FALSE(t.modem.lines().ri);
    t.control("urc hello");
    CHECK(t.modem.lines().ri);
    CHECK(t.listen(50ms).empty());
    CHECK(t.modem.lines().ri);
    CHECK(t.listen(200ms).empty());
    CHECK(t.modem.lines().ri == (id == dialect::sm_2));
    t.control("lines dtr=1");
    CHECK(t.listen(100ms) == "\r\nhello\r\n");
    CHECK(t.modem.lines() == modem::line_states{true, false, true});
    CHECK(t.reply("AT\r") == "\r\nOK\r\n");
  }
}

TEST_CASE("DTR wakes from both sleeps") {
  sm t(dialect::sm_2);
  CHECK(t.ask("AT#XSLEEP=2") == "\r\nOK\r\n");
  t.run(100ms);
  CHECK(t.reply("AT\r").empty());
  CHECK_FALSE(t.modem.lines().ri);
  t.control("urc hello");
  CHECK(t.modem.lines().ri);
  t.control("lines dtr=0");
  t.control("lines dtr=1");
  CHECK(t.listen(200ms) == "Ready\r\n\r\nhello\r\n");
  CHECK_FALSE(t.modem.lines().ri);
  CHECK(t.ask("AT#XSLEEP=1") == "\r\nOK\r\n");
  t.run(100ms);
  t.control("lines dtr=0");
  t.control("lines dtr=1");
  CHECK(t.listen(500ms) == "Ready\r\n");
}

TEST_CASE("slm does not look at DTR, and RI is silent") {
  emulator_bench t;
  (void)t.until("Ready\r\n");
  t.control("lines dtr=0");
  t.control("urc hello");
  CHECK(t.listen(100ms) == "\r\nhello\r\n");
  CHECK(t.ask("AT") == "\r\nOK\r\n");
  CHECK_FALSE(t.modem.lines().ri);
}

TEST_CASE("CTS falls while the receive buffers are full") {
  sm t(dialect::sm_2);
  t.network.serve(emulator_bench::at("192.0.2.1:9"), memory_network::behaviour::black_hole);
  (void)t.ask("AT+CFUN=1");
  t.run(300ms);
  (void)t.ask("AT#XSOCKET=1,1,0");
  t.type("AT#XCONNECT=0,\"192.0.2.1\",9\r");
  t.run(10ms);
  CHECK(t.modem.lines().cts);
  t.type(std::string(1000, 'x'));
  t.run(200ms);
  CHECK_FALSE(t.modem.lines().cts);
  (void)t.until("ERROR\r\n");
  t.run(100ms);
  CHECK(t.modem.lines().cts);
}

TEST_CASE("a host that does not read: sm-2 drops what it was writing, sm-1 waits for ever") {
  for (const dialect id : both) {
    sm t(id);
    t.modem.set_host_ready(false, t.now);
    t.type("AT#XCLAC\rAT+CGMM\r");
    t.run(10s);
    t.modem.set_host_ready(true, t.now);
    const std::string out = t.listen(1s);
    if (id == dialect::sm_1) {
      CHECK(out.starts_with("\r\nAT#XSMVER\r\n"));
      CHECK(out.find("AT#XRECVCFG\r\n\r\nOK\r\n\r\nnRF9151-LACA\r\n\r\nOK\r\n") !=
            std::string::npos);
      CHECK(t.modem.dropped_bytes() == 0);
    } else {
      CHECK(out.size() == 256);
      CHECK(t.modem.dropped_bytes() > 50);
    }
    CHECK(t.reply("AT\r") == "\r\nOK\r\n");
  }
}
