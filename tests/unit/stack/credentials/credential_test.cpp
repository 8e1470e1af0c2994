// SPDX-License-Identifier: Apache-2.0
#include "stack/credentials/credential.hpp"

#include <doctest/doctest.h>

#include "tests/support/pki.hpp"

using namespace cellsock;
using test::bytes_of;
using test::pki_file;
using test::today;
using type = credential_type;

namespace {

/// The text of PEM as DER, by way of a private key or a certificate that is known good.
std::vector<std::byte> der_of(const char* file) {
  const auto read = read_credential(type::own_certificate, bytes_of(pki_file(file)), {today});
  REQUIRE(read);
  return (*read)->certificates.front().der;
}

std::string why(type what, std::string_view bytes, credential_rules rules = {today}) {
  const auto read = read_credential(what, bytes_of(bytes), rules);
  if (read) return {};
  CHECK(read.error().code == errc::credential_invalid);
  return read.error().detail;
}

bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("what is taken, in which forms") {
  struct row {
    type what;
    const char* file;
    std::size_t certificates;
  };
  const row rows[]{
      {type::ca_certificate, "root_ec.cert.pem", 1},
      {type::ca_certificate, "roots.pem", 2},
      {type::own_certificate, "server_rsa.cert.pem", 1},
      {type::own_certificate, "server_ec.chain.pem", 3},
      {type::private_key, "server_ec.key.pem", 0},   // PKCS #8
      {type::private_key, "client_ec.sec1.pem", 0},  // SEC 1
      {type::private_key, "client_rsa.pkcs1.pem", 0},
  };
  for (const auto& r : rows) {
    CAPTURE(r.file);
    const auto text = pki_file(r.file);
    const auto read = read_credential(r.what, bytes_of(text), {today});
    REQUIRE(read);
    CHECK((*read)->type == r.what);
    CHECK((*read)->certificates.size() == r.certificates);
    CHECK((*read)->remarks.empty());
    CHECK((*read)->key.empty() == (r.what != type::private_key));
    CHECK((*read)->as_given.empty() == (r.what == type::private_key));
    // With the NUL that sizeof counts, with CR LF, with words around it.
    CHECK(why(r.what, text + std::string(1, '\0')).empty());
    std::string windows = "subject=/CN=whatever\n";
    for (const char c : text) windows += c == '\n' ? "\r\n" : std::string(1, c);
    CHECK(why(r.what, windows).empty());
    CHECK(matches(**read, bytes_of(text)));
    CHECK(matches(**read, bytes_of(text + std::string(1, '\0'))));
    CHECK_FALSE(matches(**read, bytes_of(pki_file("other_root_ec.cert.pem"))));
  }
  const auto der = der_of("server_rsa.cert.pem");
  CHECK(read_credential(type::own_certificate, der, {today}));
  const auto key =
      read_credential(type::private_key, bytes_of(pki_file("client_rsa.key.pem")), {today});
  REQUIRE(key);
  CHECK(read_credential(type::private_key, (*key)->key.view(), {today}));
}

TEST_CASE("what a certificate says") {
  const auto read = read_certificate(der_of("server_rsa.cert.pem"));
  REQUIRE(read);
  CHECK(read->subject == "O=cellsock tests, CN=server.test");
  CHECK(read->issuer == "O=cellsock tests, CN=test root RSA");
  CHECK(text_of(read->not_before) == "2020-01-01T00:00:00Z");
  CHECK(text_of(read->not_after) == "2119-12-31T23:59:59Z");
  CHECK(read->key == key_kind::rsa);
  CHECK(read->key_bits == 2048);
  CHECK(read->signed_with == signature_hash::strong);
  CHECK_FALSE(read->authority);
  CHECK(fingerprint(*read).size() == 32 * 3 - 1);
  CHECK(fingerprint(*read)[2] == ':');
}

TEST_CASE("what is refused, and why") {
  const auto key = pki_file("client_ec.key.pem");
  const auto certificate = pki_file("client_ec.cert.pem");
  struct row {
    type what;
    std::string bytes;
    const char* says;
  };
  const row rows[]{
      {type::ca_certificate, "", "empty"},
      {type::ca_certificate, "hello", "not an X.509 certificate"},
      {type::ca_certificate, key, "line 1: a PRIVATE KEY where a certificate was expected"},
      {type::ca_certificate, pki_file("expired.cert.pem"), "expired on 2002-01-01T00:00:00Z"},
      {type::ca_certificate, pki_file("client_ec.cert.pem"), "is no CA's"},
      {type::own_certificate, pki_file("expired.cert.pem"),
       "(O=cellsock tests, CN=server.test) expired on"},
      {type::own_certificate, pki_file("future.cert.pem"), "is not valid before 2100-01-01"},
      {type::own_certificate, pki_file("small_rsa.cert.pem"), "RSA key of 1024 bits; 2048"},
      {type::own_certificate, pki_file("sha1_signed.cert.pem"), "is signed with SHA-1"},
      {type::own_certificate, pki_file("server_ec.wrong_order.pem"), "certificate 2 of 3, line 15"},
      {type::own_certificate, pki_file("server_ec.wrong_order.pem"),
       "did not issue the one before"},
      {type::own_certificate, certificate.substr(0, certificate.size() - 30), "has no END"},
      {type::own_certificate, "-----BEGIN CERTIFICATE-----\n****\n-----END CERTIFICATE-----\n",
       "line 2: a character that base64 does not have"},
      {type::own_certificate, "-----BEGIN CERTIFICATE-----\nAAA\n-----END CERTIFICATE-----\n",
       "line 3: base64 of a wrong length"},
      {type::own_certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
       "certificate 1 of 1, line 1: not an X.509 certificate"},
      {type::own_certificate, "-----BEGIN X-----\n-----END Y-----\n", "line 2: ends another block"},
      {type::private_key, certificate, "a CERTIFICATE where a private key"},
      {type::private_key, pki_file("encrypted.key.pem"), "the key is encrypted"},
      {type::private_key, key + key, "a second private key"},
      {type::private_key, pki_file("small_rsa.key.pem"), "RSA key of 1024 bits"},
      {type::private_key, std::string("\x30\x03\x02\x01\x00", 5), "not a private key"},
      {type::psk, std::string(33, 'k'), "33 bytes; 32 are the most"},
      {type::psk_identity, std::string(129, 'i'), "129 bytes; 128 are the most"},
      {type::psk_identity, std::string("a\0b", 3), "NUL inside"},
      {type::psk_identity, std::string("\0", 1), "an empty PSK identity"},
  };
  for (const auto& r : rows) {
    const auto text = why(r.what, r.bytes);
    INFO(text);
    CHECK(says(text, r.says));
    // Never what it was given.
    if (is_secret(r.what) && r.bytes.size() > 40)
      CHECK(text.find(r.bytes.substr(30, 20)) == std::string::npos);
  }
  std::string many;
  for (int i = 0; i < 9; ++i) many += certificate;
  CHECK(says(why(type::own_certificate, many), "a chain of 9 certificates"));
  auto longer = der_of("client_ec.cert.pem");
  longer.push_back(std::byte{0});
  const auto read = read_credential(type::own_certificate, longer, {today});
  REQUIRE_FALSE(read);
  CHECK(says(read.error().detail, "bytes follow"));
}

TEST_CASE("rules that a program may loosen, and no further") {
  const auto small = pki_file("small_rsa.cert.pem");
  CHECK(why(type::own_certificate, small, {today, 1024}).empty());
  CHECK(says(why(type::own_certificate, small, {today, 1025}), "1024 bits; 1025"));
  CHECK(why(type::own_certificate, pki_file("sha1_signed.cert.pem"), {today, 2048, true}).empty());
  const calendar_time then{std::chrono::sys_days{std::chrono::year{2001} / 6 / 15}};
  CHECK(why(type::own_certificate, pki_file("expired.cert.pem"), {then}).empty());
}

TEST_CASE("one bad CA of a bundle is left out and named") {
  const auto bundle =
      pki_file("root_ec.cert.pem") + pki_file("small_rsa.cert.pem") + pki_file("root_rsa.cert.pem");
  const auto read = read_credential(type::ca_certificate, bytes_of(bundle), {today});
  REQUIRE(read);
  CHECK((*read)->certificates.size() == 2);
  REQUIRE((*read)->remarks.size() == 1);
  CHECK(says((*read)->remarks.front(), "certificate 2 of 3"));
  CHECK(says((*read)->remarks.front(), "left out"));
}

TEST_CASE("a short pre-shared key is taken with a remark") {
  const auto read = read_credential(type::psk, bytes_of("12345678"), {today});
  REQUIRE(read);
  CHECK((*read)->remarks.size() == 1);
  CHECK(matches(**read, bytes_of("12345678")));
  CHECK_FALSE(matches(**read, bytes_of("12345679")));
  const auto name =
      read_credential(type::psk_identity, bytes_of(std::string_view("id\0", 3)), {today});
  REQUIRE(name);
  CHECK((*name)->identity == "id");
}

TEST_CASE("which key belongs to which certificate") {
  const char* names[]{"client_ec", "client_rsa", "server_ec"};
  for (const auto* c : names)
    for (const auto* k : names) {
      CAPTURE(c);
      CAPTURE(k);
      const auto pair = check_pair(*test::pki(type::own_certificate, std::string(c) + ".cert.pem"),
                                   *test::pki(type::private_key, std::string(k) + ".key.pem"));
      CHECK(static_cast<bool>(pair) == (std::string_view(c) == k));
      if (!pair) CHECK(says(pair.error().detail, "does not belong to the certificate (O=cellsock"));
    }
}

TEST_CASE("types by number and by name") {
  for (int i = 1; i <= 5; ++i) {
    const auto by_number = credential_type_of(std::int64_t{i});
    REQUIRE(by_number);
    CHECK(credential_type_of(name(*by_number)) == by_number);
  }
  CHECK_FALSE(credential_type_of(std::int64_t{0}));
  CHECK_FALSE(credential_type_of(std::int64_t{6}));
  CHECK_FALSE(credential_type_of("key"));
}

TEST_CASE("a certificate is itself in either form") {
  const auto pem = pki_file("roots.pem");
  const auto known = read_credential(type::ca_certificate, bytes_of(pem), {test::today});
  REQUIRE(known);
  CHECK(matches(**known, bytes_of("a comment\n" + pem)));
  CHECK_FALSE(matches(**known, bytes_of(pki_file("root_ec.cert.pem"))));  // one of two
  const auto leaf = test::pki(type::own_certificate, "client_ec.cert.pem");
  CHECK(matches(*leaf, leaf->certificates.front().der));
  CHECK_FALSE(matches(*leaf, bytes_of("garbage")));
  CHECK_FALSE(matches(*leaf, {}));
}
