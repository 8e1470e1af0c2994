// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "modem_bridge/emulator/board.hpp"

namespace cellsock::emulator {

/// One blocking send of the firmware: a string command, or one flush of data mode. It offers the
/// rest again and again until everything is taken or the socket's send timeout passed without
/// progress (option 21; 0 waits for ever, and so does an accepted connection).
class outgoing {
public:
  enum class state : std::uint8_t { sent, waiting, failed };

  /// With a host, every send resolves it anew.
  outgoing(board& b, int handle, std::vector<std::byte> bytes, std::string host, int port,
           int flags);

  state advance();
  [[nodiscard]] std::size_t sent_bytes() const { return sent_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  /// When `advance` is wanted even if nothing changes.
  [[nodiscard]] std::optional<time_point> wake() const;
  /// Failed before the first send call: nothing to say about bytes.
  [[nodiscard]] bool never_tried() const { return never_tried_; }
  [[nodiscard]] int handle() const { return handle_; }

private:
  bool prepare();
  state offer(pcb target);
  void extend_deadline();

  board& board_;
  int handle_;
  std::vector<std::byte> bytes_;
  std::string host_;
  int port_;
  int flags_;
  bool started_ = false;
  bool never_tried_ = true;
  std::size_t sent_ = 0;
  std::optional<endpoint> remote_;
  std::optional<time_point> resolved_at_;
  std::optional<time_point> deadline_;
};

/// Sends what data mode has buffered or a string command carries; `done` says how it ended.
verdict run_outgoing(board& b, outgoing op, std::function<verdict(const outgoing&, bool ok)> done);

/// The send of a command: its line is `prefix` and the count, whatever happened, then the result. A
/// failure before the first attempt (no connection, unknown host) has no count. `notify`: what
/// becomes of the bytes is told later.
verdict run_send(board& b, outgoing op, std::string prefix, bool notify = false);

/// Names and literals as `#XCONNECT` and `#XSENDTO` see them: of the socket's family only. `wait`
/// is what asking the network costs (nothing for a literal).
struct resolution {
  std::optional<ip_address> address;
  duration wait{};
};
[[nodiscard]] resolution resolve_host(board& b, std::string_view host, const modem_socket& socket);

}  // namespace cellsock::emulator
