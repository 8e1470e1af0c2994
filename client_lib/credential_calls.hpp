// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cerrno>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "cellsock/v1/socket.pb.h"
#include "client_lib/limits.hpp"
#include "client_lib/outcome.hpp"
#include "proto/secrets.hpp"

/// A program's credentials, neutral of any header family. What it adds lives with the process and
/// its forked children; what the machine's operator keeps is read, compared and found, never
/// changed. Thread-safe.
namespace cellsock::client {

enum class when_there : std::uint8_t { fail, replace };
[[nodiscard]] outcome<wire::CredentialInfo> add_credential(std::uint32_t tag,
                                                           wire::CredentialType type,
                                                           std::string_view content,
                                                           when_there existing);
/// Never a key's or a PSK's.
[[nodiscard]] outcome<std::string> get_credential(std::uint32_t tag, wire::CredentialType type);
/// The program's own.
[[nodiscard]] outcome<bool> delete_credential(std::uint32_t tag, wire::CredentialType type);
[[nodiscard]] outcome<bool> same_credential(std::uint32_t tag, wire::CredentialType type,
                                            std::string_view content);
/// What the program sees, one after the other.
using credential_listener = std::function<void(const wire::CredentialInfo&)>;
/// `which`: a filter.
[[nodiscard]] outcome<bool> list_credentials(wire::ListCredentialsRequest which,
                                             const credential_listener& each);

/// One exchange on some connection.
using exchange_call = std::function<outcome<wire::Reply>(wire::Request&)>;
/// Content of more than a frame goes in parts: `field` is where a request of this kind keeps it.
/// The last part's reply.
template <class Call>
[[nodiscard]] outcome<wire::Reply> in_parts(const exchange_call& exchange, std::string_view content,
                                            const wire::Request& whole,
                                            Call* (wire::Request::*field)()) {
  if (content.size() > limits::credential_bytes_max)
    return failure{failed_by::system, ENOMEM, {}, "a credential of more than 384 KiB"};
  for (;;) {
    auto request = whole;
    const proto::secret_request wiped(request);
    auto& call = *(request.*field)();
    const bool more = content.size() > limits::credential_part_bytes;
    call.set_content(std::string(content.substr(0, limits::credential_part_bytes)));
    call.set_more(more);
    auto reply = exchange(request);
    if (!reply || !more) return reply;
    content.remove_prefix(limits::credential_part_bytes);
  }
}

}  // namespace cellsock::client
