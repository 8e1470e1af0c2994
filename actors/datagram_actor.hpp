// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "actors/flush_queue.hpp"
#include "actors/radio_side.hpp"
#include "actors/socket_seed.hpp"
#include "stack/datagram_queue.hpp"
#include "stack/rai/pending_hints.hpp"

namespace cellsock {

/// One UDP socket. Its channel carries one Datagram per packet and is writable from birth; nothing
/// here ever blocks the program: what the modem cannot take in time is dropped, oldest first.
class datagram_actor final : public socket_handle::base {
public:
  datagram_actor(caf::actor_config& config, socket_seed seed);
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  caf::result<msg::channel_connected> connect(const msg::connect_channel& m);
  caf::result<msg::channel_bound> bind(const msg::bind_channel& m);
  [[nodiscard]] bool untouched() const;
  void ask_connect(const endpoint& to, const endpoint& told);
  void dissolve();
  void answer_connect(const failure& why);
  // Of a secure socket.
  [[nodiscard]] bool serves() const;
  [[nodiscard]] bool shaking_hands() const;
  [[nodiscard]] tls::stage secure_stage() const;
  void secure_heard(const msg::secure_news& m);
  void finish_sending();
  void advance(socket_event event, const failure& why = failure{errc::none});
  void perform(socket_action action, const failure& why);

  [[nodiscard]] failure address(msg::datagram& packet);
  void take_packets();
  void offer_next();
  void give();
  void dropped(const failure& why);
  [[nodiscard]] std::uint64_t settled() const;
  caf::result<msg::channel_flushed> flush(const msg::flush_channel& m);
  caf::result<msg::option_set> set(const msg::set_option& m);
  caf::result<msg::option_set> set_hint(const msg::set_option& m);
  void check_flushed();
  void deliver(msg::received& m);
  void flush_received();
  void tell_room();
  [[nodiscard]] std::uint64_t dropped_total() const;

  socket_common common_;
  std::shared_ptr<channel> end_;
  carrier_handle bridge_;
  supervisor_handle supervisor_;
  socket_state state_ = socket_state::open;

  bool connecting_ = false;
  caf::typed_response_promise<msg::channel_connected> connect_answer_;
  bool answer_due_ = false;
  bool was_open_ = false;     // a DTLS session
  bool peer_done_ = false;    // it has ended that
  bool finish_told_ = false;  // and we have
  datagram_queue<msg::datagram> outgoing_;
  bool offered_ = false;
  bool one_out_ = false;  // a datagram is with the bridge
  bool input_ended_ = false;
  datagram_queue<msg::bytes> incoming_;  // packets that did not fit the channel yet
  bool room_told_ = false;
  bool reader_gone_ = false;
  std::uint64_t dropped_ = 0;
  next_hint hint_;
  std::uint64_t taken_ = 0;  // datagrams from the program; what flushes count
  flush_queue flushes_{*this};
  radio_side radio_{*this, common_, supervisor_};
  failure end_reason_{errc::none};
};

}  // namespace cellsock
