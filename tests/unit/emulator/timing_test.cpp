// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/support/emulator_bench.hpp"

using namespace cellsock::emulator;
using namespace std::chrono_literals;

namespace {

modem_config rate(unsigned baud) {
  modem_config config;
  config.baud = baud;
  return config;
}

/// From the host's last byte on the wire to the modem's first; both lines have a known length.
duration turnaround(modem_config config) {
  const auto byte = std::chrono::nanoseconds(10'000'000'000ULL / config.baud);
  emulator_bench bench(std::move(config));
  (void)bench.until("Ready\r\n");
  bench.run(10ms);
  const auto start = bench.now;
  (void)bench.ask("AT");  // four bytes up, six down
  return bench.now - start - 10 * byte;
}

bool about(duration value, duration wanted) {
  return value > wanted - 2us && value < wanted + 2us;
}

}  // namespace

TEST_CASE("the turnaround is what was configured, idle detection included") {
  for (const unsigned baud : {115200U, 1000000U})
    for (const auto wanted : {0ms, 1ms, 2ms, 3ms, 10ms}) {
      modem_config config = rate(baud);
      config.turnaround = wanted;
      CHECK(about(turnaround(config), wanted));
    }
}

TEST_CASE("boot time") {
  modem_config config;
  config.boot_time = 2s;
  emulator_bench bench(config);
  CHECK(bench.listen(2s).empty());
  CHECK(bench.listen(1ms + 500us) == "Ready\r\n");
}

TEST_CASE("goodput of data mode and of counted receives is the line's own less the overhead") {
  for (const auto& [baud, up_min, down_min] :
       {std::tuple{115200U, 0.97, 0.96}, std::tuple{1000000U, 0.86, 0.85}}) {
    emulator_bench bench(rate(baud));
    bench.bring_up();
    const auto where = emulator_bench::at("192.0.2.1:80");
    bench.network.serve(where, memory_network::behaviour::scripted);
    (void)bench.ask("AT#XSOCKET=1,1,0");
    (void)bench.ask("AT#XCONNECT=\"192.0.2.1\",80");
    constexpr std::size_t total = 65536;
    const std::string chunk(4096, 'x');
    auto start = bench.now;
    for (std::size_t sent = 0; sent < total; sent += chunk.size()) {
      (void)bench.ask("AT#XSEND");
      bench.type(chunk + "+++");
      (void)bench.until("#XDATAMODE: 0\r\n");
    }
    const auto share = [&, baud = baud](duration took) {
      return static_cast<double>(total) / std::chrono::duration<double>(took).count() /
             (baud / 10.0);
    };
    CHECK(share(bench.now - start) > up_min);
    CHECK(share(bench.now - start) < 1.0);
    CHECK(bench.network.peer(where)->received().size() == total);
    bench.network.peer(where)->push(std::string(total, 'y'));
    start = bench.now;
    std::size_t got = 0;
    while (got < total) {
      const std::string answer = bench.ask("AT#XRECV=1,64");
      REQUIRE(answer.starts_with("\r\n#XRECV: 2048\r\n"));
      got += 2048;
    }
    CHECK(share(bench.now - start) > down_min);
    CHECK(share(bench.now - start) < 1.0);
  }
}

TEST_CASE("a shell that comes late by a random amount loses no rate") {
  modem_config config = rate(115200);
  emulator_bench bench(config);
  bench.bring_up();
  bench.network.serve(emulator_bench::at("192.0.2.1:80"), memory_network::behaviour::scripted);
  (void)bench.ask("AT#XSOCKET=1,1,0");
  (void)bench.ask("AT#XCONNECT=\"192.0.2.1\",80");
  (void)bench.ask("AT#XSEND");
  // A pty with 23,040 bytes in it (two seconds), read in slices by somebody who is up to 1.5 ms
  // late each time.
  std::string waiting(23040, 'x');
  auto now = bench.now;
  const auto start = now;
  auto since = now;
  unsigned dice = 12345;
  while (!waiting.empty()) {
    const std::size_t n = std::min(bench.modem.rx_room(now, since), waiting.size());
    if (n > 0) {
      bench.modem.feed(std::as_bytes(std::span(waiting)).first(n), now, since);
      waiting.erase(0, n);
      since = now;
    }
    bench.modem.advance(now);
    dice = dice * 1103515245U + 12345U;
    const auto next = sooner(bench.modem.next_wakeup(), bench.modem.next_rx_room(now));
    REQUIRE(next);
    now = std::max(now, *next) + std::chrono::microseconds(dice / 65536 % 1500);
  }
  CHECK(now - start < 2s + 5ms);
  CHECK(now - start > 2s - 5ms);
}

TEST_CASE("what is due happens in order however late the caller comes") {
  emulator_bench bench;
  bench.bring_up();
  bench.type("AT#XSLMVER\r\nAT\r\n");
  bench.now += 5s;
  bench.modem.advance(bench.now);
  std::string out;
  for (const std::byte b : bench.modem.take_output()) out.push_back(static_cast<char>(b));
  CHECK(out == "\r\n#XSLMVER: \"3.1.0\",\"3.1.0\"\r\n\r\nOK\r\n\r\nOK\r\n");
}

TEST_CASE("the radio's delay is paid per crossing") {
  modem_config config;
  config.network_delay = 100ms;
  emulator_bench bench(config);
  bench.bring_up();
  bench.network.serve(emulator_bench::at("192.0.2.1:7"), memory_network::behaviour::echo);
  (void)bench.ask("AT#XSOCKET=1,1,0");
  auto start = bench.now;
  CHECK(bench.ask("AT#XCONNECT=\"192.0.2.1\",7") == "\r\n#XCONNECT: 1\r\n\r\nOK\r\n");
  CHECK(bench.now - start > 200ms);
  CHECK(bench.now - start < 210ms);
  CHECK(bench.ask("AT#XSEND=\"abc\"") == "\r\n#XSEND: 3\r\n\r\nOK\r\n");
  start = bench.now;
  CHECK(bench.ask("AT#XRECV=5") == "\r\n#XRECV: 3\r\nabc\r\nOK\r\n");
  CHECK(bench.now - start > 195ms);
  CHECK(bench.now - start < 210ms);
  // What was accepted before a close still arrives.
  (void)bench.ask("AT#XSEND=\"last words\"");
  (void)bench.ask("AT#XSOCKET=0");
  bench.run(1s);
  const auto* peer = bench.network.peer(emulator_bench::at("192.0.2.1:7"));
  CHECK(peer->received().size() == 13);
  CHECK(peer->closed());
  CHECK_FALSE(peer->aborted());
}

TEST_CASE("a host that stops reading freezes the modem, and nothing is lost") {
  emulator_bench bench;
  bench.bring_up();
  bench.modem.set_host_ready(false, bench.now);
  for (int i = 0; i < 5; ++i) bench.type("AT#XCLAC\r\n");
  bench.type("AT#XSOCKET=1,1,0\r\n");
  CHECK(bench.listen(5s).empty());
  CHECK(bench.count("opened") == 0);
  bench.modem.set_host_ready(true, bench.now);
  CHECK(bench.until("#XSOCKET: 0,1,6\r\n\r\nOK\r\n").starts_with("\r\nAT#X"));
}

TEST_CASE("without flow control a blocked modem loses what its buffers cannot hold") {
  modem_config config;
  config.flow_control = false;
  emulator_bench bench(config);
  bench.bring_up();
  bench.network.serve(emulator_bench::at("192.0.2.1:9"), memory_network::behaviour::black_hole);
  (void)bench.ask("AT#XSOCKET=1,1,0");
  bench.type("AT#XCONNECT=\"192.0.2.1\",9\r\n");
  bench.run(10ms);
  bench.type(std::string(2000, 'x') + "\r\n");
  (void)bench.until("ERROR\r\n");
  bench.run(1s);
  CHECK(bench.modem.dropped_bytes() > 1000);
}
