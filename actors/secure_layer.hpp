// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

#include "actors/session_runner.hpp"
#include "stack/transport.hpp"

namespace cellsock {

struct layer_seed {
  socket_id id{};
  transport kind = transport::stream;
  carrier_handle below = {};
  stream_rules stream = {};       // of the link
  datagram_rules datagrams = {};  // of the link
  secure_kit kit = {};
  std::string link = {};  // its name
};

/// Makes the layer of one secure socket; it ends by forget_socket.
[[nodiscard]] layer_handle spawn_layer(caf::local_actor& parent, layer_seed seed);

/// What a program's socket sees of its link when a layer lies between.
[[nodiscard]] stream_rules secured(const stream_rules& link);
[[nodiscard]] datagram_rules secured(const datagram_rules& link);

/// What TLS and DTLS have in common: what only passes through, what a handshake is prepared with,
/// who hears how it goes. The traffic is the derived classes'.
class secure_layer : public layer_handle::base {
public:
  secure_layer(caf::actor_config& config, layer_seed seed);
  behavior_type make_behavior() override;
  void on_exit() override;

protected:
  // ---- from the socket's actor ----
  virtual caf::result<msg::socket_connected> connect(const msg::connect_socket& m) = 0;
  virtual caf::result<msg::channel_connected> serve(const msg::begin_server& m) = 0;
  virtual caf::result<msg::socket_closed> close(const msg::close_socket& m) = 0;
  virtual caf::result<msg::option_set> save() = 0;
  virtual caf::result<msg::option_set> load() = 0;
  virtual void forget() = 0;  // calls gone() when nothing is left to be said
  virtual void dissolve() {}
  virtual void offered(const msg::offer& m) = 0;
  virtual void wanted(bool receive) = 0;
  virtual void take(msg::chunk& m) = 0;
  virtual void take(msg::datagram& m) = 0;
  virtual void finish() = 0;
  // ---- from below ----
  virtual void give(std::size_t bytes_max) = 0;
  virtual void sent(std::size_t bytes) = 0;
  virtual void dropped(const failure& why) = 0;
  virtual void received(msg::received& m) = 0;
  virtual void reception_ended() = 0;
  virtual void broken(const failure& why) = 0;
  // ---- of its own ----
  /// The session is here and something may be done: feed it, step it, look at it.
  virtual void pump() = 0;
  virtual void linger_over(std::uint64_t generation) = 0;
  virtual void chose() {}
  /// What only the derived class knows of its news.
  virtual void complete(msg::secure_news&) {}

  /// Asks the keeper and begins the session; `complete` adds what only the derived class knows.
  /// `failed` may run, once, instead of pump().
  void prepare(tls::role as, const std::optional<endpoint>& peer,
               std::function<void(tls::settings&)> complete,
               std::function<void(const failure&)> failed);
  /// What was asked of the keeper is not wanted any more.
  void give_up_preparing() { ++begun_; }
  /// After each step: who wants to know hears of phases, facts and tickets.
  void look(tls::session& session);
  void say(tls::phase now, std::shared_ptr<const tls::facts> facts = {},
           const failure& why = failure{errc::none});
  void say_failed(const failure& why, std::shared_ptr<const tls::facts> facts = {});
  /// The same as last time, if there was any: what `complete` puts into it has changed.
  void say_again();
  void gone();

  template <class Message>
  void up(Message m) {
    if (owner_) send(owner_, std::move(m));
  }
  template <class Message>
  void down(Message m) {
    send(seed_.below, std::move(m));
  }
  [[nodiscard]] const tls::choices& choices() const { return *choices_; }

  layer_seed seed_;
  session_runner runner_;

private:
  void say_open(const tls::facts& facts);

  carried_handle owner_;
  std::shared_ptr<const tls::choices> choices_ = std::make_shared<tls::choices>();
  std::optional<tls::session_key> key_;  // of a client that may come back
  bool offered_session_ = false;
  std::optional<msg::secure_news> told_;  // nothing: no session yet
  std::uint64_t begun_ = 0;               // which handshake the keeper was asked for
};

}  // namespace cellsock
