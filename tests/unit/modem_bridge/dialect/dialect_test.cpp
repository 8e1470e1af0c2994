// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/dialect/dialect.hpp"

#include <doctest/doctest.h>

using namespace cellsock::dialect;

TEST_CASE("formats are filled from fields") {
  fields values;
  values.handle = 3;
  values.family = 1;
  values.type = 2;
  values.host = "192.0.2.1";
  values.port = 7;
  values.seconds = 30;
  values.ms = 1000;
  values.text = "{host} stays as it is";
  const auto text = [&](intent what) { return expand(find(slm(), what).format, values); };
  CHECK(text(intent::open) == "AT#XSOCKET=1,2,0");
  CHECK(text(intent::select) == "AT#XSOCKETSELECT=3");
  CHECK(text(intent::set_send_timeout) == "AT#XSOCKETOPT=1,21,30");
  CHECK(text(intent::bind) == "AT#XBIND=7");
  CHECK(text(intent::connect) == "AT#XCONNECT=\"192.0.2.1\",7");
  CHECK(text(intent::send_string) == "AT#XSEND=\"{host} stays as it is\"");
  CHECK(text(intent::send_datagram_to) == "AT#XSENDTO=\"192.0.2.1\",7");
  CHECK(text(intent::set_data_limit) == "AT#XDATACTRL=1000");
}

TEST_CASE("every command of every intent has a deadline and stays short enough") {
  for (const auto& row : slm().verbs) {
    if (row.format.empty()) continue;
    CHECK(row.wait.count() > 0);
    CHECK(row.format.starts_with("AT"));
    CHECK(row.format.size() < 64);
  }
}
