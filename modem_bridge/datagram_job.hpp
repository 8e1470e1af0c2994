// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <vector>

#include "modem_bridge/engine_core.hpp"
#include "modem_bridge/job.hpp"
#include "stack/rai/hint.hpp"

namespace cellsock {

/// One datagram socket's turn to send: asks for a datagram, opens the modem's socket if this is the
/// first, sends. Every datagram taken ends in chunk_sent, datagram_dropped, or with its socket.
class datagram_job final : public job {
public:
  datagram_job(engine_core& core, socket_id id);

  void start() override;
  /// The answer to want_chunk. `to` absent: the connected peer.
  void take(std::optional<endpoint> to, std::vector<std::byte> payload, rai_hint hint);
  /// Nothing after all.
  void take_nothing();
  void abandon(const failure& why) override;
  void socket_gone(const failure& why) override;
  [[nodiscard]] bool asking() const noexcept { return asking_; }

private:
  void answered();
  void open();
  void send_connected();
  void reconnect();
  void reopen(const failure& dropped);
  void tell();
  void send();
  void send_text(dialect::intent how, std::string_view text);
  void enter_data_mode();
  void write_data();
  void set_limit(long ms, std::function<void()> next);
  void data_mode_over(const at::reply& reply);
  void refused(const at::reply& reply, dialect::intent how);
  void drop(errc cause, const std::string& detail);
  void sent();
  [[nodiscard]] std::string_view payload() const;

  engine_core& core_;
  socket_id id_;
  ip_family family_ = ip_family::v4;
  bool asking_ = false;
  bool gone_ = false;
  std::optional<endpoint> to_;
  rai_hint hint_ = rai_hint::none;
  std::vector<std::byte> bytes_;
  bool ends_in_guard_ = false;  // the terminator must wait until the modem has let go of a '+'
};

}  // namespace cellsock
