// SPDX-License-Identifier: Apache-2.0
#include <cellsock/secure.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "client_lib/bsd_calls.hpp"
#include "client_lib/face/edge.hpp"
#include "client_lib/limits.hpp"
#include "proto/secrets.hpp"

namespace cellsock::client {
namespace {

int set_number(int sock, wire::SecureOption option, int number) {
  wire::SecureValue value;
  value.set_number(number);
  return set_secure(sock, option, value);
}

/// `room`: of how much; afterwards how much it is.
int give_all(const std::string& what, void* to, std::size_t& room) {
  const bool fits = what.size() <= room;
  room = what.size();
  if (!fits) return -ENOBUFS;
  if (!what.empty()) std::memcpy(to, what.data(), what.size());
  return 0;
}

struct protocol_name {
  wire::SecureProtocol protocol;
  const char* name;
};
constexpr std::array protocol_names{
    protocol_name{wire::SECURE_PROTOCOL_TLS_1_0, "TLS 1.0"},
    protocol_name{wire::SECURE_PROTOCOL_TLS_1_1, "TLS 1.1"},
    protocol_name{wire::SECURE_PROTOCOL_TLS_1_2, "TLS 1.2"},
    protocol_name{wire::SECURE_PROTOCOL_TLS_1_3, "TLS 1.3"},
    protocol_name{wire::SECURE_PROTOCOL_DTLS_1_0, "DTLS 1.0"},
    protocol_name{wire::SECURE_PROTOCOL_DTLS_1_2, "DTLS 1.2"},
};

}  // namespace
}  // namespace cellsock::client

using namespace cellsock::client;

int cellsock_secure_set_rsa_bits_min(int sock, int bits) {
  return face::at_edge([&] { return set_number(sock, wire::SECURE_OPTION_RSA_BITS_MIN, bits); });
}

int cellsock_secure_set_sha1_allowed(int sock, int allowed) {
  return face::at_edge(
      [&] { return set_number(sock, wire::SECURE_OPTION_SHA1_ALLOWED, allowed != 0 ? 1 : 0); });
}

int cellsock_secure_set_fragment_max(int sock, int bytes) {
  return face::at_edge(
      [&] { return set_number(sock, wire::SECURE_OPTION_FRAGMENT_BYTES_MAX, bytes); });
}

int cellsock_secure_set_credential(int sock, enum cellsock_credential type, const void* content,
                                   size_t length) {
  return face::at_edge([&]() -> int {
    if (content == nullptr) return -EFAULT;
    if (!wire::CredentialType_IsValid(type) || type == 0 || length == 0) return -EINVAL;
    if (length > limits::credential_part_bytes) return -EMSGSIZE;
    wire::SecureValue value;
    value.mutable_credential()->set_type(static_cast<wire::CredentialType>(type));
    value.mutable_credential()->set_content(content, length);
    const int error = set_secure(sock, wire::SECURE_OPTION_CREDENTIAL, value);
    cellsock::proto::wipe(*value.mutable_credential()->mutable_content());
    return error;
  });
}

int cellsock_secure_alpn(int sock, char* name, size_t* length) {
  return face::at_edge([&]() -> int {
    if (name == nullptr || length == nullptr) return -EFAULT;
    wire::SecureValue value;
    const int error = get_secure(sock, wire::SECURE_OPTION_ALPN_USED, value);
    return error != 0 ? error : give_all(value.text(), name, *length);
  });
}

int cellsock_secure_peer_certificate(int sock, void* der, size_t* length) {
  return face::at_edge([&]() -> int {
    if (der == nullptr || length == nullptr) return -EFAULT;
    wire::SecureValue value;
    const int error = get_secure(sock, wire::SECURE_OPTION_PEER_CERTIFICATE, value);
    return error != 0 ? error : give_all(value.bytes(), der, *length);
  });
}

const char* cellsock_secure_protocol(int sock) {
  const char* name = nullptr;
  const int result = face::at_edge([&]() -> int {
    wire::SecureValue value;
    if (const int error = get_secure(sock, wire::SECURE_OPTION_PROTOCOL_USED, value); error != 0)
      return error;
    for (const auto& row : protocol_names)
      if (row.protocol == value.number()) name = row.name;
    return name != nullptr ? 0 : -EPROTO;
  });
  return result == 0 ? name : nullptr;
}
