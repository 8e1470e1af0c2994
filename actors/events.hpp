// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// The one table of event names. Log lines, journal fields and `cellsock watch` carry them, so they
/// are stable: rows are added, never renamed or removed. docs/events.md is compared with it.
namespace cellsock::events {

enum class level : std::uint8_t { debug, info, warn, error };

constexpr std::string_view name_of(level severity) noexcept {
  constexpr std::array<std::string_view, 4> names{"debug", "info", "warn", "error"};
  return names[static_cast<std::size_t>(severity)];
}

struct row {
  std::string_view name;
  level lowest;             // an event may be told at a higher level, never at a lower one
  std::string_view fields;  // keys it may carry, in this order
  std::string_view meaning;
};

inline constexpr std::array table{
    // The daemon.
    row{"started", level::info, "socket modem",
        "the control socket is there; programs may connect"},
    row{"stopping", level::info, "signal", "a signal asked the daemon to end"},
    row{"stopped", level::info, "", "everything is closed"},
    row{"stop-overdue", level::error, "",
        "the orderly end took too long; the daemon ended at once"},
    // Control connections.
    row{"control-opened", level::debug, "pid uid program", "a program connected"},
    row{"control-closed", level::debug, "pid uid program", "its control connection ended"},
    row{"connection-refused", level::warn, "connections pid",
        "too many control connections, or the daemon is stopping"},
    row{"connection-failed", level::error, "detail", "an accepted connection could not be used"},
    row{"accept-failed", level::warn, "detail", "out of descriptors or memory; tried again soon"},
    row{"request-malformed", level::warn, "pid bytes",
        "a program sent what is no request; its connection was closed"},
    row{"at-command", level::info, "link pid uid", "a person sent an AT command (`cellsock at`)"},
    row{"watch-started", level::info, "pid uid events trace payload",
        "a watcher came; to the watcher itself: from here on nothing is left out unsaid"},
    // Secure sockets.
    row{"no-entropy", level::error, "detail",
        "the system gives no randomness: nothing secure can be begun"},
    row{"credentials-loaded", level::info, "credentials",
        "durable credentials were read from their files"},
    row{"credentials-unusable", level::warn, "detail",
        "durable credentials could not be read: their directory is not the daemon's own"},
    row{"credential-remark", level::warn, "detail",
        "a durable credential, or its file, that cannot be used, or not for long"},
    row{"credential-added", level::info, "pid uid scope tag type detail",
        "a credential was checked and is kept: with its program (`session`), or for a user or "
        "group; `detail`: what is worth knowing"},
    row{"credential-refused", level::info, "pid uid scope tag type why detail",
        "a credential was not taken"},
    row{"credential-deleted", level::info, "pid uid scope tag type", "a credential was deleted"},
    row{"credential-session-refused", level::warn, "pid uid count why detail",
        "a program's credentials have nothing to live with: too many programs have some; told at "
        "powers of two"},
    row{"credential-session-ended", level::debug, "credentials",
        "a program with credentials has ended; they are wiped"},
    // Sockets.
    row{"socket-opened", level::info, "link socket cookie pid program", "a program made a socket"},
    row{"listening", level::info, "link socket local", "a socket takes connections"},
    row{"listen-failed", level::warn, "link socket why detail",
        "a socket was to take connections and cannot"},
    row{"connection-accepted", level::info, "link socket listener peer",
        "a listener took a connection: a new socket"},
    row{"accept-refused", level::warn, "link socket why detail",
        "a connection waits and there is no room for its socket; tried again every second"},
    row{"connect-started", level::debug, "link socket peer", "the modem was asked to connect"},
    row{"connected", level::info, "link socket peer", "the connect stands"},
    row{"connect-failed", level::info, "link socket peer why detail", "the connect did not"},
    row{"secure-refused", level::warn, "pid program why detail",
        "a program asked for a secure socket that cannot be had here"},
    row{"handshake-done", level::info,
        "link socket version suite resumed subject until verified alpn",
        "a secure socket is open: what was agreed on, and with whom"},
    row{"secure-failed", level::warn, "link socket why detail",
        "a handshake or a secure connection failed; `detail` names the certificate, alert or "
        "record"},
    row{"socket-ended", level::info, "link cookie why detail",
        "its channel ended abnormally; the program can ask why"},
    row{"socket-closed", level::info, "link socket", "closed by its program and in the modem"},
    row{"socket-moved", level::info, "link socket",
        "its program chose this modem for it (SO_BINDTODEVICE)"},
    row{"socket-crashed", level::error, "link socket reason",
        "a fault of ours; it cost this socket"},
    row{"sockets-exhausted", level::warn, "link program",
        "a socket was refused: the modem's are all held"},
    // Names.
    row{"name-server-chosen", level::info, "link server pid uid",
        "a program named a name server, or none any more (`nrf_setdnsaddr`)"},
    row{"name-server-silent", level::warn, "link pdn server",
        "our own resolver asked it in every round and heard nothing"},
    row{"name-answer-refused", level::warn, "link pdn from why count",
        "an answer that our own resolver does not believe; told at powers of two"},
    row{"names-crashed", level::error, "link reason",
        "a fault of ours; it cost the lookups under way and what was remembered"},
    // The link.
    row{"link-state", level::info, "link state trouble detail advice",
        "the link is in another state or trouble; at level warn while there is trouble"},
    row{"registration-changed", level::info, "link registration operator technology detail",
        "the modem's registration is another; at level warn when the network or the SIM card "
        "refuses"},
    row{"pdn-changed", level::info, "link pdn state apn addresses detail",
        "a packet network came up, went down, or has another address; at level warn while there is "
        "trouble"},
    row{"radio-ordered", level::info, "link mode pid uid",
        "a person switched the radio (`cellsock modem`)"},
    row{"pdn-ordered", level::info, "link pdn up pid uid",
        "a person brought a packet network up or took it down (`cellsock pdn`)"},
    row{"port-warning", level::warn, "link detail",
        "the modem's port is used in a way that asks for trouble"},
    row{"modem-lines", level::debug, "link dtr cts ri",
        "a line beside the data is at another level, where the port has lines"},
    row{"emulator-said", level::info, "link text",
        "a line that the emulator wrote which the daemon runs (`emulator:`)"},
    row{"at-notification", level::debug, "link text",
        "a line of the modem's own that nobody asked for"},
    row{"bridge-crashed", level::error, "link why",
        "the modem's actor failed; its sockets are gone and it is started again"},
    // The radio.
    row{"rai-told", level::debug, "link socket program hint why detail",
        "the modem was told a release assistance hint: with the socket's payload, or alone"},
    row{"rai-withheld", level::debug, "link socket program hint why because detail",
        "a hint was not told, or not yet: `because` is the socket that stands in the way"},
    // The trace.
    row{"at", level::info, "link dir socket text payload",
        "one line of the AT dialogue: `>` to the modem, `<` from it, `-` a note; payload only for "
        "a watcher that may see it"},
};

constexpr std::size_t index_of(std::string_view name) noexcept {
  std::size_t i = 0;
  while (i < table.size() && table[i].name != name) ++i;
  return i;
}

/// A name that stands in the table: a typo does not compile.
class name {
public:
  consteval name(const char* text) : index_(index_of(text)) {
    if (index_ == table.size()) throw "no such event: add it to events::table and docs/events.md";
  }
  [[nodiscard]] constexpr const events::row& row() const noexcept { return table[index_]; }
  [[nodiscard]] constexpr std::string_view text() const noexcept { return row().name; }

private:
  std::size_t index_;
};

}  // namespace cellsock::events
