// SPDX-License-Identifier: Apache-2.0
#include "stack/tls/suites.hpp"

#include <doctest/doctest.h>
#include <mbedtls/ssl.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

using namespace cellsock;
using namespace cellsock::tls;

namespace {

std::vector<int> offered(suite_needs needs) {
  const auto chosen = choose_suites({}, needs);
  REQUIRE(chosen);
  return *chosen;
}

/// IANA's TLS_ECDHE_ECDSA_WITH_AES_128_CCM is mbedTLS's TLS-ECDHE-ECDSA-WITH-AES-128-CCM.
std::string with_underscores(std::string text) {
  std::replace(text.begin(), text.end(), '-', '_');
  return text;
}

}  // namespace

TEST_CASE("each suite once, under the number and name that the library knows") {
  std::set<int> seen;
  for (const auto& row : suites) {
    CAPTURE(std::string(row.name));
    CHECK(seen.insert(row.number).second);
    const auto* known = mbedtls_ssl_ciphersuite_from_id(row.number);
    if (row.key == suite_key::any && known == nullptr) continue;  // TLS 1.3 in a library without it
    REQUIRE(known != nullptr);
    auto name = with_underscores(mbedtls_ssl_get_ciphersuite_name(row.number));
    if (row.key == suite_key::any) name = std::string(row.name);  // 3.6 calls it TLS1-3-…
    CHECK(name == row.name);
  }
}

TEST_CASE("by default: authenticated encryption, forward secrecy first, keys that are there") {
  for (const auto kind : {transport::stream, transport::datagram})
    for (const bool psk : {false, true}) {
      const auto all = offered({kind, version::tls_1_2, version::tls_1_2, true, psk});
      bool ephemeral_over = false;
      bool psk_seen = false;
      for (const int number : all) {
        const auto name = suite_name(number);
        CAPTURE(name);
        for (const auto* weak : {"CBC", "RC4", "NULL", "DES", "EXPORT", "MD5", "anon"})
          CHECK(name.find(weak) == std::string::npos);
        CHECK((name.find("CCM_8") == std::string::npos || kind == transport::datagram));
        const bool ephemeral = name.find("ECDHE") != std::string::npos;
        CHECK((ephemeral || !ephemeral_over || name.find("PSK") != std::string::npos));
        if (!ephemeral) ephemeral_over = true;
        psk_seen = psk_seen || suite_of(number)->key == suite_key::psk;
      }
      CHECK(psk_seen == psk);
      CHECK(all.front() == 0xC02B);
    }
  CHECK(offered({transport::datagram, version::dtls_1_2, version::dtls_1_2, false, true}).back() ==
        0xC0A8);
}

TEST_CASE("a program's own list, in its order") {
  const suite_needs both{transport::stream, version::tls_1_2, version::tls_1_2, true, true};
  const auto chosen = choose_suites(std::vector{0xC013, 0x00FF, 0xC02B, 0xC013}, both);
  REQUIRE(chosen);
  CHECK(*chosen == std::vector{0xC013, 0xC02B});
  for (const int never : {0x0005, 0x000A, 0x002F, 0x0035, 0x009C, 0x0001, 0xC012, 70000}) {
    CAPTURE(never);
    const auto refused = choose_suites(std::vector{never}, both);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::invalid_argument);
  }
  const auto none = choose_suites(
      std::vector{0xC02B}, {transport::stream, version::tls_1_2, version::tls_1_2, false, true});
  REQUIRE_FALSE(none);
  CHECK(none.error().code == errc::credential_missing);
}

TEST_CASE("socket()'s protocol numbers: nothing below 1.2 is ever spoken") {
  for (const auto& row : protocols) {
    CAPTURE(std::string(row.name));
    CHECK(protocol_of(row.number) == &row);
    CHECK((row.kind == transport::datagram) == (row.highest == version::dtls_1_2));
    CHECK(row.lowest <= row.highest);
  }
  CHECK(protocol_of(258)->highest == version::tls_1_2);
  CHECK(protocol_of(259)->lowest == version::tls_1_3);
  CHECK(protocol_of(273)->kind == transport::datagram);
  CHECK(protocol_of(6) == nullptr);
}

TEST_CASE("docs/security.md names them all") {
  std::ifstream file(CELLSOCK_SOURCE_DIR "/docs/security.md");
  std::ostringstream page;
  page << file.rdbuf();
  for (const auto& row : suites) {
    CAPTURE(std::string(row.name));
    CHECK(page.str().find(std::string(row.name)) != std::string::npos);
  }
}
