// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "stack/result.hpp"
#include "stack/tls/versions.hpp"

/// Cipher suites by their IANA numbers: which there are, which are offered unasked, in which order.
namespace cellsock::tls {

enum class suite_use : std::uint8_t {
  standard,   // offered by default
  datagrams,  // by default over DTLS alone
  named,      // only when a program's list names it
};
enum class suite_key : std::uint8_t { certificate, psk, any };  // any: TLS 1.3

struct suite_row {
  int number;
  std::string_view name;
  suite_use use;
  suite_key key;
};

/// In order of preference. Forward secrecy first; each default suite is authenticated encryption.
/// CBC is for peers that have nothing else, so somebody must ask for it. RSA key exchange, static
/// (EC)DH, DHE (the server picks the group), NULL, RC4, DES and export suites are not here, and
/// cannot be had.
inline constexpr std::array suites{
    suite_row{0x1301, "TLS_AES_128_GCM_SHA256", suite_use::standard, suite_key::any},
    suite_row{0x1303, "TLS_CHACHA20_POLY1305_SHA256", suite_use::standard, suite_key::any},
    suite_row{0x1302, "TLS_AES_256_GCM_SHA384", suite_use::standard, suite_key::any},
    suite_row{0xC02B, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", suite_use::standard,
              suite_key::certificate},
    suite_row{0xC02F, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", suite_use::standard,
              suite_key::certificate},
    suite_row{0xCCA9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", suite_use::standard,
              suite_key::certificate},
    suite_row{0xCCA8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", suite_use::standard,
              suite_key::certificate},
    suite_row{0xC02C, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", suite_use::standard,
              suite_key::certificate},
    suite_row{0xC030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", suite_use::standard,
              suite_key::certificate},
    suite_row{0xC0AC, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM", suite_use::standard,
              suite_key::certificate},
    // RFC 7252 makes it CoAP's own; its tag of 8 bytes is for single datagrams.
    suite_row{0xC0AE, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", suite_use::datagrams,
              suite_key::certificate},
    suite_row{0xCCAC, "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256", suite_use::standard,
              suite_key::psk},
    suite_row{0x00A8, "TLS_PSK_WITH_AES_128_GCM_SHA256", suite_use::standard, suite_key::psk},
    suite_row{0xC0A4, "TLS_PSK_WITH_AES_128_CCM", suite_use::standard, suite_key::psk},
    suite_row{0x00A9, "TLS_PSK_WITH_AES_256_GCM_SHA384", suite_use::standard, suite_key::psk},
    suite_row{0xC0A8, "TLS_PSK_WITH_AES_128_CCM_8", suite_use::datagrams, suite_key::psk},
    suite_row{0xC023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", suite_use::named,
              suite_key::certificate},
    suite_row{0xC024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", suite_use::named,
              suite_key::certificate},
    suite_row{0xC009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", suite_use::named,
              suite_key::certificate},
    suite_row{0xC00A, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", suite_use::named,
              suite_key::certificate},
    suite_row{0xC027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", suite_use::named,
              suite_key::certificate},
    suite_row{0xC013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", suite_use::named,
              suite_key::certificate},
    suite_row{0xC014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", suite_use::named,
              suite_key::certificate},
    suite_row{0x00AE, "TLS_PSK_WITH_AES_128_CBC_SHA256", suite_use::named, suite_key::psk},
    suite_row{0x00AF, "TLS_PSK_WITH_AES_256_CBC_SHA384", suite_use::named, suite_key::psk},
    suite_row{0x008C, "TLS_PSK_WITH_AES_128_CBC_SHA", suite_use::named, suite_key::psk},
    suite_row{0x008D, "TLS_PSK_WITH_AES_256_CBC_SHA", suite_use::named, suite_key::psk},
};

[[nodiscard]] constexpr const suite_row* suite_of(int number) noexcept {
  for (const auto& row : suites)
    if (row.number == number) return &row;
  return nullptr;
}
[[nodiscard]] std::string suite_name(int number);

/// What a handshake may end with.
struct suite_needs {
  transport kind = transport::stream;
  version lowest = version::tls_1_2;
  version highest = version::tls_1_2;
  bool certificates = false;
  bool psk = false;
};

/// A list may hold it (RFC 5746); it says something and names no suite.
inline constexpr int renegotiation_signal = 0x00FF;

/// What is offered: the program's own list, or the defaults, cut to what keys and library allow.
/// errc::invalid_argument names a suite that is unknown or never had; errc::credential_missing says
/// that nothing is left for want of a key.
[[nodiscard]] result<std::vector<int>> choose_suites(std::span<const int> asked,
                                                     const suite_needs& needs);

}  // namespace cellsock::tls
