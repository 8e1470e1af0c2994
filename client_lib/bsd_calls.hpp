// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <poll.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cellsock/v1/socket.pb.h"
#include "client_lib/endpoint.hpp"
#include "client_lib/outcome.hpp"

/// The BSD socket calls, neutral of any header family: the faces (nrf/, zephyr/) translate structs
/// and constants, and put errno in place. Results are as the call's, failures are -errno. All block
/// as the descriptor's O_NONBLOCK and the socket's timeouts say; all are thread-safe; none raises
/// SIGPIPE; a signal handler that ran ends a wait with EINTR, as does close_socket in another
/// thread.
namespace cellsock::client {

/// A descriptor, not close-on-exec, as from socket(2).
[[nodiscard]] int open_socket(wire::Family family, wire::SocketType type, std::uint32_t protocol,
                              wire::SecureProtocol secure = wire::SECURE_PROTOCOL_UNSPECIFIED,
                              wire::SecureDefaults defaults = wire::SECURE_DEFAULTS_UNSPECIFIED);

/// close(2) for a channel; wakes this process's waiters on `fd` (R18). Asks nobody.
[[nodiscard]] int close_socket(int fd);

/// Without `peer`, dissolves the association of a datagram socket.
[[nodiscard]] int connect_socket(int fd, const std::optional<endpoint>& peer);

/// Port 0: the link chooses.
[[nodiscard]] int bind_socket(int fd, const endpoint& local);

[[nodiscard]] int listen_socket(int fd, int backlog);
/// The descriptor of a connection, not close-on-exec, waiting for one as a receive would.
[[nodiscard]] int accept_socket(int fd, endpoint& peer);

enum class shutdown_side : std::uint8_t { receiving, sending, both };
/// Receiving is the kernel's own affair on the channel; sending is the link's, -EOPNOTSUPP where it
/// cannot end one direction alone.
[[nodiscard]] int shutdown_socket(int fd, shutdown_side which);

struct transfer_flags {
  bool dont_wait = false;
  bool peek = false;          // receive only
  bool wait_all = false;      // receive from a stream only
  bool whole_length = false;  // receive a datagram: return the length it had, not what was copied
  bool stream_ignores_address = false;  // send: else a stream refuses one (EISCONN)
  bool acknowledged = false;            // send: return when it has left, or was acknowledged
};
[[nodiscard]] ssize_t send_bytes(int fd, const void* bytes, std::size_t count,
                                 const std::optional<endpoint>& to, transfer_flags flags);

/// `from` is set for datagrams that say where they come from.
[[nodiscard]] ssize_t receive_bytes(int fd, void* buffer, std::size_t capacity,
                                    std::optional<endpoint>* from, transfer_flags flags);

enum class failed_connect_shows : std::uint8_t { all_as_kernel, error_alone };
/// As poll(2), any descriptors mixed. On ours, an end always shows as POLLHUP (with POLLIN if asked
/// for), an abnormal one as POLLERR too. -1 milliseconds: for ever. Numbers that close_socket
/// closed meanwhile show POLLNVAL.
[[nodiscard]] int poll_sockets(
    std::span<pollfd> fds, int timeout_ms,
    failed_connect_shows failed_connect = failed_connect_shows::all_as_kernel);

enum class timeout_kind : std::uint8_t { receive, send };
/// Milliseconds, 0 = none. A send timeout also bounds connect in the modem.
[[nodiscard]] int set_timeout(int fd, timeout_kind which, std::int64_t timeout_ms);
[[nodiscard]] int get_timeout(int fd, timeout_kind which, std::int64_t& timeout_ms);
/// The modem that the socket uses ("modem1", "modem1/pdn0"; "": the default one), before it is
/// connected, bound or sent on.
[[nodiscard]] int set_device(int fd, const std::string& name);
[[nodiscard]] int get_device(int fd, std::string& name);
/// What a socket is, asked of nobody unless this process has not met it.
struct socket_facts {
  wire::Family family = wire::FAMILY_UNSPECIFIED;
  wire::SocketType type = wire::SOCKET_TYPE_UNSPECIFIED;
  bool listening = false;
  bool has_peer = false;  // or is connecting to one
  wire::SecureProtocol secure = wire::SECURE_PROTOCOL_UNSPECIFIED;
};
[[nodiscard]] int describe_socket(int fd, socket_facts& facts);
/// The options that the link or the daemon keeps (see wire::Option).
[[nodiscard]] int set_value(int fd, wire::Option which, std::int64_t value);
[[nodiscard]] int get_value(int fd, wire::Option which, std::int64_t& value);
/// The options of secure sockets; a value without a form: cleared, or not there. ENOPROTOOPT on a
/// plain socket. The pointers of an ALPN list are remembered, not followed.
[[nodiscard]] int set_secure(int fd, wire::SecureOption which, const wire::SecureValue& value);
[[nodiscard]] int get_secure(int fd, wire::SecureOption which, wire::SecureValue& value);
[[nodiscard]] int remember_alpn(int fd, std::vector<const char*> names);
[[nodiscard]] int recall_alpn(int fd, std::vector<const char*>& names);
/// Bytes that may wait on their way: the program's end of the channel and the daemon's follow.
[[nodiscard]] int set_send_buffer(int fd, std::int64_t bytes);

/// Called on a thread of the library with what became ready of `events`; an end and an error
/// always.
using poll_callback = std::function<void(int fd, short events)>;
/// Without a callback: none from now on. It is not running any more when this returns, nor after
/// close_socket, unless these are called from it.
[[nodiscard]] int set_poll_callback(int fd, short events, bool oneshot, poll_callback callback);

/// The pending error as an errno (0 = none), cleared by reading. `code`: the daemon's word for it,
/// if it is the daemon's.
[[nodiscard]] int take_error(int fd, int& error, wire::ErrorCode* code = nullptr);

/// getsockname and getpeername. Nothing in `name`: bound to none.
[[nodiscard]] int local_name(int fd, std::optional<endpoint>& name);
[[nodiscard]] int peer_name(int fd, endpoint& name);
/// What a receive would find without waiting: a stream's bytes, the payload of the next datagram.
[[nodiscard]] int unread_bytes(int fd, int& count);

/// send_bytes and receive_bytes with the bytes in several places. `truncated`: a datagram was
/// longer than all of them.
[[nodiscard]] ssize_t send_pieces(int fd, std::span<const iovec> pieces,
                                  const std::optional<endpoint>& to, transfer_flags flags);
[[nodiscard]] ssize_t receive_pieces(int fd, std::span<const iovec> pieces,
                                     std::optional<endpoint>* from, bool& truncated,
                                     transfer_flags flags);

[[nodiscard]] int set_nonblocking(int fd, bool nonblocking);
/// 0, 1 or -errno.
[[nodiscard]] int get_nonblocking(int fd);

}  // namespace cellsock::client
