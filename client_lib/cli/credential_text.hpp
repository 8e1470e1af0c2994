// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "cellsock/v1/socket.pb.h"

namespace cellsock::cli {

struct credential_type_row {
  v1::CredentialType type;
  std::string_view name;   // stable: JSON
  std::string_view brief;  // also taken on the command line
};
inline constexpr std::array credential_types{
    credential_type_row{v1::CREDENTIAL_TYPE_CA_CERTIFICATE, "ca-certificate", "ca"},
    credential_type_row{v1::CREDENTIAL_TYPE_OWN_CERTIFICATE, "own-certificate", "cert"},
    credential_type_row{v1::CREDENTIAL_TYPE_PRIVATE_KEY, "private-key", "key"},
    credential_type_row{v1::CREDENTIAL_TYPE_PSK, "psk", "psk"},
    credential_type_row{v1::CREDENTIAL_TYPE_PSK_IDENTITY, "psk-identity", "psk-id"},
};

[[nodiscard]] std::string_view name_of(v1::CredentialType type);
[[nodiscard]] std::optional<v1::CredentialType> credential_type_of(std::string_view name);

/// `2026-03-01T12:00:00Z`
[[nodiscard]] std::string date_text(std::int64_t unix_s);
/// "user 1000", "group 20", "this program"
[[nodiscard]] std::string owner_text(const v1::CredentialInfo& one);
/// One line for each.
[[nodiscard]] std::string credentials_table(const v1::ListCredentialsReply& all);
/// All that may be known of one.
[[nodiscard]] std::string credential_text(const v1::CredentialInfo& one);

[[nodiscard]] std::string credentials_json(const v1::ListCredentialsReply& all);
[[nodiscard]] std::string credential_json(const v1::CredentialInfo& one);
[[nodiscard]] std::string generated_json(const v1::GenerateCredentialReply& made);

}  // namespace cellsock::cli
