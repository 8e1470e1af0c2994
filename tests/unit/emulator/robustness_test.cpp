// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <random>

#include "tests/support/emulator_bench.hpp"

using namespace cellsock::emulator;
using namespace std::chrono_literals;

namespace {

/// Pieces of the protocol, some of them whole, so that chance gets past the first check.
std::string random_input(std::mt19937& dice) {
  static const std::vector<std::string> pieces{"AT",
                                               "#XSOCKET=1,1,0",
                                               "#XSOCKET=1,2,0",
                                               "#XSOCKET=0",
                                               "#XSEND",
                                               "#XSENDTO=\"192.0.2.1\",7",
                                               "#XCONNECT=\"192.0.2.1\",7",
                                               "#XRECV=1,64",
                                               "#XRECVFROM=1",
                                               "#XAPOLL=1,5",
                                               "#XPOLL=0",
                                               "#XSOCKETSELECT=",
                                               "0",
                                               "1",
                                               "\r\n",
                                               "\r\n",
                                               "\r\n",
                                               "+++",
                                               "\"",
                                               ",",
                                               "+CFUN=1",
                                               "+CFUN=4",
                                               "+CFUN=0",
                                               "=?",
                                               "?",
                                               "\b",
                                               "\x7f",
                                               std::string(1, '\0'),
                                               std::string(300, 'x'),
                                               "#XRESET",
                                               "#XSLEEP=2",
                                               "%XMONITOR",
                                               "+CGACT=1,1",
                                               "#XDATACTRL=100",
                                               "#XGETADDRINFO=\"a\"",
                                               "#XLISTEN",
                                               "#XACCEPT=1",
                                               "#XBIND=5",
                                               "+CGDCONT=1,\"IP\",\"a\"",
                                               "#XMODEMRESET",
                                               "#XSOCKETOPT=1,21,1",
                                               "\r",
                                               "\r",
                                               "#XCONNECT=0,\"192.0.2.1\",7",
                                               "#XCONNECT=1,\"192.0.2.1\",7",
                                               "#XSEND=0,2,0,7",
                                               "#XSEND=1,2,0",
                                               "#XSEND=0,0,8192,\"ab\"",
                                               "#XSENDTO=1,2,0,\"192.0.2.1\",7,5000",
                                               "#XRECV=0,0,64,1",
                                               "#XRECVFROM=1,1,0,2",
                                               "#XAPOLL=,1,5",
                                               "#XRECVCFG=,3",
                                               "#XRECVCFG=,1,1",
                                               "#XCLOSE",
                                               "#XCLOSE=0",
                                               "#XBIND=0,5000",
                                               "#XLISTEN=0",
                                               "#XACCEPT=0",
                                               "E1",
                                               "+IPR=1000000",
                                               "#XSLMUART=9600"};
  if (dice() % 8 == 0) return std::string(1, static_cast<char>(dice()));
  return pieces[dice() % pieces.size()];
}

const std::vector<std::string> verbs{"pdn down",       "pdn up",         "deregister",
                                     "register",       "no-sim",         "sim",
                                     "connect refuse", "connect normal", "connect swallow",
                                     "hang 50",        "reset",          "wake",
                                     "send-block on",  "send-block off", "inject-urc both",
                                     "inject-urc off", "net-delay 20",   "net-delay 0",
                                     "status",         "hup 0 5 fin",    "hup 0 9 reset",
                                     "hup 1 3 pdn",    "push-hold on",   "push-hold off",
                                     "lines dtr=0",    "lines dtr=1",    "host-baud 115200",
                                     "host-baud 0",    "urc noise",      "send-fail 9",
                                     "send-fail off"};

}  // namespace

TEST_CASE("whatever is typed and whatever happens, the modem keeps running and never spins") {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    std::mt19937 dice(seed);
    emulator_bench t(config_of(flavours[seed % flavours.size()].id));
    t.network.serve(emulator_bench::at("192.0.2.1:7"), memory_network::behaviour::echo);
    t.network.echo_datagrams(emulator_bench::at("192.0.2.1:7"));
    t.bring_up();
    for (int round = 0; round < 400; ++round) {
      t.type(random_input(dice));
      if (dice() % 4 == 0) (void)t.listen(std::chrono::milliseconds(dice() % 50));
      if (dice() % 20 == 0) t.control(verbs[dice() % verbs.size()]);
    }
    // However deep it is in a quote, data mode or a blocking command: a reset always helps, and a
    // second one against what was still on the wire.
    t.control("inject-urc off");
    t.control("lines dtr=1");
    t.control("host-baud 0");
    for (int i = 0; i < 3; ++i) {
      t.control("reset");
      t.run(10s);
    }
    t.output.clear();
    CHECK(t.ask("AT") == "\r\nOK\r\n");
    // The line makes a few wake-ups per millisecond of traffic; idling makes none.
    CHECK(t.steps < 200'000);
    (void)t.listen(1h);
    const std::size_t before = t.steps;
    (void)t.listen(1h);
    CHECK(t.steps < before + 3);
  }
}

TEST_CASE("how the host cuts its bytes makes no difference to the answers") {
  const std::string typed =
      "AT\r\nxxAT#XSLMVER\r\nAT#XSOCKET=1,1,0\r\nAT#XCONNECT=\"192.0.2.1\",7\r\nAT#XSEND\r\n"
      "pay+load++\r\nOK+++AT#XSEND=\"a\r\nb\"\r\nAT#XRECV=1,256\r\nAT#XSOCKET=0\r\nnonsense\r\n";
  std::string whole;
  for (unsigned seed = 0; seed < 40; ++seed) {
    std::mt19937 dice(seed);
    emulator_bench t;
    t.network.serve(emulator_bench::at("192.0.2.1:7"), memory_network::behaviour::echo);
    t.bring_up();
    std::string got;
    for (std::size_t i = 0; i < typed.size();) {
      const std::size_t n = seed == 0 ? typed.size() : 1 + dice() % 20;
      t.type(std::string_view(typed).substr(i, n));
      i += n;
      // Shorter than the silence that flushes data mode; it would split nothing here anyway.
      if (seed != 0) got += t.listen(std::chrono::microseconds(dice() % 6000));
    }
    got += t.listen(10s);
    if (seed == 0) whole = got;
    CHECK(got == whole);
  }
  CHECK(whole.find("#XRECV: 18\r\npay+load++\r\nOKa\r\nb\r\nOK\r\n") != std::string::npos);
}

TEST_CASE("the same run twice is the same run") {
  std::string first;
  for (int run = 0; run < 2; ++run) {
    std::mt19937 dice(99);
    emulator_bench t;
    t.network.serve(emulator_bench::at("192.0.2.1:7"), memory_network::behaviour::echo);
    t.bring_up();
    for (int round = 0; round < 300; ++round) {
      t.type(random_input(dice));
      (void)t.listen(std::chrono::milliseconds(dice() % 20));
    }
    const std::string events = t.control("events");
    if (run == 0)
      first = events;
    else
      CHECK(events == first);
  }
}
