// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "stack/credentials/store.hpp"
#include "stack/endpoint.hpp"
#include "stack/tls/session.hpp"
#include "stack/tls/session_cache.hpp"

/// What a program chose for its secure socket, and the one table of secure options: forms, ranges,
/// times. docs/wire_protocol.md and secure.proto say the same to clients. Pure.
namespace cellsock::tls {

/// In the order of the wire's SecureOption (actors/translate_secure.cpp has the numbers).
enum class option : std::uint8_t {
  tags,
  hostname,
  suites,
  suite_used,
  peer_verify,
  role,
  alpn,
  retry_first_ms,
  retry_last_ms,
  certificate_no_copy,
  native,
  session_cache,
  session_cache_purge,
  connection_id,
  connection_id_status,
  connection_id_own,
  connection_id_peer,
  handshake_on_connect,
  verify_result,
  fragment_bytes_max,
  handshake_time_s,
  connection_save,
  connection_load,
  resumed,
  rsa_bits_min,
  sha1_allowed,
  credential,
  alpn_used,
  protocol_used,
  peer_certificate,
  count_
};

/// A credential without a tag, as it came. Shared so that it is wiped once, by the last holder.
struct inline_credential {
  credential_type type{};
  std::shared_ptr<const secret> content = {};
};
/// By the option's form; monostate: cleared, or not there.
using value = std::variant<std::monostate, std::int64_t, std::vector<std::byte>, std::string,
                           std::vector<std::int64_t>, std::vector<std::string>, inline_credential>;

enum class option_form : std::uint8_t { number, bytes, text, numbers, texts, credential, action };
enum class option_time : std::uint8_t {
  next,   // set: for the next handshake. errc::connect_pending during one, already_connected after
  after,  // get: errc::not_connected before the handshake is done
  any,
};
enum class option_use : std::uint8_t { get_set, get, set };
struct option_row {
  option what;
  std::string_view name;
  option_form form;
  option_use use;
  option_time when;
  bool datagrams_only;
  std::int64_t min;
  std::int64_t max;
};
[[nodiscard]] const option_row& row_of(option what) noexcept;

/// Whose defaults a socket is born with (docs/wire_protocol.md).
enum class defaults : std::uint8_t { zephyr, nordic };

/// Where a socket stands in its connection's life.
enum class stage : std::uint8_t { before, during, after };

struct choices {
  transport kind = transport::stream;
  version lowest = version::tls_1_2;
  version highest = version::tls_1_2;
  int protocol = 258;  // as it was asked for (versions.hpp)
  defaults born = defaults::zephyr;

  program eyes = {};  // of the connection that set the tags
  std::vector<sec_tag> tags = {};
  tag_contents own = {};  // inline credentials, without a tag
  std::optional<std::string> hostname = {};
  bool hostname_set = false;  // also to nothing: any name will do
  std::vector<int> suites = {};
  std::optional<peer_verify> verify = {};
  std::optional<tls::role> as = {};
  std::vector<std::string> alpn = {};
  retransmission retries = {};
  int handshake_time_s = 0;
  bool no_copy = false;
  bool native = false;
  bool session_cache = false;
  tls::connection_id cid = tls::connection_id::off;
  std::vector<std::byte> own_cid = {};
  bool handshake_on_connect = true;
  std::size_t fragment_bytes_max = 0;
  unsigned rsa_bits_min = 2048;
  bool sha1_allowed = false;
};

/// errc::unsupported_protocol (the detail says which library would speak it), unsupported_type.
[[nodiscard]] result<choices> choices_of(int protocol, transport kind, defaults born);

/// Fails as the option's row says. Options whose form is `action` are the caller's to do, after
/// this said `done`.
[[nodiscard]] status set(choices& of, option what, const value& to, stage now, const program& eyes,
                         calendar_time today);
/// `facts` null before the handshake is done.
[[nodiscard]] result<value> get(const choices& of, option what, stage now, const facts* known);

/// Whether its sessions may be come back to. Not with inline credentials: no key names them.
[[nodiscard]] bool may_resume(const choices& of) noexcept;

/// For a handshake in this role. `contents`: of the tags; the inline credentials join them here.
/// The caller adds what only it knows: resumption, tickets, the peer's address, the link's
/// datagram.
[[nodiscard]] settings settings_of(const choices& of, role as, std::vector<tag_contents> contents);

/// Under which a client's session is kept: all that the verification of this peer looked at.
[[nodiscard]] session_key session_key_of(const choices& of, const endpoint& peer);

}  // namespace cellsock::tls
