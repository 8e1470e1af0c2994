// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "actors/descriptor.hpp"
#include "actors/secure_messages.hpp"

/// What a control connection asks of the keeper. Who may ask it was judged there.
namespace cellsock::msg {

/// Who asks: for limits, and for the log.
struct credential_asker {
  program eyes = {};
  pid_t pid = 0;
};

// ---- sessions ----
struct open_session {
  credential_asker who;
};
struct session_opened {
  program_id id{};
  std::string name = {};          // 16 random bytes
  shared_descriptor anchor = {};  // to be passed on, then closed here
};
struct join_session {
  std::uint32_t user = 0;
  std::string name;
};
struct session_joined {
  program_id id{};  // none: it is over, or another user's
};
/// The last copy of its anchor was closed.
struct session_over {
  program_id id{};
};

// ---- credentials ----
struct add_credential {
  credential_asker who;
  credential_owner owner;
  sec_tag tag{};
  credential_type type{};
  shared_secret content = {};
  bool replace = false;
  unsigned rsa_bits_min = 2048;
  bool sha1_allowed = false;
};
struct generate_credential {
  credential_asker who;
  credential_owner owner;
  sec_tag tag{};
  std::string subject = {};
  std::vector<std::string> hosts = {};
  unsigned days = 0;  // 0: a request for a certificate, to be signed elsewhere
};
struct credentials_added {
  std::vector<credential_listing> added = {};
  std::string pem = {};  // of a generated one
};
struct delete_credential {
  credential_asker who;
  std::optional<credential_scope> durable = {};  // none: the session's
  sec_tag tag{};
  credential_type type{};
};
struct credential_deleted {};
struct get_credential {
  program eyes;
  sec_tag tag{};
  credential_type type{};
};
struct credential_found {
  credential_ptr what = {};
};
struct list_credentials {
  program eyes;
  bool everybody = false;
};
struct credentials_listed {
  std::vector<credential_listing> all = {};
};
struct compare_credential {
  program eyes;
  sec_tag tag{};
  credential_type type{};
  shared_secret content = {};
};
struct credential_compared {
  bool same = false;
};

// ---- keeper -> itself ----
/// What it had done aside is done.
struct change_stepped {};

}  // namespace cellsock::msg
