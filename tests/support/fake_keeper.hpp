// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "actors/secure_kit.hpp"
#include "tests/support/held_workers.hpp"
#include "tests/support/pki.hpp"
#include "tests/support/seeded_random.hpp"

/// What secure sockets are made with, as a test wants it.
namespace cellsock::test {

struct keeper_notes {
  std::vector<tls::tag_contents> tags;  // of every tag
  failure missing{errc::none};          // instead
  std::vector<msg::prepare_handshake> asked;
  std::map<tls::session_key, msg::shared_secret> sessions;
  std::shared_ptr<const tls::ticket_keys> tickets;
  int purges = 0;
  int forgotten = 0;
};

class fake_keeper final : public keeper_handle::base {
public:
  fake_keeper(caf::actor_config& config, keeper_notes& book)
      : keeper_handle::base(config), book_(book) {}
  behavior_type make_behavior() override {
    return {
        [this](const msg::prepare_handshake& m) -> caf::result<msg::handshake_prepared> {
          book_.asked.push_back(m);
          if (book_.missing.code != errc::none) return to_error(book_.missing);
          msg::handshake_prepared made{book_.tags, {}, m.tickets ? book_.tickets : nullptr};
          if (m.resume)
            if (const auto known = book_.sessions.find(*m.resume); known != book_.sessions.end())
              made.resumption = known->second;
          return made;
        },
        [this](const msg::keep_session& m) { book_.sessions[m.key] = m.session; },
        [this](const msg::forget_session& m) {
          ++book_.forgotten;
          book_.sessions.erase(m.key);
        },
        [](const msg::tickets_aged&) {},
        [](const msg::session_over&) {},
        [](const msg::change_stepped&) {},
        // Programs are no part of these tests.
        [](const msg::open_session&) -> caf::result<msg::session_opened> { return none(); },
        [](const msg::join_session&) -> caf::result<msg::session_joined> { return none(); },
        [](const msg::add_credential&) -> caf::result<msg::credentials_added> { return none(); },
        [](const msg::generate_credential&) -> caf::result<msg::credentials_added> {
          return none();
        },
        [](const msg::delete_credential&) -> caf::result<msg::credential_deleted> {
          return none();
        },
        [](const msg::get_credential&) -> caf::result<msg::credential_found> { return none(); },
        [](const msg::compare_credential&) -> caf::result<msg::credential_compared> {
          return none();
        },
        [](const msg::list_credentials&) -> caf::result<msg::credentials_listed> { return none(); },
        [this](const msg::purge_sessions&) {
          ++book_.purges;
          book_.sessions.clear();
        },
    };
  }

private:
  static caf::error none() { return to_error(fail(errc::unsupported_operation)); }

  keeper_notes& book_;
};

}  // namespace cellsock::test
