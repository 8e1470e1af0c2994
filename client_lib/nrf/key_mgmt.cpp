// SPDX-License-Identifier: Apache-2.0
#include <cellsock/modem_key_mgmt.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client_lib/credential_calls.hpp"
#include "client_lib/face/by_value.hpp"
#include "client_lib/hex.hpp"
#include "proto/secrets.hpp"

namespace cellsock::client::nrf {
namespace {

struct type_row {
  modem_key_mgmt_cred_type theirs;
  v1::CredentialType meaning;
};
constexpr std::array types{
    type_row{MODEM_KEY_MGMT_CRED_TYPE_CA_CHAIN, v1::CREDENTIAL_TYPE_CA_CERTIFICATE},
    type_row{MODEM_KEY_MGMT_CRED_TYPE_PUBLIC_CERT, v1::CREDENTIAL_TYPE_OWN_CERTIFICATE},
    type_row{MODEM_KEY_MGMT_CRED_TYPE_PRIVATE_CERT, v1::CREDENTIAL_TYPE_PRIVATE_KEY},
    type_row{MODEM_KEY_MGMT_CRED_TYPE_PSK, v1::CREDENTIAL_TYPE_PSK},
    type_row{MODEM_KEY_MGMT_CRED_TYPE_IDENTITY, v1::CREDENTIAL_TYPE_PSK_IDENTITY},
};

std::optional<v1::CredentialType> type_of(modem_key_mgmt_cred_type theirs) {
  for (const auto& row : types)
    if (row.theirs == theirs) return row.meaning;
  return std::nullopt;
}

struct error_row {
  v1::ErrorCode code;
  int error;
};
/// Where Nordic's errno is another than the table's.
constexpr std::array errors{
    error_row{v1::ERROR_CODE_CREDENTIAL_PROTECTED, EPERM},
    error_row{v1::ERROR_CODE_LIMIT_REACHED, ENOMEM},
};

int error_of(const failure& why) {
  for (const auto& row : errors)
    if (why.code == row.code) return -row.error;
  return -why.error;
}

/// The modem's PSKs are hexadecimal text, the wire's are bytes. Nothing: it is no such text.
std::optional<std::string> content_of(v1::CredentialType type, const void* buf, std::size_t len) {
  const std::string_view given(static_cast<const char*>(buf), len);
  if (type == v1::CREDENTIAL_TYPE_PSK) return from_hex(given);
  return std::string(given);
}

v1::ListCredentialsRequest of_tag(std::uint32_t tag, v1::CredentialType type) {
  v1::ListCredentialsRequest which;
  which.set_tag(tag);
  which.set_type(type);
  return which;
}

/// The one that counts, which comes first; nothing if there is none.
outcome<std::optional<v1::CredentialInfo>> find(std::uint32_t tag, v1::CredentialType type) {
  std::optional<v1::CredentialInfo> found;
  auto listed = list_credentials(of_tag(tag, type), [&](const v1::CredentialInfo& one) {
    if (!found) found = one;
  });
  if (!listed) return listed.why();
  return found;
}

int digest(std::uint32_t tag, v1::CredentialType type, void* buf, std::size_t len) {
  auto found = find(tag, type);
  if (!found) return error_of(found.why());
  if (!*found) return -ENOENT;
  const auto& sum = (*found)->content_sha256();
  if (sum.empty()) return -EPERM;
  if (len < sum.size()) return -ENOMEM;
  std::memcpy(buf, sum.data(), sum.size());
  return 0;
}

/// Each type by itself: there is nothing in between that another program could see.
int clear(std::uint32_t tag) {
  for (const auto& row : types) {
    auto deleted = delete_credential(tag, row.meaning);
    if (deleted) continue;
    const auto code = deleted.why().code;
    const bool not_ours =
        code == v1::ERROR_CODE_CREDENTIAL_MISSING || code == v1::ERROR_CODE_CREDENTIAL_PROTECTED;
    if (!not_ours) return error_of(deleted.why());
  }
  return 0;
}

}  // namespace
}  // namespace cellsock::client::nrf

using namespace cellsock::client;
using nrf::error_of;
using nrf::type_of;

int modem_key_mgmt_write(nrf_sec_tag_t sec_tag, enum modem_key_mgmt_cred_type cred_type,
                         const void* buf, size_t len) {
  return face::by_value([&]() -> int {
    const auto type = type_of(cred_type);
    if (!type || buf == nullptr || len == 0) return -EINVAL;
    auto content = nrf::content_of(*type, buf, len);
    if (!content || content->empty()) return -EINVAL;
    auto added = add_credential(sec_tag, *type, *content, when_there::replace);
    cellsock::proto::wipe(*content);
    return added ? 0 : error_of(added.why());
  });
}

int modem_key_mgmt_read(nrf_sec_tag_t sec_tag, enum modem_key_mgmt_cred_type cred_type, void* buf,
                        size_t* len) {
  return face::by_value([&]() -> int {
    const auto type = type_of(cred_type);
    if (!type || buf == nullptr || len == nullptr) return -EINVAL;
    auto content = get_credential(sec_tag, *type);
    if (!content) return error_of(content.why());
    const auto room = *len;
    *len = content->size();
    if (room < content->size()) return -ENOBUFS;
    std::memcpy(buf, content->data(), content->size());
    return 0;
  });
}

int modem_key_mgmt_cmp(nrf_sec_tag_t sec_tag, enum modem_key_mgmt_cred_type cred_type,
                       const void* buf, size_t len) {
  return face::by_value([&]() -> int {
    const auto type = type_of(cred_type);
    if (!type || buf == nullptr) return -EINVAL;
    auto content = nrf::content_of(*type, buf, len);
    if (!content) return -EINVAL;
    auto same = same_credential(sec_tag, *type, *content);
    cellsock::proto::wipe(*content);
    if (!same) return error_of(same.why());
    return *same ? 0 : 1;
  });
}

int modem_key_mgmt_digest(nrf_sec_tag_t sec_tag, enum modem_key_mgmt_cred_type cred_type, void* buf,
                          size_t len) {
  return face::by_value([&]() -> int {
    const auto type = type_of(cred_type);
    if (!type || buf == nullptr) return -EINVAL;
    return nrf::digest(sec_tag, *type, buf, len);
  });
}

int modem_key_mgmt_delete(nrf_sec_tag_t sec_tag, enum modem_key_mgmt_cred_type cred_type) {
  return face::by_value([&]() -> int {
    const auto type = type_of(cred_type);
    if (!type) return -EINVAL;
    auto deleted = delete_credential(sec_tag, *type);
    return deleted ? 0 : error_of(deleted.why());
  });
}

int modem_key_mgmt_clear(nrf_sec_tag_t sec_tag) {
  return face::by_value([&] { return nrf::clear(sec_tag); });
}

int modem_key_mgmt_exists(nrf_sec_tag_t sec_tag, enum modem_key_mgmt_cred_type cred_type,
                          bool* exists) {
  return face::by_value([&]() -> int {
    const auto type = type_of(cred_type);
    if (!type || exists == nullptr) return -EINVAL;
    auto found = nrf::find(sec_tag, *type);
    if (!found) return error_of(found.why());
    *exists = found->has_value();
    return 0;
  });
}

int modem_key_mgmt_list(modem_key_mgmt_list_cb_t list_cb) {
  return face::by_value([&]() -> int {
    if (list_cb == nullptr) return -EINVAL;
    auto listed = list_credentials({}, [&](const wire::CredentialInfo& one) {
      for (const auto& row : nrf::types)
        if (row.meaning == one.type()) list_cb(one.tag(), row.theirs);
    });
    return listed ? 0 : error_of(listed.why());
  });
}
