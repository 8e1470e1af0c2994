// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/at/response.hpp"

#include <doctest/doctest.h>

#include "modem_bridge/at/urc_router.hpp"

using namespace cellsock::at;

TEST_CASE("a line means what it can mean, given the command in flight") {
  struct row {
    std::string_view line;
    expectation expected;
    line_kind kind;
  };
  const expectation none{"#XCONNECT:", false, false};
  const expectation read{"+CEREG:", false, true};
  const expectation bare{"", true, false};
  for (const auto& r : {
           row{"OK", none, line_kind::ok},
           row{"ERROR", none, line_kind::error},
           row{"ERRORS", none, line_kind::unknown},
           row{"OK then", none, line_kind::unknown},
           row{"+CME ERROR: 10", none, line_kind::error},
           row{"+CMS ERROR: 500", none, line_kind::error},
           row{"#XCONNECT: 1", none, line_kind::information},
           row{"#XSEND: 1", none, line_kind::unknown},
           row{"#XAPOLL: 0,1", none, line_kind::urc},
           row{"+CEREG: 1", none, line_kind::urc},
           row{"+CEREG: 5,1,\"002F\",\"0012BEEF\",7", read, line_kind::information},
           row{"+CEREG: 5,1", read, line_kind::information},
           row{"+CEREG: 1,\"002F\",\"0012BEEF\",7", read, line_kind::urc},
           row{"+CEREG: 1", read, line_kind::urc},
           row{"+CEREG: 4,,,,", read, line_kind::urc},
           row{"+CEREG: 90", read, line_kind::urc},
           row{"nRF9160-SICA", bare, line_kind::information},
           row{"+CGEV: ME PDN ACT 0", bare, line_kind::urc},
           row{"Ready", bare, line_kind::urc},
           row{"Ready or not", bare, line_kind::information},
       }) {
    CAPTURE(r.line);
    CHECK(classify(r.line, &r.expected).kind == r.kind);
  }
  CHECK(classify("+CME ERROR: 10", &none).code == 10);
  CHECK(classify("+CME ERROR: oops", &none).code == -1);
}

TEST_CASE("with no command in flight only notices make sense") {
  CHECK(classify("#XAPOLL: 0,1", nullptr).kind == line_kind::urc);
  CHECK(classify("#XSEND: 1", nullptr).kind == line_kind::unknown);
  CHECK(classify("OK", nullptr).kind == line_kind::ok);  // a late one
}

TEST_CASE("notices are routed by prefix") {
  CHECK(route_urc("#XAPOLL: 3,17")->meaning == urc::socket_event);
  CHECK(route_urc("#XAPOLL: 3,17")->fields == "3,17");
  CHECK(route_urc("#XMODEM: FAULT,0x1,0x2")->meaning == urc::modem_fault);
  CHECK(route_urc("Ready")->meaning == urc::ready);
  CHECK(route_urc("INIT ERROR")->meaning == urc::init_failed);
  CHECK_FALSE(route_urc("Ready1"));
  CHECK_FALSE(route_urc("#XSEND: 1"));
}
