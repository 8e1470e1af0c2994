// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_daemon.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <set>
#include <stdexcept>

#include "proto/frame.hpp"
#include "tests/support/fake_credentials.hpp"

namespace cellsock::testing {

namespace {

constexpr int channel_buffer_bytes = 8192;

std::uint64_t cookie_of(int fd) {
  std::uint64_t cookie = 0;
  socklen_t length = sizeof cookie;
  ::getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length);
  return cookie;
}

bool is_of(v1::Family family, const std::string& address) {
  switch (family) {
    case v1::FAMILY_INET: return address.size() == 4;
    case v1::FAMILY_INET6: return address.size() == 16;
    default: return true;
  }
}

void require(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

bool send_with(int to, std::string_view bytes, int descriptor) {
  iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  if (descriptor >= 0) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    auto* entry = CMSG_FIRSTHDR(&message);
    entry->cmsg_level = SOL_SOCKET;
    entry->cmsg_type = SCM_RIGHTS;
    entry->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(entry), &descriptor, sizeof descriptor);
  }
  return ::sendmsg(to, &message, MSG_NOSIGNAL) >= 0;
}

}  // namespace

struct fake_daemon::channel {
  int ours = -1;    // D
  int theirs = -1;  // C, until it is passed
  std::uint64_t cookie = 0;
  v1::SocketType type = v1::SOCKET_TYPE_STREAM;
  v1::Family family = v1::FAMILY_INET;
  std::size_t padding = 0;
  bool connected = false;
  bool connecting = false;
  bool dead = false;
  bool listening = false;
  v1::Endpoint peer;
  v1::Endpoint local;
  v1::ErrorCode reason = v1::ERROR_CODE_UNSPECIFIED;
  v1::ErrorCode pending = v1::ERROR_CODE_UNSPECIFIED;
  std::map<int, std::int64_t> options;
  std::map<int, v1::SecureValue> secure_options;
  v1::SocketRequest request;
  std::string device;
  v1::DatagramRules rules;
  std::string read;
  // A connect that waits for the test: who asked, and the socket's new channel if it is a retry.
  int asked_by = -1;
  std::uint64_t asked_id = 0;
  bool asked_nonblocking = false;

  void fill() {
    int real = 0;
    socklen_t length = sizeof real;
    ::getsockopt(theirs, SOL_SOCKET, SO_SNDBUF, &real, &length);
    const std::string first(static_cast<std::size_t>(real / 2 - 64), 'p');
    for (auto piece = std::string_view(first);; piece = std::string_view(first).substr(0, 1)) {
      const auto count = ::send(theirs, piece.data(), piece.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (count < 0) break;
      padding += static_cast<std::size_t>(count);
    }
  }
  void drain() {
    std::string sink(padding, '\0');
    for (std::size_t got = 0; got < padding;) {
      const auto count = ::recv(ours, sink.data(), padding - got, MSG_DONTWAIT);
      require(count > 0, "padding");
      got += static_cast<std::size_t>(count);
    }
    padding = 0;
  }
  void close_ours() {
    if (ours >= 0) ::close(std::exchange(ours, -1));
    dead = true;
  }
  void close_theirs() {
    if (theirs >= 0) ::close(std::exchange(theirs, -1));
  }
};

struct fake_daemon::connection {
  int fd = -1;
  proto::frame_decoder decoder;
  std::set<std::uint64_t> grants;
  std::vector<int> shown;
  std::uint64_t watch_id = 0;  // of its watch, if it has one
  std::string session;
  std::string part;  // of a credential
};

struct fake_daemon::state {
  mutable std::mutex mutex;
  int listener = -1;
  int wake = -1;
  bool stopping = false;
  std::uint64_t instance = 1;
  std::uint32_t version = 1;
  std::map<int, connection> connections;
  int connections_ever = 0;
  std::map<std::uint64_t, channel> channels;
  std::map<int, int> counted;
  connect_plan connects;
  v1::DatagramRules rules;
  v1::ErrorCode refuse_sockets = v1::ERROR_CODE_UNSPECIFIED;
  std::map<std::string, std::vector<std::string>> names;
  bool half_close = false;
  std::map<int, handler> handlers;
  std::set<int> swallowed;
  std::set<int> hang_ups;
  fake_credentials credentials;

  channel& make_channel(v1::SocketType type, v1::Family family);
  channel& of(int program_fd);
  void reply(int to, const v1::Reply& what, int descriptor = -1);
  void serve(connection& from, const v1::Request& request);
  void serve_socket(connection& from, const v1::Request& request, v1::Reply& reply);
  void serve_connect(connection& from, const v1::Request& request, v1::Reply& reply);
  void serve_about(connection& from, const v1::Request& request, v1::Reply& reply);
  void serve_secure(connection& from, const v1::Request& request, v1::Reply& reply);
  void serve_credential(connection& from, const v1::Request& request, v1::Reply& reply);
  [[nodiscard]] v1::ErrorCode bind(channel& socket, const v1::Endpoint& local);
  void complete_connect(channel& socket, v1::ErrorCode error);
  channel* granted(connection& from, std::uint64_t cookie, v1::Reply& reply);
  bool read_from(connection& from);
  void close_connection(int fd);
};

fake_daemon::channel& fake_daemon::state::make_channel(v1::SocketType type, v1::Family family) {
  const bool stream = type == v1::SOCKET_TYPE_STREAM;
  std::array<int, 2> pair{};
  require(::socketpair(AF_UNIX, (stream ? SOCK_STREAM : SOCK_SEQPACKET) | SOCK_CLOEXEC, 0,
                       pair.data()) == 0,
          "socketpair");
  for (const int end : pair)
    ::setsockopt(end, SOL_SOCKET, SO_SNDBUF, &channel_buffer_bytes, sizeof channel_buffer_bytes);
  ::fcntl(pair[0], F_SETFL, O_NONBLOCK);
  channel made;
  made.ours = pair[0];
  made.theirs = pair[1];
  made.cookie = cookie_of(pair[1]);
  made.type = type;
  made.family = family;
  made.rules = rules;
  if (stream) made.fill();
  return channels[made.cookie] = made;
}

fake_daemon::channel& fake_daemon::state::of(int program_fd) {
  return channels.at(cookie_of(program_fd));
}

void fake_daemon::state::reply(int to, const v1::Reply& what, int descriptor) {
  std::vector<std::byte> frame;
  require(proto::append_frame(what.SerializeAsString(), frame), "reply too large");
  // A client that went away meanwhile is not the test's business.
  [[maybe_unused]] const bool sent =
      send_with(to, {reinterpret_cast<const char*>(frame.data()), frame.size()}, descriptor);
}

void fake_daemon::state::serve(connection& from, const v1::Request& request) {
  const int call = request.call_case();
  ++counted[call];
  if (swallowed.contains(call)) return;
  v1::Reply answer;
  if (const auto found = handlers.find(call); found != handlers.end()) {
    answer = found->second(request);
    answer.set_id(request.id());
    return reply(from.fd, answer);
  }
  answer.set_id(request.id());
  switch (call) {
    case v1::Request::kHello:
      answer.mutable_hello()->set_version(version);
      answer.mutable_hello()->set_daemon("fake");
      answer.mutable_hello()->set_instance(instance);
      if (credentials.lives(request.hello().session())) from.session = request.hello().session();
      return reply(from.fd, answer);
    case v1::Request::kSocket: return serve_socket(from, request, answer);
    case v1::Request::kWatch:
      from.watch_id = request.id();
      answer.mutable_watch()->set_event("watch-started");
      return reply(from.fd, answer);
    case v1::Request::kConnect: return serve_connect(from, request, answer);
    case v1::Request::kAttach: {
      const auto cookie = request.attach().cookie();
      const bool proven = !from.shown.empty() && cookie_of(from.shown.front()) == cookie;
      for (const int fd : from.shown) ::close(fd);
      from.shown.clear();
      if (proven)
        from.grants.insert(cookie);
      else
        answer.mutable_error()->set_code(v1::ERROR_CODE_NOT_GRANTED);
      return reply(from.fd, answer);
    }
    case v1::Request::kResolve: {
      const auto found = names.find(request.resolve().host());
      if (found == names.end())
        answer.mutable_error()->set_code(v1::ERROR_CODE_NAME_NOT_FOUND);
      else
        for (const auto& address : found->second)
          if (is_of(request.resolve().family(), address))
            answer.mutable_resolve()->add_addresses(address);
      return reply(from.fd, answer);
    }
    case v1::Request::kSetSecureOption:
    case v1::Request::kGetSecureOption: return serve_secure(from, request, answer);
    case v1::Request::kOpenSession: {
      const int anchor = credentials.open(from.session);
      answer.mutable_session()->set_session(from.session);
      reply(from.fd, answer, anchor);
      ::close(anchor);
      return;
    }
    default:
      if (fake_credentials::serves(request)) return serve_credential(from, request, answer);
      return serve_about(from, request, answer);
  }
}

void fake_daemon::state::serve_secure(connection& from, const v1::Request& request,
                                      v1::Reply& answer) {
  const bool sets = request.has_set_secure_option();
  const auto& set = request.set_secure_option();
  const auto& get = request.get_secure_option();
  if (auto* socket = granted(from, sets ? set.cookie() : get.cookie(), answer)) {
    if (!sets)
      *answer.mutable_secure_option()->mutable_value() = socket->secure_options[get.option()];
    else if (socket->connecting)
      answer.mutable_error()->set_code(v1::ERROR_CODE_CONNECT_PENDING);
    else if (socket->connected && set.option() != v1::SECURE_OPTION_SESSION_CACHE_PURGE &&
             set.option() != v1::SECURE_OPTION_CONNECTION_SAVE &&
             set.option() != v1::SECURE_OPTION_CONNECTION_LOAD)
      answer.mutable_error()->set_code(v1::ERROR_CODE_ALREADY_CONNECTED);
    else
      socket->secure_options[set.option()] = set.value();
  }
  reply(from.fd, answer);
}

void fake_daemon::state::serve_credential(connection& from, const v1::Request& request,
                                          v1::Reply& answer) {
  credentials.serve(from.session, from.part, request, answer);
  reply(from.fd, answer);
}

void fake_daemon::state::serve_socket(connection& from, const v1::Request& request,
                                      v1::Reply& answer) {
  if (refuse_sockets != v1::ERROR_CODE_UNSPECIFIED) {
    answer.mutable_error()->set_code(refuse_sockets);
    return reply(from.fd, answer);
  }
  auto& made = make_channel(request.socket().type(), request.socket().family());
  made.request = request.socket();
  from.grants.insert(made.cookie);
  answer.mutable_socket()->set_cookie(made.cookie);
  if (made.type == v1::SOCKET_TYPE_DATAGRAM)
    *answer.mutable_socket()->mutable_datagram_rules() = made.rules;
  reply(from.fd, answer, made.theirs);
  made.close_theirs();
}

fake_daemon::channel* fake_daemon::state::granted(connection& from, std::uint64_t cookie,
                                                  v1::Reply& answer) {
  const auto found = channels.find(cookie);
  if (found == channels.end())
    answer.mutable_error()->set_code(v1::ERROR_CODE_BAD_SOCKET);
  else if (!from.grants.contains(cookie))
    answer.mutable_error()->set_code(v1::ERROR_CODE_NOT_GRANTED);
  else
    return &found->second;
  return nullptr;
}

void fake_daemon::state::serve_connect(connection& from, const v1::Request& request,
                                       v1::Reply& answer) {
  const auto& wanted = request.connect();
  auto* socket = granted(from, wanted.cookie(), answer);
  const auto refuse = [&](v1::ErrorCode code) {
    answer.mutable_error()->set_code(code);
    reply(from.fd, answer);
  };
  if (socket == nullptr) return reply(from.fd, answer);
  const bool secure = socket->request.secure() != v1::SECURE_PROTOCOL_UNSPECIFIED;
  if (socket->type == v1::SOCKET_TYPE_DATAGRAM && (!secure || !wanted.has_peer())) {
    socket->connected = wanted.has_peer();
    socket->peer = wanted.peer();
    return reply(from.fd, answer);
  }
  if (socket->connecting) return refuse(v1::ERROR_CODE_CONNECT_PENDING);
  if (socket->connected) return refuse(v1::ERROR_CODE_ALREADY_CONNECTED);
  if (socket->dead) {
    auto& fresh = make_channel(socket->type, socket->family);
    fresh.request = channels.at(wanted.cookie()).request;
    channels.erase(wanted.cookie());
    socket = &fresh;
    from.grants.insert(fresh.cookie);
  }
  socket->connecting = true;
  socket->peer = wanted.peer();
  socket->asked_by = from.fd;
  socket->asked_id = request.id();
  socket->asked_nonblocking = wanted.nonblocking();
  if (wanted.nonblocking()) {
    answer.mutable_error()->set_code(v1::ERROR_CODE_CONNECT_IN_PROGRESS);
    if (socket->theirs >= 0) answer.mutable_connect()->set_fresh_cookie(socket->cookie);
    reply(from.fd, answer, socket->theirs);
    socket->close_theirs();
  }
  if (connects.how == connect_plan::outcome::succeed)
    complete_connect(*socket, v1::ERROR_CODE_UNSPECIFIED);
  else if (connects.how == connect_plan::outcome::fail)
    complete_connect(*socket, connects.error);
}

void fake_daemon::state::complete_connect(channel& socket, v1::ErrorCode error) {
  socket.connecting = false;
  if (error == v1::ERROR_CODE_UNSPECIFIED) {
    socket.drain();
    socket.connected = true;
  } else {
    socket.reason = error;
    socket.pending = socket.asked_nonblocking ? error : v1::ERROR_CODE_UNSPECIFIED;
    socket.close_ours();
  }
  if (socket.asked_nonblocking) return;
  v1::Reply answer;
  answer.set_id(socket.asked_id);
  if (error != v1::ERROR_CODE_UNSPECIFIED) answer.mutable_error()->set_code(error);
  const bool fresh = socket.theirs >= 0;
  if (fresh) answer.mutable_connect()->set_fresh_cookie(socket.cookie);
  reply(socket.asked_by, answer, socket.theirs);
  socket.close_theirs();
}

/// Ports are given once; the link's addresses end in 1, the wildcard is all zeros.
v1::ErrorCode fake_daemon::state::bind(channel& socket, const v1::Endpoint& local) {
  if (!socket.local.address().empty()) return v1::ERROR_CODE_INVALID_ARGUMENT;
  for (const auto& [cookie, other] : channels)
    if (local.port() != 0 && other.local.port() == local.port())
      return v1::ERROR_CODE_ADDRESS_IN_USE;
  const bool wildcard = local.address().find_first_not_of('\0') == std::string::npos;
  if (!wildcard && local.address().back() != 1) return v1::ERROR_CODE_ADDRESS_NOT_AVAILABLE;
  socket.local = local;
  return v1::ERROR_CODE_UNSPECIFIED;
}

void fake_daemon::state::serve_about(connection& from, const v1::Request& request,
                                     v1::Reply& answer) {
  switch (request.call_case()) {
    case v1::Request::kGetOption:
      if (auto* socket = granted(from, request.get_option().cookie(), answer)) {
        const auto which = request.get_option().option();
        answer.mutable_option()->set_value(which == v1::OPTION_ERROR
                                               ? static_cast<std::int64_t>(socket->pending)
                                               : socket->options[which]);
        if (which == v1::OPTION_ERROR) socket->pending = v1::ERROR_CODE_UNSPECIFIED;
        if (which == v1::OPTION_BIND_TO_DEVICE) answer.mutable_option()->set_text(socket->device);
      }
      break;
    case v1::Request::kSetOption:
      if (auto* socket = granted(from, request.set_option().cookie(), answer)) {
        const auto& asked = request.set_option();
        if (asked.option() != v1::OPTION_BIND_TO_DEVICE)
          socket->options[asked.option()] = asked.value();
        else if (asked.text().empty() || asked.text() == "modem1")
          socket->device = asked.text();
        else
          answer.mutable_error()->set_code(v1::ERROR_CODE_NO_DEVICE);
      }
      break;
    case v1::Request::kNames:
      if (auto* socket = granted(from, request.names().cookie(), answer)) {
        auto& names_reply = *answer.mutable_names();
        names_reply.set_family(socket->family);
        names_reply.set_type(socket->type);
        names_reply.set_secure(socket->request.secure());
        names_reply.set_connected(socket->connected);
        if (socket->connected || socket->connecting) *names_reply.mutable_peer() = socket->peer;
        names_reply.set_recv_timeout_ms(socket->options[v1::OPTION_RECV_TIMEOUT_MS]);
        names_reply.set_send_timeout_ms(socket->options[v1::OPTION_SEND_TIMEOUT_MS]);
        *names_reply.mutable_datagram_rules() = socket->rules;
        names_reply.set_listening(socket->listening);
        if (!socket->local.address().empty()) *names_reply.mutable_local() = socket->local;
      }
      break;
    case v1::Request::kBind:
      if (auto* socket = granted(from, request.bind().cookie(), answer))
        answer.mutable_error()->set_code(bind(*socket, request.bind().local()));
      break;
    case v1::Request::kShutdown:
      if (granted(from, request.shutdown().cookie(), answer) != nullptr && !half_close)
        answer.mutable_error()->set_code(v1::ERROR_CODE_UNSUPPORTED_OPERATION);
      break;
    case v1::Request::kListen:
      if (auto* socket = granted(from, request.listen().cookie(), answer)) {
        if (socket->connected) answer.mutable_error()->set_code(v1::ERROR_CODE_INVALID_ARGUMENT);
        socket->listening = !socket->connected;
      }
      break;
    case v1::Request::kReason:
      if (auto* socket = granted(from, request.reason().cookie(), answer)) {
        answer.mutable_reason()->set_ended(socket->dead);
        if (socket->dead) answer.mutable_reason()->mutable_reason()->set_code(socket->reason);
      }
      break;
    default: answer.mutable_error()->set_code(v1::ERROR_CODE_UNSUPPORTED_OPERATION);
  }
  reply(from.fd, answer);
}

bool fake_daemon::state::read_from(connection& from) {
  std::array<std::byte, 4096> buffer;
  iovec piece{buffer.data(), buffer.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(4 * sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const auto count = ::recvmsg(from.fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  for (auto* entry = CMSG_FIRSTHDR(&message); entry != nullptr;
       entry = CMSG_NXTHDR(&message, entry)) {
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(entry), sizeof fd);
    from.shown.push_back(fd);
  }
  if (count == 0) return false;
  from.decoder.feed(std::span(buffer).first(static_cast<std::size_t>(count)));
  while (auto body = from.decoder.next()) {
    v1::Request request;
    if (!request.ParseFromString(*body)) return false;
    if (hang_ups.contains(request.call_case())) {
      ++counted[request.call_case()];
      return false;
    }
    serve(from, request);
  }
  return !from.decoder.broken();
}

void fake_daemon::state::close_connection(int fd) {
  for (const int shown : connections.at(fd).shown) ::close(shown);
  connections.erase(fd);
  ::close(fd);
}

fake_daemon::fake_daemon(std::uint64_t instance, std::string at_path)
    : path_(std::move(at_path)), state_(std::make_unique<state>()) {
  if (path_.empty()) {
    std::string pattern = "/tmp/cellsock_fake_XXXXXX";
    require(::mkdtemp(pattern.data()) != nullptr, "mkdtemp");
    directory_ = pattern;
    path_ = directory_ + "/cellsock.sock";
  }
  state_->instance = instance;
  ::unlink(path_.c_str());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
  state_->listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  require(::bind(state_->listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0,
          "bind");
  require(::listen(state_->listener, 64) == 0, "listen");
  state_->wake = ::eventfd(0, EFD_CLOEXEC);
  ::setenv("CELLSOCK_SOCKET", path_.c_str(), 1);
  thread_ = std::thread([this] { serve(); });
}

fake_daemon::~fake_daemon() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  ::eventfd_write(state_->wake, 1);
  thread_.join();
  ::close(state_->listener);
  ::close(state_->wake);
  while (!state_->connections.empty()) state_->close_connection(state_->connections.begin()->first);
  for (auto& [cookie, socket] : state_->channels) {
    socket.close_ours();
    socket.close_theirs();
  }
  ::unlink(path_.c_str());
  if (!directory_.empty()) ::rmdir(directory_.c_str());
}

void fake_daemon::serve() {
  for (;;) {
    std::vector<pollfd> fds{{state_->listener, POLLIN, 0}, {state_->wake, POLLIN, 0}};
    {
      const std::lock_guard lock(state_->mutex);
      if (state_->stopping) return;
      for (const auto& [fd, unused] : state_->connections) fds.push_back({fd, POLLIN, 0});
    }
    ::poll(fds.data(), fds.size(), -1);
    const std::lock_guard lock(state_->mutex);
    if ((fds[0].revents & POLLIN) != 0) {
      const int made = ::accept4(state_->listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (made >= 0) {
        state_->connections[made].fd = made;
        ++state_->connections_ever;
      }
    }
    for (std::size_t i = 2; i < fds.size(); ++i)
      if (fds[i].revents != 0 && !state_->read_from(state_->connections.at(fds[i].fd)))
        state_->close_connection(fds[i].fd);
  }
}

void fake_daemon::plan_connect(connect_plan plan) {
  const std::lock_guard lock(state_->mutex);
  state_->connects = plan;
}
void fake_daemon::plan_rules(const v1::DatagramRules& rules) {
  const std::lock_guard lock(state_->mutex);
  state_->rules = rules;
}
void fake_daemon::refuse_sockets(v1::ErrorCode code) {
  const std::lock_guard lock(state_->mutex);
  state_->refuse_sockets = code;
}
void fake_daemon::plan_names(std::map<std::string, std::vector<std::string>> names) {
  const std::lock_guard lock(state_->mutex);
  state_->names = std::move(names);
}
void fake_daemon::allow_half_close() {
  const std::lock_guard lock(state_->mutex);
  state_->half_close = true;
}
void fake_daemon::answer(v1::Request::CallCase call, handler with) {
  const std::lock_guard lock(state_->mutex);
  state_->handlers[call] = std::move(with);
}
void fake_daemon::swallow(v1::Request::CallCase call) {
  const std::lock_guard lock(state_->mutex);
  state_->swallowed.insert(call);
}
void fake_daemon::speak_version(std::uint32_t version) {
  const std::lock_guard lock(state_->mutex);
  state_->version = version;
}
void fake_daemon::hang_up_on(v1::Request::CallCase call) {
  const std::lock_guard lock(state_->mutex);
  state_->hang_ups.insert(call);
}

void fake_daemon::finish_connect(int fd) {
  const std::lock_guard lock(state_->mutex);
  state_->complete_connect(state_->of(fd), v1::ERROR_CODE_UNSPECIFIED);
}
void fake_daemon::fail_connect(int fd, v1::ErrorCode code) {
  const std::lock_guard lock(state_->mutex);
  state_->complete_connect(state_->of(fd), code);
}
std::uint64_t fake_daemon::await_socket(socket_kind kind) {
  std::uint64_t found = 0;
  const bool came = eventually([&] {
    const std::lock_guard lock(state_->mutex);
    for (const auto& [cookie, one] : state_->channels)
      if (kind == socket_kind::listener ? one.listening : one.connected) found = cookie;
    return found != 0;
  });
  require(came, "await_socket: none came");
  return found;
}
std::uint64_t fake_daemon::peer_connects(int listener_fd, const v1::Endpoint& from) {
  return peer_connects_to(cookie_of(listener_fd), from);
}
std::uint64_t fake_daemon::peer_connects_to(std::uint64_t cookie_of_listener,
                                            const v1::Endpoint& from, v1::ErrorCode error) {
  std::unique_lock lock(state_->mutex);
  const auto listener = state_->channels.at(cookie_of_listener);
  auto& made = state_->make_channel(listener.type, listener.family);
  made.drain();
  made.connected = true;
  made.peer = from;
  made.local = listener.local;
  made.request = listener.request;
  const auto number = [&](std::size_t first) {
    std::uint64_t value = 0;
    for (std::size_t i = first; i < first + 8; ++i)
      value = value << 8 | (i < from.address().size() ? std::uint8_t(from.address()[i]) : 0u);
    return value;
  };
  v1::AcceptedConnection record;
  record.set_version(1);
  record.set_cookie(made.cookie);
  record.set_port(from.port());
  record.set_family(made.family == v1::FAMILY_INET6 ? 6 : 4);
  record.set_address_high(number(0));
  record.set_address_low(number(8));
  record.set_error(error);
  const int theirs = std::exchange(made.theirs, -1);
  const auto cookie = made.cookie;
  lock.unlock();  // the test's accepts may need the daemon meanwhile
  while (!send_with(listener.ours, record.SerializeAsString(), theirs)) {
    require(errno == EAGAIN, "peer_connects");
    pollfd entry{listener.ours, POLLOUT, 0};
    require(::poll(&entry, 1, 10000) == 1, "peer_connects: nobody accepts");
  }
  ::close(theirs);
  return cookie;
}
void fake_daemon::peer_sends(int fd, std::string_view bytes) {
  peer_sends_to(cookie_of(fd), bytes);
}
void fake_daemon::peer_sends_to(std::uint64_t cookie, std::string_view bytes) {
  int ours = -1;
  {
    const std::lock_guard lock(state_->mutex);
    ours = state_->channels.at(cookie).ours;
  }
  while (!bytes.empty()) {
    const auto count = ::send(ours, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
      continue;
    }
    require(errno == EAGAIN, "peer_sends");
    pollfd entry{ours, POLLOUT, 0};
    require(::poll(&entry, 1, 10000) == 1, "peer_sends: nobody reads");
  }
}
void fake_daemon::peer_sends_datagram(int fd, const v1::Datagram& datagram) {
  const std::lock_guard lock(state_->mutex);
  const auto packet = datagram.SerializeAsString();
  require(::send(state_->of(fd).ours, packet.data(), packet.size(), MSG_NOSIGNAL) > 0,
          "peer_sends_datagram");
}
void fake_daemon::peer_finishes(int fd) {
  peer_finishes_with(cookie_of(fd));
}
void fake_daemon::peer_finishes_with(std::uint64_t cookie) {
  const std::lock_guard lock(state_->mutex);
  ::shutdown(state_->channels.at(cookie).ours, SHUT_WR);
}
void fake_daemon::end(int fd, v1::ErrorCode reason) {
  const std::lock_guard lock(state_->mutex);
  auto& socket = state_->of(fd);
  socket.reason = reason;
  socket.pending = reason;
  socket.connected = false;
  socket.close_ours();
}
void fake_daemon::set_pending_error(int fd, v1::ErrorCode code) {
  const std::lock_guard lock(state_->mutex);
  state_->of(fd).pending = code;
}
void fake_daemon::forget(std::uint64_t cookie) {
  const std::lock_guard lock(state_->mutex);
  state_->channels.at(cookie).close_ours();
  state_->channels.erase(cookie);
}
void fake_daemon::revoke_grants() {
  const std::lock_guard lock(state_->mutex);
  for (auto& [fd, one] : state_->connections) one.grants.clear();
}
void fake_daemon::set_rules(int fd, const v1::DatagramRules& rules) {
  const std::lock_guard lock(state_->mutex);
  state_->of(fd).rules = rules;
}

v1::SecureValue fake_daemon::secure_option(int fd, v1::SecureOption which) {
  const std::lock_guard lock(state_->mutex);
  return state_->of(fd).secure_options[which];
}
void fake_daemon::set_secure_peer(int fd, const v1::Endpoint& peer) {
  const std::lock_guard lock(state_->mutex);
  auto& socket = state_->of(fd);
  socket.connected = true;
  socket.peer = peer;
}
void fake_daemon::set_secure_option(int fd, v1::SecureOption which, const v1::SecureValue& value) {
  const std::lock_guard lock(state_->mutex);
  state_->of(fd).secure_options[which] = value;
}
v1::SocketRequest fake_daemon::asked_for(int fd) {
  const std::lock_guard lock(state_->mutex);
  return state_->of(fd).request;
}
void fake_daemon::keep_credential(std::uint32_t tag, v1::CredentialType type, std::string content) {
  const std::lock_guard lock(state_->mutex);
  state_->credentials.keep(tag, type, std::move(content));
}
std::size_t fake_daemon::credentials_of_programs() {
  const std::lock_guard lock(state_->mutex);
  return state_->credentials.of_programs();
}
std::size_t fake_daemon::sessions() {
  const std::lock_guard lock(state_->mutex);
  return state_->credentials.sessions();
}

void fake_daemon::tell_watchers(const v1::WatchEvent& event) {
  const std::lock_guard lock(state_->mutex);
  for (const auto& [fd, one] : state_->connections) {
    if (one.watch_id == 0) continue;
    v1::Reply told;
    told.set_id(one.watch_id);
    *told.mutable_watch() = event;
    state_->reply(fd, told);
  }
}

std::string fake_daemon::received(int fd, std::size_t count) {
  return received_from(cookie_of(fd), count);
}
std::string fake_daemon::received_from(std::uint64_t cookie, std::size_t count) {
  std::string all;
  const bool enough = eventually([&] {
    const std::lock_guard lock(state_->mutex);
    auto& socket = state_->channels.at(cookie);
    std::array<char, 4096> buffer;
    for (;;) {
      const auto got = ::recv(socket.ours, buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (got <= 0) break;
      socket.read.append(buffer.data(), static_cast<std::size_t>(got));
    }
    all = socket.read;
    return all.size() >= count;
  });
  require(enough, "received: not enough came");
  return all;
}
v1::Datagram fake_daemon::received_datagram(int fd) {
  v1::Datagram datagram;
  const bool came = eventually([&] {
    const std::lock_guard lock(state_->mutex);
    std::string packet(70000, '\0');
    const auto got = ::recv(state_->of(fd).ours, packet.data(), packet.size(), MSG_DONTWAIT);
    return got > 0 && datagram.ParseFromArray(packet.data(), static_cast<int>(got));
  });
  require(came, "received_datagram: none came");
  return datagram;
}
bool fake_daemon::channel_hung_up(std::uint64_t cookie) {
  return eventually([&] {
    const std::lock_guard lock(state_->mutex);
    pollfd entry{state_->channels.at(cookie).ours, 0, 0};
    return ::poll(&entry, 1, 0) == 1 && (entry.revents & POLLHUP) != 0;
  });
}
std::int64_t fake_daemon::option(int fd, v1::Option which) {
  const std::lock_guard lock(state_->mutex);
  return state_->of(fd).options[which];
}
v1::Endpoint fake_daemon::local_of(int fd) {
  const std::lock_guard lock(state_->mutex);
  return state_->of(fd).local;
}
v1::Endpoint fake_daemon::peer_of(int fd) {
  const std::lock_guard lock(state_->mutex);
  return state_->of(fd).peer;
}
int fake_daemon::requests(v1::Request::CallCase call) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->counted.find(call);
  return found != state_->counted.end() ? found->second : 0;
}
bool fake_daemon::await_requests(v1::Request::CallCase call, int count) const {
  return eventually([&] { return requests(call) >= count; });
}
bool fake_daemon::await_connecting(int fd) const {
  return eventually([&] {
    const std::lock_guard lock(state_->mutex);
    return state_->of(fd).connecting;
  });
}
int fake_daemon::connections() const {
  const std::lock_guard lock(state_->mutex);
  return static_cast<int>(state_->connections.size());
}
int fake_daemon::connections_ever() const {
  const std::lock_guard lock(state_->mutex);
  return state_->connections_ever;
}
bool fake_daemon::await_connections(int count) const {
  return eventually([&] { return connections() == count; });
}

bool eventually(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    ::poll(nullptr, 0, 1);
  }
  return true;
}

}  // namespace cellsock::testing
