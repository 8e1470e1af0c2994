// SPDX-License-Identifier: Apache-2.0
#include "stack/tls/choices.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "stack/tls/mbedtls_version.hpp"
#include "stack/tls/suites.hpp"

namespace cellsock::tls {
namespace {

constexpr std::int64_t hour_ms = 3600000;

constexpr std::array rows = [] {
  using o = option;
  using f = option_form;
  using enum option_use;
  using t = option_time;
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  return std::array{
      option_row{o::tags, "tags", f::numbers, get_set, t::next, false, 0, 0xFFFFFFFF},
      option_row{o::hostname, "hostname", f::text, get_set, t::next, false, 0, 255},
      option_row{o::suites, "suites", f::numbers, get_set, t::next, false, 0, 0xFFFF},
      option_row{o::suite_used, "suite used", f::number, get, t::after, false, 0, most},
      option_row{o::peer_verify, "peer verify", f::number, get_set, t::next, false, 0, 2},
      option_row{o::role, "role", f::number, get_set, t::next, false, 0, 1},
      option_row{o::alpn, "ALPN", f::texts, get_set, t::next, false, 0, 255},
      option_row{o::retry_first_ms, "first retransmission", f::number, get_set, t::next, true, 1,
                 hour_ms},
      option_row{o::retry_last_ms, "last retransmission", f::number, get_set, t::next, true, 1,
                 hour_ms},
      option_row{o::certificate_no_copy, "no-copy", f::number, get_set, t::next, false, 0, 1},
      option_row{o::native, "native", f::number, get_set, t::next, false, 0, 1},
      option_row{o::session_cache, "session cache", f::number, get_set, t::next, false, 0, 1},
      option_row{o::session_cache_purge, "purge", f::action, set, t::any, false, 0, most},
      option_row{o::connection_id, "connection id", f::number, get_set, t::next, true, 0, 2},
      option_row{o::connection_id_status, "connection id's status", f::number, get, t::after, true,
                 0, 3},
      option_row{o::connection_id_own, "own connection id", f::bytes, get_set, t::next, true, 0,
                 32},
      option_row{o::connection_id_peer, "peer's connection id", f::bytes, get, t::after, true, 0,
                 most},
      option_row{o::handshake_on_connect, "handshake on connect", f::number, get_set, t::next, true,
                 0, 1},
      option_row{o::verify_result, "verify result", f::number, get, t::any, false, 0, most},
      option_row{o::fragment_bytes_max, "maximum fragment", f::number, get_set, t::next, false, 0,
                 4096},
      option_row{o::handshake_time_s, "handshake time", f::number, get_set, t::next, true, 0, 123},
      option_row{o::connection_save, "save", f::action, set, t::after, true, 0, most},
      option_row{o::connection_load, "load", f::action, set, t::any, true, 0, most},
      option_row{o::resumed, "handshake status", f::number, get, t::after, false, 0, 1},
      option_row{o::rsa_bits_min, "minimum RSA bits", f::number, get_set, t::next, false, 1024,
                 16384},
      option_row{o::sha1_allowed, "SHA-1", f::number, get_set, t::next, false, 0, 1},
      option_row{o::credential, "inline credential", f::credential, set, t::next, false, 0, most},
      option_row{o::alpn_used, "ALPN used", f::text, get, t::after, false, 0, most},
      option_row{o::protocol_used, "protocol used", f::number, get, t::after, false, 0, most},
      option_row{o::peer_certificate, "peer's certificate", f::bytes, get, t::after, false, 0,
                 most},
  };
}();

constexpr bool complete() {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].what != static_cast<option>(i)) return false;
  return rows.size() == static_cast<std::size_t>(option::count_);
}
static_assert(complete(), "each option has exactly one row, in order");

failure wrong(const option_row& row, const std::string& why) {
  return fail(errc::invalid_argument, std::string(row.name) + ": " + why);
}

/// Values have the form of their row; nothing stands for "clear it".
bool fits(const value& given, option_form form) {
  if (std::holds_alternative<std::monostate>(given)) return true;
  switch (form) {
    case option_form::number: return std::holds_alternative<std::int64_t>(given);
    case option_form::bytes: return std::holds_alternative<std::vector<std::byte>>(given);
    case option_form::text: return std::holds_alternative<std::string>(given);
    case option_form::numbers: return std::holds_alternative<std::vector<std::int64_t>>(given);
    case option_form::texts: return std::holds_alternative<std::vector<std::string>>(given);
    case option_form::credential: return std::holds_alternative<inline_credential>(given);
    case option_form::action: return true;
  }
  return false;
}

template <class T>
T of(const value& given) {
  const auto* held = std::get_if<T>(&given);
  return held == nullptr ? T{} : *held;
}

status check_range(const option_row& row, std::int64_t number) {
  if (number < row.min || number > row.max)
    return wrong(row, std::to_string(number) + " is not in " + std::to_string(row.min) + " to " +
                          std::to_string(row.max));
  return done{};
}

result<std::string> host_of(const option_row& row, const std::string& given) {
  auto host = given;
  if (!host.empty() && host.back() == '\0') host.pop_back();  // some programs count the NUL
  if (host.find('\0') != std::string::npos) return wrong(row, "a NUL inside");
  if (host.size() > 255) return wrong(row, "longer than 255");
  return host;
}

status set_inline(choices& to, const option_row& row, const inline_credential& given,
                  calendar_time today) {
  if (!given.content) return wrong(row, "no content");
  auto read = read_credential(given.type, given.content->view(),
                              {today, to.rsa_bits_min, to.sha1_allowed, false});
  if (!read) return read.error();
  tag_contents next = to.own;
  switch (given.type) {
    case credential_type::ca_certificate: next.ca = *read; break;
    case credential_type::own_certificate: next.own_certificate = *read; break;
    case credential_type::private_key: next.private_key = *read; break;
    case credential_type::psk: next.psk = *read; break;
    case credential_type::psk_identity: next.psk_identity = *read; break;
  }
  if (next.own_certificate && next.private_key)
    if (auto pair = check_pair(*next.own_certificate, *next.private_key); !pair) return pair;
  to.own = std::move(next);
  return done{};
}

status set_list(choices& to, const option_row& row, const value& given, const program& eyes) {
  const auto numbers = of<std::vector<std::int64_t>>(given);
  for (const auto number : numbers)
    if (auto good = check_range(row, number); !good) return good;
  if (row.what == option::tags) {
    if (numbers.size() > limits::tags_per_socket_max)
      return wrong(row, "more than " + std::to_string(limits::tags_per_socket_max));
    to.eyes = eyes;
    to.tags.clear();
    for (const auto number : numbers) to.tags.push_back(static_cast<sec_tag>(number));
    return done{};
  }
  if (numbers.size() > limits::suites_per_socket_max)
    return wrong(row, "more than " + std::to_string(limits::suites_per_socket_max));
  std::vector<int> suites(numbers.begin(), numbers.end());
  for (const int number : suites)
    if (suite_of(number) == nullptr && number != renegotiation_signal)
      return wrong(row, suite_name(number) + " does not exist here (docs/security.md)");
  to.suites = std::move(suites);
  return done{};
}

status set_alpn(choices& to, const option_row& row, const value& given) {
  auto names = of<std::vector<std::string>>(given);
  if (names.size() > limits::alpn_names_max)
    return wrong(row, "more than " + std::to_string(limits::alpn_names_max));
  for (const auto& name : names)
    if (name.empty() || name.size() > 255 || name.find('\0') != std::string::npos)
      return wrong(row, "a name has 1 to 255 characters");
  to.alpn = std::move(names);
  return done{};
}

status set_number(choices& to, const option_row& row, std::int64_t number) {
  if (auto good = check_range(row, number); !good) return good;
  const std::chrono::milliseconds time(number);
  switch (row.what) {
    case option::peer_verify: to.verify = static_cast<peer_verify>(number); break;
    case option::role: to.as = static_cast<role>(number); break;
    case option::retry_first_ms: to.retries.first = time; break;
    case option::retry_last_ms: to.retries.last = time; break;
    case option::certificate_no_copy: to.no_copy = number != 0; break;
    case option::native: to.native = number != 0; break;
    case option::session_cache: to.session_cache = number != 0; break;
    case option::connection_id:
      if (number != 0 && !mbed::has_connection_id())
        return fail(errc::unsupported_protocol,
                    "connection id: " + mbed::library_version() + " has none; 3.6 does");
      to.cid = static_cast<connection_id>(number);
      break;
    case option::handshake_on_connect: to.handshake_on_connect = number != 0; break;
    case option::fragment_bytes_max:
      if (number != 0 && number != 512 && number != 1024 && number != 2048 && number != 4096)
        return wrong(row, "0, 512, 1024, 2048 or 4096 (RFC 6066)");
      to.fragment_bytes_max = static_cast<std::size_t>(number);
      break;
    case option::handshake_time_s:
      if (!retransmission_of(static_cast<int>(number)))
        return wrong(row, "0, 1, 3, 7, 15, 31, 63 or 123 seconds");
      to.handshake_time_s = static_cast<int>(number);
      break;
    case option::rsa_bits_min: to.rsa_bits_min = static_cast<unsigned>(number); break;
    case option::sha1_allowed: to.sha1_allowed = number != 0; break;
    default: return fail(errc::internal, std::string(row.name));
  }
  return done{};
}

peer_verify verify_of(const choices& from, role as) {
  if (from.verify) return *from.verify;
  const bool unasked = from.born == defaults::zephyr && as == role::server;
  return unasked ? peer_verify::none : peer_verify::required;
}

bool any(const tag_contents& tag) {
  return tag.ca || tag.own_certificate || tag.private_key || tag.psk || tag.psk_identity;
}

value known_value(option what, const facts& known) {
  const auto number = [](auto n) { return value{static_cast<std::int64_t>(n)}; };
  const auto unless_empty = [](const auto& v) { return v.empty() ? value{} : value{v}; };
  switch (what) {
    case option::suite_used: return number(known.suite);
    case option::connection_id_status:
      return number((known.cid_down ? 1 : 0) + (known.cid_up ? 2 : 0));
    case option::connection_id_peer: return unless_empty(known.peer_cid);
    case option::resumed: return number(known.resumed);
    case option::alpn_used: return unless_empty(known.alpn);
    case option::protocol_used: return number(protocol_number_of(known.version));
    case option::peer_certificate: return unless_empty(known.peer_certificate);
    default: return {};
  }
}

value chosen_value(const choices& from, option what) {
  const auto number = [](auto n) { return value{static_cast<std::int64_t>(n)}; };
  switch (what) {
    case option::tags: {
      std::vector<std::int64_t> numbers;
      for (const auto tag : from.tags) numbers.push_back(static_cast<std::int64_t>(tag));
      return numbers;
    }
    case option::hostname: return from.hostname ? value{*from.hostname} : value{};
    case option::suites: return std::vector<std::int64_t>(from.suites.begin(), from.suites.end());
    case option::peer_verify: return number(verify_of(from, from.as.value_or(role::client)));
    case option::role: return number(from.as.value_or(role::client));
    case option::alpn: return from.alpn;
    case option::retry_first_ms: return number(from.retries.first.count());
    case option::retry_last_ms: return number(from.retries.last.count());
    case option::certificate_no_copy: return number(from.no_copy);
    case option::native: return number(from.native);
    case option::session_cache: return number(from.session_cache);
    case option::connection_id: return number(from.cid);
    case option::connection_id_own: return from.own_cid.empty() ? value{} : value{from.own_cid};
    case option::handshake_on_connect: return number(from.handshake_on_connect);
    case option::fragment_bytes_max: return number(from.fragment_bytes_max);
    case option::handshake_time_s: return number(from.handshake_time_s);
    case option::rsa_bits_min: return number(from.rsa_bits_min);
    case option::sha1_allowed: return number(from.sha1_allowed);
    default: return {};
  }
}

}  // namespace

const option_row& row_of(option what) noexcept {
  return rows[static_cast<std::size_t>(what)];
}

result<choices> choices_of(int protocol, transport kind, defaults born) {
  const auto* row = protocol_of(protocol);
  if (row == nullptr)
    return fail(errc::unsupported_protocol, "secure protocol " + std::to_string(protocol));
  if (row->kind != kind)
    return fail(errc::unsupported_type,
                std::string(row->name) +
                    (kind == transport::stream ? " is for datagrams" : " is for streams"));
  if (row->lowest == version::tls_1_3 && !mbed::has_tls_1_3())
    return fail(errc::unsupported_protocol,
                "TLS 1.3: " + mbed::library_version() + " has none; 3.6 does");
  choices made;
  made.kind = kind;
  made.lowest = row->lowest;
  made.highest = row->highest;
  made.protocol = protocol;
  made.born = born;
  return made;
}

status set(choices& to, option what, const value& given, stage now, const program& eyes,
           calendar_time today) {
  const auto& row = row_of(what);
  const std::string called(row.name);
  if (row.datagrams_only && to.kind == transport::stream)
    return fail(errc::unknown_option, called + " is DTLS's");
  if (row.use == option_use::get) return fail(errc::unknown_option, called + " can only be read");
  if (row.when == option_time::next && now == stage::during)
    return fail(errc::connect_pending, called + ": the handshake is under way");
  if (row.when == option_time::next && now == stage::after)
    return fail(errc::already_connected, called + ": the handshake is done");
  if (row.when == option_time::after && now != stage::after)
    return fail(errc::not_connected, called + ": before the handshake");
  if (!fits(given, row.form)) return wrong(row, "a value of another form");
  switch (row.form) {
    case option_form::action: return done{};
    case option_form::number: return set_number(to, row, of<std::int64_t>(given));
    case option_form::numbers: return set_list(to, row, given, eyes);
    case option_form::texts: return set_alpn(to, row, given);
    case option_form::credential: return set_inline(to, row, of<inline_credential>(given), today);
    case option_form::bytes: {
      auto bytes = of<std::vector<std::byte>>(given);
      if (bytes.size() > static_cast<std::size_t>(row.max))
        return wrong(row, "longer than " + std::to_string(row.max) + " bytes");
      to.own_cid = std::move(bytes);
      return done{};
    }
    case option_form::text: {
      to.hostname_set = true;
      to.hostname.reset();
      if (std::holds_alternative<std::monostate>(given)) return done{};
      auto host = host_of(row, of<std::string>(given));
      if (!host) return host.error();
      to.hostname = std::move(*host);
      return done{};
    }
  }
  return fail(errc::internal, called);
}

result<value> get(const choices& from, option what, stage now, const facts* known) {
  const auto& row = row_of(what);
  const std::string called(row.name);
  if (row.datagrams_only && from.kind == transport::stream)
    return fail(errc::unknown_option, called + " is DTLS's");
  if (row.use == option_use::set) return fail(errc::unknown_option, called + " can only be set");
  if (what == option::verify_result)
    return value{static_cast<std::int64_t>(known == nullptr ? 0 : known->verify_flags)};
  if (row.when != option_time::after) return chosen_value(from, what);
  if (now != stage::after || known == nullptr)
    return fail(errc::not_connected, called + ": before the handshake is done");
  return known_value(what, *known);
}

bool may_resume(const choices& of) noexcept {
  return of.session_cache && !any(of.own);
}

settings settings_of(const choices& from, role as, std::vector<tag_contents> contents) {
  settings made;
  made.kind = from.kind;
  made.lowest = from.lowest;
  made.highest = from.highest;
  made.as = as;
  made.tags = std::move(contents);
  if (any(from.own)) made.tags.insert(made.tags.begin(), from.own);
  if (from.hostname)
    made.name = {peer_name::rule::checked, *from.hostname};
  else if (from.hostname_set || from.born == defaults::nordic)
    made.name = {peer_name::rule::ignored, {}};
  made.verify = verify_of(from, as);
  made.suites = from.suites;
  made.alpn = from.alpn;
  made.rsa_bits_min = from.rsa_bits_min;
  made.sha1_allowed = from.sha1_allowed;
  made.fragment_bytes_max = from.fragment_bytes_max;
  made.resume = may_resume(from);
  made.dtls_timeouts = from.retries;
  if (from.handshake_time_s != 0) {
    made.dtls_timeouts = retransmission_of(from.handshake_time_s).value_or(from.retries);
    made.handshake_max = std::chrono::seconds(from.handshake_time_s + 1);
  }
  made.cid = from.cid;
  made.own_cid = from.own_cid;
  return made;
}

session_key session_key_of(const choices& from, const endpoint& peer) {
  const auto settings = settings_of(from, role::client, {});
  return {.peer = to_string(peer),
          .tags = from.tags,
          .hostname = settings.name.host,
          .verify = static_cast<std::uint8_t>(settings.verify),
          .user = from.eyes.uid,
          .program = from.eyes.id,
          .rsa_bits_min = from.rsa_bits_min,
          .sha1_allowed = from.sha1_allowed};
}

}  // namespace cellsock::tls
