// SPDX-License-Identifier: Apache-2.0
#include "actors/translate_secure.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace cellsock;
namespace v1 = cellsock::v1;

namespace {

tls::value there_and_back(const tls::value& from) {
  v1::SecureValue wire;
  wire::set_value(wire, tls::option::tags, from);
  return *wire::value_of(wire);
}

}  // namespace

TEST_CASE("every secure option of the wire is one of ours, and none twice") {
  std::set<tls::option> seen;
  for (int number = v1::SecureOption_MIN + 1; number <= v1::SecureOption_MAX; ++number) {
    if (!v1::SecureOption_IsValid(number)) continue;
    const auto ours = wire::secure_option_of(static_cast<v1::SecureOption>(number));
    REQUIRE(ours);
    CHECK(seen.insert(*ours).second);
  }
  CHECK(seen.size() == static_cast<std::size_t>(tls::option::count_));
  CHECK(wire::secure_option_of(v1::SECURE_OPTION_UNSPECIFIED).error().code == errc::unknown_option);
}

TEST_CASE("values of each form cross the wire") {
  const tls::value values[]{
      {},
      std::int64_t{-7},
      std::string("server.test"),
      std::vector<std::byte>{std::byte{0}, std::byte{255}},
      std::vector<std::int64_t>{1, 0xFFFFFFFF},
      std::vector<std::string>{"mqtt", "h2"},
  };
  for (const auto& value : values) {
    const auto back = there_and_back(value);
    CHECK(back.index() == value.index());
    std::visit(
        [&](const auto& v) {
          using held = std::decay_t<decltype(v)>;
          if constexpr (!std::is_same_v<held, tls::inline_credential> &&
                        !std::is_same_v<held, std::monostate>)
            CHECK(std::get<held>(back) == v);
        },
        value);
  }
}

TEST_CASE("an inline credential comes in, and never goes out") {
  v1::SecureValue wire;
  wire.mutable_credential()->set_type(v1::CREDENTIAL_TYPE_PSK);
  wire.mutable_credential()->set_content("0123456789abcdef");
  const auto value = wire::value_of(wire);
  REQUIRE(value);
  const auto& held = std::get<tls::inline_credential>(*value);
  CHECK(held.type == credential_type::psk);
  CHECK(held.content->size() == 16);
  v1::SecureValue out;
  wire::set_value(out, tls::option::credential, *value);
  CHECK(out.form_case() == v1::SecureValue::FORM_NOT_SET);
  wire.mutable_credential()->set_type(v1::CREDENTIAL_TYPE_UNSPECIFIED);
  CHECK(wire::value_of(wire).error().code == errc::invalid_argument);
}

TEST_CASE("a socket's status: idle, open, failed") {
  const auto choices = *tls::choices_of(258, transport::stream, tls::defaults::zephyr);
  v1::SecureStatus status;
  wire::set_secure(status, choices, std::nullopt);
  CHECK(status.phase() == "idle");
  CHECK(status.protocol() == "TLS 1.2");
  auto facts = std::make_shared<tls::facts>();
  facts->suite = 0xC02B;
  facts->peer_subject = "CN=server.test";
  facts->judged = true;
  wire::set_secure(status, choices, msg::secure_news{tls::phase::open, facts});
  CHECK(status.phase() == "open");
  CHECK(status.suite() == "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
  CHECK(status.verified() == "yes");
  facts->judged = false;
  wire::set_secure(status, choices, msg::secure_news{tls::phase::open, facts});
  CHECK(status.verified() == "not asked for");
  v1::SecureStatus failed;
  wire::set_secure(failed, choices,
                   msg::secure_news{tls::phase::failed, {}, fail(errc::handshake_failed, "alert")});
  CHECK(failed.phase() == "failed");
  CHECK(failed.verified() == "alert");
}
