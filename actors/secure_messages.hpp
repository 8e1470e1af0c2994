// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "stack/credentials/store.hpp"
#include "stack/endpoint.hpp"
#include "stack/ids.hpp"
#include "stack/tls/choices.hpp"
#include "stack/tls/session.hpp"
#include "stack/tls/session_cache.hpp"

/// What goes to a secure socket, its layer and the keeper of credentials. Who is answered how:
/// interfaces.hpp. Secrets travel behind a pointer to const: none is copied, the last holder wipes.
namespace cellsock::msg {

using shared_secret = std::shared_ptr<const secret>;

// ---- client_actor -> socket actor ----
struct set_secure_option {
  tls::option name;
  tls::value value;
  program eyes;  // who sees which tags
};
struct get_secure_option {
  tls::option name;
};
struct secure_option_value {
  tls::value value;
};

// ---- socket actor -> its secure layer ----
struct choose {
  std::shared_ptr<const tls::choices> choices;
};
struct begin_server {
  socket_id id;
  endpoint peer;
};
struct save_connection {};
struct load_connection {};

// ---- secure layer -> socket actor ----
/// Whenever the phase changes, or one of the last two.
struct secure_news {
  tls::phase phase = tls::phase::handshaking;
  std::shared_ptr<const tls::facts> facts = {};  // once they are known
  failure why{errc::none};                       // failed
  // Datagrams.
  std::optional<endpoint> peer = {};  // whom the session is with, as the link names it
  std::uint64_t dropped = 0;          // in all: not the peer's, forged, or no room for them
};

// ---- runner -> its own layer ----
/// Steps that were taken aside are done.
struct session_stepped {
  std::uint64_t generation = 0;
};
struct session_due {
  std::uint64_t generation = 0;
};

// ---- secure layer -> keeper ----
struct prepare_handshake {
  program eyes;
  std::vector<sec_tag> tags;
  std::optional<tls::session_key> resume = {};  // clients with a session cache
  bool tickets = false;                         // servers with one
};
struct handshake_prepared {
  std::vector<tls::tag_contents> tags = {};
  shared_secret resumption = {};
  std::shared_ptr<const tls::ticket_keys> tickets = {};
};
struct keep_session {
  tls::session_key key;
  shared_secret session;
};
struct forget_session {
  tls::session_key key;
};
/// All that this user's sockets may come back with.
struct purge_sessions {
  std::uint32_t user = 0;
};

// ---- keeper -> itself ----
struct tickets_aged {};

}  // namespace cellsock::msg
