// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "actors/secure_layer.hpp"

namespace cellsock {

/// TLS over one stream. Plaintext is asked for when the link asks for bytes, so that many small
/// writes of a program become one record and one chunk on a slow line. Ciphertext that waits is at
/// most a session's queue and one record.
class secure_stream_layer final : public secure_layer {
public:
  secure_stream_layer(caf::actor_config& config, layer_seed seed)
      : secure_layer(config, std::move(seed)) {}
  void on_exit() override;

private:
  enum class end : std::uint8_t {
    none,
    closing,    // the socket's actor waits for the bridge's answer
    forgotten,  // nobody waits; the last words go out, then this ends
    failing,    // connect or accept failed behind the link's own connect
  };

  caf::result<msg::socket_connected> connect(const msg::connect_socket& m) override;
  caf::result<msg::channel_connected> serve(const msg::begin_server& m) override;
  caf::result<msg::socket_closed> close(const msg::close_socket& m) override;
  caf::result<msg::option_set> save() override;
  caf::result<msg::option_set> load() override;
  void forget() override;
  void offered(const msg::offer& m) override;
  void wanted(bool receive) override;
  void take(msg::chunk& m) override;
  void take(msg::datagram&) override {}
  void finish() override;
  void give(std::size_t bytes_max) override;
  void sent(std::size_t bytes) override;
  void dropped(const failure&) override {}
  void received(msg::received& m) override;
  void reception_ended() override;
  void broken(const failure& why) override;
  void pump() override;
  void linger_over(std::uint64_t generation) override;

  void begin(tls::role as, const std::optional<endpoint>& peer,
             std::chrono::milliseconds handshake_max);
  bool feed(tls::session& session);
  bool deliver(tls::session& session);
  void opened();
  void failed(const failure& why);
  void answer(const failure& why);
  void offer_down();
  void send_down(std::size_t bytes_max);
  void tell_room();
  void come_to(end how);
  void check_end();
  void close_below();
  [[nodiscard]] bool over() const { return ended_ || last_ != end::none; }

  // Ciphertext.
  msg::bytes in_;  // received, not yet in the session
  std::size_t in_from_ = 0;
  bool in_ended_ = false;
  msg::bytes out_;          // to be sent, out of the session
  bool offered_ = false;    // below knows that there is something
  bool chunk_out_ = false;  // a chunk is with the link
  std::size_t room_ = 0;    // the link asked for so much, and waits for our chunk
  bool room_told_ = false;

  // Plaintext.
  std::size_t offered_up_ = 0;  // the socket's actor has so much
  bool asked_up_ = false;
  msg::bytes left_;         // taken from it, not yet in the session
  std::size_t taking_ = 0;  // of it the answer chunk_sent is due
  rai_hint hint_ = rai_hint::none;
  bool wants_ = false;
  bool finishing_ = false;
  bool end_told_ = false;

  bool open_ = false;
  bool linked_ = false;  // the link below is connected
  bool ended_ = false;   // failed or broken: nothing more is said upwards
  caf::typed_response_promise<msg::socket_connected> connecting_;
  caf::typed_response_promise<msg::channel_connected> serving_;
  caf::typed_response_promise<msg::socket_closed> closing_;
  bool connect_due_ = false;
  bool serve_due_ = false;
  std::optional<endpoint> local_;
  failure why_{errc::none};
  end last_ = end::none;
  std::uint64_t linger_ = 0;
};

}  // namespace cellsock
