// SPDX-License-Identifier: Apache-2.0
// The whole daemon and the emulated modem on one thread, in virtual time.
#include <random>

#include "tests/support/daemon_world.hpp"

using namespace cellsock;
using namespace std::chrono_literals;
using test::daemon_world;
using behaviour = emulator::memory_network::behaviour;

namespace {

const endpoint server = *parse_endpoint("192.0.2.10:7");

/// Everything that ever confused an AT parser, back to back, with random filling between.
std::string nastiness(std::size_t size, unsigned seed) {
  using namespace std::string_literals;
  const std::vector<std::string> pieces{"+++"s,
                                        "++"s,
                                        "+"s,
                                        "++++++"s,
                                        "\""s,
                                        "\0"s,
                                        "\x08"s,
                                        "\x7f"s,
                                        "\r\n"s,
                                        "\r"s,
                                        "\n"s,
                                        "\r\nOK\r\n"s,
                                        "\r\nERROR\r\n"s,
                                        "\r\n#XRECV: 5\r\n"s,
                                        "\r\n#XAPOLL: 0,1\r\n"s,
                                        "AT+CFUN=0\r\n"s,
                                        "+++\r\nAT+CFUN=0\r\n"s,
                                        "\r\n#XDATAMODE: 0\r\n"s,
                                        "\r\nReady\r\n"s,
                                        "\"+++\""s,
                                        "\0+++\0"s,
                                        "plain text "s,
                                        "\xff\xfe\x80"s};
  std::mt19937 random(seed);
  std::string all;
  while (all.size() < size) all += pieces[random() % pieces.size()];
  all.resize(size);
  return all;
}

/// Echoes `data` through one socket; what came back.
std::string echo(daemon_world& world, const daemon_world::made_socket& socket,
                 const std::string& data) {
  std::string back;
  std::size_t sent = 0;
  world.until(
      [&] {
        sent += daemon_world::put(socket, std::string_view(data).substr(sent));
        back += daemon_world::get(socket);
        return back.size() >= data.size();
      },
      600s);
  return back;
}

struct fixture : daemon_world {
  test::control_client client = connect_control();
  fixture() {
    network.serve(server, behaviour::echo);
    wait_ready(client);
  }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "bring-up: registered with an address, the modem known by name") {
  const auto link = status(client).links(0);
  CHECK(link.dialect() == "slm");
  CHECK(link.model() == "nRF9160-SICA");
  CHECK(link.registration() == "home");
  CHECK(link.address() == "10.160.1.2");
  CHECK(link.handles_max() == 7);
  CHECK(link.trouble().code() == v1::ERROR_CODE_UNSPECIFIED);
}

TEST_CASE_FIXTURE(fixture, "a stream carries every byte unchanged, both ways") {
  const auto socket = open(client);
  CHECK(readiness(socket) == 0);
  REQUIRE(dial(client, socket, server) == v1::ERROR_CODE_UNSPECIFIED);
  CHECK(readiness(socket) == POLLOUT);
  const auto data = nastiness(16384, 1);
  CHECK(echo(*this, socket, data) == data);
  CHECK(status(client).links(0).uart().receives_damaged() == 0);
}

TEST_CASE_FIXTURE(fixture, "refused is refused, and the modem's socket is free again") {
  const auto socket = open(client);
  CHECK(dial(client, socket, *parse_endpoint("192.0.2.99:9")) == v1::ERROR_CODE_CONNECTION_REFUSED);
  CHECK((readiness(socket) & (POLLERR | POLLHUP)) == (POLLERR | POLLHUP));
  until([&] { return status(client).links(0).handles_used() == 0; });
}

TEST_CASE_FIXTURE(fixture, "a black hole times out after the modem's send timeout") {
  network.serve(*parse_endpoint("192.0.2.66:6"), behaviour::black_hole);
  const auto socket = open(client);
  const auto before = now();
  CHECK(dial(client, socket, *parse_endpoint("192.0.2.66:6")) == v1::ERROR_CODE_TIMED_OUT);
  CHECK(now() - before >= 10s);
  CHECK(now() - before < 15s);
}

TEST_CASE_FIXTURE(
    fixture, "the PDN goes: every socket ends with pdn-down, a new one works when it is back") {
  const auto socket = open(client);
  REQUIRE(dial(client, socket, server) == v1::ERROR_CODE_UNSPECIFIED);
  REQUIRE(modem->control("pdn down", now()).ok());
  until([&] { return (readiness(socket) & POLLHUP) != 0; });
  CHECK(reason_of(client, socket) == v1::ERROR_CODE_PDN_DOWN);
  const auto early = open(client);
  CHECK(dial(client, early, server) == v1::ERROR_CODE_PDN_DOWN);
  REQUIRE(modem->control("pdn up", now()).ok());
  wait_ready(client);
  const auto next = open(client);
  CHECK(dial(client, next, server) == v1::ERROR_CODE_UNSPECIFIED);
  CHECK(echo(*this, next, "hello again") == "hello again");
}

TEST_CASE_FIXTURE(fixture, "the modem resets in mid-transfer: an error, then recovery") {
  const auto socket = open(client);
  REQUIRE(dial(client, socket, server) == v1::ERROR_CODE_UNSPECIFIED);
  put(socket, nastiness(8000, 3));
  pass(20ms);
  REQUIRE(modem->control("reset", now()).ok());
  until([&] { return (readiness(socket) & POLLHUP) != 0; });
  CHECK(reason_of(client, socket) == v1::ERROR_CODE_LINK_DOWN);
  wait_ready(client);
  const auto next = open(client);
  CHECK(dial(client, next, server) == v1::ERROR_CODE_UNSPECIFIED);
  CHECK(echo(*this, next, "back") == "back");
}

TEST_CASE("a restart in the middle of a counted receive, unheard, is found out") {
  // Its `Ready` is taken for payload; only what the modem has forgotten gives the restart away.
  for (const auto offset : {1ms, 6ms, 11ms, 16ms}) {
    daemon_world world;
    auto client = world.connect_control();
    world.network.serve(server, behaviour::scripted);
    world.wait_ready(client);
    const auto socket = world.open(client);
    REQUIRE(world.dial(client, socket, server) == v1::ERROR_CODE_UNSPECIFIED);
    world.network.peer(server)->push(std::string(100000, 'd'));
    world.modem->network_changed(world.now());
    std::string got;
    world.until([&] { return (got += daemon_world::get(socket)).size() > 6000; });
    world.pass(offset);
    REQUIRE(world.modem->control("reset", world.now()).ok());
    world.until([&] {
      return (daemon_world::get(socket), daemon_world::readiness(socket) & POLLHUP) != 0;
    });
    CHECK(world.reason_of(client, socket) == v1::ERROR_CODE_LINK_DOWN);
    world.network.serve(server, behaviour::echo);
    world.until([&] {
      const auto next = world.open(client);
      return world.dial(client, next, server) == v1::ERROR_CODE_UNSPECIFIED &&
             echo(world, next, "hello") == "hello";
    });
  }
}

TEST_CASE_FIXTURE(fixture, "the modem hangs: every caller gets an error within its deadline") {
  const auto socket = open(client);
  REQUIRE(dial(client, socket, server) == v1::ERROR_CODE_UNSPECIFIED);
  REQUIRE(modem->control("hang", now()).ok());
  put(socket, "into the void");
  const auto other = open(client);
  CHECK(dial(client, other, server) != v1::ERROR_CODE_UNSPECIFIED);
  until([&] { return (readiness(socket) & POLLHUP) != 0; }, 300s);
  const auto link = status(client).links(0);
  CHECK(link.state() != "ready");
  CHECK(link.trouble().code() != v1::ERROR_CODE_UNSPECIFIED);
}

TEST_CASE_FIXTURE(fixture, "two programs transfer at once and both progress") {
  auto other = connect_control();
  const auto a = open(client);
  const auto b = open(other);
  REQUIRE(dial(client, a, server) == v1::ERROR_CODE_UNSPECIFIED);
  REQUIRE(dial(other, b, server) == v1::ERROR_CODE_UNSPECIFIED);
  const auto data = nastiness(20000, 4);
  std::string from_a, from_b;
  std::size_t sent_a = 0, sent_b = 0, both_moving = 0;
  until(
      [&] {
        sent_a += put(a, std::string_view(data).substr(sent_a));
        sent_b += put(b, std::string_view(data).substr(sent_b));
        const auto got_a = get(a), got_b = get(b);
        from_a += got_a;
        from_b += got_b;
        if (!from_a.empty() && !from_b.empty() && from_a.size() < data.size() &&
            from_b.size() < data.size())
          ++both_moving;
        return from_a.size() == data.size() && from_b.size() == data.size();
      },
      600s);
  CHECK(from_a == data);
  CHECK(from_b == data);
  CHECK(both_moving > 0);
}

TEST_CASE_FIXTURE(fixture, "datagrams go out and come back, with their sender") {
  network.echo_datagrams(server);
  const auto socket = open(client, v1::SOCKET_TYPE_DATAGRAM);
  v1::Datagram out;
  out.set_version(1);
  out.mutable_peer()->set_address(server.address.bytes.data(), 4);
  out.mutable_peer()->set_port(server.port);
  using namespace std::string_literals;
  // By string; by data mode; by data mode with the terminator kept apart; `+++` by string.
  for (const auto& payload : {"plain"s, "\"quoted\", \0 and \r\n"s, "\"ends in ++"s, "a+++b"s}) {
    out.set_payload(payload);
    put(socket, out.SerializeAsString());
    std::string back;
    until([&] { return !(back = get(socket)).empty(); });
    v1::Datagram in;
    REQUIRE(in.ParseFromString(back));
    CHECK(in.payload() == payload);
    CHECK(in.peer().port() == server.port);
  }
  // What the dialect cannot carry is dropped and counted, and the socket goes on.
  out.set_payload("+++\"");
  put(socket, out.SerializeAsString());
  until([&] { return status(client).links(0).uart().datagrams_refused() == 1; });
  CHECK(status(client).sockets(0).datagrams_dropped() == 1);
}

TEST_CASE_FIXTURE(fixture, "a dead client leaves no socket open in the modem") {
  {
    const auto socket = open(client);
    REQUIRE(dial(client, socket, server) == v1::ERROR_CODE_UNSPECIFIED);
    put(socket, "last words");
  }
  until([&] { return status(client).links(0).handles_used() == 0; });
  CHECK(status(client).sockets_size() == 0);
  const auto* peer = network.peer(server);
  REQUIRE(peer != nullptr);
  CHECK(peer->closed());
}

TEST_CASE_FIXTURE(fixture, "stop closes every socket in the modem") {
  const auto socket = open(client);
  REQUIRE(dial(client, socket, server) == v1::ERROR_CODE_UNSPECIFIED);
  stop();
  CHECK(network.peer(server)->closed());
}

TEST_CASE("the same run twice is the same run, line for line") {
  const auto run = [] {
    daemon_world world;
    world.network.serve(server, behaviour::echo);
    auto client = world.connect_control();
    world.wait_ready(client);
    const auto socket = world.open(client);
    REQUIRE(world.dial(client, socket, server) == v1::ERROR_CODE_UNSPECIFIED);
    (void)echo(world, socket, nastiness(3000, 9));
    world.stop();
    return std::pair(world.trace, world.now().time_since_epoch().count());
  };
  const auto first = run();
  const auto second = run();
  CHECK(first.first.size() > 50);
  CHECK(first == second);
}
