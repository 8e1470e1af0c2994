// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "modem_bridge/engine_core.hpp"
#include "modem_bridge/job.hpp"
#include "modem_bridge/segmenter.hpp"
#include "stack/rai/hint.hpp"

namespace cellsock {

/// One stream socket's turn to send: asks for a chunk, cuts it into legal pieces, sends them. The
/// channel is reserved while the socket's owner answers.
class send_job final : public job {
public:
  send_job(engine_core& core, socket_id id);

  void start() override;
  /// The answer to want_chunk; empty: nothing after all.
  void take(std::vector<std::byte> bytes, rai_hint hint = rai_hint::none);
  void abandon(const failure& why) override;
  void socket_gone(const failure& why) override;
  [[nodiscard]] bool asking() const noexcept { return asking_; }

private:
  void next_piece();
  void send_piece();
  void send_text(dialect::intent how, std::string_view text, std::string_view payload);
  void send_data(std::string_view payload);
  void data_mode_over(const at::reply& reply);
  void verify();
  void piece_sent();
  void fail_stream(errc cause, const std::string& detail);

  engine_core& core_;
  socket_id id_;
  bool asking_ = false;
  bool gone_ = false;
  bool drains_ = false;  // the failure may leave received data behind
  std::vector<std::byte> bytes_;
  rai_hint hint_ = rai_hint::none;
  std::vector<piece> pieces_;
  std::size_t next_ = 0;
  time_point began_{};
};

}  // namespace cellsock
