// SPDX-License-Identifier: Apache-2.0
#include "actors/radio_desk.hpp"

#include <doctest/doctest.h>

#include "actors/event_bus.hpp"

using namespace cellsock;
using namespace std::chrono_literals;
using about = msg::ask_radio::about;
using fact = msg::radio_fact;

namespace {

const endpoint peer = *parse_endpoint("192.0.2.10:5000");
constexpr socket_id a{1};
constexpr socket_id b{2};

struct fixture {
  std::vector<std::string> happened;
  std::vector<std::pair<std::optional<socket_id>, rai_hint>> told;
  std::vector<std::chrono::nanoseconds> wakes;
  radio_desk::time_point now{1000s};
  radio_desk desk{
      {.link = "modem0",
       .automatic = true,
       .unguessed = {"meter"},
       .tell = [this](std::optional<socket_id> id, rai_hint h) { told.emplace_back(id, h); },
       .wake_in = [this](std::chrono::nanoseconds span) { wakes.push_back(span); }}};
  events::subscription watching =
      events::subscribe({.happenings = true}, [this](const events::shared_event& e) {
        std::string line(e->name);
        for (const auto& [key, value] : e->fields)
          if (key != "detail") line += " " + std::string(key) + "=" + value;
        happened.push_back(line);
      });

  fixture() {
    desk.opened(a, transport::datagram, {10, 1000, "logger", "/usr/bin/logger", ""});
    desk.opened(b, transport::datagram, {11, 1001, "other name", "/opt/meter", "meter.service"});
    for (const auto id : {a, b}) desk.news({id, fact::joined, peer}, now);
    desk.radio(true, now);
  }
  rai_hint send(socket_id id, rai_hint said) {
    desk.news({id, fact::queued}, now);
    const auto tell = desk.word({id, about::chunk, said, true, {}}, now).tell;
    desk.news({id, fact::sent, {}, 40}, now);
    return tell;
  }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "what is told and what is not are events with their reason") {
  CHECK(send(b, rai_hint::one_response) == rai_hint::one_response);
  CHECK(send(a, rai_hint::last) == rai_hint::ongoing);
  desk.news({b, fact::received, {}, 0, 4}, now);
  REQUIRE(told.size() == 1);
  CHECK(told[0] == std::pair{std::optional(a), rai_hint::no_data});
  CHECK(
      happened ==
      std::vector<std::string>{
          "rai-told link=modem0 socket=2 program=other name hint=one-response why=program-said",
          "rai-told link=modem0 socket=1 program=logger hint=ongoing why=keep-for-other",
          "rai-withheld link=modem0 socket=1 program=logger hint=last why=reply-awaited because=2",
          "rai-told link=modem0 socket=1 program=logger hint=no-data why=now-true"});
}

TEST_CASE_FIXTURE(fixture, "nothing is guessed for a program that is named, by its file's name") {
  desk.closed(b, now);
  now += 2s;
  desk.due(now);
  CHECK(told.empty());
  desk.closed(a, now);
  now += 2s;
  desk.due(now);
  REQUIRE(told.size() == 1);
  CHECK(told[0] == std::pair{std::optional<socket_id>(), rai_hint::no_data});
  desk.untold(std::nullopt, rai_hint::no_data);
  CHECK(happened.back() ==
        "rai-withheld link=modem0 socket=- program= hint=no-data why=no-socket because=-");
}

TEST_CASE_FIXTURE(fixture, "it asks to be woken, once for one time") {
  wakes.clear();
  send(a, rai_hint::one_response);
  CHECK(wakes.size() == 1);
  desk.news({a, fact::received, {}, 0, 1}, now);
  CHECK(wakes.size() == 2);  // sooner: whether the cell heeds it
  const auto count = wakes.size();
  desk.news({a, fact::received, {}, 0, 1}, now);
  CHECK(wakes.size() == count);
}

TEST_CASE_FIXTURE(fixture, "the report has the programs by what the kernel says of them") {
  send(b, rai_hint::last);
  now += 5s;
  desk.radio(false, now);
  const auto report = desk.report(now);
  REQUIRE(report.ledger.programs.size() == 1);
  CHECK(report.ledger.programs[0].who == radio_program{1001, "/opt/meter", "meter.service"});
  CHECK(report.ledger.programs[0].share.tail == 5s);
  CHECK(report.ledger.programs[0].share.bytes_sent == 40);
  CHECK(report.verdict.of(rai_hint::last).ignored == 0);
}

TEST_CASE_FIXTURE(fixture, "what is asked of a socket that is not here does no harm") {
  const socket_id stranger{9};
  desk.news({stranger, fact::received, {}, 0, 5}, now);
  CHECK(desk.word({stranger, about::chunk, rai_hint::none, true, {}}, now).tell == rai_hint::none);
  CHECK(desk.word({stranger, about::connect}, now).tell == rai_hint::none);
  CHECK(desk.word({stranger, about::no_data}, now).tell == rai_hint::none);
  desk.closed(stranger, now);
  desk.refused(stranger, rai_hint::last, now);
  CHECK(told.empty());
}
