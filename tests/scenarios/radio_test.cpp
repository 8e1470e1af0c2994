// SPDX-License-Identifier: Apache-2.0
// Release assistance through the whole daemon, seen by the emulated modem's radio: its RRC trace.
#include "tests/support/radio_world.hpp"

using namespace cellsock;
using namespace std::chrono_literals;
using test::daemon_world;
using test::modem_kinds;
using test::radio_world;

namespace {

const endpoint collector = *parse_endpoint("192.0.2.10:5000");
const endpoint answerer = *parse_endpoint("192.0.2.20:6000");

}  // namespace

TEST_CASE("LAST releases the radio behind the datagram, without it the cell's timer does") {
  for (const auto& k : modem_kinds) {
    CAPTURE(k.what);
    radio_world world(k);
    const auto socket = world.bound(world.first, 4001, collector);
    (void)world.changes();
    world.write(socket, "report");
    world.pass(20s);
    CHECK(world.changes() == "connected uplink, idle inactivity");
    REQUIRE(world.hint(world.first, socket, 2) == v1::ERROR_CODE_UNSPECIFIED);
    world.write(socket, "report");
    world.pass(3s);
    CHECK(world.changes() == "connected uplink, idle rai");
  }
}

TEST_CASE("two programs, one says LAST while the other awaits a reply: released after the reply") {
  for (const auto& k : modem_kinds) {
    CAPTURE(k.what);
    radio_world world(k);
    const auto reporter = world.bound(world.first, 4001, collector);
    const auto asker = world.bound(world.second, 4002, answerer);
    (void)world.changes();
    REQUIRE(world.hint(world.second, asker, 3) == v1::ERROR_CODE_UNSPECIFIED);
    world.write(asker, "ping");
    world.pass(1s);
    REQUIRE(world.hint(world.first, reporter, 2) == v1::ERROR_CODE_UNSPECIFIED);
    world.write(reporter, "report");
    world.pass(4s);
    CHECK(world.changes() == "connected uplink");  // still, five seconds later
    world.answer(answerer, 4002);
    world.pass(3s);
    CHECK(world.changes() == "idle rai");
    CHECK_FALSE(daemon_world::get(asker).empty());
  }
}

TEST_CASE("NO_DATA is said at once, and needs a peer") {
  radio_world world;
  const auto loose = world.open(world.first, v1::SOCKET_TYPE_DATAGRAM);
  CHECK(world.hint(world.first, loose, 1) == v1::ERROR_CODE_DESTINATION_REQUIRED);
  const auto socket = world.bound(world.first, 4001, collector);
  REQUIRE(world.hint(world.first, socket, 4) == v1::ERROR_CODE_UNSPECIFIED);
  world.write(socket, "more to come");
  world.pass(1s);
  (void)world.changes();
  REQUIRE(world.hint(world.first, socket, 1) == v1::ERROR_CODE_UNSPECIFIED);
  world.pass(2s);
  CHECK(world.changes() == "idle rai");
}

TEST_CASE("nobody says anything: a name, a stream and a request each release the radio by guess") {
  radio_world world(modem_kinds[0], true);
  const auto asker = world.bound(world.first, 4002, answerer);
  for (int i = 0; i < 3; ++i) {
    world.write(asker, "ping");
    world.pass(1s);
    world.answer(answerer, 4002);
    world.pass(60s);
  }
  (void)world.changes();
  SUBCASE("a request to a peer that answers each with one") {
    world.write(asker, "ping");
    world.pass(1s);
    world.answer(answerer, 4002);
    world.pass(2s);
    CHECK(world.changes() == "connected uplink, idle rai");
  }
  SUBCASE("a name") {
    v1::Request request;
    request.mutable_resolve()->set_host("nobody.example");
    request.mutable_resolve()->set_family(v1::FAMILY_INET);
    (void)world.ask_of(world.first, request);
    world.pass(5s);
    CHECK(world.changes() == "connected dns, idle rai");
  }
  SUBCASE("a name in both families, which our own resolver asks for") {
    v1::Request request;
    request.mutable_resolve()->set_host("nobody.example");
    (void)world.ask_of(world.first, request);
    world.pass(5s);
    CHECK(world.changes() == "connected uplink, idle rai");
  }
  SUBCASE("a stream that its program closed") {
    const auto server = *parse_endpoint("192.0.2.30:80");
    world.network.serve(server, emulator::memory_network::behaviour::scripted);
    {
      const auto stream = world.open(world.second);
      REQUIRE(world.dial(world.second, stream, server) == v1::ERROR_CODE_UNSPECIFIED);
      daemon_world::put(stream, "upload");
      world.pass(1s);
    }
    world.pass(5s);
    CHECK(world.changes() == "connected uplink, idle rai");
  }
}

TEST_CASE("cellsock radio: who woke the radio, and whose tail it is") {
  radio_world world;
  const auto socket = world.bound(world.first, 4001, collector);
  v1::Request request;
  request.mutable_radio_report();
  const auto before = world.ask_of(world.first, request).radio_report().links(0);
  CHECK(before.known());
  world.write(socket, std::string(40, 'r'));
  world.pass(30s);
  const auto after = world.ask_of(world.first, request).radio_report().links(0);
  CHECK(after.total().wakeups() == before.total().wakeups() + 1);
  REQUIRE(after.programs_size() == 1);
  CHECK(after.programs(0).executable().ends_with("scenarios"));
  CHECK(after.programs(0).share().bytes_sent() == 40);
  CHECK(after.programs(0).share().wakeups() == 1);
  CHECK(after.programs(0).share().tail_ms() >= 10000);
  CHECK(after.programs(0).share().connected_ms() <= 12000);
  REQUIRE(after.sockets_size() == 1);
  CHECK(after.sockets(0).share().bytes_sent() == 40);
  CHECK_FALSE(after.automatic());
}
