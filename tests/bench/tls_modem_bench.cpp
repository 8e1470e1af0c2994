// SPDX-License-Identifier: Apache-2.0
// What a TLS handshake costs over a modem at 115200 baud, in the emulated modem's time and in
// bytes: the first time, and coming back with a ticket. The round trip over the air is LTE-M's when
// connected. What is computed takes no time here; it is 8 ms of CPU.
#include <cstdio>

#include "tests/support/secure_daemon_world.hpp"

using namespace cellsock;

namespace {

struct cost {
  double seconds = 0;
  std::uint64_t air_up = 0, air_down = 0;    // TLS
  std::uint64_t uart_up = 0, uart_down = 0;  // with the AT protocol around it, connect included
};

cost measure(test::secure_daemon_world& world, test::control_client& client) {
  const auto socket = world.open_secure(client);
  // What is verified costs no byte and no time of the line.
  world.choose(client, socket, v1::SECURE_OPTION_PEER_VERIFY, 0);
  world.choose(client, socket, v1::SECURE_OPTION_SESSION_CACHE, 1);
  const auto uart = world.status(client).links(0).uart();
  const auto up = world.up, down = world.down;
  const auto begun = world.now();
  REQUIRE(world.dial(client, socket, world.server) == v1::ERROR_CODE_UNSPECIFIED);
  const std::chrono::duration<double> took = world.now() - begun;
  const auto after = world.status(client).links(0).uart();
  return {took.count(), world.up - up, world.down - down, after.bytes_sent() - uart.bytes_sent(),
          after.bytes_received() - uart.bytes_received()};
}

void print(const char* name, const cost& c) {
  std::printf(
      "\"%s\": {\"seconds\": %.4f, \"air_up\": %llu, \"air_down\": %llu, "
      "\"uart_up\": %llu, \"uart_down\": %llu}",
      name, c.seconds, static_cast<unsigned long long>(c.air_up),
      static_cast<unsigned long long>(c.air_down), static_cast<unsigned long long>(c.uart_up),
      static_cast<unsigned long long>(c.uart_down));
}

}  // namespace

TEST_CASE("handshakes over a modem") {
  emulator::modem_config emulated;
  emulated.baud = 115200;
  emulated.network_delay = std::chrono::milliseconds(50);
  test::secure_daemon_world world(emulated);
  auto client = world.connect_control();
  world.wait_ready(client);
  test::seeded_random luck(5);
  world.served.resume = true;
  world.served.tickets = *tls::ticket_keys::make(luck);
  const auto first = measure(world, client);
  const auto resumed = measure(world, client);
  std::printf("{");
  print("first", first);
  std::printf(", ");
  print("resumed", resumed);
  std::printf("}\n");
}
