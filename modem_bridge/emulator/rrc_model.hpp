// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "modem_bridge/emulator/time.hpp"

namespace cellsock::emulator {

/// Release assistance: what a program says of the packets to come.
enum class release_hint : std::uint8_t { none, no_data, last, one_response, ongoing, wait_more };

/// How one cell behaves.
struct cell_timing {
  duration setup{};  // from idle to connected
  duration inactivity = std::chrono::seconds(10);
  /// After which it releases a modem that needs the connection no more: by a hint it honours, or
  /// after mere signalling.
  duration early_release = std::chrono::milliseconds(500);
  bool honours_hints = true;
};

/// The radio connection between the modem and its cell, with power saving mode and extended
/// reception. Pure: packets and time in, states out. User packets are those of sockets (TCP control
/// included) and of name lookups; signalling connects too, but is nobody's tail.
class rrc_model {
public:
  static constexpr std::size_t transitions_max = 20000;
  static constexpr int no_handle = -1;
  enum class state : std::uint8_t { off, idle, connected, asleep };
  enum class cause : std::uint8_t {
    attach,
    detach,
    uplink,
    downlink,
    lookup,
    update,
    inactivity,
    hint,
    active_time
  };
  struct packet {
    cause why = cause::uplink;
    int handle = no_handle;
    std::size_t bytes = 0;
    release_hint hint = release_hint::none;
  };
  struct transition {
    std::uint64_t number = 0;  // 1, 2, 3, …
    duration at{};             // since power-on
    state from = state::off;
    state to = state::off;
    cause why = cause::attach;
    int handle = no_handle;
    duration length{};  // of the state it left
    /// Of a connection that ended: user bytes, and how long it lasted after the last packet.
    std::uint64_t up = 0;
    std::uint64_t down = 0;
    duration tail{};
  };
  struct totals {
    duration connected{};
    duration idle{};
    duration asleep{};
    duration tail{};  // of connections that are over
    std::uint64_t setups = 0;
    std::uint64_t early_releases = 0;  // by hints
    std::uint64_t up = 0;
    std::uint64_t down = 0;
  };

  rrc_model(const cell_timing& timing, time_point start)
      : timing_(timing), start_(start), since_(start) {}

  [[nodiscard]] state now() const { return state_; }
  [[nodiscard]] bool connected() const { return state_ == state::connected; }
  /// A page finds the modem.
  [[nodiscard]] bool reachable() const { return state_ == state::idle || connected(); }

  void attach(time_point now);
  void detach(time_point now);
  /// Signalling keeps the connection that it has.
  void signalling(time_point now);
  /// When the packet leaves: now, or behind a set-up.
  time_point uplink(const packet& what, time_point now);
  /// When it is there: now, or behind a page and a set-up.
  time_point downlink(const packet& what, time_point now);
  /// One that concerns no packet: no more data, or more of it.
  void hint(release_hint what, time_point now);

  [[nodiscard]] cell_timing& timing() { return timing_; }
  /// The modem passes hints on to the cell.
  void allow_hints(bool on) { hints_allowed_ = on; }
  /// What the network granted; empty: no power saving mode.
  void set_power_saving(std::optional<duration> active, std::optional<duration> update);
  void set_reception_cycle(std::optional<duration> cycle) { cycle_ = cycle; }

  void run(time_point now);
  [[nodiscard]] std::optional<time_point> next_event() const;
  [[nodiscard]] const std::deque<transition>& transitions() const { return transitions_; }
  [[nodiscard]] totals sums(time_point now) const;

private:
  struct setup {
    time_point due;
    cause why;
    int handle;
  };
  struct early_release {
    time_point due;
    bool by_hint;
  };

  time_point connect_at(time_point ready, const packet& what, time_point now);
  void crosses(time_point at, std::uint64_t& counter, std::size_t bytes);
  void plan(time_point from);
  void enter(state next, cause why, int handle, time_point at);
  void step(time_point at);
  [[nodiscard]] std::optional<time_point> release_due() const;
  [[nodiscard]] std::optional<time_point> sleep_due() const;
  [[nodiscard]] std::optional<time_point> update_due() const;

  cell_timing timing_;
  time_point start_;
  state state_ = state::off;
  time_point since_;
  std::optional<setup> setup_;
  time_point activity_{};
  std::optional<time_point> last_user_;  // of this connection
  std::optional<early_release> early_;
  bool reply_awaited_ = false;  // after a packet whose hint was one response
  bool hints_allowed_ = false;
  std::optional<duration> active_;
  std::optional<duration> update_;
  std::optional<time_point> update_from_;
  std::optional<duration> cycle_;
  std::uint64_t up_ = 0;  // of this connection
  std::uint64_t down_ = 0;
  totals sums_;
  std::deque<transition> transitions_;
  std::uint64_t last_number_ = 0;
};

/// One JSON object, without a line end.
[[nodiscard]] std::string to_json(const rrc_model::transition& what);
[[nodiscard]] std::string to_json(const rrc_model::totals& what);

}  // namespace cellsock::emulator
