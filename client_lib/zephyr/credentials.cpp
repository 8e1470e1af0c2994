// SPDX-License-Identifier: Apache-2.0
#include <zephyr/net/tls_credentials.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "client_lib/credential_calls.hpp"
#include "client_lib/face/by_value.hpp"

namespace cellsock::client::zephyr {
namespace {

/// Zephyr's numbers are the wire's.
std::optional<v1::CredentialType> type_of(tls_credential_type type) {
  const int number = type;
  if (number < TLS_CREDENTIAL_CA_CERTIFICATE || number > TLS_CREDENTIAL_PSK_ID) return std::nullopt;
  return static_cast<v1::CredentialType>(number);
}
constexpr bool same(v1::CredentialType wire_type, tls_credential_type type) {
  return static_cast<int>(wire_type) == static_cast<int>(type);
}
static_assert(same(v1::CREDENTIAL_TYPE_CA_CERTIFICATE, TLS_CREDENTIAL_CA_CERTIFICATE) &&
              same(v1::CREDENTIAL_TYPE_OWN_CERTIFICATE, TLS_CREDENTIAL_PUBLIC_CERTIFICATE) &&
              same(v1::CREDENTIAL_TYPE_PRIVATE_KEY, TLS_CREDENTIAL_PRIVATE_KEY) &&
              same(v1::CREDENTIAL_TYPE_PSK, TLS_CREDENTIAL_PSK) &&
              same(v1::CREDENTIAL_TYPE_PSK_IDENTITY, TLS_CREDENTIAL_PSK_ID));

/// A full table is ENOMEM here.
int error_of(const failure& why) {
  return why.code == wire::ERROR_CODE_LIMIT_REACHED ? -ENOMEM : -why.error;
}

}  // namespace
}  // namespace cellsock::client::zephyr

using namespace cellsock::client;
using zephyr::error_of;
using zephyr::type_of;

int tls_credential_add(sec_tag_t tag, enum tls_credential_type type, const void* cred,
                       size_t credlen) {
  return face::by_value([&]() -> int {
    const auto kind = type_of(type);
    if (!kind || tag < 0 || cred == nullptr || credlen == 0) return -EINVAL;
    auto added = add_credential(static_cast<std::uint32_t>(tag), *kind,
                                {static_cast<const char*>(cred), credlen}, when_there::fail);
    return added ? 0 : error_of(added.why());
  });
}

int tls_credential_get(sec_tag_t tag, enum tls_credential_type type, void* cred, size_t* credlen) {
  return face::by_value([&]() -> int {
    const auto kind = type_of(type);
    if (!kind || tag < 0 || cred == nullptr || credlen == nullptr) return -EINVAL;
    auto content = get_credential(static_cast<std::uint32_t>(tag), *kind);
    if (!content) return error_of(content.why());
    const auto room = *credlen;
    *credlen = content->size();
    if (room < content->size()) return -EFBIG;
    std::memcpy(cred, content->data(), content->size());
    return 0;
  });
}

int tls_credential_delete(sec_tag_t tag, enum tls_credential_type type) {
  return face::by_value([&]() -> int {
    const auto kind = type_of(type);
    if (!kind || tag < 0) return -EINVAL;
    auto deleted = delete_credential(static_cast<std::uint32_t>(tag), *kind);
    return deleted ? 0 : error_of(deleted.why());
  });
}
