// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "actors/flush_queue.hpp"
#include "actors/radio_side.hpp"
#include "actors/server_side.hpp"
#include "actors/socket_seed.hpp"
#include "stack/rai/pending_hints.hpp"

namespace cellsock {

/// One TCP socket: between its channel and the bridge. Shell over stack/socket_machine: facts go
/// into the table, the table says what to do.
class stream_actor final : public socket_handle::base {
public:
  stream_actor(caf::actor_config& config, socket_seed seed);
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  using promise = caf::typed_response_promise<msg::channel_connected>;

  caf::result<msg::channel_connected> connect(const msg::connect_channel& m);
  caf::result<msg::channel_bound> bind(const msg::bind_channel& m);
  caf::result<msg::channel_listening> listen(const msg::listen_channel& m);
  void ask_listen(unsigned backlog, caf::typed_response_promise<msg::channel_listening> answer);
  caf::result<msg::channel_connected> begin_accepted(const msg::begin_accepted& m);
  void open_accepted();
  caf::result<msg::channel_flushed> flush(const msg::flush_channel& m);
  caf::result<msg::option_set> set(const msg::set_option& m);
  [[nodiscard]] bool untouched() const;
  [[nodiscard]] tls::stage secure_stage() const;
  void hold_for_program();
  void advance(socket_event event, const failure& why = failure{errc::none});
  void perform(socket_action action, const failure& why);
  void answer_connect(const failure& why);

  // Program to modem.
  void fill_staging(std::size_t bytes_max);
  void offer_more();
  void give(std::size_t bytes_max);
  void send_chunk(msg::bytes out, rai_hint hint, bool listening);
  caf::result<msg::option_set> set_hint(const msg::set_option& m);
  void ask_connect(const endpoint& to, const endpoint& told, std::chrono::milliseconds timeout);
  void check_flushed();
  void finish_sending();
  [[nodiscard]] bool carries_input() const;
  // Modem to program.
  void deliver();
  void tell_room();

  // An accepted connection on which nothing moves for so long is ended.
  void watch_session();
  void check_session(const msg::session_check& m);

  void end(const failure& why);
  void close_in_modem();

  socket_common common_;
  std::shared_ptr<channel> end_;
  carrier_handle bridge_;
  supervisor_handle supervisor_;
  socket_state state_ = socket_state::fresh;

  promise connecting_;  // a blocking connect waits for it
  bool answer_due_ = false;
  msg::bytes staging_;        // taken from the channel, not yet with the bridge
  bool input_ended_ = false;  // nothing more will come from the program
  bool chunk_out_ = false;    // a chunk is with the bridge
  bool offered_ = false;
  bool asking_ = false;  // what to tell of the chunk that is next
  bool finish_told_ = false;
  msg::bytes backlog_;  // received, not yet in the channel
  std::size_t backlog_from_ = 0;
  bool peer_done_ = false;     // end of file once the backlog is delivered
  bool reader_gone_ = false;   // the program reads no more (and may still write)
  bool program_gone_ = false;  // nobody holds the descriptor
  bool room_told_ = false;
  failure end_reason_{errc::none};
  bool buried_ = false;
  std::optional<server_side> server_ = {};
  bool listen_asked_ = false;
  bool accepted_ = false;  // born of a listener
  std::chrono::steady_clock::time_point moved_at_{};
  std::uint64_t session_ = 0;
  flush_queue flushes_{*this};
  radio_side radio_{*this, common_, supervisor_};
  stream_hints hints_;
  std::uint64_t linger_ = 0;  // the timer that counts; older ones are stale
};

}  // namespace cellsock
