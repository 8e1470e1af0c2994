// SPDX-License-Identifier: Apache-2.0
#include "actors/client_actor.hpp"

#include <sys/socket.h>

#include <algorithm>

#include "actors/log.hpp"
#include "actors/socket_seed.hpp"
#include "actors/translate.hpp"
#include "proto/secrets.hpp"
#include "stack/limits.hpp"

namespace cellsock {
namespace {

constexpr std::uint32_t protocol_version = 1;

std::optional<std::uint64_t> cookie_of(int fd) {
  std::uint64_t cookie = 0;
  socklen_t size = sizeof cookie;
  if (::getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size) != 0) return std::nullopt;
  return cookie;
}

}  // namespace

client_actor::client_actor(caf::actor_config& config, client_seed seed)
    : client_handle::base(config), seed_(std::move(seed)) {}

client_actor::behavior_type client_actor::make_behavior() {
  set_down_handler([this](const caf::down_msg& m) {
    const auto known = by_actor_.find(m.source);
    if (known == by_actor_.end()) return;
    // The right outlives the socket for a while: the program may ask why it ended.
    grants_[known->second] = socket_handle{};
    ended_.push_back(known->second);
    by_actor_.erase(known);
    if (ended_.size() > limits::tombstones_max) {
      grants_.erase(ended_.front());
      ended_.pop_front();
    }
  });
  seed_.connection->start(this);
  log::debug("control-opened",
             {{"pid", seed_.who.pid}, {"uid", seed_.who.uid}, {"program", seed_.who.program}});
  return {
      [this](msg::request_received& m) { handle(m); },
      [this](const msg::connection_ended&) { quit(); },
      [this](const msg::connection_drained&) {
        if (watcher_) watcher_->flush();
      },
      [this](const msg::happened& m) {
        if (watcher_) watcher_->heard(m.what);
      },
  };
}

void client_actor::on_exit() {
  watcher_.reset();
  seed_.connection->close();
  log::debug("control-closed",
             {{"pid", seed_.who.pid}, {"uid", seed_.who.uid}, {"program", seed_.who.program}});
  seed_.gateway = nullptr;
  seed_.kit = {};
  seed_.links.clear();
  grants_.clear();
}

// ---- requests in, replies out ----

void client_actor::handle(msg::request_received& m) {
  v1::Request request;
  const proto::secret_request wiped(request);
  const bool good = !m.body.empty() && request.ParseFromString(m.body);
  const auto bytes = m.body.size();
  proto::wipe(m.body);
  send(seed_.gateway, msg::count_request{!good});
  if (!good) {
    refuse(0, fail(errc::malformed, "not a Request"));
    log::warn("request-malformed", {{"pid", seed_.who.pid}, {"bytes", bytes}});
    return quit();
  }
  if (!greeted_ && request.call_case() != v1::Request::kHello)
    return refuse(request.id(), fail(errc::malformed, "the first request must be a hello"));
  if (in_flight_ >= limits::requests_in_flight_max)
    return refuse(request.id(), fail(errc::limit_reached, "requests in flight"));
  ++in_flight_;
  dispatch(request, m.attached);
  if (proto::wipe_secrets(request)) wipe_stack();
}

void client_actor::dispatch(const v1::Request& request, std::vector<shared_descriptor>& attached) {
  const auto id = request.id();
  forget_parts(request.call_case());
  switch (request.call_case()) {
    case v1::Request::kHello: return hello(id, request.hello());
    case v1::Request::kSocket: return socket(id, request.socket());
    case v1::Request::kAttach: return show(id, request.attach(), attached);
    case v1::Request::kConnect: return connect(id, request.connect());
    case v1::Request::kBind: return bind(id, request.bind());
    case v1::Request::kShutdown: return shutdown(id, request.shutdown());
    case v1::Request::kGetOption: return get_option(id, request.get_option());
    case v1::Request::kSetOption: return set_option(id, request.set_option());
    case v1::Request::kNames: return names(id, request.names());
    case v1::Request::kReason: return reason(id, request.reason());
    case v1::Request::kResolve: return resolve(id, request.resolve());
    case v1::Request::kStatus: return status(id);
    case v1::Request::kAt: return at(id, request.at());
    case v1::Request::kPdn: return order_pdn(id, request.pdn());
    case v1::Request::kRadio: return set_radio(id, request.radio());
    case v1::Request::kWatch: return watch(id, request.watch());
    case v1::Request::kListen: return listen(id, request.listen());
    case v1::Request::kFlush: return flush(id, request.flush());
    case v1::Request::kInterfaces: return interfaces(id);
    case v1::Request::kSetDns: return set_dns(id, request.set_dns());
    case v1::Request::kRadioReport: return radio_report(id);
    case v1::Request::kSetSecureOption: return set_secure_option(id, request.set_secure_option());
    case v1::Request::kGetSecureOption: return get_secure_option(id, request.get_secure_option());
    case v1::Request::kOpenSession: return open_session(id);
    case v1::Request::kAddCredential: return add_credential(id, request.add_credential());
    case v1::Request::kGetCredential: return get_credential(id, request.get_credential());
    case v1::Request::kDeleteCredential: return delete_credential(id, request.delete_credential());
    case v1::Request::kListCredentials: return list_credentials(id, request.list_credentials());
    case v1::Request::kCompareCredential:
      return compare_credential(id, request.compare_credential());
    case v1::Request::kGenerateCredential:
      return generate_credential(id, request.generate_credential());
    case v1::Request::CALL_NOT_SET: break;
  }
  refuse(id, fail(errc::malformed, "a request this daemon does not know; upgrade it"));
}

void client_actor::reply(request_id id, v1::Reply& answer, shared_descriptor attached) {
  if (in_flight_ > 0) --in_flight_;
  answer.set_id(id);
  seed_.connection->reply(answer.SerializeAsString(), std::move(attached));
}

void client_actor::acknowledge(request_id id) {
  v1::Reply answer;
  reply(id, answer);
}

void client_actor::refuse(request_id id, const failure& why) {
  v1::Reply answer;
  wire::set_error(*answer.mutable_error(), why);
  reply(id, answer);
}

void client_actor::hello(request_id id, const v1::HelloRequest& m) {
  if (m.version_min() > protocol_version || m.version_max() < protocol_version)
    return refuse(id, fail(errc::version_mismatch, "this daemon speaks version 1"));
  greeted_ = true;
  if (!m.program().empty()) seed_.who.program = m.program().substr(0, 64);
  const auto greet = [this, id] {
    v1::Reply answer;
    answer.mutable_hello()->set_version(protocol_version);
    answer.mutable_hello()->set_daemon("cellsockd " CELLSOCK_VERSION);
    answer.mutable_hello()->set_instance(seed_.instance);
    reply(id, answer);
  };
  if (m.session().empty()) return greet();
  join_session(m.session(), greet);
}

// ---- sockets ----

void client_actor::grant(socket_cookie cookie, socket_handle actor) {
  if (actor) {
    monitor(actor);
    by_actor_[actor.address()] = cookie;
  }
  grants_[cookie] = std::move(actor);
}

socket_handle client_actor::granted(request_id id, std::uint64_t cookie,
                                    const std::function<void()>& if_gone) {
  const auto known = grants_.find(socket_cookie{cookie});
  if (known == grants_.end()) {
    refuse(id, fail(errc::not_granted));
    return {};
  }
  if (!known->second && if_gone)
    if_gone();
  else if (!known->second)
    refuse(id, fail(errc::bad_socket));
  return known->second;
}

void client_actor::socket(request_id id, const v1::SocketRequest& m) {
  const auto shape = wire::shape_of(m);
  if (!shape) {
    if (m.secure() != v1::SECURE_PROTOCOL_UNSPECIFIED) return refuse_secure(id, shape.error());
    return refuse(id, shape.error());
  }
  ask(this, link_of(*shape), limits::actor_reply_max, msg::create_socket{*shape, seed_.who},
      on<msg::socket_created>([this, id, kind = shape->kind](msg::socket_created& made) {
        grant(made.cookie, made.actor);
        v1::Reply answer;
        answer.mutable_socket()->set_cookie(number(made.cookie));
        if (kind == transport::datagram)
          wire::set_rules(*answer.mutable_socket()->mutable_datagram_rules(), made.rules);
        else
          answer.mutable_socket()->set_channel_bytes(
              static_cast<std::uint32_t>(made.stream.channel_bytes));
        reply(id, answer, std::move(made.program_end));
      }),
      refusal(id));
}

void client_actor::show(request_id id, const v1::AttachRequest& m,
                        std::vector<shared_descriptor>& attached) {
  if (attached.size() != 1)
    return refuse(id, fail(errc::malformed, "attach: exactly one descriptor must come along"));
  if (cookie_of(attached.front()->get()) != m.cookie())
    return refuse(id, fail(errc::bad_socket, "attach: the descriptor has another cookie"));
  const socket_cookie cookie{m.cookie()};
  ask(this, seed_.gateway, limits::actor_reply_max, msg::find_socket{cookie},
      on<msg::socket_found>([this, id, cookie](const msg::socket_found& found) {
        grant(cookie, found.actor);
        acknowledge(id);
      }),
      [this, id, cookie](const failure&) {
        // Not among the living: perhaps it ended, and the program wants to know why.
        with_tombstone(id, number(cookie), [this, id, cookie](const msg::tombstone&) {
          grant(cookie, socket_handle{});
          ended_.push_back(cookie);
          acknowledge(id);
        });
      });
}

void client_actor::connect(request_id id, const v1::ConnectRequest& m) {
  msg::connect_channel call{std::nullopt, m.nonblocking()};
  if (m.has_peer()) {
    const auto peer = wire::endpoint_of(m.peer());
    if (!peer) return refuse(id, peer.error());
    call.peer = *peer;
  }
  const auto actor = granted(id, m.cookie(), [&] {
    with_tombstone(id, m.cookie(),
                   [this, id, call](const msg::tombstone& stone) { reconnect(id, stone, call); });
  });
  if (!actor) return;
  ask(this, actor, slow_reply_max, call,
      on<msg::channel_connected>([this, id](const msg::channel_connected&) {
        v1::Reply answer;
        answer.mutable_connect();
        reply(id, answer);
      }),
      refusal(id));
}

void client_actor::bind(request_id id, const v1::BindRequest& m) {
  const auto local = wire::endpoint_of(m.local());
  if (!local) return refuse(id, local.error());
  const auto actor = granted(id, m.cookie());
  if (!actor) return;
  ask(this, actor, slow_reply_max, msg::bind_channel{*local},
      on<msg::channel_bound>([this, id](const msg::channel_bound&) { acknowledge(id); }),
      refusal(id));
}

void client_actor::listen(request_id id, const v1::ListenRequest& m) {
  const auto actor = granted(id, m.cookie());
  if (!actor) return;
  ask(this, actor, slow_reply_max, msg::listen_channel{m.backlog()},
      on<msg::channel_listening>([this, id](const msg::channel_listening&) { acknowledge(id); }),
      refusal(id));
}

void client_actor::flush(request_id id, const v1::FlushRequest& m) {
  const auto timeout = std::min<std::chrono::milliseconds>(
      std::chrono::milliseconds(m.timeout_ms()), limits::flush_max);
  const auto actor = granted(id, m.cookie(), [&] {
    with_tombstone(id, m.cookie(), [this, id](const msg::tombstone& stone) {
      refuse(id, stone.why.code == errc::none ? fail(errc::not_connected) : stone.why);
    });
  });
  if (!actor) return;
  ask(this, actor, timeout + slow_reply_max, msg::flush_channel{m.probe(), timeout},
      on<msg::channel_flushed>([this, id](const msg::channel_flushed&) { acknowledge(id); }),
      refusal(id));
}

/// Ending one direction alone takes a FIN without a close, which no modem dialect can send: there
/// the socket is left as it is. Where the link can, the library shuts the channel once it hears so,
/// and the socket's actor sees that behind the last byte.
void client_actor::shutdown(request_id id, const v1::ShutdownRequest& m) {
  const auto actor = granted(id, m.cookie(), [&] { refuse(id, fail(errc::not_connected)); });
  if (!actor) return;
  ask(this, actor, limits::actor_reply_max, msg::get_names{},
      on<msg::socket_names>([this, id](const msg::socket_names& n) {
        if (!n.half_close)
          return refuse(
              id, fail(errc::unsupported_operation, "shutdown: a modem closes both ways at once"));
        acknowledge(id);
      }),
      refusal(id));
}

void client_actor::get_option(request_id id, const v1::GetOptionRequest& m) {
  if (m.option() == v1::OPTION_BIND_TO_DEVICE) return get_device(id, m.cookie());
  const auto option = wire::option_of(m.option());
  if (!option) return refuse(id, option.error());
  const auto answer_with = [this, id, option](std::int64_t value) {
    v1::Reply answer;
    // The pending error crosses as the wire's own code.
    if (*option == msg::option::error) value = wire::code_of(static_cast<errc>(value));
    answer.mutable_option()->set_value(value);
    reply(id, answer);
  };
  const auto cookie = m.cookie();
  const auto actor = granted(id, cookie, [&] {
    if (*option == msg::option::error) {
      return ask(this, seed_.gateway, limits::actor_reply_max,
                 msg::take_pending_error{socket_cookie{cookie}},
                 on<msg::end_reason>([answer_with](const msg::end_reason& r) {
                   answer_with(static_cast<std::int64_t>(r.why.code));
                 }),
                 refusal(id));
    }
    with_tombstone(id, cookie, [answer_with, option](const msg::tombstone& stone) {
      answer_with(kept_value(stone.shape, *option));
    });
  });
  if (!actor) return;
  ask(this, actor, slow_reply_max, msg::get_option{*option},
      on<msg::option_value>([answer_with](const msg::option_value& v) { answer_with(v.value); }),
      refusal(id));
}

void client_actor::set_option(request_id id, const v1::SetOptionRequest& m) {
  if (m.option() == v1::OPTION_BIND_TO_DEVICE) return set_device(id, m);
  const auto option = wire::option_of(m.option());
  if (!option) return refuse(id, option.error());
  const msg::set_option wanted{*option, m.value()};
  const auto actor = granted(id, m.cookie(), [&] { amend_option(id, m.cookie(), wanted); });
  if (!actor) return;
  ask(this, actor, slow_reply_max, wanted, on<msg::option_set>([this, id](const msg::option_set&) {
        v1::Reply answer;
        answer.mutable_option();
        reply(id, answer);
      }),
      refusal(id));
}

// ---- names, reasons ----

void client_actor::names(request_id id, const v1::NamesRequest& m) {
  const auto actor = granted(id, m.cookie(), [&] {
    with_tombstone(id, m.cookie(), [this, id](const msg::tombstone& stone) {
      names_reply(id, msg::socket_names{.shape = stone.shape});
    });
  });
  if (!actor) return;
  ask(this, actor, limits::actor_reply_max, msg::get_names{},
      on<msg::socket_names>([this, id](const msg::socket_names& n) { names_reply(id, n); }),
      refusal(id));
}

void client_actor::reason(request_id id, const v1::ReasonRequest& m) {
  const auto answer_with = [this, id](const failure& why, bool ended) {
    v1::Reply answer;
    answer.mutable_reason()->set_ended(ended);
    if (why.code != errc::none) wire::set_error(*answer.mutable_reason()->mutable_reason(), why);
    reply(id, answer);
  };
  const auto cookie = m.cookie();
  const auto from_stone = [this, cookie, answer_with] {
    ask(this, seed_.gateway, limits::actor_reply_max, msg::find_tombstone{socket_cookie{cookie}},
        on<msg::tombstone>(
            [answer_with](const msg::tombstone& stone) { answer_with(stone.why, true); }),
        [answer_with](const failure&) {
          answer_with(fail(errc::connection_reset, "the reason is forgotten"), true);
        });
  };
  const auto actor = granted(id, cookie, from_stone);
  if (!actor) return;
  ask(this, actor, limits::actor_reply_max, msg::get_reason{},
      on<msg::end_reason>([answer_with](const msg::end_reason& r) { answer_with(r.why, r.ended); }),
      [from_stone](const failure&) { from_stone(); });  // it ended between the two
}

}  // namespace cellsock
