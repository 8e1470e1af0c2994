// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/secrets.hpp"

#include <doctest/doctest.h>

using namespace cellsock;

TEST_CASE("payload is shown as its length") {
  CHECK(shown_command("AT#XSEND=\"secret text\"") == "AT#XSEND=<11 bytes>");
  CHECK(shown_command("AT#XSENDTO=\"192.0.2.1\",7,\"secret\"") ==
        "AT#XSENDTO=\"192.0.2.1\",7,<6 bytes>");
  CHECK(shown_command("AT#XSENDTO=\"192.0.2.1\",7") == "AT#XSENDTO=\"192.0.2.1\",7");
  CHECK(shown_command("AT#XSEND") == "AT#XSEND");
  CHECK(shown_command("AT#XCONNECT=\"192.0.2.1\",7") == "AT#XCONNECT=\"192.0.2.1\",7");
}

TEST_CASE("secrets are kept back") {
  CHECK(shown_command("AT+CPIN=\"1234\"") == "AT+CPIN=***");
  CHECK(shown_command("at+cpin=\"1234\"") == "at+cpin=***");
  CHECK(shown_command("AT+CPIN?") == "AT+CPIN?");
  CHECK(shown_command("AT+CGAUTH=0,1,\"user\",\"pass\"") == "AT+CGAUTH=0,1,***");
  CHECK(shown_command("AT%CMNG=0,42,2,\"-----BEGIN\"") == "AT%CMNG=0,42,2,***");
  CHECK(shown_command("AT%CMNG=1") == "AT%CMNG=1");
  CHECK(shown_response("%CMNG: 42,0,\"AB\",\"-----BEGIN\"") == "%CMNG: 42,0,\"AB\",***");
  CHECK(shown_response("+CGAUTH: 0,1,\"user\"") == "+CGAUTH: 0,1,***");
  CHECK(shown_response("a\rb") == "a.b");
}

TEST_CASE("the payload of a command, for those who may see it") {
  CHECK(payload_of("AT#XSEND=\"secret text\"") == "secret text");
  CHECK(payload_of("AT#XSENDTO=\"192.0.2.1\",7,\"sec\"ret\"") == "sec\"ret");
  CHECK(payload_of("AT#XSEND=\"cut") == "cut");
  CHECK(payload_of("AT#XSEND=\"\"") == "");
  for (const char* none : {"AT#XSEND", "AT#XSENDTO=\"192.0.2.1\",7", "AT+CPIN=\"1234\"", ""})
    CHECK(payload_of(none) == "");
  CHECK(shown_bytes(17) == "<17 bytes>");
}
