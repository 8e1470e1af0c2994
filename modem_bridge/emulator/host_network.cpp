// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/host_network.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace cellsock::emulator {
namespace {

constexpr std::size_t datagram_bytes_max = 65536;
constexpr int events_per_collect = 32;

struct address {
  sockaddr_storage storage{};
  socklen_t length = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

address to_native(const endpoint& where) {
  address out;
  if (where.address.family == ip_family::v4) {
    sockaddr_in native{};
    native.sin_family = AF_INET;
    native.sin_port = htons(where.port);
    std::memcpy(&native.sin_addr, where.address.bytes.data(), sizeof native.sin_addr);
    std::memcpy(&out.storage, &native, sizeof native);
    out.length = sizeof native;
  } else {
    sockaddr_in6 native{};
    native.sin6_family = AF_INET6;
    native.sin6_port = htons(where.port);
    std::memcpy(&native.sin6_addr, where.address.bytes.data(), sizeof native.sin6_addr);
    std::memcpy(&out.storage, &native, sizeof native);
    out.length = sizeof native;
  }
  return out;
}

endpoint from_native(const address& in) {
  endpoint out;
  if (in.storage.ss_family == AF_INET6) {
    sockaddr_in6 native{};
    std::memcpy(&native, &in.storage, sizeof native);
    out.address.family = ip_family::v6;
    std::memcpy(out.address.bytes.data(), &native.sin6_addr, sizeof native.sin6_addr);
    out.port = ntohs(native.sin6_port);
  } else {
    sockaddr_in native{};
    std::memcpy(&native, &in.storage, sizeof native);
    std::memcpy(out.address.bytes.data(), &native.sin_addr, sizeof native.sin_addr);
    out.port = ntohs(native.sin_port);
  }
  return out;
}

errc translate(int code) {
  switch (code) {
    case ECONNREFUSED: return errc::connection_refused;
    case ETIMEDOUT: return errc::timed_out;
    case EADDRINUSE: return errc::address_in_use;
    default: return errc::connection_reset;
  }
}

failure last_failure() {
  const int code = errno;
  return fail(translate(code), std::strerror(code));
}

/// The radio's delay is the modem's to emulate; the host's own batching must not add to it.
void send_at_once(int descriptor) {
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

bool try_later() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

host_network::host_network() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) throw std::runtime_error(std::string("epoll: ") + std::strerror(errno));
}

host_network::~host_network() {
  for (const auto& [id, flow] : flows_) ::close(flow.descriptor);
  ::close(epoll_);
}

host_network::entry* host_network::find(flow_id flow) {
  const auto found = flows_.find(flow);
  return found == flows_.end() ? nullptr : &found->second;
}

bool host_network::collect() {
  std::array<epoll_event, events_per_collect> events{};
  bool any = false;
  for (;;) {
    const int count = ::epoll_wait(epoll_, events.data(), events_per_collect, 0);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      entry* flow = find(flow_id{event.data.u32});
      if (!flow) continue;
      any = true;
      if ((event.events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) flow->readable = true;
      if ((event.events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) flow->writable = true;
    }
    if (count < events_per_collect) return any;
  }
}

flow_id host_network::adopt(int descriptor, flow_stage stage) {
  const flow_id id{next_++};
  flows_[id] = {descriptor, false, false, stage, errc::none};
  epoll_event wanted{};
  wanted.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  wanted.data.u32 = static_cast<std::uint32_t>(id);
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &wanted);
  return id;
}

result<flow_id> host_network::open(ip_family family, int type, local_end at, bool loopback) {
  const int descriptor = ::socket(family == ip_family::v4 ? AF_INET : AF_INET6,
                                  type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return last_failure();
  const int on = 1;
  if (family == ip_family::v6) ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  const auto source = sources_.find({at.cid, family});
  if (at.port != 0 || source != sources_.end()) {
    endpoint local;
    local.address.family = family;
    local.port = at.port;
    if (loopback && family == ip_family::v4) local.address.bytes = {127, 0, 0, 1};
    if (loopback && family == ip_family::v6) local.address.bytes[15] = 1;
    if (source != sources_.end()) local.address = source->second;
    if (type == SOCK_STREAM) ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const address native = to_native(local);
    if (::bind(descriptor, native.get(), native.length) < 0) {
      const failure why = last_failure();
      ::close(descriptor);
      return why;
    }
  }
  return adopt(descriptor, flow_stage::open);
}

result<flow_id> host_network::connect(const endpoint& remote, local_end from) {
  auto made = open(remote.address.family, SOCK_STREAM, from, false);
  if (!made) return made;
  entry& flow = flows_.at(*made);
  const address native = to_native(remote);
  send_at_once(flow.descriptor);
  flow.stage = flow_stage::connecting;
  if (::connect(flow.descriptor, native.get(), native.length) < 0 && errno != EINPROGRESS) {
    flow.stage = flow_stage::failed;
    flow.why = translate(errno);
  }
  return made;
}

result<flow_id> host_network::listen(ip_family family, local_end at) {
  auto made = open(family, SOCK_STREAM, at, true);
  if (!made) return made;
  if (::listen(flows_.at(*made).descriptor, 1) < 0) {
    const failure why = last_failure();
    close(*made, false);
    return why;
  }
  return made;
}

std::optional<arrived_connection> host_network::accept(flow_id listener) {
  entry* flow = find(listener);
  if (!flow || !flow->readable) return {};
  address peer;
  peer.length = sizeof peer.storage;
  const int descriptor =
      ::accept4(flow->descriptor, peer.get(), &peer.length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor < 0) {
    flow->readable = false;
    return {};
  }
  send_at_once(descriptor);
  return arrived_connection{adopt(descriptor, flow_stage::open), from_native(peer)};
}

flow_status host_network::look(flow_id id) {
  entry* flow = find(id);
  if (!flow) return {flow_stage::failed, errc::bad_socket};
  if (flow->stage == flow_stage::connecting && (flow->writable || flow->readable)) {
    int code = 0;
    socklen_t length = sizeof code;
    ::getsockopt(flow->descriptor, SOL_SOCKET, SO_ERROR, &code, &length);
    flow->stage = code == 0 ? flow_stage::open : flow_stage::failed;
    flow->why = code == 0 ? errc::none : translate(code);
  }
  return {flow->stage, flow->why};
}

result<std::size_t> host_network::send(flow_id id, std::span<const std::byte> bytes) {
  entry* flow = find(id);
  if (!flow) return fail(errc::bad_socket);
  if (!flow->writable || bytes.empty()) return std::size_t{0};
  const ssize_t taken = ::send(flow->descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (taken >= 0) return static_cast<std::size_t>(taken);
  if (!try_later()) return last_failure();
  flow->writable = errno == EINTR;
  return std::size_t{0};
}

result<stream_read> host_network::receive(flow_id id, std::span<std::byte> into) {
  entry* flow = find(id);
  if (!flow) return fail(errc::bad_socket);
  if (!flow->readable) return stream_read{};
  const ssize_t got = ::recv(flow->descriptor, into.data(), into.size(), 0);
  if (got > 0) return stream_read{static_cast<std::size_t>(got), false};
  if (got == 0) return stream_read{0, true};
  if (!try_later()) return last_failure();
  flow->readable = errno == EINTR;
  return stream_read{};
}

result<flow_id> host_network::open_datagram(ip_family family, local_end at) {
  return open(family, SOCK_DGRAM, at, false);
}

status host_network::send_to(flow_id id, const endpoint& remote,
                             std::span<const std::byte> payload) {
  entry* flow = find(id);
  if (!flow) return fail(errc::bad_socket);
  const address native = to_native(remote);
  if (::sendto(flow->descriptor, payload.data(), payload.size(), MSG_NOSIGNAL, native.get(),
               native.length) < 0)
    return last_failure();
  return done{};
}

std::optional<arrived_datagram> host_network::receive_from(flow_id id) {
  entry* flow = find(id);
  if (!flow || !flow->readable) return {};
  address peer;
  peer.length = sizeof peer.storage;
  std::vector<std::byte> payload(datagram_bytes_max);
  const ssize_t got =
      ::recvfrom(flow->descriptor, payload.data(), payload.size(), 0, peer.get(), &peer.length);
  if (got < 0) {
    flow->readable = false;
    return {};
  }
  payload.resize(static_cast<std::size_t>(got));
  return arrived_datagram{from_native(peer), std::move(payload)};
}

void host_network::close(flow_id id, bool abort) {
  const entry* flow = find(id);
  if (!flow) return;
  if (abort) {
    const linger at_once{1, 0};
    ::setsockopt(flow->descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  ::close(flow->descriptor);
  flows_.erase(id);
}

}  // namespace cellsock::emulator
