// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "cellsock/v1/socket.pb.h"

/// A daemon for tests of the client library: the wire protocol and real channels (born not
/// writable, ended by unread padding and so on) over a Unix socket of its own, with no modem behind
/// it. It does what the test says and nothing by itself, so tests wait for events, never for time.
namespace cellsock::testing {

/// What the daemon does with a connect.
struct connect_plan {
  enum class outcome { succeed, fail, hold } how = outcome::succeed;
  v1::ErrorCode error = v1::ERROR_CODE_UNSPECIFIED;
};

class fake_daemon {
public:
  /// Listens at a path in a new directory and names it in CELLSOCK_SOCKET.
  explicit fake_daemon(std::uint64_t instance = 1, std::string at_path = {});
  /// Closes everything, as a killed daemon would.
  ~fake_daemon();
  fake_daemon(const fake_daemon&) = delete;
  fake_daemon& operator=(const fake_daemon&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

  // ---- what it is told beforehand ----

  void plan_connect(connect_plan plan);
  void plan_rules(const v1::DatagramRules& rules);
  /// The next socket request fails.
  void refuse_sockets(v1::ErrorCode code);
  /// Addresses of 4 or 16 bytes; a request for one family gets those of its length.
  void plan_names(std::map<std::string, std::vector<std::string>> names);
  /// A link that can end one direction alone (a modem cannot).
  void allow_half_close();
  /// Answers a call (by its number in Request.call) with this instead of the usual.
  using handler = std::function<v1::Reply(const v1::Request&)>;
  void answer(v1::Request::CallCase call, handler with);
  /// Reads requests of this kind and never answers them.
  void swallow(v1::Request::CallCase call);
  /// Versions it says it chose.
  void speak_version(std::uint32_t version);
  /// Closes a connection when a request of this kind comes on it, unanswered.
  void hang_up_on(v1::Request::CallCase call);

  // ---- what happens to a socket; `fd` is the program's descriptor of it ----

  void finish_connect(int fd);
  void fail_connect(int fd, v1::ErrorCode code);
  /// A connection comes to a listener; its peer is `from`. The cookie of its channel.
  std::uint64_t peer_connects(int listener_fd, const v1::Endpoint& from);
  void peer_sends(int fd, std::string_view bytes);
  void peer_sends_datagram(int fd, const v1::Datagram& datagram);
  void peer_finishes(int fd);
  /// Closes the channel and keeps the reason. The program sees ECONNRESET if it had written what
  /// nobody read, end of file otherwise.
  void end(int fd, v1::ErrorCode reason);
  void set_pending_error(int fd, v1::ErrorCode code);
  /// Forgets a socket and why it ended.
  void forget(std::uint64_t cookie);
  /// Revokes what connections were granted so far.
  void revoke_grants();
  void set_rules(int fd, const v1::DatagramRules& rules);

  /// What a secure socket's option is, as the program set it; and what the program then reads.
  [[nodiscard]] v1::SecureValue secure_option(int fd, v1::SecureOption which);
  void set_secure_option(int fd, v1::SecureOption which, const v1::SecureValue& value);
  /// A datagram server's client has come.
  void set_secure_peer(int fd, const v1::Endpoint& peer);
  [[nodiscard]] v1::SocketRequest asked_for(int fd);
  /// A credential that the operator keeps.
  void keep_credential(std::uint32_t tag, v1::CredentialType type, std::string content);
  /// Credentials of programs that still run, and how many sessions those have.
  [[nodiscard]] std::size_t credentials_of_programs();
  [[nodiscard]] std::size_t sessions();

  /// An event for everybody who watches.
  void tell_watchers(const v1::WatchEvent& event);

  // ---- as above, for sockets of other processes, by cookie ----

  /// Waits until somebody has a listener, or a connected stream.
  enum class socket_kind : std::uint8_t { listener, connected };
  [[nodiscard]] std::uint64_t await_socket(socket_kind kind);
  /// With an error: its handshake failed.
  std::uint64_t peer_connects_to(std::uint64_t listener, const v1::Endpoint& from,
                                 v1::ErrorCode error = v1::ERROR_CODE_UNSPECIFIED);
  void peer_sends_to(std::uint64_t cookie, std::string_view bytes);
  void peer_finishes_with(std::uint64_t cookie);
  [[nodiscard]] std::string received_from(std::uint64_t cookie, std::size_t count);

  // ---- what it saw ----

  /// Everything that a stream's program wrote, once at least `count` bytes have come.
  [[nodiscard]] std::string received(int fd, std::size_t count);
  [[nodiscard]] v1::Datagram received_datagram(int fd);
  /// Waits until the program's end is closed everywhere.
  [[nodiscard]] bool channel_hung_up(std::uint64_t cookie);
  [[nodiscard]] std::int64_t option(int fd, v1::Option which);
  /// What the socket was bound to and connected to: default messages if it was not.
  [[nodiscard]] v1::Endpoint local_of(int fd);
  [[nodiscard]] v1::Endpoint peer_of(int fd);
  [[nodiscard]] int requests(v1::Request::CallCase call) const;
  /// Waits until that many requests of this kind have come.
  [[nodiscard]] bool await_requests(v1::Request::CallCase call, int count) const;
  /// Waits until a connect of this socket is under way.
  [[nodiscard]] bool await_connecting(int fd) const;
  [[nodiscard]] int connections() const;
  [[nodiscard]] int connections_ever() const;
  [[nodiscard]] bool await_connections(int count) const;

private:
  struct channel;
  struct connection;
  struct state;

  void serve();
  std::string directory_;
  std::string path_;
  std::unique_ptr<state> state_;
  std::thread thread_;
};

/// Polls `condition` until it holds; false after 10 seconds.
[[nodiscard]] bool eventually(const std::function<bool()>& condition);

}  // namespace cellsock::testing
