// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>

#include "actors/event_bus.hpp"
#include "actors/messages.hpp"
#include "cellsock/v1/socket.pb.h"

/// Between the daemon's values and their wire form: one table for errors, one function per shape.
/// No I/O. Bad wire input is answered with a failure that names the field.
namespace cellsock::wire {

namespace v1 = cellsock::v1;

[[nodiscard]] v1::ErrorCode code_of(errc code) noexcept;
[[nodiscard]] errc errc_of(v1::ErrorCode code) noexcept;
void set_error(v1::Error& to, const failure& from);

void set_endpoint(v1::Endpoint& to, const endpoint& from);
[[nodiscard]] result<endpoint> endpoint_of(const v1::Endpoint& from);
void set_rules(v1::DatagramRules& to, const datagram_rules& from);

/// What a program asks for with socket(): family, type and protocol are checked together.
[[nodiscard]] result<msg::socket_shape> shape_of(const v1::SocketRequest& from);
[[nodiscard]] result<msg::option> option_of(v1::Option from);
void set_names(v1::NamesReply& to, const msg::socket_names& from);

/// One pending connection on a listener's channel; always of the same size.
/// `why`: its handshake failed.
[[nodiscard]] msg::bytes connection_record(socket_cookie cookie, const endpoint& peer,
                                           errc why = errc::none);
/// One packet of a datagram channel.
[[nodiscard]] result<msg::datagram> datagram_of(std::span<const std::byte> packet);
[[nodiscard]] msg::bytes packet_of(const std::optional<endpoint>& peer, const msg::bytes& payload);

/// Text for a protobuf string: bytes that are no printable ASCII become \xNN, so that a reply with
/// a modem's own words is valid whatever the modem said.
[[nodiscard]] std::string printable(std::string_view text);
/// As above, and a backslash too: the text can be turned back into the bytes.
[[nodiscard]] std::string escaped(std::string_view bytes);

/// `before` its name.
void set_interface(v1::Interface& to, const msg::network_interface& from, std::string_view before);
void set_link(v1::LinkStatus& to, const msg::link_report& from,
              std::chrono::steady_clock::time_point now);
/// `with_payload`: the field `payload`, escaped, where there is some.
void set_event(v1::WatchEvent& to, const events::event& from, bool with_payload);
void set_socket(v1::SocketStatus& to, const msg::socket_report& from,
                std::chrono::steady_clock::time_point now);

}  // namespace cellsock::wire
