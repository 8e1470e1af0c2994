// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "modem_bridge/emulator/ip_stack.hpp"

namespace cellsock::emulator {

/// One socket as the firmware keeps it.
struct modem_socket {
  int handle = -1;
  pcb id{};
  int family = 1;  // 1 IPv4, 2 IPv6
  int type = 1;    // 1 stream, 2 datagram
  int role = 0;    // 0 client, 1 server
  int cid = 0;     // used as a PDN id, untranslated
  int sec_tag = -1;
  int ranking = 0;
  int send_timeout_s = 30;
  int receive_timeout_s = 0;
  std::map<int, int> options = {};  // what else was set, read back as it is
  // An accepted connection shares its listener's handle; data goes to it.
  std::optional<pcb> peer = {};
  int peer_handle = -1;
  std::uint64_t sent_bytes = 0;      // accepted from the host
  std::uint64_t received_bytes = 0;  // given to the host

  // The poll thread's view: which of IN and OUT may fire next, and whether it gave up on this
  // socket after an error or hang-up.
  unsigned armed = 0;
  unsigned rearmed = 0;  // takes effect when the command that caused it is over
  bool disabled = false;
  bool watched = false;  // named in the poll request

  [[nodiscard]] bool stream() const { return type == 1; }
  [[nodiscard]] ip_family ip() const { return family == 2 ? ip_family::v6 : ip_family::v4; }
};

/// The firmware's socket table: at most seven, one of them current, out of eight descriptors that
/// accepted connections use too. Opening selects; closing selects the youngest that is left.
class socket_table {
public:
  static constexpr std::size_t sockets_max = 7;
  static constexpr int handles = 8;

  explicit socket_table(int first_handle = 0) : first_(first_handle) {}

  /// A new, selected socket with the lowest free handle; null when the table is full.
  modem_socket* open();
  /// Forgets the current socket and selects the highest ranked of the rest.
  void close_current();
  /// What a failed open leaves behind: the highest ranked socket is current.
  void reselect();
  bool select(int handle);

  [[nodiscard]] modem_socket* current();
  [[nodiscard]] modem_socket* find(int handle);
  [[nodiscard]] std::vector<modem_socket*> all();  // in slot order
  [[nodiscard]] std::size_t size() const { return sockets_.size(); }
  [[nodiscard]] bool full() const;
  /// A descriptor for an accepted connection; -1 when none is free.
  [[nodiscard]] int free_handle() const;
  /// The accepted peer that a second accept replaced: its descriptor stays taken for ever.
  void leak_handle(int handle) { leaked_.push_back(handle); }
  void clear();

private:
  int first_;
  std::map<int, modem_socket> sockets_;
  std::vector<int> leaked_;
  int current_ = -1;
  int next_ranking_ = 1;
};

}  // namespace cellsock::emulator
