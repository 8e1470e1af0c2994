// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/control.hpp"

#include <doctest/doctest.h>

#include "tests/support/emulator_bench.hpp"

using namespace cellsock::emulator;
using namespace std::chrono_literals;

TEST_CASE("an unknown verb lists the known ones; a misused one shows its usage") {
  emulator_bench t;
  auto reply = t.modem.control("frobnicate now", t.now);
  CHECK(reply.is == control_reply::outcome::misused);
  CHECK(reply.text.find("inject-urc") != std::string::npos);
  for (const char* bad : {"pdn",        "pdn sideways",    "pdn down x", "pdn up 0",
                          "connect",    "connect maybe",   "hang soon",  "hang -1",
                          "inject-urc", "inject-urc nose", "send-block", "send-block maybe",
                          "net-delay",  "net-delay x",     "events x",   "status now",
                          "reset 1",    "sim 1",           "",           "   "})
    CHECK_MESSAGE(t.modem.control(bad, t.now).is == control_reply::outcome::misused, bad);
  CHECK(t.modem.control("connect refuse no.such.name", t.now).is ==
        control_reply::outcome::refused);
  CHECK(t.modem.control("wake", t.now).is == control_reply::outcome::refused);
}

TEST_CASE("garbage does no harm") {
  emulator_bench t;
  std::string noise;
  unsigned dice = 7;
  for (int i = 0; i < 2000; ++i) {
    dice = dice * 1103515245U + 12345U;
    noise.push_back(static_cast<char>(dice >> 16U));
    if (i % 50 == 0) {
      CHECK_FALSE(t.modem.control(noise, t.now).ok());
      noise.clear();
    }
  }
}

TEST_CASE("hanging for a time: nothing answers, then everything does") {
  emulator_bench t;
  t.bring_up();
  CHECK(t.control("hang 5000") == "ok");
  t.type("AT\r\n");
  CHECK(t.listen(4900ms).empty());
  CHECK(t.listen(200ms) == "\r\nOK\r\n");
}

TEST_CASE("hanging until reset: everything is lost") {
  emulator_bench t;
  t.bring_up();
  t.network.serve(emulator_bench::at("192.0.2.1:7"), memory_network::behaviour::echo);
  (void)t.ask("AT+CMEE=1");
  (void)t.ask("AT#XAPOLL=1,1");
  (void)t.ask("AT#XSOCKET=1,1,0");
  (void)t.ask("AT#XCONNECT=\"192.0.2.1\",7");
  t.control("hang");
  t.type("AT\r\n");
  CHECK(t.listen(24h).empty());
  CHECK(t.control("reset") == "ok");
  CHECK(t.network.peer(emulator_bench::at("192.0.2.1:7"))->aborted());
  CHECK(t.listen(200ms) == "Ready\r\n");
  CHECK(t.ask("AT+CFUN?") == "\r\n+CFUN: 0\r\n\r\nOK\r\n");
  CHECK(t.ask("AT+CMEE?") == "\r\n+CMEE: 0\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XAPOLL?") == "\r\n#XAPOLL: 0,0\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XSOCKET?") == "\r\nOK\r\n");
}

TEST_CASE("reset in data mode, and in the middle of a blocking command") {
  for (const bool data : {true, false}) {
    emulator_bench t;
    t.bring_up();
    t.network.serve(emulator_bench::at("192.0.2.1:9"), memory_network::behaviour::black_hole);
    (void)t.ask("AT#XSOCKET=1,1,0");
    t.type(data ? "AT#XSEND\r\nabc" : "AT#XCONNECT=\"192.0.2.1\",9\r\n");
    t.run(20ms);
    t.output.clear();
    t.control("reset");
    CHECK(t.listen(1s) == "Ready\r\n");
    CHECK(t.ask("AT") == "\r\nOK\r\n");
  }
}

TEST_CASE("what a reset modem had not sent yet is gone") {
  emulator_bench t;
  t.bring_up();
  t.type("AT#XCLAC\r\n");
  t.run(15ms);
  CHECK(t.output.size() > 50);
  t.output.clear();
  t.control("reset");
  CHECK(t.listen(1s) == "Ready\r\n");
}

TEST_CASE("reset, shutdown and sleep by command") {
  emulator_bench t;
  t.bring_up();
  (void)t.ask("AT+CEREG=1");
  CHECK(t.ask("AT#XRESET") == "\r\nOK\r\n");
  CHECK(t.listen(1s) == "Ready\r\n");
  CHECK(t.ask("AT#XSLEEP=?") == "\r\n#XSLEEP: (1,2)\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XSLEEP=3") == "\r\nERROR\r\n");
  (void)t.ask("AT+CFUN=4");
  CHECK(t.ask("AT#XSLEEP=2") == "\r\nOK\r\n");
  t.run(100ms);
  t.type("AT\r\n");
  CHECK(t.listen(1s).empty());
  CHECK(t.control("wake") == "ok");
  CHECK(t.listen(100ms) == "Ready\r\n");
  CHECK(t.ask("AT+CFUN?") == "\r\n+CFUN: 4\r\n\r\nOK\r\n");  // it never went away
  CHECK(t.ask("AT#XSLEEP=1") == "\r\nOK\r\n");
  t.run(100ms);
  CHECK(t.control("wake") == "ok");
  CHECK(t.listen(1s) == "Ready\r\n");
  CHECK(t.ask("AT+CFUN?") == "\r\n+CFUN: 0\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XSHUTDOWN") == "\r\nOK\r\n");
  t.run(1s);
  CHECK(t.control("wake") == "not asleep");
  t.type("AT\r\n");
  CHECK(t.listen(1h).empty());
  CHECK(t.control("reset") == "ok");
  CHECK(t.listen(1s) == "Ready\r\n");
}

TEST_CASE("the modem core alone can be reset") {
  emulator_bench t;
  t.bring_up();
  (void)t.ask("AT#XSOCKET=1,1,0");
  CHECK(t.ask("AT#XMODEMRESET") == "\r\n#XMODEMRESET: 0\r\n\r\nOK\r\n");
  CHECK(t.ask("AT#XSOCKET?") == "\r\nOK\r\n");
  CHECK(t.ask("AT+CFUN?") == "\r\n+CFUN: 0\r\n\r\nOK\r\n");
}

TEST_CASE("what was typed while the modem boots is lost") {
  emulator_bench t;
  t.type("AT#XSLMVER\r\n");
  CHECK(t.listen(1s) == "Ready\r\n");
  CHECK(t.ask("AT") == "\r\nOK\r\n");
}

TEST_CASE("status and events are JSON, numbered without gaps, and hold no payload") {
  emulator_bench t;
  t.bring_up();
  t.network.serve(emulator_bench::at("192.0.2.1:7"), memory_network::behaviour::echo);
  (void)t.ask("AT#XSOCKET=1,1,0");
  (void)t.ask("AT#XCONNECT=\"192.0.2.1\",7");
  (void)t.ask("AT#XSEND=\"topsecret\"");
  (void)t.ask("AT#XRECV=1");
  const std::string status = t.control("status");
  CHECK(status.starts_with("{\"dialect\":\"slm\""));
  CHECK(status.find("\"handle\":0,\"type\":\"tcp\"") != std::string::npos);
  CHECK(status.find("\"stage\":\"connected\"") != std::string::npos);
  CHECK(status.find("\"sent_bytes\":9,\"received_bytes\":9") != std::string::npos);
  const std::string events = t.control("events");
  CHECK(events.find("topsecret") == std::string::npos);
  CHECK(events.find("\"event\":\"sent\",\"handle\":0,\"bytes\":9") != std::string::npos);
  CHECK(events.find("\"event\":\"received\",\"handle\":0,\"bytes\":9") != std::string::npos);
  CHECK(events.find("AT#XSEND=<9>") != std::string::npos);
  std::uint64_t number = 0;
  for (const event& e : t.modem.events()) CHECK(e.number == ++number);
  const std::string rest = t.control("events " + std::to_string(number - 1));
  CHECK(rest.find("\"n\":" + std::to_string(number) + ",") != std::string::npos);
  CHECK(rest.find("\"n\":" + std::to_string(number - 1) + ",") == std::string::npos);
}

TEST_CASE("the log keeps the newest events only") {
  emulator_bench t;
  t.bring_up();
  for (int i = 0; i < 21000; ++i) t.control("status");
  CHECK(t.modem.events().size() == event_log::events_max);
  CHECK(t.modem.events().front().number > 1000);
}

TEST_CASE("two connections progress side by side, and the events say so") {
  emulator_bench t;
  t.bring_up();
  t.network.serve(emulator_bench::at("192.0.2.1:7"), memory_network::behaviour::scripted);
  for (int i = 0; i < 2; ++i) {
    (void)t.ask("AT#XSOCKET=1,1,0");
    (void)t.ask("AT#XCONNECT=\"192.0.2.1\",7");
  }
  for (int i = 0; i < 4; ++i) {
    (void)t.ask("AT#XSOCKETSELECT=" + std::to_string(i % 2));
    (void)t.ask("AT#XSEND=\"chunk\"");
  }
  std::string order;
  for (const event& e : t.modem.events())
    if (e.kind == "sent") order += std::to_string(e.handle);
  CHECK(order == "0101");
}
