// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/at_policy.hpp"

#include <doctest/doctest.h>

using namespace cellsock;
using namespace std::chrono_literals;

TEST_CASE("what only looks is allowed") {
  for (const std::string_view line :
       {"AT", "at+cgmr", "AT+CEREG?", "AT+CFUN?", "AT+CFUN=?", "AT+COPS?", "AT+COPS=?",
        "AT%XMONITOR", "AT#XSOCKET?", "AT#XSOCKETSELECT?", "AT#XAPOLL?", "AT#XDATACTRL?",
        "AT#XCLAC", "AT#XUUID", "AT+CGDCONT=0,\"IP\",\"a;b\"", "AT+CPIN=\"1234\"", "AT%CMNG=1",
        "AT+CPSMS=0"}) {
    CAPTURE(line);
    CHECK(check_at_command(line, 1s));
  }
}

TEST_CASE("what would break the daemon's view is refused with a reason") {
  for (const std::string_view line : {"AT#XSOCKET=1,1,0",
                                      "at#xsocket=0",
                                      "AT#XSOCKETSELECT=1",
                                      "AT#XCONNECT=\"a\",1",
                                      "AT#XSEND",
                                      "AT#XSEND=\"x\"",
                                      "AT#XSENDTO=\"a\",1",
                                      "AT#XRECV=1,64",
                                      "AT#XRECVFROM=1",
                                      "AT#XAPOLL=0",
                                      "AT#XPOLL=0",
                                      "AT#XCMUX=1",
                                      "AT+CMUX=0",
                                      "AT#XPPP=1",
                                      "AT+CGDATA",
                                      "AT+CGDATA=\"PPP\"",
                                      "AT+IPR=9600",
                                      "ATE0",
                                      "ATE1",
                                      "ATD*99#",
                                      "AT+CFUN=0",
                                      "AT+CFUN=1",
                                      "AT#XRESET",
                                      "AT#XSLEEP=1",
                                      "AT#XSHUTDOWN",
                                      "AT#XMODEMRESET",
                                      "AT+CMEE=0",
                                      "AT+CEREG=0",
                                      "AT+CEREG",
                                      "AT+CGEREP=0",
                                      "AT+CSCON=1",
                                      "AT#XDATACTRL=50",
                                      "AT#XTCPCLI=1,\"a\",1",
                                      "AT#XUDPSVR=1,1",
                                      "AT#XTCPSEND",
                                      "AT+COPS=0",
                                      "AT%XSIM=0",
                                      "AT#XPING=\"a\",1,1",
                                      "AT#XDFUINIT=1"}) {
    CAPTURE(line);
    const auto checked = check_at_command(line, 1s);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == errc::command_refused);
    CHECK_FALSE(checked.error().detail.empty());
  }
}

TEST_CASE("what is not one clean command is refused") {
  for (const std::string& line :
       {std::string(""), std::string("A"), std::string("+CGMR"), std::string("AT+CGMR;+CGMI"),
        std::string("AT+CGMR\rAT+CFUN=0"), std::string("AT+CGMR\n"), std::string("AT+X=\"open"),
        std::string("AT+X=\x7f"), std::string("AT+X=\b"), std::string("AT+X=\0Y", 7),
        std::string("AT+X=+++"), "AT+X=" + std::string(1100, 'x')}) {
    CAPTURE(line);
    CHECK_FALSE(check_at_command(line, 1s));
  }
  CHECK(check_at_command("AT+X=" + std::string(1019, 'x'), 1s));
  CHECK_FALSE(check_at_command("AT+X=" + std::string(1020, 'x'), 1s));
}

TEST_CASE("slow commands get the time they need") {
  CHECK(check_at_command("AT+COPS=?", 5s)->wait == 300s);
  CHECK(check_at_command("AT+CGMR", 7s)->wait == 7s);
  CHECK(check_at_command("AT+CGMR", 0s)->wait == 5s);
  CHECK(check_at_command("at+cereg?", 5s)->prefix == "+CEREG:");
  CHECK(check_at_command("at+cereg?", 5s)->line == "AT+cereg?");
}
