// SPDX-License-Identifier: Apache-2.0
#include "proto/secrets.hpp"

#include <cstring>

namespace cellsock::proto {

void wipe(std::span<std::byte> bytes) noexcept {
  if (!bytes.empty()) ::explicit_bzero(bytes.data(), bytes.size());
}

void wipe(std::string& text) noexcept {
  wipe(std::as_writable_bytes(std::span(text)));
  text.clear();
}

bool wipe_secrets(v1::Request& request) noexcept {
  const auto wiped = [](std::string& content) {
    const bool any = !content.empty();
    wipe(content);
    return any;
  };
  switch (request.call_case()) {
    case v1::Request::kAddCredential:
      return wiped(*request.mutable_add_credential()->mutable_content());
    case v1::Request::kCompareCredential:
      return wiped(*request.mutable_compare_credential()->mutable_content());
    case v1::Request::kSetSecureOption: {
      auto& value = *request.mutable_set_secure_option()->mutable_value();
      return value.has_credential() && wiped(*value.mutable_credential()->mutable_content());
    }
    default: return false;
  }
}

}  // namespace cellsock::proto
