// SPDX-License-Identifier: Apache-2.0
#include "stack/radio/ledger.hpp"

#include <doctest/doctest.h>

using namespace cellsock;
using namespace std::chrono_literals;
using way = radio_ledger::way;

namespace {

const radio_program meter{1000, "/usr/bin/meter", "meter.service"};
const radio_program logger{1001, "/usr/bin/logger", {}};
constexpr socket_id a{1};
constexpr socket_id b{2};
const radio_ledger::time_point start{1000s};

radio_share of(const radio_ledger::report& report, const radio_program& who) {
  for (const auto& row : report.programs)
    if (row.who == who) return row.share;
  return {};
}
radio_share of(const radio_ledger::report& report, socket_id id) {
  for (const auto& row : report.sockets)
    if (row.id == id) return row.share;
  return {};
}

}  // namespace

TEST_CASE("who woke it has the seconds until another's payload, and the last has the tail") {
  radio_ledger ledger;
  ledger.radio(false, start);
  ledger.payload(a, meter, way::sent, 40, start + 10s);
  ledger.radio(true, start + 11s);
  ledger.payload(a, meter, way::received, 4, start + 12s);
  ledger.payload(b, logger, way::sent, 100, start + 14s);
  ledger.radio(false, start + 25s);
  const auto report = ledger.read(start + 100s);
  CHECK(of(report, meter) == radio_share{40, 4, 1, 3s, 0s});
  CHECK(of(report, logger) == radio_share{100, 0, 0, 11s, 11s});
  CHECK(of(report, a) == of(report, meter));
  CHECK(of(report, b) == of(report, logger));
  CHECK(report.total == radio_share{140, 4, 1, 14s, 11s});
  CHECK(report.observed == 100s);
  CHECK_FALSE(report.connected);
  CHECK(report.programs.front().who == logger);  // the largest tail first
}

TEST_CASE("a connection that nobody's payload used is the network's own, and no tail") {
  radio_ledger ledger;
  ledger.radio(true, start);
  ledger.radio(false, start + 5s);
  const auto report = ledger.read(start + 5s);
  CHECK(report.total == radio_share{0, 0, 1, 5s, 0s});
  CHECK(report.programs.empty());
}

TEST_CASE("a call from the network is due to whom it was for") {
  radio_ledger ledger;
  ledger.radio(true, start);
  ledger.payload(b, logger, way::received, 9, start + 100ms);
  ledger.radio(false, start + 10100ms);
  const auto report = ledger.read(start + 20s);
  CHECK(of(report, logger) == radio_share{0, 9, 1, 10s, 10s});
  CHECK(report.total.connected == 10100ms);
}

TEST_CASE("what was sent long before is not what it connected for") {
  radio_ledger ledger;
  ledger.payload(a, meter, way::sent, 1, start);
  ledger.radio(true, start + limits::radio_setup_max + 1ms);
  CHECK(of(ledger.read(start + 20s), meter).wakeups == 0);
}

TEST_CASE("names count for the program and for no socket") {
  radio_ledger ledger;
  ledger.payload(std::nullopt, meter, way::sent, 0, start);
  ledger.radio(true, start + 200ms);
  ledger.payload(std::nullopt, meter, way::received, 0, start + 1s);
  ledger.radio(false, start + 12s);
  const auto report = ledger.read(start + 12s);
  CHECK(of(report, meter) == radio_share{0, 0, 1, 11800ms, 11s});
  CHECK(report.sockets.empty());
}

TEST_CASE("read while connected: the time so far, and no tail yet") {
  radio_ledger ledger;
  CHECK_FALSE(ledger.read(start).known);
  ledger.payload(a, meter, way::sent, 1, start);
  ledger.radio(true, start + 1s);
  const auto report = ledger.read(start + 4s);
  CHECK(report.known);
  CHECK(report.connected);
  CHECK(report.total.connected == 3s);
  CHECK(of(report, meter).connected == 3s);
  CHECK(report.total.tail == 0s);
  CHECK(ledger.read(start + 4s).total == report.total);
}

TEST_CASE("a closed socket has no row, its program keeps what it cost") {
  radio_ledger ledger;
  ledger.radio(true, start);
  ledger.payload(a, meter, way::sent, 1, start);
  ledger.closed(a);
  ledger.radio(false, start + 2s);
  CHECK(of(ledger.read(start + 2s), meter).tail == 2s);
}

TEST_CASE("the tables are bounded, and nothing is lost from the sum") {
  radio_ledger ledger({.programs = 4, .sockets = 3});
  ledger.radio(true, start);
  for (std::uint32_t i = 0; i < 100; ++i)
    ledger.payload(socket_id{i}, {i, "/bin/x", {}}, way::sent, 1, start + std::chrono::seconds(i));
  ledger.radio(false, start + 100s);
  const auto report = ledger.read(start + 100s);
  CHECK(report.programs.size() == 4);
  CHECK(report.sockets.size() == 3);
  radio_share sum = report.others;
  for (const auto& row : report.programs) sum += row.share;
  CHECK(sum.bytes_sent == 100);
  CHECK(sum.connected == report.total.connected);
  CHECK(sum.tail == report.total.tail);
}
