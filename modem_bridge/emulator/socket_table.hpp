// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "modem_bridge/emulator/ip_stack.hpp"
#include "modem_bridge/emulator/rrc_model.hpp"

namespace cellsock::emulator {

/// One socket as the firmware keeps it.
struct modem_socket {
  int handle = -1;
  pcb id{};
  int family = 1;   // 1 IPv4, 2 IPv6
  int type = 1;     // 1 stream, 2 datagram
  int role = 0;     // 0 client, 1 server
  int cid = 0;      // a PDN id: slm uses what the host named untranslated
  int context = 0;  // the context behind it; handle syntax: which the host named
  int sec_tag = -1;
  int ranking = 0;
  int send_timeout_s = 30;
  int receive_timeout_s = 0;
  std::map<int, int> options = {};         // what else was set, read back as it is
  release_hint hint = release_hint::none;  // goes with the next packet
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

  // Handle syntax: what the application's work queue keeps besides (see channel_watch).
  unsigned requested = 0;  // which events the host wants to read of
  unsigned pending = 0;    // which of them it has not read of since they were last armed
  unsigned delayed = 0;    // which came while the channel was not idle
  int push = 0;            // `<flags>` of the push configuration
  bool push_hex = false;

  static constexpr int keep_open_option = 34;
  /// Survives the loss of its packet data network.
  [[nodiscard]] bool kept_open() const {
    const auto set = options.find(keep_open_option);
    return set != options.end() && set->second == 1;
  }

  [[nodiscard]] bool stream() const { return type == 1; }
  [[nodiscard]] ip_family ip() const { return family == 2 ? ip_family::v6 : ip_family::v4; }
};

/// The firmware's socket table: seven or eight, one of them current, out of eight descriptors that
/// accepted connections use too. Opening selects; closing selects the youngest that is left.
class socket_table {
public:
  static constexpr std::size_t sockets_max = 7;  // of the newest slm
  static constexpr int handles = 8;

  explicit socket_table(int first_handle = 0, std::size_t capacity = sockets_max)
      : first_(first_handle), capacity_(capacity) {}

  /// A new, selected socket with the lowest free handle; null when the table is full.
  modem_socket* open();
  /// Forgets the current socket and selects the highest ranked of the rest.
  void close_current();
  void close(int handle);
  void deselect() { current_ = -1; }
  /// What a failed open leaves behind: the highest ranked socket is current.
  void reselect();
  bool select(int handle);

  [[nodiscard]] modem_socket* current();
  [[nodiscard]] modem_socket* find(int handle);
  /// Whose socket in the stack this is, or whose accepted connection; -1: nobody's any more.
  [[nodiscard]] int handle_of(pcb id) const;
  [[nodiscard]] std::vector<modem_socket*> all();  // in slot order
  [[nodiscard]] std::size_t size() const { return sockets_.size(); }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] bool full() const;
  /// A descriptor for an accepted connection; -1 when none is free.
  [[nodiscard]] int free_handle() const;
  /// The accepted peer that a second accept replaced: its descriptor stays taken for ever.
  void leak_handle(int handle) { leaked_.push_back(handle); }
  void clear();

private:
  int first_;
  std::size_t capacity_;
  std::map<int, modem_socket> sockets_;
  std::vector<int> leaked_;
  int current_ = -1;
  int next_ranking_ = 1;
};

}  // namespace cellsock::emulator
