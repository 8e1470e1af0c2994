// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/port/port_uri.hpp"

#include <doctest/doctest.h>

using namespace cellsock;

TEST_CASE("a serial URI names device, rate and flow control") {
  const auto plain = parse_modem_uri("serial:/dev/ttyACM0");
  REQUIRE(plain);
  CHECK(plain->path == "/dev/ttyACM0");
  CHECK(plain->baud == 115200);
  CHECK(plain->rts_cts);
  const auto full = parse_modem_uri("serial:/tmp/pty?baud=1000000&flow=none");
  REQUIRE(full);
  CHECK(full->path == "/tmp/pty");
  CHECK(full->baud == 1000000);
  CHECK_FALSE(full->rts_cts);
}

TEST_CASE("a bad URI is answered with what and where") {
  struct row {
    std::string_view uri;
    errc code;
    std::string_view says;
  };
  for (const auto& r : {
           row{"/dev/ttyACM0", errc::invalid_argument, "serial:/dev/ttyACM0"},
           row{"", errc::invalid_argument, "no scheme"},
           row{"serial:", errc::invalid_argument, "absolute device path"},
           row{"serial:ttyACM0", errc::invalid_argument, "character 8"},
           row{"serial:/dev/x?baud=fast", errc::invalid_argument, "1200 to 4000000"},
           row{"serial:/dev/x?baud=300", errc::invalid_argument, "1200"},
           row{"serial:/dev/x?flow=xon", errc::invalid_argument, "rtscts or none"},
           row{"serial:/dev/x?parity=e", errc::invalid_argument, "unknown option \"parity\""},
           row{"serial:/dev/x?baud", errc::invalid_argument, "NAME=VALUE"},
           row{"http://x", errc::invalid_argument, "unknown scheme"},
           row{"unix:/run/modem", errc::unsupported_operation, "not supported yet"},
           row{"tcp:host:1", errc::unsupported_operation, "not supported yet"},
           row{"emulator:?dialect=slm", errc::unsupported_operation, "not supported yet"},
       }) {
    CAPTURE(r.uri);
    const auto parsed = parse_modem_uri(r.uri);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == r.code);
    CHECK(parsed.error().detail.find(r.says) != std::string::npos);
  }
}
