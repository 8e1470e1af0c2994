// SPDX-License-Identifier: Apache-2.0
#include "actors/translate_secure.hpp"

#include <array>

#include "actors/translate.hpp"
#include "stack/tls/suites.hpp"

namespace cellsock::wire {
namespace {

/// By tls::option.
constexpr std::array wire_options{
    v1::SECURE_OPTION_TAGS,
    v1::SECURE_OPTION_HOSTNAME,
    v1::SECURE_OPTION_SUITES,
    v1::SECURE_OPTION_SUITE_USED,
    v1::SECURE_OPTION_PEER_VERIFY,
    v1::SECURE_OPTION_ROLE,
    v1::SECURE_OPTION_ALPN,
    v1::SECURE_OPTION_RETRY_FIRST_MS,
    v1::SECURE_OPTION_RETRY_LAST_MS,
    v1::SECURE_OPTION_CERTIFICATE_NO_COPY,
    v1::SECURE_OPTION_NATIVE,
    v1::SECURE_OPTION_SESSION_CACHE,
    v1::SECURE_OPTION_SESSION_CACHE_PURGE,
    v1::SECURE_OPTION_CONNECTION_ID,
    v1::SECURE_OPTION_CONNECTION_ID_STATUS,
    v1::SECURE_OPTION_CONNECTION_ID_OWN,
    v1::SECURE_OPTION_CONNECTION_ID_PEER,
    v1::SECURE_OPTION_HANDSHAKE_ON_CONNECT,
    v1::SECURE_OPTION_VERIFY_RESULT,
    v1::SECURE_OPTION_FRAGMENT_BYTES_MAX,
    v1::SECURE_OPTION_HANDSHAKE_TIME_S,
    v1::SECURE_OPTION_CONNECTION_SAVE,
    v1::SECURE_OPTION_CONNECTION_LOAD,
    v1::SECURE_OPTION_RESUMED,
    v1::SECURE_OPTION_RSA_BITS_MIN,
    v1::SECURE_OPTION_SHA1_ALLOWED,
    v1::SECURE_OPTION_CREDENTIAL,
    v1::SECURE_OPTION_ALPN_USED,
    v1::SECURE_OPTION_PROTOCOL_USED,
    v1::SECURE_OPTION_PEER_CERTIFICATE,
};
static_assert(wire_options.size() == static_cast<std::size_t>(tls::option::count_));

struct protocol_row {
  v1::SecureProtocol wire;
  int number;  // of socket()
};
constexpr std::array protocols{
    protocol_row{v1::SECURE_PROTOCOL_TLS_1_0, 256},
    protocol_row{v1::SECURE_PROTOCOL_TLS_1_1, 257},
    protocol_row{v1::SECURE_PROTOCOL_TLS_1_2, 258},
    protocol_row{v1::SECURE_PROTOCOL_TLS_1_3, 259},
    protocol_row{v1::SECURE_PROTOCOL_DTLS_1_0, 272},
    protocol_row{v1::SECURE_PROTOCOL_DTLS_1_2, 273},
};

/// By tls::phase.
constexpr std::array<std::string_view, 5> phases{"handshaking", "open", "closed", "failed",
                                                 "saved"};

std::vector<std::byte> bytes_of(const std::string& text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

struct writer {
  v1::SecureValue& to;
  void operator()(std::monostate) const { to.clear_form(); }
  void operator()(std::int64_t number) const { to.set_number(number); }
  void operator()(const std::vector<std::byte>& bytes) const {
    to.set_bytes(bytes.data(), bytes.size());
  }
  void operator()(const std::string& text) const { to.set_text(text); }
  void operator()(const std::vector<std::int64_t>& numbers) const {
    auto& list = *to.mutable_numbers();
    for (const auto number : numbers) list.add_value(number);
  }
  void operator()(const std::vector<std::string>& texts) const {
    auto& list = *to.mutable_texts();
    for (const auto& text : texts) list.add_value(text);
  }
  void operator()(const tls::inline_credential&) const { to.clear_form(); }  // never read back
};

}  // namespace

result<tls::choices> choices_of(const v1::SocketRequest& from, transport kind) {
  const auto born = from.secure_defaults() == v1::SECURE_DEFAULTS_NORDIC ? tls::defaults::nordic
                                                                         : tls::defaults::zephyr;
  for (const auto& row : protocols)
    if (row.wire == from.secure()) return tls::choices_of(row.number, kind, born);
  return fail(errc::unsupported_protocol,
              "socket: secure protocol " + std::to_string(from.secure()));
}

v1::SecureProtocol secure_protocol_of(int protocol) noexcept {
  for (const auto& row : protocols)
    if (row.number == protocol) return row.wire;
  return v1::SECURE_PROTOCOL_UNSPECIFIED;
}

result<tls::option> secure_option_of(v1::SecureOption from) {
  for (std::size_t i = 0; i < wire_options.size(); ++i)
    if (wire_options[i] == from) return static_cast<tls::option>(i);
  return fail(errc::unknown_option, "secure option " + std::to_string(from));
}

result<credential_type> credential_type_of(v1::CredentialType from) {
  if (const auto type = cellsock::credential_type_of(static_cast<std::int64_t>(from))) return *type;
  return fail(errc::invalid_argument, "credential type " + std::to_string(from));
}

result<tls::value> value_of(const v1::SecureValue& from) {
  switch (from.form_case()) {
    case v1::SecureValue::kNumber: return tls::value{std::int64_t{from.number()}};
    case v1::SecureValue::kBytes: return tls::value{bytes_of(from.bytes())};
    case v1::SecureValue::kText: return tls::value{from.text()};
    case v1::SecureValue::kNumbers: {
      const auto& list = from.numbers().value();
      return tls::value{std::vector<std::int64_t>(list.begin(), list.end())};
    }
    case v1::SecureValue::kTexts: {
      const auto& list = from.texts().value();
      return tls::value{std::vector<std::string>(list.begin(), list.end())};
    }
    case v1::SecureValue::kCredential: {
      const auto type = wire::credential_type_of(from.credential().type());
      if (!type) return type.error();
      const auto& content = from.credential().content();
      return tls::value{tls::inline_credential{
          *type, std::make_shared<const secret>(std::as_bytes(std::span(content)))}};
    }
    case v1::SecureValue::FORM_NOT_SET: break;
  }
  return tls::value{};
}

void set_value(v1::SecureValue& to, tls::option name, const tls::value& from) {
  if (const auto* number = std::get_if<std::int64_t>(&from);
      number != nullptr && name == tls::option::protocol_used)
    return to.set_number(secure_protocol_of(static_cast<int>(*number)));
  std::visit(writer{to}, from);
}

void set_secure(v1::SecureStatus& to, const tls::choices& choices,
                const std::optional<msg::secure_news>& news) {
  to.set_protocol(std::string(tls::name(choices.highest)));
  to.set_phase("idle");
  if (!news) return;
  to.set_phase(std::string(phases[static_cast<std::size_t>(news->phase)]));
  if (news->why.code != errc::none) to.set_verified(printable(news->why.detail));
  if (!news->facts) return;
  const auto& facts = *news->facts;
  to.set_protocol(std::string(tls::name(facts.version)));
  to.set_suite(tls::suite_name(facts.suite));
  to.set_peer_subject(printable(facts.peer_subject));
  if (!facts.peer_subject.empty())
    to.set_peer_until_unix_s(facts.peer_until.time_since_epoch().count());
  to.set_resumed(facts.resumed);
  to.set_alpn(printable(facts.alpn));
  if (news->why.code != errc::none) return;
  to.set_verified(facts.verify_flags != 0 ? printable(facts.verify_reason)
                                          : std::string(facts.judged ? "yes" : "not asked for"));
}

}  // namespace cellsock::wire
