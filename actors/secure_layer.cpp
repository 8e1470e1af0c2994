// SPDX-License-Identifier: Apache-2.0
#include "actors/secure_layer.hpp"

#include "actors/ask.hpp"
#include "actors/log.hpp"
#include "actors/through_bridge.hpp"
#include "stack/tls/suites.hpp"

namespace cellsock {

secure_layer::secure_layer(caf::actor_config& config, layer_seed seed)
    : layer_handle::base(config), seed_(std::move(seed)), runner_(*this, seed_.kit) {}

secure_layer::behavior_type secure_layer::make_behavior() {
  return {
      // What a carrier is asked.
      [this](msg::declare_socket& m) {
        owner_ = m.owner;
        m.owner = this;
        down(std::move(m));
      },
      [this](const msg::connect_socket& m) { return connect(m); },
      [this](const msg::bind_socket& m) -> caf::result<msg::socket_bound> {
        return delegate(seed_.below, m);
      },
      [this](const msg::listen_socket& m) -> caf::result<msg::socket_listening> {
        return delegate(seed_.below, m);
      },
      [this](const msg::accept_socket& m) -> caf::result<msg::socket_accepted> {
        return delegate(seed_.below, m);
      },
      [this](const msg::set_link_option& m) -> caf::result<msg::option_set> {
        return delegate(seed_.below, m);
      },
      [this](const msg::get_link_option& m) -> caf::result<msg::option_value> {
        return delegate(seed_.below, m);
      },
      [this](const msg::flush_socket& m) -> caf::result<msg::socket_flushed> {
        return delegate(seed_.below, m);  // what was given before it is below: chunk_sent says so
      },
      [this](const msg::close_socket& m) { return close(m); },
      [this](const msg::forget_socket&) { forget(); },
      [this](const msg::offer& m) { offered(m); },
      [this](const msg::want_receive& m) { wanted(m.wanted); },
      [this](msg::chunk& m) { take(m); },
      [this](msg::datagram& m) { take(m); },
      [this](const msg::finish_sending&) { finish(); },
      [this](const msg::dissolve_peer&) { dissolve(); },
      // What a socket hears.
      [this](const msg::give_chunk& m) { give(m.bytes_max); },
      [this](const msg::chunk_sent& m) { sent(m.bytes); },
      [this](const msg::datagram_dropped& m) { dropped(m.why); },
      [this](msg::received& m) { received(m); },
      [this](const msg::reception_ended&) { reception_ended(); },
      [this](const msg::socket_broken& m) { broken(m.why); },
      [this](const msg::connection_waiting& m) { up(m); },
      [](const msg::secure_news&) {},
      // Its own.
      [this](const msg::choose& m) {
        if (m.choices) choices_ = m.choices;
        chose();
      },
      [this](const msg::begin_server& m) { return serve(m); },
      [this](const msg::save_connection&) { return save(); },
      [this](const msg::load_connection&) { return load(); },
      [this](const msg::linger_over& m) { linger_over(m.generation); },
      [this](const msg::session_stepped& m) {
        if (runner_.returned(m)) pump();
      },
      [this](const msg::session_due& m) {
        if (runner_.due(m)) pump();
      },
  };
}

void secure_layer::on_exit() {
  runner_.end();
  choices_ = std::make_shared<tls::choices>();  // the socket's own keys were in them
  owner_ = nullptr;
  seed_.below = nullptr;
  seed_.kit = {};
}

void secure_layer::gone() {
  runner_.end();
  down(msg::forget_socket{seed_.id});
  quit();
}

// ---- handshakes ----

void secure_layer::prepare(tls::role as, const std::optional<endpoint>& peer,
                           std::function<void(tls::settings&)> complete,
                           std::function<void(const failure&)> failed) {
  if (!seed_.kit.random) return failed(fail(errc::no_entropy, "no handshake without randomness"));
  const auto handshake = ++begun_;
  const bool resumes = tls::may_resume(choices());
  key_.reset();
  if (as == tls::role::client && resumes && peer) key_ = tls::session_key_of(choices(), *peer);
  ask(this, seed_.kit.keeper, limits::actor_reply_max,
      msg::prepare_handshake{choices().eyes, choices().tags, key_,
                             resumes && as == tls::role::server},
      on<msg::handshake_prepared>(
          [this, as, handshake, complete](const msg::handshake_prepared& made) {
            if (handshake != begun_) return;  // another one since
            auto settings = tls::settings_of(choices(), as, made.tags);
            offered_session_ = made.resumption != nullptr;
            if (offered_session_) settings.resumption = made.resumption->copy();
            settings.tickets = made.tickets;
            complete(settings);
            // A datagram server's client has yet to show that it is there.
            const bool somebody = as == tls::role::client || seed_.kind == transport::stream;
            runner_.begin(std::move(settings));
            told_ = msg::secure_news{};
            if (somebody) say_again();
            pump();
          }),
      [this, handshake, failed](const failure& why) {
        if (handshake == begun_) failed(why);
      });
}

void secure_layer::look(tls::session& session) {
  const auto told = told_->phase;
  if (const auto now = session.state(); now != told) {
    auto facts = std::make_shared<const tls::facts>(session.facts());
    if (now == tls::phase::failed) return say_failed(session.why(), std::move(facts));
    if (now == tls::phase::open && told == tls::phase::handshaking) say_open(*facts);
    say(now, std::move(facts));
  }
  // Behind say_open, which forgets a session that the server did not take.
  if (auto ticket = session.take_resumption(); key_ && !ticket.empty())
    send(seed_.kit.keeper,
         msg::keep_session{*key_, std::make_shared<const secret>(std::move(ticket))});
}

void secure_layer::say_open(const tls::facts& facts) {
  if (offered_session_ && !facts.resumed && key_)  // the server forgot it, so may we
    send(seed_.kit.keeper, msg::forget_session{*key_});
  log::info("handshake-done",
            {{"link", seed_.link},
             {"socket", number(seed_.id)},
             {"version", tls::name(facts.version)},
             {"suite", tls::suite_name(facts.suite)},
             {"resumed", facts.resumed ? "yes" : "no"},
             {"subject", facts.peer_subject},
             {"until", facts.peer_subject.empty() ? std::string() : text_of(facts.peer_until)},
             {"verified", facts.verify_flags == 0 ? "" : facts.verify_reason},
             {"alpn", facts.alpn}});
}

void secure_layer::say(tls::phase now, std::shared_ptr<const tls::facts> facts,
                       const failure& why) {
  told_ = msg::secure_news{now, std::move(facts), why};
  say_again();
}

void secure_layer::say_again() {
  if (!told_) return;
  complete(*told_);
  up(*told_);
}

void secure_layer::say_failed(const failure& why, std::shared_ptr<const tls::facts> facts) {
  if (key_ && offered_session_) send(seed_.kit.keeper, msg::forget_session{*key_});
  log::warn("secure-failed", {{"link", seed_.link},
                              {"socket", number(seed_.id)},
                              {"why", cellsock::name(why.code)},
                              {"detail", why.detail}});
  say(tls::phase::failed, std::move(facts), why);
}

}  // namespace cellsock
