// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <set>

#include "modem_bridge/dialect/detect.hpp"
#include "modem_bridge/dialect/dialect.hpp"
#include "modem_bridge/modem_limits.hpp"

using namespace cellsock;
using namespace cellsock::dialect;

namespace {

identity listing(std::set<std::string> commands, version application = {}) {
  identity who;
  who.commands = std::move(commands);
  who.application = application;
  return who;
}

std::string recognised(const identity& who) {
  for (const auto* one : all())
    if (matches(*one, who)) return std::string(one->name) + " " + std::string(one->flavour);
  return "none";
}

}  // namespace

TEST_CASE("each intent has one row in each dialect: a command, or why there is none") {
  std::set<std::string> names;
  for (const auto* spoken : all()) {
    CAPTURE(spoken->name);
    CAPTURE(spoken->flavour);
    CHECK(names.insert(std::string(spoken->name) + std::string(spoken->flavour)).second);
    CHECK(complete(spoken->verbs));
    for (std::size_t i = 0; i < static_cast<std::size_t>(intent::count_); ++i) {
      const auto& row = find(*spoken, static_cast<intent>(i));
      CAPTURE(i);
      if (row.format.empty()) {
        CHECK(row.cannot.size() > 8);
        continue;
      }
      CHECK(row.format.starts_with("AT"));
      CHECK(row.format.size() < 80);
      CHECK(row.wait.count() > 0);
      CHECK(row.cannot.empty());
    }
  }
}

TEST_CASE("the traits of each dialect go together with its rows") {
  for (const auto* spoken : all()) {
    CAPTURE(spoken->name);
    CAPTURE(spoken->flavour);
    // Something tells when there is data.
    CHECK(can(*spoken, intent::poll_start) == (spoken->readiness == notices::told));
    if (spoken->readiness == notices::asked) CHECK(can(*spoken, intent::poll_ask));
    if (spoken->verify_sent) CHECK(can(*spoken, intent::poll_ask));
    CHECK(can(*spoken, intent::push_start) == !spoken->pushes.empty());
    CHECK(can(*spoken, intent::push_start) == can(*spoken, intent::push_off));
    CHECK(can(*spoken, intent::select) == (spoken->addressed == addressing::selected));
    CHECK(can(*spoken, intent::send_hex) == (spoken->hex_bytes_max > 0));
    // Who counts its payload says how long it is, and who names sockets does so everywhere.
    const auto holds = [&](intent what, std::string_view part) {
      return find(*spoken, what).format.find(part) != std::string_view::npos;
    };
    CHECK(holds(intent::send_stream, "{length}") == (spoken->ends == data_end::counted));
    const bool named = spoken->addressed == addressing::in_command;
    for (const auto what : {intent::close, intent::bind, intent::connect, intent::send_string,
                            intent::send_stream, intent::receive, intent::receive_from})
      CHECK(holds(what, "{handle}") == named);
    if (spoken->end_seen_since_library > version{}) CHECK(can(*spoken, intent::poll_ask));
    CHECK(spoken->data_bytes_max <= modem_limits::counted_payload_max);
    CHECK(spoken->receive_bytes_max <= modem_limits::counted_bytes_max);
  }
}

TEST_CASE("a dialect is recognised by what is listed; a version tells only what that does not") {
  CHECK(recognised(listing({"#XSOCKETSELECT", "#XAPOLL", "#XPOLL"}, {3, 1, 0})) == "slm 3.1");
  CHECK(recognised(listing({"#XSOCKETSELECT", "#XAPOLL", "#XPOLL"}, {2, 7, 0})) == "slm 3.1");
  CHECK(recognised(listing({"#XSOCKETSELECT", "#XPOLL"}, {3, 0, 1})) == "slm 2.9");
  CHECK(recognised(listing({"#XSOCKETSELECT", "#XPOLL"}, {2, 8, 0})) == "slm 2.9");
  CHECK(recognised(listing({"#XSOCKETSELECT", "#XPOLL"}, {2, 7, 99})) == "slm 2.7");
  CHECK(recognised(listing({"#XSOCKETSELECT", "#XPOLL"})) == "slm 2.7");
  CHECK(recognised(listing({"#XSOCKETSELECT", "#XPOLL", "#XSLMUART"}, {2, 4, 0})) == "slm 2.4");
  CHECK(recognised(listing({"#XCLOSE", "#XRECVCFG", "#XAPOLL"}, {2, 0, 0})) == "sm 1");
  CHECK(recognised(listing({"#XCLOSE", "#XRECVCFG", "#XAPOLL", "#XLISTEN"}, {1, 99, 0})) == "sm 2");
  // The first Serial Modem is a renamed Serial LTE Modem.
  CHECK(recognised(listing({"#XSOCKETSELECT", "#XAPOLL"}, {0, 1, 0})) == "slm 3.1");
  CHECK(recognised(listing({"#XSOCKET"})) == "none");
}

TEST_CASE("versions are read from what firmwares print") {
  CHECK(version_in("v1.0.1-3-gabcdef-dirty") == version{1, 0, 1});
  CHECK(version_in("2.9.2-lte") == version{2, 9, 2});
  CHECK(version_in("2.6") == version{2, 6, 0});
  CHECK(version_in("3") == version{3, 0, 0});
  CHECK_FALSE(version_in("").has_value());
  CHECK_FALSE(version_in("main").has_value());
  CHECK_FALSE(version_in("99999999999").has_value());
  CHECK(version{2, 6, 0} < version{2, 6, 1});
}

TEST_CASE("a chunk is about 80 ms of line in whole buffers of the modem") {
  CHECK(chunk_bytes(slm(), 0) == 4096);
  CHECK(chunk_bytes(slm(), 115200) == 4096);
  CHECK(chunk_bytes(sm1(), 460800) == 4096);
  CHECK(chunk_bytes(sm1(), 921600) == 8192);
  CHECK(chunk_bytes(sm1(), 1000000) == 8192);
  CHECK(chunk_bytes(slm29(), 1000000) == 8192);
  // Never more than a modem may be left waiting for.
  CHECK(chunk_bytes(sm1(), 4000000) == 8192);
}

TEST_CASE("release assistance has its own numbers up to 2.7") {
  CHECK(find(slm29(), intent::rai_last).format == "AT#XSOCKETOPT=1,61,2");
  CHECK(find(slm27(), intent::rai_last).format == "AT#XSOCKETOPT=1,51,0");
  CHECK(find(slm24(), intent::rai_wait_more).format == "AT#XSOCKETOPT=1,54,0");
  CHECK(find(sm1(), intent::rai_last).format == "AT#XSOCKETOPT={handle},1,61,2");
}
