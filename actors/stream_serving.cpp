// SPDX-License-Identifier: Apache-2.0
// A stream that listens, and one that was accepted: what a server's sockets do and a client's do
// not.
#include "actors/ask.hpp"
#include "actors/stream_actor.hpp"
#include "actors/through_bridge.hpp"

namespace cellsock {

caf::result<msg::channel_listening> stream_actor::listen(const msg::listen_channel& m) {
  const bool again = state_ == socket_state::listening;
  if (!again && (state_ != socket_state::fresh || listen_asked_ || common_.binding))
    return to_error(fail(errc::invalid_argument, "listen: the socket is connected or busy"));
  auto answer = make_response_promise<msg::channel_listening>();
  listen_asked_ = !again;
  if (again || common_.local) {
    ask_listen(m.backlog, answer);
    return answer;
  }
  // Without a port of its own it gets one, as listen(2) has it.
  common_.binding = true;
  ask(this, bridge_, bridge_reply_max, msg::bind_socket{common_.id, 0},
      on<msg::socket_bound>([this, answer, backlog = m.backlog](const msg::socket_bound& b) {
        common_.binding = false;
        common_.local = common_.from_link(b.local);
        ask_listen(backlog, answer);
      }),
      [this, answer](const failure& why) mutable {
        common_.binding = listen_asked_ = false;
        answer.deliver(to_error(why));
      });
  return answer;
}

void stream_actor::ask_listen(unsigned backlog,
                              caf::typed_response_promise<msg::channel_listening> answer) {
  ask(this, bridge_, bridge_reply_max, msg::listen_socket{common_.id, backlog},
      on<msg::socket_listening>([this, answer, backlog](const msg::socket_listening& l) mutable {
        listen_asked_ = false;
        common_.local = common_.from_link(l.local);
        if (!server_) {
          advance(socket_event::listens);
          common_.listening = true;
          server_.emplace(*this, common_, end_, bridge_, supervisor_);
          common_.say_listening();
        }
        server_->backlog(backlog);
        answer.deliver(msg::channel_listening{*common_.local});
      }),
      [this, answer](const failure& why) mutable {
        listen_asked_ = false;
        common_.say_listen_failed(why);
        answer.deliver(to_error(why));
      });
}

caf::result<msg::channel_connected> stream_actor::begin_accepted(const msg::begin_accepted& m) {
  if (state_ != socket_state::fresh) return to_error(fail(errc::bad_socket));
  common_.peer = common_.from_link(m.peer);
  common_.local = common_.from_link(m.local);
  send(supervisor_, msg::connection_taken{common_.id, m.listener, *common_.peer});
  radio_.connect_ended(true, common_.peer);
  if (!common_.layer) {
    open_accepted();
    return msg::channel_connected{};
  }
  auto answer = make_response_promise<msg::channel_connected>();
  ask(this, common_.layer, limits::tls_handshake_max + bridge_reply_max,
      msg::begin_server{common_.id, m.peer},
      on<msg::channel_connected>([this, answer](const msg::channel_connected& c) mutable {
        open_accepted();
        answer.deliver(c);
      }),
      [this, answer](const failure& why) mutable {
        answer.deliver(to_error(why));
        advance(socket_event::hung_up);  // nobody will ever hold it
      });
  return answer;
}

void stream_actor::open_accepted() {
  advance(socket_event::accepted);
  moved_at_ = clock().now();
  watch_session();
  if (common_.shape.options.count(msg::option::receive_buffer) > 0) hold_for_program();
}

void stream_actor::watch_session() {
  ++session_;
  const std::chrono::seconds limit(common_.kept(msg::option::server_session_timeout_s));
  if (!accepted_ || limit.count() == 0 || !common_.peer) return;
  const auto left = moved_at_ + limit - clock().now();
  delayed_send(this, std::max<std::chrono::nanoseconds>(left, std::chrono::nanoseconds(0)),
               msg::session_check{session_});
}

void stream_actor::check_session(const msg::session_check& m) {
  if (m.generation != session_) return;
  const std::chrono::seconds limit(common_.kept(msg::option::server_session_timeout_s));
  if (clock().now() < moved_at_ + limit) return watch_session();
  advance(socket_event::broken,
          fail(errc::timed_out, "nothing moved for " + std::to_string(limit.count()) + " s"));
}

}  // namespace cellsock
