// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

/// The one error vocabulary inside the daemon. Borders translate it by one table each: the wire
/// (actors/translate), errno (client_lib/errno_table). Row meanings are in docs/errors.md.
namespace cellsock {

enum class errc : std::uint8_t {
  none,
  // The link below the socket.
  link_down,       // no modem: port closed, modem not answering, still starting, reset
  pdn_down,        // the packet data network went away
  not_registered,  // radio is on, the network has not taken us
  registration_denied,
  no_sim,
  port_busy,     // another program holds the serial port
  port_missing,  // no such device
  port_failed,   // any other I/O error of the port
  no_answer,     // the port is open, nothing that speaks AT answers
  wrong_modem,   // answers AT, but is neither slm nor sm
  unsupported_dialect,
  // The peer and the transport.
  connection_refused,
  connection_reset,
  timed_out,
  chunk_lost,      // the modem took bytes and its send timeout dropped them (needs a dead stream)
  stream_damaged,  // a counted receive did not add up: bytes of this stream cannot be trusted
  address_in_use,  // bind: another socket has the local port
  address_not_available,  // bind: not one of this link's; connect: it has none of this family
  network_unreachable,    // no route from this host (the host link; a modem says not_registered)
  host_unreachable,
  // The socket's own state.
  not_connected,
  already_connected,
  connect_in_progress,  // begun now, will finish later
  connect_pending,      // a second connect while the first is under way
  destination_required,
  message_too_big,
  would_block,
  // The request.
  bad_socket,   // unknown, or not this program's
  not_granted,  // known, but this connection has not shown the descriptor
  invalid_argument,
  unsupported_family,
  unsupported_type,
  unsupported_protocol,
  unsupported_operation,
  unknown_option,
  not_permitted,  // by who asks (peer credentials), not by what is asked
  no_device,      // no modem has this name
  // Names.
  name_not_found,
  name_failed,
  name_try_again,
  // Secure sockets (docs/security.md).
  handshake_failed,
  peer_not_trusted,
  secure_stream_broken,
  connection_saved,  // DTLS: between save and load
  credential_missing,
  credential_exists,
  credential_invalid,
  credential_protected,  // never read back; or not this program's to change
  no_entropy,
  // Limits and the rest.
  no_handle,        // the modem's socket table is full
  limit_reached,    // one of ours (limits.hpp)
  command_refused,  // `cellsock at`: would break the daemon's view of the modem
  modem_error,      // a bare ERROR whose cause nothing explains
  version_mismatch,
  malformed,
  stopping,  // the daemon is going down
  internal,
  count_
};

/// Short stable name (`"pdn-down"`): what logs, `status` and traces print.
[[nodiscard]] std::string_view name(errc code) noexcept;
/// One sentence for a person, saying what to do next where there is something to do.
[[nodiscard]] std::string_view explain(errc code) noexcept;

/// A failure with what and where. `detail` never holds payload or secrets.
struct failure {
  errc code = errc::internal;
  std::string detail = {};
  friend bool operator==(const failure&, const failure&) = default;
};

[[nodiscard]] inline failure fail(errc code, std::string detail = {}) {
  return {code, std::move(detail)};
}

/// Either a value or why there is none.
template <class T>
class [[nodiscard]] result {
public:
  result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
  result(failure why) : held_(std::in_place_index<1>, std::move(why)) {}

  [[nodiscard]] explicit operator bool() const noexcept { return held_.index() == 0; }
  [[nodiscard]] T& operator*() & { return std::get<0>(held_); }
  [[nodiscard]] const T& operator*() const& { return std::get<0>(held_); }
  [[nodiscard]] T&& operator*() && { return std::get<0>(std::move(held_)); }
  [[nodiscard]] T* operator->() { return &std::get<0>(held_); }
  [[nodiscard]] const T* operator->() const { return &std::get<0>(held_); }
  [[nodiscard]] const failure& error() const { return std::get<1>(held_); }

private:
  std::variant<T, failure> held_;
};

/// Success without a value.
struct done {
  friend bool operator==(done, done) = default;
};
using status = result<done>;

}  // namespace cellsock
