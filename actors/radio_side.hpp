// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

#include "actors/socket_seed.hpp"

namespace cellsock {

/// A socket's side of the radio that it shares: what it tells its supervisor of itself, and what it
/// asks before it sends. A link without a radio is told and asked nothing.
class radio_side {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// All three outlive it.
  radio_side(socket_handle::base& self, const socket_common& common,
             const supervisor_handle& supervisor)
      : self_(self), common_(common), supervisor_(supervisor) {}

  /// Bytes wait, or a datagram does.
  void queued();
  /// Nothing waits after all.
  void nothing();
  /// Whether a chunk may not go without a word: the first of a row, the last, one with a hint.
  [[nodiscard]] bool asks(rai_hint said, bool empties) const;
  /// `then` runs once, with what to tell the modem before the chunk.
  void before_chunk(rai_hint said, bool empties, const std::optional<endpoint>& to,
                    std::function<void(rai_hint)> then);
  void left(std::size_t bytes, bool sent);
  void received(std::size_t bytes, time_point now);
  /// `then` runs once, when the connect may be asked for.
  void connecting(std::function<void()> then);
  void connect_ended(bool stands, const std::optional<endpoint>& peer);
  void joined(const endpoint& peer);
  void parted();
  /// Its program says NO_DATA; `then` runs once, whatever becomes of it.
  void no_data(std::function<void()> then);
  /// It carries nothing any more; the last that is heard of it.
  void ends();

private:
  [[nodiscard]] bool there() const;
  void tell(msg::radio_fact what, const std::optional<endpoint>& peer = {});
  void ask_word(const msg::ask_radio& question, std::function<void(rai_hint)> then);

  socket_handle::base& self_;
  const socket_common& common_;
  const supervisor_handle& supervisor_;
  bool queued_ = false;  // told, and nothing asked about since
  bool fresh_ = false;   // the next chunk is the first of a row
  bool asked_ = false;   // about the chunk that is out
  bool ended_ = false;
  std::uint64_t sent_ = 0;  // not told yet
  std::uint64_t received_ = 0;
  std::optional<time_point> received_told_ = {};
};

}  // namespace cellsock
