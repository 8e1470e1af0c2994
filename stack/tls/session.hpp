// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "stack/tls/settings.hpp"

/// One TLS or DTLS connection as a machine over four queues:
///
///     program  write ->  [session]  -> wire     bridge, channel of the link
///              plain <-  [session]  <- feed
///
/// Nothing happens but in `step`. No descriptor, no clock, no thread: whoever holds the object may
/// run it on any thread, one at a time; a handshake step takes milliseconds (`heavy`), the rest
/// microseconds. A stream's queues hold bytes, a datagram socket's whole datagrams.
namespace cellsock::tls {

/// The two times that matter: one that only goes on, and one that certificates know.
struct moment {
  std::chrono::steady_clock::time_point at{};
  calendar_time date{};
};

enum class phase : std::uint8_t {
  handshaking,
  open,
  closed,  // both directions have ended in order
  failed,  // `why` says it; what is on the wire queue still goes out (the alert)
  saved,   // DTLS: between save and load
};

/// What is known of the connection once it is open; of one that failed, what verification found.
struct facts {
  tls::version version = tls::version::tls_1_2;
  int suite = 0;  // IANA number
  bool resumed = false;
  bool judged = false;             // the peer's certificate was there and was looked at
  std::uint32_t verify_flags = 0;  // mbedTLS's; 0: verified, or not asked for
  std::string verify_reason = {};  // the same in words
  std::string peer_subject = {};   // empty: no certificate, or a resumed TLS 1.3
  calendar_time peer_until{};
  std::vector<std::byte> peer_certificate = {};  // DER; as peer_subject
  std::string alpn = {};
  bool cid_down = false;  // the peer puts ours on what it sends
  bool cid_up = false;    // we put the peer's on what we send
  std::vector<std::byte> own_cid = {};
  std::vector<std::byte> peer_cid = {};
};

struct counters {
  std::uint64_t wire_in_refused = 0;  // no room: left with the giver, datagrams dropped
  std::uint64_t write_refused = 0;
  std::uint64_t too_big = 0;     // datagrams that no record holds
  std::uint64_t forged = 0;      // DTLS records that did not pass their check
  std::uint64_t reconnects = 0;  // DTLS: the client began anew from the same port
};

class session {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Nothing is parsed or computed yet: that is the first step's, wherever it runs.
  session(settings how, std::shared_ptr<random_source> random);
  ~session();
  session(session&&) noexcept;
  session& operator=(session&&) noexcept;

  // ---- the wire's side ----
  /// Bytes taken (a datagram always whole, though it may have been dropped).
  std::size_t feed(std::span<const std::byte> bytes);
  [[nodiscard]] std::size_t feed_room() const;
  /// The stream below has ended.
  void feed_end();
  /// To be sent: all bytes that wait, or the first datagram; then how much of it was taken.
  [[nodiscard]] std::span<const std::byte> wire() const;
  void wire_taken(std::size_t bytes);

  // ---- the program's side ----
  std::size_t write(std::span<const std::byte> bytes);
  [[nodiscard]] std::size_t write_room() const;
  /// No more will be written: close_notify follows what was.
  void finish();
  /// Received: all bytes, or the first datagram.
  [[nodiscard]] std::span<const std::byte> plain() const;
  void plain_taken(std::size_t bytes);
  /// The peer's close_notify came; `plain` is all there is.
  [[nodiscard]] bool peer_finished() const;
  /// Our close_notify is on the wire queue or beyond it.
  [[nodiscard]] bool finished() const;

  // ---- a datagram server's client ----
  /// Whether it has given back the cookie that was sent to its address; always, of other sessions.
  [[nodiscard]] bool address_shown() const;
  /// Listens to another one instead, as if the first had never been. Not once that one was shown.
  void expect(std::vector<std::byte> peer_address);

  // ---- the machine ----
  /// Does what can be done now, at most so many handshake steps of it. True: there is more.
  bool step(const moment& now, unsigned handshake_steps_max = ~0U);
  /// When step must be called if nothing else happens.
  [[nodiscard]] std::optional<time_point> next_timer() const;
  /// The next step is a handshake's: better not on the loop.
  [[nodiscard]] bool heavy() const;
  [[nodiscard]] phase state() const;
  [[nodiscard]] const failure& why() const;

  // ---- what is asked ----
  [[nodiscard]] const tls::facts& facts() const;
  [[nodiscard]] tls::counters counters() const;
  /// The longest datagram that may be written now.
  [[nodiscard]] std::size_t datagram_bytes_max() const;
  /// What a record adds to what is written, once the suite is known; an upper bound before.
  [[nodiscard]] std::size_t record_overhead() const;
  /// Clients with `resume`: what to store for the next connection; each once.
  [[nodiscard]] secret take_resumption();

  // ---- a DTLS connection that outlives its radio ----
  /// errc::would_block while something is under way, invalid_argument for what cannot be saved
  /// (streams, suites that are not AEAD).
  [[nodiscard]] result<secret> save();
  /// Into a session that was saved, or one that has not begun, of the same settings.
  [[nodiscard]] status load(const secret& saved);

private:
  struct engine;
  std::unique_ptr<engine> engine_;
};

}  // namespace cellsock::tls
