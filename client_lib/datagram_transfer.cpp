// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include "cellsock/v1/channel.pb.h"
#include "client_lib/datagram_rules.hpp"
#include "client_lib/end_reason.hpp"
#include "client_lib/limits.hpp"
#include "client_lib/transfer.hpp"

/// A datagram's channel carries one Datagram message per SEQPACKET packet.
namespace cellsock::client {
namespace {

constexpr std::uint32_t datagram_version = 1;
/// The most that UDP itself carries over IPv4.
constexpr std::size_t udp_payload_max = 65507;

/// 0 or -EMSGSIZE. The link's limit may have become known only after the socket was made.
int check_size(const held_socket& socket, std::string_view payload) {
  if (payload.size() > udp_payload_max) return -EMSGSIZE;
  if (carries(*socket.entry->rules(), payload)) return 0;
  if (auto asked = refresh(socket); !asked) return -asked.why().error;
  return carries(*socket.entry->rules(), payload) ? 0 : -EMSGSIZE;
}

int ended(const held_socket& socket, int kernel_error) {
  const int error = end_of(socket);
  return -(error != 0 ? error : kernel_error);
}

/// Reads one packet whole: a seqpacket socket discards what does not fit. Its length, or -errno.
/// A pending reset is reported before packets that are still queued, once: they are read first.
ssize_t read_packet(int fd, char* packet, bool peek) {
  bool reset_seen = false;
  for (;;) {
    const auto length =
        ::recv(fd, packet, limits::packet_bytes_max, MSG_DONTWAIT | (peek ? MSG_PEEK : 0));
    if (length >= 0) return length;
    if (errno == ECONNRESET && !reset_seen) {
      reset_seen = true;
    } else if (errno != EINTR) {
      return errno == EAGAIN && reset_seen ? -ECONNRESET : -errno;
    }
  }
}

ssize_t send_packet(const held_socket& socket, const char* bytes, std::size_t count,
                    const std::optional<endpoint>& to, transfer_flags flags) {
  if (const int error = check_size(socket, {bytes, count}); error != 0) return error;

  wire::Datagram datagram;
  datagram.set_version(datagram_version);
  if (to) to_wire(*to, *datagram.mutable_peer());
  datagram.set_payload(bytes, count);
  const std::string packet = datagram.SerializeAsString();

  const auto until = deadline::after_timeout_ms(socket.entry->send_timeout_ms);
  for (;;) {
    if (::send(socket.fd, packet.data(), packet.size(), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
      return static_cast<ssize_t>(count);
    switch (errno) {
      case EINTR: continue;
      case EPIPE:
      case ECONNRESET: return ended(socket, errno);
      case EAGAIN: break;
      default: return -errno;  // EMSGSIZE among them: larger than the channel
    }
    if (const int error = wait_for(socket, POLLOUT, flags.dont_wait, until); error != 0)
      return error;
  }
}

/// Whether a secure server is what has no peer: it must wait for one, a client can be told.
bool is_server(int fd) {
  wire::SecureValue role;
  return get_secure(fd, wire::SECURE_OPTION_ROLE, role) == 0 && role.number() == 1;
}

/// A secure datagram socket has one peer. A destination is the peer to shake hands with, or it is
/// the one that there is.
int check_session(const held_socket& socket, const std::optional<endpoint>& to) {
  const int no_peer = require_peer(socket, EDESTADDRREQ);
  if (no_peer == -EDESTADDRREQ && is_server(socket.fd)) return -ENOTCONN;
  if (!to || (no_peer != 0 && no_peer != -EDESTADDRREQ)) return no_peer;
  if (no_peer != 0) {
    const int connected = connect_socket(socket.fd, to);
    return connected == -EINPROGRESS ? 0 : connected;  // what is sent meanwhile waits for it
  }
  auto known = socket.entry->secure_peer();
  if (!known || *known != *to) {  // a server's client may be another one by now
    endpoint peer;
    // While the handshake is under way nobody but the daemon knows whom it is with.
    if (peer_name(socket.fd, peer) != 0) return -EISCONN;
    known = peer;
    socket.entry->set_secure_peer(known);
  }
  return *known == *to ? 0 : -EISCONN;
}

}  // namespace

ssize_t send_datagram(const held_socket& socket, const char* bytes, std::size_t count,
                      const std::optional<endpoint>& to, transfer_flags flags) {
  if (to && to->family != socket.entry->family) return -EAFNOSUPPORT;
  if (socket.entry->is_secure()) {
    if (socket.entry->connection_saved) return -EPROTO;
    if (const int error = check_session(socket, to); error != 0) return error;
    auto now = find_socket(socket.fd);  // a connect may have put a fresh channel in its place
    if (!now) return -now.why().error;
    return send_packet(*now, bytes, count, std::nullopt, flags);
  }
  if (to && is_v4_mapped(*to) && !socket.entry->dual_stack) return -ENETUNREACH;
  if (to && to->port == 0) return -EINVAL;  // the modem would say no when nobody asks any more
  if (!to)
    if (const int error = require_peer(socket, EDESTADDRREQ); error != 0) return error;
  return send_packet(socket, bytes, count, to, flags);
}

ssize_t receive_datagram(const held_socket& socket, char* buffer, std::size_t capacity,
                         std::optional<endpoint>* from, transfer_flags flags) {
  const auto until = deadline::after_timeout_ms(socket.entry->receive_timeout_ms);
  const auto packet = std::make_unique_for_overwrite<char[]>(limits::packet_bytes_max);
  for (;;) {
    const auto length = read_packet(socket.fd, packet.get(), flags.peek);
    if (length == 0) return ended(socket, 0);  // no packet is empty: the channel ended
    if (length > 0) {
      wire::Datagram datagram;
      if (!datagram.ParseFromArray(packet.get(), static_cast<int>(length))) return -EPROTO;
      if (from != nullptr) *from = datagram.has_peer() ? from_wire(datagram.peer()) : std::nullopt;
      // The rest of a datagram longer than the buffer is discarded with it.
      const auto copied = std::min(capacity, datagram.payload().size());
      std::memcpy(buffer, datagram.payload().data(), copied);
      return static_cast<ssize_t>(flags.whole_length ? datagram.payload().size() : copied);
    }
    const auto error = static_cast<int>(-length);
    if (error == ECONNRESET || error == EPIPE) return ended(socket, error);
    if (error != EAGAIN) return -error;
    if (const int ended_wait = wait_for(socket, POLLIN, flags.dont_wait, until); ended_wait != 0)
      return ended_wait;
  }
}

int next_datagram_bytes(const held_socket& socket) {
  const auto packet = std::make_unique_for_overwrite<char[]>(limits::packet_bytes_max);
  const auto length = read_packet(socket.fd, packet.get(), true);
  if (length <= 0) return 0;  // nothing, or an end: a receive tells which
  wire::Datagram datagram;
  if (!datagram.ParseFromArray(packet.get(), static_cast<int>(length))) return -EPROTO;
  return static_cast<int>(datagram.payload().size());
}

}  // namespace cellsock::client
