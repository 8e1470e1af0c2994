// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>

#include "actors/messages.hpp"
#include "cellsock/v1/socket.pb.h"
#include "stack/tls/choices.hpp"

/// Secure sockets between the daemon's values and their wire form.
namespace cellsock::wire {

namespace v1 = cellsock::v1;

/// errc::unsupported_protocol, unsupported_type.
[[nodiscard]] result<tls::choices> choices_of(const v1::SocketRequest& from, transport kind);
[[nodiscard]] v1::SecureProtocol secure_protocol_of(int protocol) noexcept;

/// errc::unknown_option.
[[nodiscard]] result<tls::option> secure_option_of(v1::SecureOption from);
/// errc::invalid_argument names what is wrong with an inline credential's type.
[[nodiscard]] result<tls::value> value_of(const v1::SecureValue& from);
void set_value(v1::SecureValue& to, tls::option name, const tls::value& from);

/// errc::invalid_argument.
[[nodiscard]] result<credential_type> credential_type_of(v1::CredentialType from);

/// Of a socket of these choices, as its layer last said.
void set_secure(v1::SecureStatus& to, const tls::choices& choices,
                const std::optional<msg::secure_news>& news);

}  // namespace cellsock::wire
