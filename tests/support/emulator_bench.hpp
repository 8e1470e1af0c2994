// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "modem_bridge/emulator/memory_network.hpp"
#include "modem_bridge/emulator/modem.hpp"

/// One emulated modem on a network in memory and a clock that the test moves.
class emulator_bench {
public:
  using modem_config = cellsock::emulator::modem_config;
  using time_point = cellsock::emulator::time_point;
  using duration = cellsock::emulator::duration;

  explicit emulator_bench(modem_config config = {})
      : now(std::chrono::hours(1)), modem(std::move(config), network, now) {}

  /// `Ready`, CFUN=1, and the data network up, without any subscription.
  void bring_up() {
    (void)until("Ready\r\n");
    (void)ask("AT+CFUN=1");
    run(std::chrono::milliseconds(300));
    output.clear();
  }

  void type(std::string_view bytes) {
    modem.feed(std::as_bytes(std::span(bytes)), now);
    collect();
  }

  /// Types a command line and returns everything up to its final result.
  std::string ask(const std::string& command, duration limit = std::chrono::seconds(200)) {
    type(command + line_end());
    const time_point end = now + limit;
    for (;;) {
      for (const std::string_view final : {"\r\nOK\r\n", "\r\nERROR\r\n", "+CME ERROR: "})
        if (const auto at = output.find(final); at != std::string::npos) {
          const auto stop = final.ends_with(' ') ? output.find('\n', at) + 1 : at + final.size();
          if (stop != 0) return cut(stop);
        }
      if (!step(end)) return "(no final result) " + cut(output.size());
    }
  }

  /// What ends a command of this build.
  [[nodiscard]] std::string line_end() const {
    using cellsock::emulator::line_end;
    switch (modem.config().terminator) {
      case line_end::cr: return "\r";
      case line_end::lf: return "\n";
      case line_end::crlf: break;
    }
    return "\r\n";
  }

  /// Runs until `text` came; returns everything up to it.
  std::string until(std::string_view text, duration limit = std::chrono::seconds(200)) {
    const time_point end = now + limit;
    for (;;) {
      if (const auto at = output.find(text); at != std::string::npos) return cut(at + text.size());
      if (!step(end)) return "(never came) " + cut(output.size());
    }
  }

  /// Something happened in the network: a shell would know at once.
  void poke() {
    modem.network_changed(now);
    collect();
  }

  /// Lets time pass, wake-up by wake-up.
  void run(duration length) {
    const time_point end = now + length;
    while (step(end)) {
    }
  }

  /// What came within `length`, and nothing else.
  std::string listen(duration length) {
    run(length);
    return cut(output.size());
  }

  std::string control(std::string_view verb) {
    const auto reply = modem.control(verb, now);
    collect();
    return reply.text;
  }

  [[nodiscard]] int count(std::string_view kind) const {
    int n = 0;
    for (const auto& e : modem.events()) n += e.kind == kind ? 1 : 0;
    return n;
  }

  static cellsock::endpoint at(std::string_view text) {
    auto parsed = cellsock::parse_endpoint(text);
    return parsed ? *parsed : cellsock::endpoint{};
  }

  /// Wake-ups so far: a modem that spins shows here.
  std::size_t steps = 0;
  cellsock::emulator::memory_network network;
  time_point now;
  cellsock::emulator::modem modem;
  std::string output;

private:
  /// To the next wake-up, or to `end`; false when `end` is reached.
  bool step(time_point end) {
    if (now >= end) return false;
    ++steps;
    const auto next = modem.next_wakeup();
    now = next && *next < end ? std::max(*next, now) : end;
    modem.advance(now);
    collect();
    return true;
  }

  void collect() {
    for (const std::byte b : modem.take_output()) output.push_back(static_cast<char>(b));
  }

  std::string cut(std::size_t length) {
    std::string head = output.substr(0, length);
    output.erase(0, length);
    return head;
  }
};
