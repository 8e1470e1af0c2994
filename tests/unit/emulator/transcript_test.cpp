// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/support/emulator_bench.hpp"

using namespace cellsock::emulator;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

struct exchange {
  std::string typed;     // by the host; empty: the modem speaks on its own
  std::string expected;  // every byte that follows
};

/// Replays a dialogue; `piece`: how many bytes the host writes at a time (0: all at once).
void replay(emulator_bench& bench, const std::vector<exchange>& dialogue, std::size_t piece) {
  for (const exchange& turn : dialogue) {
    const std::string_view typed = turn.typed;
    const std::size_t length = piece == 0 ? std::max<std::size_t>(typed.size(), 1) : piece;
    std::string got;
    for (std::size_t i = 0; i < typed.size(); i += length) {
      bench.type(typed.substr(i, length));
      // Less than the data-mode time limit between two pieces.
      if (piece != 0) got += bench.listen(1ms);
    }
    got += bench.listen(60ms);
    CHECK_MESSAGE(got == turn.expected, "after: " << turn.typed);
  }
}

const std::vector<exchange> bring_up{
    {"AT\r\n", "\r\nOK\r\n"},
    {"AT#XSMVER\r\n", "\r\nERROR\r\n"},
    {"AT#XSLMVER\r\n", "\r\n#XSLMVER: \"3.1.0\",\"3.1.0\"\r\n\r\nOK\r\n"},
    {"AT+CMEE=1\r\n", "\r\nOK\r\n"},
    {"AT+CFUN=4\r\n", "\r\nOK\r\n"},
    {"AT%XSYSTEMMODE=1,0,0,0\r\n", "\r\nOK\r\n"},
    {"AT+CGDCONT=0,\"IP\",\"iot.example\"\r\n", "\r\nOK\r\n"},
    {"AT+CEREG=5\r\n", "\r\nOK\r\n"},
    {"AT+CGEREP=1\r\n", "\r\nOK\r\n"},
    {"AT+CSCON=1\r\n", "\r\nOK\r\n"},
    {"AT%MDMEV=1\r\n", "\r\nOK\r\n"},
    {"AT+CFUN=1\r\n",
     "\r\nOK\r\n\r\n+CEREG: 2,\"002F\",\"0012BEEF\",7\r\n\r\n%MDMEV: SEARCH STATUS 1\r\n"
     "\r\n%MDMEV: SEARCH STATUS 2\r\n\r\n+CSCON: 1\r\n"
     "\r\n+CEREG: 1,\"002F\",\"0012BEEF\",7,,,\"11100000\",\"11100000\"\r\n"
     "\r\n+CGEV: ME PDN ACT 0\r\n"},
    {"AT+CEREG?\r\n", "\r\n+CEREG: 5,1,\"002F\",\"0012BEEF\",7\r\n\r\nOK\r\n"},
    {"AT+CGPADDR=0\r\n", "\r\n+CGPADDR: 0,\"10.160.1.2\"\r\n\r\nOK\r\n"},
    {"AT+CGCONTRDP=0\r\n",
     "\r\n+CGCONTRDP: 0,,\"iot.example\",\"\",\"\",\"10.160.0.1\",\"10.160.0.2\",,,,,1280\r\n"
     "\r\nOK\r\n"},
};

const std::vector<exchange> two_sockets{
    {"AT#XAPOLL=1,1\r\n", "\r\nOK\r\n"},
    {"AT#XSOCKET=1,1,0\r\n", "\r\n#XSOCKET: 0,1,6\r\n\r\nOK\r\n"},
    {"AT#XCONNECT=\"192.0.2.10\",7\r\n", "\r\n#XCONNECT: 1\r\n\r\nOK\r\n"},
    {"AT#XSOCKET=1,1,0\r\n", "\r\n#XSOCKET: 1,1,6\r\n\r\nOK\r\n"},
    {"AT#XSOCKETSELECT=0\r\n", "\r\n#XSOCKETSELECT: 0\r\n\r\nOK\r\n"},
    {"AT#XSEND\r\n", "\r\nOK\r\n"},
    {"a\"\0+b\r\n+++"s, "\r\n#XDATAMODE: 0\r\n\r\n#XAPOLL: 0,1\r\n"},
    {"AT#XRECV=1,64\r\n", "\r\n#XRECV: 7\r\na\"\0+b\r\n\r\nOK\r\n"s},
    {"AT#XSOCKET=0\r\n", "\r\n#XSOCKET: 0,\"closed\"\r\n\r\nOK\r\n"},
    {"AT#XSOCKETSELECT?\r\n",
     "\r\n#XSOCKETSELECT: 1,1,0,1,-1,2,0\r\n\r\n#XSOCKETSELECT: 1\r\n\r\nOK\r\n"},
};

const std::vector<exchange> handle_bring_up{
    {"AT\r", "\r\nOK\r\n"},
    {"AT#XSLMVER\r", "\r\nERROR\r\n"},
    {"AT#XSMVER\r", "\r\n#XSMVER: \"v1.0.1\",\"3.2.1\"\r\n\r\nOK\r\n"},
    {"AT#XAPOLL=,1,0\r", "\r\nOK\r\n"},
    {"AT#XRECVCFG=,1,0\r", "\r\nOK\r\n"},
    {"AT+CFUN=1\r", "\r\nOK\r\n"},
};

const std::vector<exchange> handle_echo{
    {"AT#XSOCKET=1,1,0\r", "\r\n#XSOCKET: 0,1,6\r\n\r\nOK\r\n"},
    {"AT#XCONNECT=0,\"192.0.2.10\",7\r", "\r\n#XCONNECT: 0,1\r\n\r\nOK\r\n"},
    {"AT#XSEND=0,2,0,5\r", "\r\nOK\r\n"},
    {"he+++", "\r\n#XDATAMODE: 0\r\n\r\n#XRECV: 0,0,5\r\nhe+++\r\n"},
    {"AT#XRECVCFG=0,0\r", "\r\nOK\r\n"},
    {"AT#XSEND=0,0,0,\"abc\"\r", "\r\n#XSEND: 0,0,3\r\n\r\nOK\r\n"},
    {"AT#XRECV=0,0,64,1\r", "\r\n#XRECV: 0,0,3\r\nabc\r\nOK\r\n"},
    {"AT#XRECV=0,0,64,1\r", "\r\nERROR\r\n"},
    {"AT#XCLOSE=0\r", "\r\n#XCLOSE: 0,0\r\n\r\nOK\r\n"},
    {"AT#XCLOSE=0\r", "\r\nERROR\r\n"},
};

}  // namespace

TEST_CASE("bring-up and an echo of sm 1.0, byte for byte, with the network behind it") {
  for (const std::size_t piece : {0U, 1U, 3U}) {
    modem_config config = config_of(dialect::sm_1);
    config.registration_time = 5ms;
    emulator_bench bench(config);
    bench.network.serve(emulator_bench::at("192.0.2.10:7"), memory_network::behaviour::echo);
    CHECK(bench.until("Ready\r\n") == "Ready\r\n");
    replay(bench, handle_bring_up, piece);
    replay(bench, handle_echo, piece);
  }
}

TEST_CASE("bring-up and two sockets of slm 3.1, byte for byte") {
  for (const std::size_t piece : {0U, 1U, 3U}) {
    modem_config config;
    config.registration_time = 5ms;
    emulator_bench bench(config);
    bench.network.serve(emulator_bench::at("192.0.2.10:7"), memory_network::behaviour::echo);
    CHECK(bench.until("Ready\r\n") == "Ready\r\n");
    replay(bench, bring_up, piece);
    replay(bench, two_sockets, piece);
  }
}

TEST_CASE("refused, polled, received, ended") {
  emulator_bench bench;
  bench.bring_up();
  const auto where = emulator_bench::at("192.0.2.10:7");
  bench.network.serve(where, memory_network::behaviour::scripted);
  CHECK(bench.ask("AT#XSOCKET=1,1,0") == "\r\n#XSOCKET: 0,1,6\r\n\r\nOK\r\n");
  CHECK(bench.ask("AT#XCONNECT=\"192.0.2.10\",9") == "\r\nERROR\r\n");
  CHECK(bench.ask("AT#XSOCKET=0") == "\r\n#XSOCKET: 0,\"closed\"\r\n\r\nOK\r\n");
  CHECK(bench.ask("AT#XSOCKET=1,1,0") == "\r\n#XSOCKET: 0,1,6\r\n\r\nOK\r\n");
  CHECK(bench.ask("AT#XCONNECT=\"192.0.2.10\",7") == "\r\n#XCONNECT: 1\r\n\r\nOK\r\n");
  CHECK(bench.ask("AT#XPOLL=0,0") == "\r\nOK\r\n");
  bench.network.peer(where)->push("abc");
  CHECK(bench.ask("AT#XPOLL=0,0") == "\r\n#XPOLL: 0,\"0x0001\"\r\n\r\nOK\r\n");
  CHECK(bench.ask("AT#XRECV=1,64") == "\r\n#XRECV: 3\r\nabc\r\nOK\r\n");
  CHECK(bench.ask("AT#XRECV=1,64") == "\r\nERROR\r\n");
  bench.network.peer(where)->finish();
  CHECK(bench.ask("AT#XPOLL=0,0") == "\r\n#XPOLL: 0,\"0x0011\"\r\n\r\nOK\r\n");
  CHECK(bench.ask("AT#XRECV=1,64") == "\r\nOK\r\n");
}
