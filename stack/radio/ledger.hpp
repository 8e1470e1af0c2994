// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "stack/ids.hpp"
#include "stack/limits.hpp"

/// What the radio costs, and whom it is due to. While it is connected each second counts for whose
/// payload moved last; what comes after the last payload of all is the avoidable tail. Pure.
namespace cellsock {

/// A program as a person knows it.
struct radio_program {
  std::uint32_t uid = 0;
  std::string executable = {};
  std::string unit = {};  // systemd's; empty: none
  friend auto operator<=>(const radio_program&, const radio_program&) = default;
};

struct radio_share {
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t wakeups = 0;  // connections of the radio that its packet caused
  std::chrono::milliseconds connected{0};
  std::chrono::milliseconds tail{0};  // part of `connected`
  radio_share& operator+=(const radio_share& other);
  friend bool operator==(const radio_share&, const radio_share&) = default;
};

class radio_ledger {
public:
  using time_point = std::chrono::steady_clock::time_point;
  enum class way : std::uint8_t { sent, received };
  struct bounds {
    std::size_t programs = limits::radio_programs_max;
    std::size_t sockets = limits::radio_sockets_max;
  };
  struct program_row {
    radio_program who;
    radio_share share;
  };
  struct socket_row {
    socket_id id{};
    radio_program who;
    radio_share share;
  };
  struct report {
    bool known = false;  // the modem says when it is connected
    bool connected = false;
    std::chrono::milliseconds observed{0};  // since the modem first said
    radio_share total;                      // the network's own signalling included
    radio_share others;                     // programs of which no row is kept any more
    std::vector<program_row> programs;      // the largest tail first
    std::vector<socket_row> sockets;        // in the order of their ids
  };

  radio_ledger() : radio_ledger(bounds{}) {}
  explicit radio_ledger(bounds b) : bounds_(b) {}

  void radio(bool connected, time_point now);
  /// Payload moved for this socket; names that were asked for have none.
  void payload(std::optional<socket_id> id, const radio_program& who, way direction,
               std::uint64_t bytes, time_point now);
  void closed(socket_id id) { sockets_.erase(id); }
  [[nodiscard]] report read(time_point now) const;

private:
  struct entry {
    radio_program who = {};
    radio_share share = {};
    std::uint64_t used = 0;
  };
  struct holder {
    std::optional<socket_id> id;
    radio_program who;
  };
  void add(const holder& to, const radio_share& what);
  void settle(time_point now);

  bounds bounds_;
  std::map<radio_program, entry> programs_;
  std::map<socket_id, entry> sockets_;
  radio_share total_;
  radio_share others_;
  std::uint64_t uses_ = 0;
  std::optional<time_point> observed_since_;
  bool connected_ = false;
  time_point settled_{};        // connected time is shared out up to here
  std::optional<holder> last_;  // of this connection, or none yet
  time_point last_at_{};
  std::optional<holder> knocking_;  // who sent while it was idle
  time_point knocked_at_{};
};

}  // namespace cellsock
