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
  const auto made = generate_key({"CN=gateway-7.test,O=Example",
                                  {"gateway-7.test", "192.0.2.1"},
                                  test::today,
                                  std::chrono::days(730)},
                                 random);
  REQUIRE(made);
  tls::tag_contents own{sec_tag{1}};
  const auto read =
      read_credential(type::own_certificate, test::bytes_of(made->pem), {test::today});
  REQUIRE(read);
  own.own_certificate = *read;
  const auto& leaf = own.own_certificate->certificates.front();
  CHECK(leaf.subject == "CN=gateway-7.test, O=Example");
  CHECK(leaf.issued_itself);
  CHECK(leaf.not_before == test::today);
  CHECK(leaf.not_after == test::today + std::chrono::days(730));
  CHECK(leaf.key_bits == 256);
  own.private_key = *read_credential(type::private_key, made->private_key.view(), {test::today});
  CHECK(check_pair(*own.own_certificate, *own.private_key));

  auto c = test::client_settings();
  c.tags = {{}};
  const auto trusted =
      read_credential(type::ca_certificate, test::bytes_of(made->pem), {test::today});
  REQUIRE(trusted);
  c.tags[0].ca = *trusted;
  c.name.host = "gateway-7.test";
  auto s = test::server_settings();
  s.tags = {own};
  test::session_pair pair(std::move(c), std::move(s));
  CHECK(pair.shake_hands());
  INFO(pair.client.why().detail);
}

TEST_CASE("a certificate is good for its hosts, names and addresses, and no other") {
  test::seeded_random random(9);
  const std::string longest(253, 'h');
  const auto made = generate_key(
      {"CN=x", {"gateway-7.test", "192.0.2.1", longest}, test::today, std::chrono::days(1)},
      random);
  REQUIRE(made);
  const auto with_name = [&](const std::string& host) {
    auto c = test::client_settings();
    c.tags = {{}};
    c.tags[0].ca = *read_credential(type::ca_certificate, test::bytes_of(made->pem), {test::today});
    c.name.host = host;
    auto s = test::server_settings();
    tls::tag_contents own{sec_tag{1}};
    own.own_certificate =
        *read_credential(type::own_certificate, test::bytes_of(made->pem), {test::today});
    own.private_key = *read_credential(type::private_key, made->private_key.view(), {test::today});
    s.tags = {own};
    test::session_pair pair(std::move(c), std::move(s));
    return pair.shake_hands();
  };
  CHECK(with_name("gateway-7.test"));
  CHECK(with_name("192.0.2.1"));
  CHECK_FALSE(with_name("x"));
  CHECK_FALSE(with_name("192.0.2.2"));
}

TEST_CASE("the signing request is for that key and that name") {
  test::seeded_random random(9);
  const auto made =
      generate_key({"CN=gateway-7.test", {"gateway-7.test", "2001:db8::1"}, test::today}, random);
  REQUIRE(made);
  mbedtls_x509_csr request;
  mbedtls_x509_csr_init(&request);
  const auto& text = made->pem;
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
  const auto of = [&](std::string subject, std::vector<std::string> hosts = {}, int days = 30) {
    return generate_key(
        {std::move(subject), std::move(hosts), test::today, std::chrono::days(days)}, random);
  };
  const auto one = of("CN=a");
  const auto two = of("CN=a");
  REQUIRE(one);
  CHECK_FALSE(one->private_key.same_as(two->private_key.view()));
  CHECK(one->pem != two->pem);
  for (const auto* subject : {"", "a", "CN=", "CN=a,,O=b", "CN=a;b", "X=a", "CN=a\n", "CN=\xc3\xa4",
                              "C=DEU", "CN=a+O=b", "CN=a\\,b"}) {
    CAPTURE(std::string(subject));
    CHECK(of(subject).error().code == errc::invalid_argument);
  }
  CHECK(of("CN=" + std::string(65, 'a')).error().code == errc::invalid_argument);
  CHECK(of("CN=" + std::string(64, 'a') + ",O=Example (Test),C=DE"));
  for (const auto* host : {"", "a b", "a,b", "192.0.2.1/24", "\xc3\xa4"}) {
    CAPTURE(std::string(host));
    CHECK(of("CN=a", {host}).error().code == errc::invalid_argument);
  }
  CHECK(of("CN=a", std::vector<std::string>(16, "h" + std::string(252, 'o'))));
  CHECK(of("CN=a", std::vector<std::string>(17, "h")).error().code == errc::invalid_argument);
  CHECK(of("CN=a", {}, 0).error().code == errc::invalid_argument);
  CHECK(of("CN=a", {}, 4000000).error().code == errc::invalid_argument);
  random.dry_up();
  CHECK(of("CN=a").error().code == errc::no_entropy);
}
