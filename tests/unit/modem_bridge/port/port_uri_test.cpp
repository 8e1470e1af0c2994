// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/port/port_uri.hpp"

#include <doctest/doctest.h>

using namespace cellsock;

namespace {

template <class Uri>
Uri parsed(std::string_view text) {
  CAPTURE(text);
  const auto uri = parse_modem_uri(text);
  REQUIRE_MESSAGE(uri, uri.error().detail);
  REQUIRE(std::holds_alternative<Uri>(*uri));
  return std::get<Uri>(*uri);
}

}  // namespace

TEST_CASE("a serial URI names device, rates, flow control and where its lines are") {
  const auto plain = parsed<serial_uri>("serial:/dev/ttyACM0");
  CHECK(plain.path == "/dev/ttyACM0");
  CHECK(plain.baud == 115200);
  CHECK(plain.rts_cts);
  CHECK(plain.fast_baud == 0);
  CHECK(plain.lines_control.empty());
  const auto full = parsed<serial_uri>(
      "serial:/tmp/pty?baud=115200&flow=none&fast_baud=1000000&lines=unix:/tmp/ctl");
  CHECK(full.path == "/tmp/pty");
  CHECK(full.baud == 115200);
  CHECK_FALSE(full.rts_cts);
  CHECK(full.fast_baud == 1000000);
  CHECK(full.lines_control == "/tmp/ctl");
}

TEST_CASE("sockets have no line, unless somebody says which one is behind them") {
  CHECK(parsed<unix_uri>("unix:/run/modem").path == "/run/modem");
  CHECK(parsed<unix_uri>("unix:/run/modem").baud == 0);
  CHECK(parsed<unix_uri>("unix:/run/modem?baud=9600").baud == 9600);
  const auto named = parsed<tcp_uri>("tcp:gate.example:2001?baud=115200");
  CHECK(named.host == "gate.example");
  CHECK(named.port == 2001);
  CHECK(named.baud == 115200);
  CHECK(parsed<tcp_uri>("tcp:192.0.2.1:65535").host == "192.0.2.1");
  CHECK(parsed<tcp_uri>("tcp:[2001:db8::1]:23").host == "2001:db8::1");
  CHECK(parsed<tcp_uri>("tcp:[2001:db8::1]:23").port == 23);
}

TEST_CASE("an emulator's options become its arguments") {
  CHECK(parsed<emulator_uri>("emulator:").arguments.empty());
  CHECK(parsed<emulator_uri>("emulator:").baud == 115200);
  const auto full = parsed<emulator_uri>(
      "emulator:?dialect=slm&baud=1000000&dns=a.test=127.0.0.1&dns=b.test=::1&no-sim=true&"
      "roaming=false&ctl=/tmp/c");
  CHECK(full.baud == 1000000);
  CHECK(full.control == "/tmp/c");
  CHECK(full.arguments == std::vector<std::string>{"--dialect=slm", "--baud=1000000",
                                                   "--dns=a.test=127.0.0.1", "--dns=b.test=::1",
                                                   "--no-sim", "--ctl=/tmp/c"});
  CHECK(baud_of(full) == 1000000);
}

TEST_CASE("the host's own network: as it routes, or by an interface for each PDN") {
  CHECK(parsed<host_uri>("host:").interfaces.empty());
  const auto both = parsed<host_uri>("host:?pdn1=wwan0&pdn0=eth0");
  CHECK(both.interfaces == std::vector<std::string>{"eth0", "wwan0"});
  CHECK(parsed<host_uri>("host:?pdn2=lo").interfaces == std::vector<std::string>{"", "", "lo"});
  CHECK(baud_of(both) == 0);
  CHECK(warning_of(both).empty());
}

TEST_CASE("a line without flow control is warned of, and nothing else is") {
  CHECK(warning_of(*parse_modem_uri("serial:/dev/x?flow=none")).find("RTS/CTS") !=
        std::string_view::npos);
  for (const auto* safe : {"serial:/dev/x", "unix:/x", "tcp:h:1", "emulator:?flow=none"})
    CHECK(warning_of(*parse_modem_uri(safe)).empty());
}

TEST_CASE("a bad URI is answered with what and where") {
  struct row {
    std::string uri;
    std::string_view says;
  };
  for (const auto& r : {
           row{"/dev/ttyACM0", "serial:/dev/ttyACM0"},
           row{"", "no scheme"},
           row{"serial:", "absolute device path"},
           row{"serial:ttyACM0", "character 8:"},
           row{"serial:/dev/x?baud=fast", "1200 to 4000000"},
           row{"serial:/dev/x?baud=300", "1200"},
           row{"serial:/dev/x?fast_baud=0", "fast_baud must be a number"},
           row{"serial:/dev/x?flow=xon", "rtscts or none"},
           row{"serial:/dev/x?parity=e", "unknown option \"parity\""},
           row{"serial:/dev/x?baud", "NAME=VALUE"},
           row{"serial:/dev/x?baud=9600&", "character 25: an option is NAME=VALUE"},
           row{"serial:/dev/x?lines=/ctl", "unix:/PATH"},
           row{"serial:/dev/x?lines=unix:", "unix:/PATH"},
           row{"serial:/dev/\x01", "control characters"},
           row{"http://x", "unknown scheme \"http\""},
           row{"unix:run/modem", "character 6: an absolute socket path"},
           row{"unix:/" + std::string(107, 'x'), "at most 107"},
           row{"unix:/x?flow=none", "unknown option \"flow\" (known: baud)"},
           row{"tcp:", "a host is needed"},
           row{"tcp:host", "character 9: a port is needed"},
           row{"tcp:host:0", "character 10: the port must be a number"},
           row{"tcp:host:65536", "1 to 65535"},
           row{"tcp:host:1x", "1 to 65535"},
           row{"tcp::1", "a host is needed"},
           row{"tcp:2001:db8::1:23", "brackets"},
           row{"tcp:[::1", "this [ has no ]"},
           row{"tcp:[::1]", "character 10: a port is needed"},
           row{"tcp:[]:1", "a host is needed"},
           row{"emulator:slm", "character 10: nothing stands between"},
           row{"emulator:?fd=3", "unknown option \"fd\" (known: dialect, baud"},
           row{"emulator:?link=/tmp/x", "unknown option \"link\""},
           row{"emulator:?dialect=", "dialect needs a value"},
           row{"emulator:?no-sim=1", "true or false"},
           row{"emulator:?baud=1", "1200 to 4000000"},
           row{"host:eth0", "character 6: nothing stands between host:"},
           row{"host:?pdn11=eth0", "known: pdn0 to pdn10"},
           row{"host:?pdn=eth0", "unknown option \"pdn\""},
           row{"host:?baud=9600", "unknown option \"baud\""},
           row{"host:?pdn0=", "name of a network interface"},
           row{"host:?pdn0=sixteencharacter", "name of a network interface"},
           row{"host:?pdn0=../eth0", "name of a network interface"},
       }) {
    CAPTURE(r.uri);
    const auto bad = parse_modem_uri(r.uri);
    REQUIRE_FALSE(bad);
    CHECK(bad.error().code == errc::invalid_argument);
    CAPTURE(bad.error().detail);
    CHECK(bad.error().detail.find(r.says) != std::string::npos);
  }
}
