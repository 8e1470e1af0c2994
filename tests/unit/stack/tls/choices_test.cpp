// SPDX-License-Identifier: Apache-2.0
#include "stack/tls/choices.hpp"

#include <doctest/doctest.h>

#include "stack/tls/mbedtls_version.hpp"
#include "tests/support/pki.hpp"

using namespace cellsock;
using namespace cellsock::tls;
using numbers = std::vector<std::int64_t>;
using texts = std::vector<std::string>;

namespace {

const program me{program_id{3}, 1000, {1000}};

choices stream_choices(defaults born = defaults::zephyr) {
  return *choices_of(258, transport::stream, born);
}
choices datagram_choices(defaults born = defaults::zephyr) {
  return *choices_of(273, transport::datagram, born);
}
errc set_code(choices& to, option what, const value& v, stage now = stage::before) {
  const auto done = tls::set(to, what, v, now, me, test::today);
  return done ? errc::none : done.error().code;
}
value got(const choices& from, option what) {
  return *tls::get(from, what, stage::before, nullptr);
}

}  // namespace

TEST_CASE("what there is to be asked for: protocol, type, library") {
  CHECK(choices_of(256, transport::stream, defaults::zephyr)->lowest == version::tls_1_2);
  CHECK(choices_of(272, transport::datagram, defaults::nordic)->lowest == version::dtls_1_2);
  CHECK(choices_of(258, transport::datagram, defaults::zephyr).error().code ==
        errc::unsupported_type);
  CHECK(choices_of(273, transport::stream, defaults::zephyr).error().code ==
        errc::unsupported_type);
  CHECK(choices_of(6, transport::stream, defaults::zephyr).error().code ==
        errc::unsupported_protocol);
  const auto newest = choices_of(259, transport::stream, defaults::zephyr);
  CHECK(static_cast<bool>(newest) == mbed::has_tls_1_3());
  if (!newest) CHECK(newest.error().detail.find("3.6") != std::string::npos);
}

TEST_CASE("each option: its form, its time, its socket") {
  for (std::size_t i = 0; i < static_cast<std::size_t>(option::count_); ++i) {
    const auto what = static_cast<option>(i);
    const auto& row = row_of(what);
    CAPTURE(std::string(row.name));
    auto stream = stream_choices();
    auto datagrams = datagram_choices();
    if (row.datagrams_only) {
      CHECK(set_code(stream, what, {}) == errc::unknown_option);
      CHECK(tls::get(stream, what, stage::before, nullptr).error().code == errc::unknown_option);
    }
    if (row.use == option_use::get) {
      CHECK(set_code(datagrams, what, {}) == errc::unknown_option);
    } else if (row.when == option_time::next) {
      CHECK(set_code(datagrams, what, {}, stage::during) == errc::connect_pending);
      CHECK(set_code(datagrams, what, {}, stage::after) == errc::already_connected);
    }
    if (row.use != option_use::get && row.form != option_form::action) {
      const value other = row.form == option_form::text ? value{std::int64_t{1}} : value{"text"};
      CHECK(set_code(datagrams, what, other) == errc::invalid_argument);
    }
    if (row.use == option_use::set)
      CHECK(tls::get(datagrams, what, stage::before, nullptr).error().code == errc::unknown_option);
    else if (row.when == option_time::after)
      CHECK(tls::get(datagrams, what, stage::before, nullptr).error().code == errc::not_connected);
  }
}

TEST_CASE("numbers: in their range, and read back") {
  struct row {
    option what;
    std::int64_t good;
    std::int64_t bad;
  };
  for (const auto& r :
       {row{option::peer_verify, 1, 3}, row{option::role, 1, 2},
        row{option::retry_first_ms, 500, 0}, row{option::retry_last_ms, 9000, 0},
        row{option::certificate_no_copy, 1, 2}, row{option::native, 1, -1},
        row{option::session_cache, 1, 2}, row{option::handshake_on_connect, 0, 2},
        row{option::fragment_bytes_max, 512, 513}, row{option::handshake_time_s, 31, 30},
        row{option::rsa_bits_min, 3072, 512}, row{option::sha1_allowed, 1, 2}}) {
    auto c = datagram_choices();
    CAPTURE(std::string(row_of(r.what).name));
    CHECK(set_code(c, r.what, r.good) == errc::none);
    CHECK(set_code(c, r.what, r.bad) == errc::invalid_argument);
    CHECK(std::get<std::int64_t>(got(c, r.what)) == r.good);
  }
}

TEST_CASE("defaults: Zephyr's and Nordic's") {
  const auto zephyr = stream_choices();
  const auto nordic = stream_choices(defaults::nordic);
  CHECK(settings_of(zephyr, role::client, {}).verify == peer_verify::required);
  CHECK(settings_of(zephyr, role::server, {}).verify == peer_verify::none);
  CHECK(settings_of(nordic, role::server, {}).verify == peer_verify::required);
  CHECK(settings_of(zephyr, role::client, {}).name.how == peer_name::rule::unset);
  CHECK(settings_of(nordic, role::client, {}).name.how == peer_name::rule::ignored);
  CHECK_FALSE(settings_of(zephyr, role::client, {}).resume);
}

TEST_CASE("hostname: with its NUL, without, cleared") {
  auto c = stream_choices();
  CHECK(std::holds_alternative<std::monostate>(got(c, option::hostname)));
  using namespace std::string_literals;
  CHECK(set_code(c, option::hostname, "server.test\0"s) == errc::none);
  CHECK(std::get<std::string>(got(c, option::hostname)) == "server.test");
  CHECK(settings_of(c, role::client, {}).name.how == peer_name::rule::checked);
  CHECK(set_code(c, option::hostname, "server\0test"s) == errc::invalid_argument);
  CHECK(set_code(c, option::hostname, std::string(256, 'a')) == errc::invalid_argument);
  CHECK(set_code(c, option::hostname, {}) == errc::none);
  CHECK(settings_of(c, role::client, {}).name.how == peer_name::rule::ignored);
}

TEST_CASE("lists: tags with the eyes of who set them, suites that exist, ALPN") {
  auto c = stream_choices();
  CHECK(set_code(c, option::tags, numbers{42, 0x80000000}) == errc::none);
  CHECK(c.tags == std::vector<sec_tag>{sec_tag{42}, sec_tag{0x80000000}});
  CHECK(c.eyes.uid == me.uid);
  CHECK(set_code(c, option::tags, numbers(limits::tags_per_socket_max + 1, 1)) ==
        errc::invalid_argument);
  CHECK(set_code(c, option::tags, numbers{-1}) == errc::invalid_argument);
  CHECK(c.tags.size() == 2);
  CHECK(set_code(c, option::tags, {}) == errc::none);
  CHECK(c.tags.empty());
  CHECK(set_code(c, option::suites, numbers{0xC02B, 0x00FF}) == errc::none);
  CHECK(set_code(c, option::suites, numbers{0x0005}) == errc::invalid_argument);  // RC4
  CHECK(std::get<numbers>(got(c, option::suites)) == numbers{0xC02B, 0x00FF});
  CHECK(set_code(c, option::alpn, texts{"mqtt", "h2"}) == errc::none);
  CHECK(set_code(c, option::alpn, texts{""}) == errc::invalid_argument);
  CHECK(set_code(c, option::alpn, texts(limits::alpn_names_max + 1, "x")) ==
        errc::invalid_argument);
  CHECK(std::get<texts>(got(c, option::alpn)) == texts{"mqtt", "h2"});
}

TEST_CASE("inline credentials: checked at once, first among the contents, never resumed") {
  auto c = stream_choices();
  const auto bring = [&](credential_type type, const char* file) {
    const auto text = test::pki_file(file);
    return tls::set(c, option::credential,
                    inline_credential{type, std::make_shared<const secret>(test::bytes_of(text))},
                    stage::before, me, test::today);
  };
  CHECK(bring(credential_type::ca_certificate, "roots.pem"));
  const auto late = bring(credential_type::own_certificate, "expired.cert.pem");
  REQUIRE_FALSE(late);
  CHECK(late.error().detail.find("expired") != std::string::npos);
  CHECK(bring(credential_type::own_certificate, "client_ec.cert.pem"));
  CHECK(bring(credential_type::private_key, "client_rsa.key.pem").error().code ==
        errc::credential_invalid);
  CHECK(bring(credential_type::private_key, "client_ec.key.pem"));
  CHECK(set_code(c, option::session_cache, std::int64_t{1}) == errc::none);
  const auto made = settings_of(c, role::client, {test::psk()});
  REQUIRE(made.tags.size() == 2);
  CHECK(made.tags[0].own_certificate);
  CHECK(made.tags[1].psk);
  CHECK_FALSE(made.resume);
}

TEST_CASE("DTLS times: Zephyr's two, or nRF's seconds") {
  auto c = datagram_choices();
  CHECK(set_code(c, option::retry_first_ms, std::int64_t{250}) == errc::none);
  CHECK(set_code(c, option::retry_last_ms, std::int64_t{4000}) == errc::none);
  auto made = settings_of(c, role::client, {});
  CHECK(made.dtls_timeouts.first == std::chrono::milliseconds(250));
  CHECK(made.dtls_timeouts.last == std::chrono::milliseconds(4000));
  CHECK(made.handshake_max == limits::tls_handshake_max);
  CHECK(set_code(c, option::handshake_time_s, std::int64_t{123}) == errc::none);
  made = settings_of(c, role::client, {});
  CHECK(made.dtls_timeouts.first == std::chrono::seconds(1));
  CHECK(made.handshake_max > std::chrono::seconds(123));
}

TEST_CASE("a session's key holds everything that verification looks at") {
  auto c = stream_choices();
  const auto peer = *parse_endpoint("192.0.2.1:443");
  const auto key = session_key_of(c, peer);
  auto other = c;
  other.rsa_bits_min = 1024;
  CHECK(session_key_of(other, peer) != key);
  other = c;
  other.sha1_allowed = true;
  CHECK(session_key_of(other, peer) != key);
  other = c;
  other.verify = peer_verify::none;
  CHECK(session_key_of(other, peer) != key);
  other = c;
  other.hostname = "a.test";
  CHECK(session_key_of(other, peer) != key);
  CHECK(session_key_of(c, *parse_endpoint("192.0.2.1:8443")) != key);
  other = c;
  other.eyes.uid = 5;
  CHECK(session_key_of(other, peer) != key);
}

TEST_CASE("what is known after the handshake") {
  const auto c = stream_choices();
  facts known;
  known.suite = 0xC02B;
  known.resumed = true;
  known.verify_flags = 8;
  const auto get = [&](option what) { return *tls::get(c, what, stage::after, &known); };
  CHECK(std::get<std::int64_t>(get(option::suite_used)) == 0xC02B);
  CHECK(std::get<std::int64_t>(get(option::resumed)) == 1);
  CHECK(std::get<std::int64_t>(get(option::verify_result)) == 8);
  CHECK(std::get<std::int64_t>(get(option::protocol_used)) == 258);
  CHECK(std::holds_alternative<std::monostate>(get(option::alpn_used)));
  CHECK(std::get<std::int64_t>(*tls::get(c, option::verify_result, stage::before, nullptr)) == 0);
}
