// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <mbedtls/ssl.h>

#include <memory>
#include <vector>

#include "stack/tls/settings.hpp"

namespace cellsock::tls {

/// mbedTLS's configuration for one session, and all that it points to. Each session parses its own
/// copy of keys and certificates: the library changes them while it computes, so that sessions on
/// two threads could not share any.
class configuration {
public:
  configuration();
  ~configuration();
  configuration(const configuration&) = delete;
  configuration& operator=(const configuration&) = delete;

  /// errc::credential_missing, invalid_argument, unsupported_protocol: what cannot be had.
  [[nodiscard]] status build(const settings& from);
  [[nodiscard]] mbedtls_ssl_config& get() noexcept { return conf_; }
  [[nodiscard]] const mbedtls_ssl_config& get() const noexcept { return conf_; }

private:
  struct own_identity;

  [[nodiscard]] status check(const settings& from) const;
  [[nodiscard]] status take_authorities(const settings& from);
  [[nodiscard]] status take_identities(const settings& from);
  [[nodiscard]] status take_psk(const settings& from);
  [[nodiscard]] status take_suites(const settings& from);
  [[nodiscard]] status take_alpn(const settings& from);
  [[nodiscard]] status take_fragment_length(const settings& from);
  void set_profile(const settings& from);
  static int psk_of_client(void* self, mbedtls_ssl_context* ssl, const unsigned char* name,
                           std::size_t size);

  mbedtls_ssl_config conf_{};
  mbedtls_x509_crt authorities_{};
  std::vector<std::unique_ptr<own_identity>> identities_;
  mbedtls_x509_crt_profile profile_{};
  std::vector<int> suites_;
  std::vector<const char*> alpn_;
  const settings* from_ = nullptr;
  bool has_authority_ = false;
  bool has_psk_ = false;
};

}  // namespace cellsock::tls
