// SPDX-License-Identifier: Apache-2.0
// Anything a host may write to the emulated modem's UART, and anything on its control socket. The
// first byte is the firmware's number; `!` behind it makes the rest a control request, `@` a
// script.
#include <cstdint>
#include <string>

#include "modem_bridge/emulator/memory_network.hpp"
#include "modem_bridge/emulator/modem.hpp"
#include "modem_bridge/emulator/script.hpp"

using namespace cellsock;
using namespace std::chrono_literals;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3 || size > 16384) return 0;
  const emulator::flavour& firmware =
      emulator::flavours[static_cast<std::size_t>(data[0] - '0') % emulator::flavours.size()];
  ++data;
  --size;
  emulator::memory_network network;
  network.serve(*parse_endpoint("192.0.2.10:7"), emulator::memory_network::behaviour::echo);
  network.echo_datagrams(*parse_endpoint("192.0.2.10:7"));
  network.serve(*parse_endpoint("[2001:db8::10]:7"), emulator::memory_network::behaviour::echo);
  network.echo_datagrams(*parse_endpoint("[2001:db8::10]:7"));
  emulator::modem_config config = emulator::config_of(firmware.id);
  config.baud = 1000000;
  config.registration_time = 1ms;  // so that what follows a CFUN=1 finds a network
  config.router_time = {};
  config.names.emplace("a.b", *parse_address("192.0.2.10"));
  config.names.emplace("a.b", *parse_address("2001:db8::10"));
  if (data[0] == '@') {
    auto script = emulator::parse_script({reinterpret_cast<const char*>(data) + 1, size - 1});
    if (!script) return 0;
    // A day of many verbs would take a day.
    if (script->size() > 20) script->resize(20);
    config.script = std::move(*script);
  }
  emulator::time_point now{};
  emulator::modem modem(config, network, now);
  const auto run = [&](std::chrono::milliseconds span) {
    const auto end = now + span;
    for (int steps = 0; steps < 2000 && now < end; ++steps) {
      const auto next = modem.next_wakeup();
      now = std::max(now, next ? std::min(*next, end) : end);
      modem.advance(now);
      (void)modem.take_output();
    }
    now = std::max(now, end);
  };
  run(200ms);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (data[0] == '@') {
    run(2s);
    return 0;
  }
  if (data[0] == '!') {
    (void)modem.control(text.substr(1), now);
    run(100ms);
    return 0;
  }
  // Cut where the input says, with a pause at each cut.
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t n = std::min<std::size_t>(text.size() - at, 1 + data[at] * 4u);
    modem.feed(std::as_bytes(std::span(text.substr(at, n))), now);
    at += n;
    run(5ms);
  }
  run(3s);
  return 0;
}
