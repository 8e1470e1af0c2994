// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>

#include "actors/secure_layer.hpp"

namespace cellsock {

/// DTLS over one datagram socket. A client shakes hands with the peer that it is connected to; a
/// server, on a bound socket, with whoever comes first, and when that one ends its session with the
/// next. A datagram of the program becomes one of the link, asked for when the link asks, and is
/// answered for when that one is with the link.
class secure_datagram_layer final : public secure_layer {
public:
  secure_datagram_layer(caf::actor_config& config, layer_seed seed)
      : secure_layer(config, std::move(seed)) {}
  void on_exit() override;

private:
  enum class end : std::uint8_t {
    none,
    closing,    // the socket's actor waits for the bridge's answer
    forgotten,  // nobody waits; the last words go out, then this ends
    failing,    // the handshake of a connect failed
  };
  struct ciphertext {
    msg::bytes bytes;
    std::optional<endpoint> to;  // nothing: whom the link's socket is connected to
    std::size_t plain = 0;       // so many bytes of the program's are in it
    rai_hint hint = rai_hint::none;
  };
  struct saved_connection {
    secret content;
    std::shared_ptr<void> place;  // among those of its user
  };

  caf::result<msg::socket_connected> connect(const msg::connect_socket& m) override;
  caf::result<msg::channel_connected> serve(const msg::begin_server& m) override;
  caf::result<msg::socket_closed> close(const msg::close_socket& m) override;
  caf::result<msg::option_set> save() override;
  caf::result<msg::option_set> load() override;
  void forget() override;
  void dissolve() override;
  void offered(const msg::offer& m) override;
  void wanted(bool receive) override;
  void take(msg::chunk&) override;
  void take(msg::datagram& m) override;
  void finish() override;
  void give(std::size_t bytes_max) override;
  void sent(std::size_t bytes) override;
  void dropped(const failure& why) override;
  void received(msg::received& m) override;
  void reception_ended() override {}
  void broken(const failure& why) override;
  void pump() override;
  void linger_over(std::uint64_t generation) override;
  void chose() override;
  void complete(msg::secure_news& news) override;

  // Life (secure_datagram_layer.cpp).
  /// By the program; the session has a limit of its own.
  static constexpr std::chrono::milliseconds handshake_unlimited = std::chrono::hours(1);
  void settle();
  void begin(std::chrono::milliseconds handshake_max = handshake_unlimited);
  /// What a server's cookies are bound to.
  [[nodiscard]] static std::vector<std::byte> address_bytes(const endpoint& of);
  void look_after(tls::session& session);
  void peer_ended(tls::session& session);
  void failed(failure why);  // not the session's own: that goes first
  void trouble(const failure& why);
  void answer(const failure& why);
  void drop_session();
  void last_word();
  void come_to(end how);
  void check_end();
  void close_below();
  [[nodiscard]] bool serves() const { return choices().as == tls::role::server; }
  [[nodiscard]] bool over() const { return ended_ || last_ != end::none; }

  // Traffic (secure_datagram_traffic.cpp).
  [[nodiscard]] bool admits(const msg::received& m);
  bool feed(tls::session& session);
  bool collect(tls::session& session, std::size_t plain = 0, rai_hint hint = rai_hint::none);
  bool deliver(tls::session& session, bool all);
  [[nodiscard]] failure encrypt(const msg::datagram& m);
  [[nodiscard]] bool may_open() const;
  void ask_up();
  void offer_down();
  void send_down();
  void tell_room();
  void tell_lost();

  // Ciphertext.
  std::deque<msg::bytes> in_;   // received, not yet in the session
  std::deque<ciphertext> out_;  // out of the session, to be sent
  bool offered_ = false;        // the link knows that there is something
  bool room_ = false;           // the link asked, and waits for a datagram or word of none
  bool one_out_ = false;        // a datagram is with the link
  std::size_t plain_out_ = 0;   // of it the program's
  bool room_told_ = false;

  // Plaintext.
  std::size_t offered_up_ = 0;  // the socket's actor has so many
  std::size_t next_up_ = 0;     // bytes of the first
  bool asked_up_ = false;
  bool wants_ = false;

  std::optional<endpoint> named_;  // the link's socket is connected to it
  std::optional<endpoint> peer_;   // whom the session is with
  bool preparing_ = false;
  bool shown_ = false;  // the peer is there: it is not whoever sends who becomes it
  bool open_ = false;
  bool peer_finished_ = false;  // a client's; there will be no other session
  bool ended_ = false;          // failed or broken: nothing more is said upwards
  std::optional<saved_connection> saved_;
  std::uint64_t lost_ = 0;          // nobody's, or no room for them
  std::uint64_t session_lost_ = 0;  // of the session that there is
  std::uint64_t told_lost_ = 0;

  caf::typed_response_promise<msg::socket_connected> connecting_;
  caf::typed_response_promise<msg::socket_closed> closing_;
  bool connect_due_ = false;
  std::optional<endpoint> local_;
  failure why_{errc::none};
  end last_ = end::none;
  std::uint64_t linger_ = 0;
};

}  // namespace cellsock
