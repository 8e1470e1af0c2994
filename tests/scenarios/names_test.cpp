// SPDX-License-Identifier: Apache-2.0
// Names through the whole daemon and an emulated modem: our own resolver over its UDP sockets, and
// a name server of the test's on the network behind it.
#include "tests/support/daemon_world.hpp"
#include "tests/support/dns_bytes.hpp"

using namespace cellsock;
using namespace std::chrono_literals;
using test::daemon_world;
using test::dns_bytes;
using test::dns_ok;
namespace type = test::dns_type;

namespace {

const endpoint server = *parse_endpoint("192.0.2.53:53");
const std::string v4_data{"\xc0\x00\x02\x07", 4};
const std::string v6_data{"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07", 16};

/// A network that names no servers.
emulator::modem_config nameless() {
  auto config = daemon_world::fast();
  config.dns_primary = config.dns_secondary = config.dns6_primary = config.dns6_secondary = "";
  return config;
}

struct names_world : daemon_world {
  test::control_client client;
  std::size_t seen = 0;  // datagrams that the server looked at
  std::function<std::optional<dns_bytes>(unsigned id, unsigned kind)> server_says;

  names_world() : daemon_world(nameless()), client(connect_control()) {
    wait_ready(client);
    pass(1s);  // the IPv6 address comes a moment later
    choose(std::string(reinterpret_cast<const char*>(server.address.bytes.data()), 4));
  }
  void choose(const std::string& address) {
    v1::Request dns;
    dns.mutable_set_dns()->set_family(v1::FAMILY_INET);
    dns.mutable_set_dns()->set_address(address);
    CHECK(ask_of(client, dns).error().code() == v1::ERROR_CODE_UNSPECIFIED);
  }
  static dns_bytes address(unsigned id, unsigned kind) {
    return dns_bytes()
        .header(id, dns_ok, 1)
        .question("a.example", kind)
        .same_name()
        .record(kind, 300, kind == type::a ? v4_data : v6_data);
  }
  /// The server's side, in time with the modem's.
  void serve() {
    for (; seen < network.sent_datagrams().size(); ++seen) {
      const auto& query = network.sent_datagrams()[seen];
      if (query.to != server || !server_says) continue;
      const auto id = std::to_integer<unsigned>(query.payload[0]) << 8 |
                      std::to_integer<unsigned>(query.payload[1]);
      const auto kind = std::to_integer<unsigned>(query.payload[query.payload.size() - 3]);
      if (const auto said = server_says(id, kind)) network.push_datagram(server, said->take());
    }
  }
  v1::Reply look_up(v1::Family family = v1::FAMILY_INET) {
    v1::Request request;
    request.mutable_resolve()->set_host("a.example");
    request.mutable_resolve()->set_family(family);
    client.send(request);
    std::optional<v1::Reply> reply;
    until([&] {
      serve();
      return (reply = client.take()).has_value();
    });
    return *reply;
  }
  [[nodiscard]] std::size_t asked_modem() const {
    return static_cast<std::size_t>(std::count_if(trace.begin(), trace.end(), [](const auto& text) {
      return text.starts_with('>') && text.find("#XGETADDRINFO") != std::string::npos;
    }));
  }
};

}  // namespace

TEST_CASE("a chosen name server is asked over a socket of the modem") {
  names_world world;
  world.server_says = names_world::address;
  const auto said = world.look_up();
  REQUIRE(said.resolve().addresses_size() == 1);
  CHECK(said.resolve().addresses(0) == v4_data);
  CHECK(world.asked_modem() == 0);
  CHECK(world.status(world.client).links(0).handles_used() == 1);
  world.look_up();
  CHECK(world.network.sent_datagrams().size() == 1);  // remembered
  // Nobody else's socket is taken for long.
  world.pass(6s);
  CHECK(world.status(world.client).links(0).handles_used() == 0);
}

TEST_CASE("both families at once, IPv4 first") {
  names_world world;
  world.server_says = names_world::address;
  const auto said = world.look_up(v1::FAMILY_UNSPECIFIED);
  REQUIRE(said.resolve().addresses_size() == 2);
  CHECK(said.resolve().addresses(0) == v4_data);
  CHECK(said.resolve().addresses(1) == v6_data);
  CHECK(world.network.sent_datagrams().size() == 2);
  CHECK(world.asked_modem() == 0);
}

TEST_CASE("a server that misbehaves first is still believed in the end") {
  names_world world;
  int asked = 0;
  world.server_says = [&](unsigned id, unsigned kind) -> std::optional<dns_bytes> {
    switch (++asked) {
      case 1: return std::nullopt;
      case 2: return names_world::address(id ^ 1, kind);
      default: return names_world::address(id, kind);
    }
  };
  CHECK(world.look_up().resolve().addresses_size() == 1);
  CHECK(asked == 3);
}

TEST_CASE("no such name: remembered, and the modem is not asked too") {
  names_world world;
  world.server_says = [](unsigned id, unsigned kind) {
    return dns_bytes().header(id, dns_ok | 3, 0).question("a.example", kind);
  };
  CHECK(world.look_up().error().code() == v1::ERROR_CODE_NAME_NOT_FOUND);
  CHECK(world.look_up().error().code() == v1::ERROR_CODE_NAME_NOT_FOUND);
  CHECK(world.network.sent_datagrams().size() == 1);
  CHECK(world.asked_modem() == 0);
}

TEST_CASE("a silent server is asked three times, then the modem's own resolver") {
  names_world world;
  world.look_up();
  CHECK(world.network.sent_datagrams().size() == 3);
  CHECK(world.asked_modem() == 1);
}

TEST_CASE("programs hold every socket of the modem: none is taken from them") {
  names_world world;
  world.server_says = names_world::address;
  std::vector<daemon_world::made_socket> held;
  for (int i = 0; i < 6; ++i) held.push_back(world.open(world.client, v1::SOCKET_TYPE_DATAGRAM));
  CHECK(world.look_up().resolve().addresses_size() == 1);  // through the seventh
  held.push_back(world.open(world.client, v1::SOCKET_TYPE_DATAGRAM));
  world.pass(1s);
  CHECK(world.status(world.client).links(0).handles_used() == 0);  // given up for it
  world.choose(std::string("\xc0\0\2\x35", 4));                    // forgets what is remembered
  world.look_up();
  CHECK(world.asked_modem() == 1);
  CHECK(world.network.sent_datagrams().size() == 1);
}
