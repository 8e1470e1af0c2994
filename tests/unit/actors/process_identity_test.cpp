// SPDX-License-Identifier: Apache-2.0
#include "actors/process_identity.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

using namespace cellsock;

TEST_CASE("a process's service, from its control groups") {
  struct row {
    const char* text;
    const char* unit;
  };
  const row rows[]{
      {"0::/system.slice/meter.service\n", "meter.service"},
      {"0::/system.slice/system-meter.slice/meter@roof.service\n", "meter@roof.service"},
      {"0::/user.slice/user-1000.slice/user@1000.service/app.slice/logger.service\n",
       "logger.service"},
      {"12:pids:/system.slice/meter.service\n1:name=systemd:/system.slice/other.service\n",
       "meter.service"},
      {"0::/user.slice/user-1000.slice/session-3.scope\n", ""},
      {"0::/\n", ""},
      {"", ""},
      {"no path at all", ""},
      {"0::/.service", ""},
      {"0::/a.service", "a.service"},
      {"0::/a.service/", "a.service"},
      {"0:://///", ""},
  };
  for (const auto& r : rows) {
    CAPTURE(r.text);
    CHECK(unit_in(r.text) == r.unit);
  }
}

TEST_CASE("this process knows itself, and one that is not there is nobody") {
  CHECK(identify(::getpid()).executable.ends_with("unit_actors"));
  CHECK(identify(::getpid()).name == "unit_actors");
  CHECK(identify(0x7ffffff0).executable.empty());
}
