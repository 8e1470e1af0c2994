// SPDX-License-Identifier: Apache-2.0
#include "client_lib/errno_table.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <utility>

namespace cellsock::client {
namespace {

using namespace v1;

constexpr std::array rows{
    // The link below the socket. nRF's documentation promises ENETDOWN when the PDN is gone; a
    // network that has not taken us is unreachable rather than down.
    error_row{ERROR_CODE_LINK_DOWN, ENETDOWN, "link-down",
              "The modem is not ready yet, or went away; it is being started again."},
    error_row{ERROR_CODE_PDN_DOWN, ENETDOWN, "pdn-down",
              "The network ended the data connection; it is being set up again."},
    error_row{
        ERROR_CODE_NOT_REGISTERED, ENETUNREACH, "not-registered",
        "No network has accepted the modem yet. Check antenna, coverage and the SIM's contract."},
    error_row{
        ERROR_CODE_REGISTRATION_DENIED, ENETUNREACH, "registration-denied",
        "The network refuses this SIM. Ask its operator whether it is active and may roam here."},
    error_row{ERROR_CODE_NO_SIM, ENETDOWN, "no-sim",
              "No usable SIM. Insert one, or enter its PIN, and restart the modem."},
    error_row{ERROR_CODE_PORT_BUSY, ENETDOWN, "port-busy",
              "Another program holds the serial port. Find it with: fuser -v DEVICE (ModemManager "
              "is a usual one)."},
    error_row{ERROR_CODE_PORT_MISSING, ENETDOWN, "port-missing",
              "There is no such serial device. Check that the modem is plugged in and powered."},
    error_row{ERROR_CODE_PORT_FAILED, ENETDOWN, "port-failed",
              "The serial port reported an I/O error. Check the cable and the system log."},
    error_row{ERROR_CODE_NO_ANSWER, ENETDOWN, "no-answer",
              "The serial port is open, but nothing answers AT. Check baud rate, flow control and "
              "power."},
    error_row{ERROR_CODE_WRONG_MODEM, ENETDOWN, "wrong-modem",
              "A modem answers, but it runs neither Serial LTE Modem nor Serial Modem firmware."},
    error_row{ERROR_CODE_UNSUPPORTED_DIALECT, ENETDOWN, "unsupported-dialect",
              "The modem's firmware was recognised, but this version cannot speak to it yet."},
    // The peer and the transport.
    error_row{ERROR_CODE_CONNECTION_REFUSED, ECONNREFUSED, "connection-refused",
              "The peer refused the connection."},
    error_row{ERROR_CODE_CONNECTION_RESET, ECONNRESET, "connection-reset",
              "The peer broke the connection."},
    error_row{ERROR_CODE_TIMED_OUT, ETIMEDOUT, "timed-out", "No answer in time."},
    error_row{
        ERROR_CODE_CHUNK_LOST, ETIMEDOUT, "chunk-lost",
        "The modem could not send within its timeout and dropped data; the stream was ended."},
    error_row{ERROR_CODE_STREAM_DAMAGED, EIO, "stream-damaged",
              "Bytes were lost between modem and host; the stream was ended rather than continued "
              "wrongly."},
    error_row{ERROR_CODE_ADDRESS_IN_USE, EADDRINUSE, "address-in-use",
              "Another socket uses this local port."},
    error_row{ERROR_CODE_ADDRESS_NOT_AVAILABLE, EADDRNOTAVAIL, "address-not-available",
              "The local address is not one of this link's."},
    error_row{ERROR_CODE_NETWORK_UNREACHABLE, ENETUNREACH, "network-unreachable",
              "The gateway has no route to this network."},
    error_row{ERROR_CODE_HOST_UNREACHABLE, EHOSTUNREACH, "host-unreachable",
              "The gateway finds no way to this peer."},
    // The socket's own state.
    error_row{ERROR_CODE_NOT_CONNECTED, ENOTCONN, "not-connected", "The socket is not connected."},
    error_row{ERROR_CODE_ALREADY_CONNECTED, EISCONN, "already-connected",
              "The socket is connected already."},
    error_row{ERROR_CODE_CONNECT_IN_PROGRESS, EINPROGRESS, "connect-in-progress",
              "The connect has begun; wait for POLLOUT and read SO_ERROR."},
    error_row{ERROR_CODE_CONNECT_PENDING, EALREADY, "connect-pending",
              "An earlier connect of this socket is still under way."},
    error_row{ERROR_CODE_DESTINATION_REQUIRED, EDESTADDRREQ, "destination-required",
              "No destination given, and the socket has no peer."},
    error_row{ERROR_CODE_MESSAGE_TOO_BIG, EMSGSIZE, "message-too-big",
              "The link cannot carry this datagram."},
    error_row{ERROR_CODE_WOULD_BLOCK, EAGAIN, "would-block",
              "Not possible right now without waiting."},
    // The request.
    error_row{ERROR_CODE_BAD_SOCKET, EBADF, "bad-socket", "The daemon knows no such socket."},
    error_row{ERROR_CODE_NOT_GRANTED, EBADF, "not-granted",
              "The socket belongs to a program that has not shared it."},
    error_row{ERROR_CODE_INVALID_ARGUMENT, EINVAL, "invalid-argument",
              "An argument is out of range."},
    error_row{ERROR_CODE_UNSUPPORTED_FAMILY, EAFNOSUPPORT, "unsupported-family",
              "The link does not carry this address family."},
    error_row{ERROR_CODE_UNSUPPORTED_TYPE, EPROTOTYPE, "unsupported-type",
              "The link does not carry this socket type."},
    error_row{ERROR_CODE_UNSUPPORTED_PROTOCOL, EPROTONOSUPPORT, "unsupported-protocol",
              "The link does not carry this protocol."},
    error_row{ERROR_CODE_UNSUPPORTED_OPERATION, EOPNOTSUPP, "unsupported-operation",
              "The modem's firmware cannot do this."},
    error_row{ERROR_CODE_UNKNOWN_OPTION, ENOPROTOOPT, "unknown-option", "No such socket option."},
    error_row{ERROR_CODE_NOT_PERMITTED, EPERM, "not-permitted",
              "Ask as root or as the daemon's own user."},
    error_row{ERROR_CODE_NO_DEVICE, ENODEV, "no-device",
              "No modem has this name; `cellsock status` shows the names there are."},
    // Names. (getaddrinfo has codes of its own, nrf/resolve.cpp; these serve everything else.)
    error_row{ERROR_CODE_NAME_NOT_FOUND, ENOENT, "name-not-found", "No such host name."},
    error_row{ERROR_CODE_NAME_FAILED, EIO, "name-failed", "The name could not be resolved."},
    error_row{ERROR_CODE_NAME_TRY_AGAIN, EAGAIN, "name-try-again",
              "The name server did not answer; try again."},
    // Limits and the rest.
    error_row{ERROR_CODE_NO_HANDLE, ENOBUFS, "no-handle",
              "All sockets of the modem are in use; `cellsock status` names the holders."},
    error_row{ERROR_CODE_LIMIT_REACHED, ENOBUFS, "limit-reached",
              "A limit of the daemon is reached."},
    error_row{ERROR_CODE_COMMAND_REFUSED, EPERM, "command-refused",
              "The command would break the daemon's view of the modem."},
    error_row{ERROR_CODE_MODEM_ERROR, EIO, "modem-error",
              "The modem answered ERROR and nothing explains why."},
    error_row{ERROR_CODE_VERSION_MISMATCH, EPROTO, "version-mismatch",
              "Library and daemon speak different versions of the protocol. Install both from one "
              "release."},
    error_row{ERROR_CODE_MALFORMED, EPROTO, "malformed", "The daemon could not read the request."},
    error_row{ERROR_CODE_STOPPING, ENETDOWN, "stopping", "The daemon is going down."},
    error_row{ERROR_CODE_INTERNAL, EIO, "internal",
              "The daemon failed in a way it should not; its log says more."},
    // Secure sockets.
    error_row{ERROR_CODE_HANDSHAKE_FAILED, ECONNABORTED, "handshake-failed",
              "The secure handshake with the peer failed."},
    error_row{ERROR_CODE_PEER_NOT_TRUSTED, ECONNABORTED, "peer-not-trusted",
              "The peer's certificate did not pass verification."},
    error_row{ERROR_CODE_SECURE_STREAM_BROKEN, ECONNABORTED, "secure-stream-broken",
              "The secure connection was cut without its end, or tampered with."},
    error_row{ERROR_CODE_CONNECTION_SAVED, EPROTO, "connection-saved",
              "The DTLS connection is saved; load it before use."},
    error_row{ERROR_CODE_CREDENTIAL_MISSING, ENOENT, "credential-missing",
              "No such credential under this tag, or none that this program may use."},
    error_row{ERROR_CODE_CREDENTIAL_EXISTS, EEXIST, "credential-exists",
              "The tag has a credential of this type already."},
    error_row{ERROR_CODE_CREDENTIAL_INVALID, EINVAL, "credential-invalid",
              "The credential cannot be used; the detail says what is wrong with it and where."},
    error_row{ERROR_CODE_CREDENTIAL_PROTECTED, EACCES, "credential-protected",
              "Private keys are never read back, and the machine's credentials are changed by its "
              "operator alone."},
    error_row{ERROR_CODE_NO_ENTROPY, EIO, "no-entropy", "The gateway has no source of randomness."},
};

constexpr const error_row* row_of(ErrorCode code) {
  for (const auto& row : rows)
    if (row.code == code) return &row;
  return nullptr;
}

/// Whether the number has a name in the .proto, asked of the compiler: it spells the value as the
/// enumerator where there is one and as a cast where there is none.
template <ErrorCode Code>
constexpr bool is_enumerator() {
  const std::string_view spelled = __PRETTY_FUNCTION__;
  return spelled.find("Code = (") == std::string_view::npos;
}
static_assert(is_enumerator<ERROR_CODE_INTERNAL>() && !is_enumerator<static_cast<ErrorCode>(19)>());

template <std::size_t... Number>
constexpr bool complete(std::index_sequence<Number...>) {
  constexpr auto first = ERROR_CODE_UNSPECIFIED + 1;
  return ((!is_enumerator<static_cast<ErrorCode>(Number + first)>() ||
           row_of(static_cast<ErrorCode>(Number + first)) != nullptr) &&
          ...);
}
static_assert(complete(std::make_index_sequence<ErrorCode_MAX>()), "an ErrorCode has no row");

constexpr bool ascending() {
  for (std::size_t i = 1; i < rows.size(); ++i)
    if (rows[i - 1].code >= rows[i].code) return false;
  return true;
}
static_assert(ascending(), "each code once, in the order of the numbers");

const error_row& row_or_internal(ErrorCode code) noexcept {
  const auto* row = row_of(code);
  return row != nullptr ? *row : *row_of(ERROR_CODE_INTERNAL);
}

}  // namespace

std::span<const error_row> error_rows() noexcept {
  return rows;
}

int errno_of(ErrorCode code) noexcept {
  return code == ERROR_CODE_UNSPECIFIED ? 0 : row_or_internal(code).error;
}

std::string_view name_of(ErrorCode code) noexcept {
  return code == ERROR_CODE_UNSPECIFIED ? "none" : row_or_internal(code).name;
}

std::string_view meaning_of(ErrorCode code) noexcept {
  return code == ERROR_CODE_UNSPECIFIED ? "No error." : row_or_internal(code).meaning;
}

}  // namespace cellsock::client
