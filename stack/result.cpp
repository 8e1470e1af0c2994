// SPDX-License-Identifier: Apache-2.0
#include "stack/result.hpp"

#include <array>

namespace cellsock {
namespace {

struct row {
  errc code;
  std::string_view name;
  std::string_view text;
};

constexpr std::array rows{
    row{errc::none, "none", "no error"},
    row{errc::link_down, "link-down", "the modem is not available; `cellsock status` says why"},
    row{errc::pdn_down, "pdn-down",
        "the packet data network is down; open a new socket when `cellsock status` shows it up"},
    row{errc::not_registered, "not-registered",
        "the modem is not registered with a network yet; check antenna and coverage, or wait"},
    row{errc::registration_denied, "registration-denied",
        "the network refused this SIM; check the subscription and the APN"},
    row{errc::no_sim, "no-sim", "the modem finds no SIM; insert one and restart the modem"},
    row{errc::port_busy, "port-busy",
        "another program holds the serial port; stop it (ModemManager, a terminal, a second "
        "cellsockd)"},
    row{errc::port_missing, "port-missing",
        "no such device; check the cable and the path, or use the emulated modem (nrf91-emulator)"},
    row{errc::port_failed, "port-failed", "the port reported an I/O error"},
    row{errc::no_answer, "no-answer",
        "nothing that speaks AT answers; check baud rate, flow control and power"},
    row{errc::wrong_modem, "wrong-modem",
        "the modem speaks AT but is neither Serial LTE Modem nor Serial Modem firmware"},
    row{errc::unsupported_dialect, "unsupported-dialect",
        "the firmware dialect is recognised but not supported yet"},
    row{errc::connection_refused, "connection-refused", "the peer refused the connection"},
    row{errc::connection_reset, "connection-reset", "the peer reset the connection"},
    row{errc::timed_out, "timed-out", "no answer within the time limit"},
    row{errc::chunk_lost, "chunk-lost",
        "the modem's send timeout ran out, so bytes it had accepted were dropped"},
    row{errc::stream_damaged, "stream-damaged",
        "a counted receive from the modem did not add up; the stream was ended"},
    row{errc::address_in_use, "address-in-use", "another socket uses this local port"},
    row{errc::address_not_available, "address-not-available",
        "not an address of this link, or the link has none of this family"},
    row{errc::network_unreachable, "network-unreachable", "there is no route to this network"},
    row{errc::host_unreachable, "host-unreachable", "no way to the peer was found"},
    row{errc::not_connected, "not-connected", "the socket is not connected"},
    row{errc::already_connected, "already-connected", "the socket is connected already"},
    row{errc::connect_in_progress, "connect-in-progress", "the connect goes on"},
    row{errc::connect_pending, "connect-pending", "an earlier connect is still under way"},
    row{errc::destination_required, "destination-required", "the datagram names no destination"},
    row{errc::message_too_big, "message-too-big",
        "the modem cannot carry this datagram (see docs/differences.md)"},
    row{errc::would_block, "would-block", "nothing to do right now"},
    row{errc::bad_socket, "bad-socket", "no such socket"},
    row{errc::not_granted, "not-granted", "this connection has not shown the descriptor"},
    row{errc::invalid_argument, "invalid-argument", "an argument is out of range"},
    row{errc::unsupported_family, "unsupported-family", "this address family is not carried"},
    row{errc::unsupported_type, "unsupported-type", "this socket type is not carried"},
    row{errc::unsupported_protocol, "unsupported-protocol", "this protocol is not carried"},
    row{errc::unsupported_operation, "unsupported-operation", "the modem's dialect cannot do this"},
    row{errc::unknown_option, "unknown-option", "no such socket option at this level"},
    row{errc::not_permitted, "not-permitted", "ask as root or as the daemon's own user"},
    row{errc::no_device, "no-device",
        "no modem has this name; `cellsock status` shows the names there are"},
    row{errc::name_not_found, "name-not-found", "the name does not exist"},
    row{errc::name_failed, "name-failed", "the name could not be resolved"},
    row{errc::name_try_again, "name-try-again", "the name server did not answer in time"},
    row{errc::handshake_failed, "handshake-failed", "the TLS handshake failed"},
    row{errc::peer_not_trusted, "peer-not-trusted",
        "the peer's certificate did not pass verification"},
    row{errc::secure_stream_broken, "secure-stream-broken",
        "the secure connection was cut or tampered with"},
    row{errc::connection_saved, "connection-saved",
        "the DTLS connection is saved; load it before use"},
    row{errc::credential_missing, "credential-missing",
        "no credential under this tag that this program may use"},
    row{errc::credential_exists, "credential-exists",
        "the tag has a credential of this type already"},
    row{errc::credential_invalid, "credential-invalid", "the credential did not pass its checks"},
    row{errc::credential_protected, "credential-protected",
        "private keys are used, never read back; machine credentials belong to the operator"},
    row{errc::no_entropy, "no-entropy", "the system gives no randomness"},
    row{errc::no_handle, "no-handle",
        "all sockets of the modem are in use; `cellsock status` names the holders"},
    row{errc::limit_reached, "limit-reached", "a limit of the daemon is reached"},
    row{errc::command_refused, "command-refused",
        "this command would break the daemon's view of the modem"},
    row{errc::modem_error, "modem-error", "the modem answered ERROR and names no cause"},
    row{errc::version_mismatch, "version-mismatch",
        "library and daemon speak different protocol versions; upgrade the older"},
    row{errc::malformed, "malformed", "bytes that are no message of the protocol"},
    row{errc::stopping, "stopping", "the daemon is stopping"},
    row{errc::internal, "internal", "a fault inside cellsock; please report it"},
};

constexpr bool complete() {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].code != static_cast<errc>(i)) return false;
  return rows.size() == static_cast<std::size_t>(errc::count_);
}
static_assert(complete(), "each errc has exactly one row, in order");

const row& row_of(errc code) noexcept {
  const auto i = static_cast<std::size_t>(code);
  return rows[i < rows.size() ? i : static_cast<std::size_t>(errc::internal)];
}

}  // namespace

std::string_view name(errc code) noexcept {
  return row_of(code).name;
}
std::string_view explain(errc code) noexcept {
  return row_of(code).text;
}

}  // namespace cellsock
