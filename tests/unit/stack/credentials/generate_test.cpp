// SPDX-License-Identifier: Apache-2.0
#include "stack/credentials/generate.hpp"

#include <doctest/doctest.h>
#include <mbedtls/x509_csr.h>

#include "stack/tls/mbedtls_version.hpp"
#include "tests/support/session_pair.hpp"

using namespace cellsock;
using type = credential_type;

TEST_CASE("a generated key and its certificate serve a handshake") {
  test::seeded_random random(9);
  const auto made = generate_key({"gateway-7.test", test::today}, random);
  REQUIRE(made);
  tls::tag_contents own{sec_tag{1}};
  const auto read =
      read_credential(type::own_certificate, test::bytes_of(made->certificate), {test::today});
  REQUIRE(read);
  own.own_certificate = *read;
  const auto& leaf = own.own_certificate->certificates.front();
  CHECK(leaf.subject == "CN=gateway-7.test");
  CHECK(leaf.issued_itself);
  CHECK(leaf.not_before == test::today);
  CHECK(leaf.not_after == test::today + std::chrono::days(730));
  CHECK(leaf.key_bits == 256);
  own.private_key = *read_credential(type::private_key, made->private_key.view(), {test::today});
  CHECK(check_pair(*own.own_certificate, *own.private_key));

  auto c = test::client_settings();
  c.tags = {{}};
  const auto trusted =
      read_credential(type::ca_certificate, test::bytes_of(made->certificate), {test::today});
  REQUIRE(trusted);
  c.tags[0].ca = *trusted;
  c.name.host = "gateway-7.test";
  auto s = test::server_settings();
  s.tags = {own};
  test::session_pair pair(std::move(c), std::move(s));
  CHECK(pair.shake_hands());
  INFO(pair.client.why().detail);
}

TEST_CASE("the signing request is for that key and that name") {
  test::seeded_random random(9);
  const auto made = generate_key({"gateway-7.test", test::today}, random);
  REQUIRE(made);
  mbedtls_x509_csr request;
  mbedtls_x509_csr_init(&request);
  const auto& text = made->signing_request;
  REQUIRE(mbedtls_x509_csr_parse(&request, reinterpret_cast<const unsigned char*>(text.c_str()),
                                 text.size() + 1) == 0);
  CHECK(mbed::name_text(request.subject) == "CN=gateway-7.test");
  mbedtls_pk_context key;
  mbedtls_pk_init(&key);
  CHECK(mbed::parse_key(key, made->private_key.view()) == 0);
  CHECK(mbed::check_pair(request.pk, key) == 0);
  mbedtls_pk_free(&key);
  mbedtls_x509_csr_free(&request);
}

TEST_CASE("each key is another; what cannot be is refused") {
  test::seeded_random random(9);
  const auto one = generate_key({"a", test::today}, random);
  const auto two = generate_key({"a", test::today}, random);
  CHECK_FALSE(one->private_key.same_as(two->private_key.view()));
  CHECK(one->certificate != two->certificate);
  for (const auto* name : {"", "a,b", "a=b", "a\n", "\xc3\xa4"})
    CHECK(generate_key({name, test::today}, random).error().code == errc::invalid_argument);
  CHECK(generate_key({std::string(65, 'a'), test::today}, random).error().code ==
        errc::invalid_argument);
  CHECK(generate_key({std::string(64, 'a'), test::today}, random));
  CHECK(generate_key({"a", test::today, std::chrono::days(0)}, random).error().code ==
        errc::invalid_argument);
  random.dry_up();
  CHECK(generate_key({"a", test::today}, random).error().code == errc::no_entropy);
}
