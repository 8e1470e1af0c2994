// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "modem_bridge/emulator/cell.hpp"
#include "modem_bridge/emulator/channel_watch.hpp"
#include "modem_bridge/emulator/command.hpp"
#include "modem_bridge/emulator/config.hpp"
#include "modem_bridge/emulator/data_mode.hpp"
#include "modem_bridge/emulator/event_log.hpp"
#include "modem_bridge/emulator/ip_stack.hpp"
#include "modem_bridge/emulator/poll_watch.hpp"
#include "modem_bridge/emulator/socket_table.hpp"

namespace cellsock::emulator {

/// How a command ends. `silent`: it printed its own final result or has none; `blocked`: it waits,
/// and holds everything else meanwhile.
enum class verdict : std::uint8_t { ok, error, silent, blocked };

enum class power_change : std::uint8_t { reset, shutdown, deep_sleep, idle_sleep };

/// What the firmware is made of: everything a command may touch. Owned by the executor, which sets
/// `now` before anything runs and sends `output` afterwards.
struct board {
  board(const modem_config& configuration, network& behind, event_log& events, time_point start);

  const modem_config& config;
  event_log& log;
  cell radio;

  /// The radio as the sockets' packets meet it.
  class antenna : public air {
  public:
    explicit antenna(board& b) : board_(b) {}
    [[nodiscard]] bool carries(int cid) const override;
    [[nodiscard]] bool hears(int cid) const override;
    time_point leaves(pcb socket, std::size_t bytes, time_point now) override;
    time_point arrives(pcb socket, std::size_t bytes, time_point now) override;

  private:
    board& board_;
  };
  antenna bearer{*this};
  ip_stack stack;
  socket_table sockets;
  poll_watch watch;         // selected-socket syntax
  channel_watch readiness;  // handle syntax
  data_mode mode;
  time_point now;

  bool cme_errors = false;
  unsigned time_limit_ms = 0;  // of data mode; 0 until set or data mode was first entered
  int send_flags = 0;          // of the data mode under way
  int data_handle = -1;        // the socket it sends on
  bool echo = false;
  unsigned line_baud;                         // the rate now
  unsigned boot_baud;                         // the rate after a reset
  std::optional<unsigned> speed_change = {};  // wanted as soon as what was said has left
  /// Where data mode sends datagrams. The firmware forgets it only when a send-to ends well, so a
  /// send-to refused after its host was read leaves it behind for the next plain data mode.
  std::string send_host = {};
  int send_port = 0;
  urc_injection injection = urc_injection::off;
  /// Nothing is pushed meanwhile.
  bool push_held = false;
  bool silence_all = false;  // option 30, of all sockets
  /// Asynchronous sends whose outcome is owed.
  struct owed_notice {
    int handle;
    pcb target;
    std::size_t bytes;
  };
  std::vector<owed_notice> owed = {};
  /// What happens to a connection in the middle of a data mode's payload.
  enum class cut : std::uint8_t { fin, reset, pdn };
  struct planned_cut {
    int handle;
    std::size_t at_byte;
    cut how;
  };
  std::optional<planned_cut> plan = {};

  /// Bytes for the host, in order; with the places where a URC of the poll thread may cut in.
  std::string output;
  std::optional<power_change> power;

  /// The command that waits: says `blocked` until it is over. Wanted whenever something changed,
  /// and at `pending_deadline` at the latest.
  std::function<verdict()> pending;
  std::optional<time_point> pending_deadline;

  [[nodiscard]] const flavour& rules() const { return *config.application; }
  /// slm: the second version is the modem library's.
  [[nodiscard]] bool library_older_than(int major, int minor, int patch) const;
  /// The socket whose handle is a command's first parameter (handle syntax); null: none.
  [[nodiscard]] modem_socket* named(const command& c) {
    return sockets.find(c.number(0).value_or(-1));
  }
  [[nodiscard]] int current_handle();
  [[nodiscard]] modem_socket* data_socket() { return sockets.find(data_handle); }
  /// A command gave reason to look for `bits` again.
  void rearm(modem_socket& socket, unsigned bits);

  /// An information line of a `#X` command, with its leading and closing CRLF.
  void say(std::string_view text);
  void raw(std::string_view text) { output += text; }
  void raw(std::span<const std::byte> bytes);
  /// Holds the executor until `resume` says something else than `blocked`.
  verdict wait(std::optional<time_point> deadline, std::function<verdict()> resume);
  /// A URC of the poll thread, wherever the output stands now.
  void print_poll_events();
  /// The place where one may be injected into a counted receive.
  void injection_point(urc_injection here);

  [[nodiscard]] unsigned time_limit_ms_min() const;
  /// `count` as `data_mode::enter` has it.
  void enter_data_mode(int handle, std::size_t count = 0);
  /// The data network this socket uses is up and has its address family.
  [[nodiscard]] bool network_up(const modem_socket& socket) const;
  /// The context a socket of this PDN uses; one that is gone has none.
  [[nodiscard]] int context_of(int pdn_id) const { return radio.cid_of_pdn(pdn_id).value_or(0); }
  /// From now on the socket uses that PDN, which is up.
  void bind_to_pdn(modem_socket& socket, int pdn_id);
  /// What the host said of this socket's next packet, once.
  release_hint take_hint(pcb socket);
  /// What a question to the network costs: until its answer is there. Empty: it does not answer.
  [[nodiscard]] std::optional<duration> ask_network(int cid);
  void kill_sockets(int pdn_id, bool kept_open_too);
  void close_all_sockets();
  /// As after power-on; the outside (SIM, network, injected faults) stays as it is.
  void reboot();
};

}  // namespace cellsock::emulator
