// SPDX-License-Identifier: Apache-2.0
// What a control connection asks about credentials: who may ask it is judged here.
#include <unistd.h>

#include <algorithm>

#include "actors/client_actor.hpp"
#include "actors/translate.hpp"
#include "actors/translate_credentials.hpp"
#include "actors/translate_secure.hpp"

namespace cellsock {
namespace {

constexpr std::size_t part_bytes_max = 60000;  // of a reply: a frame's 64 KiB less the rest
constexpr std::size_t page_bytes_max = 40000;  // and one more credential fits
constexpr unsigned rsa_bits_standard = 2048;
constexpr unsigned days_max = 36500;

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

failure wrong(std::string what) {
  return fail(errc::invalid_argument, std::move(what));
}

}  // namespace

// ---- who asks ----

program client_actor::eyes() const {
  return {session_, seed_.who.uid, seed_.gids};
}

msg::credential_asker client_actor::asker() const {
  return {eyes(), seed_.who.pid};
}

bool client_actor::privileged() const {
  return seed_.who.uid == 0 || seed_.who.uid == ::geteuid();
}

result<credential_scope> client_actor::scope_in(const v1::CredentialScope& from) const {
  const auto scope = wire::scope_of(from, seed_.who.uid);
  const credential_scope own{credential_scope::kind::user, seed_.who.uid};
  if (scope == own || privileged()) return scope;
  return fail(errc::not_permitted,
              text_of(scope) +
                  ": only root and the daemon's own user may act for another user or "
                  "for a group");
}

result<credential_owner> client_actor::owner_in(v1::CredentialLifetime lifetime, bool scoped,
                                                const v1::CredentialScope& from) const {
  if (lifetime == v1::CREDENTIAL_LIFETIME_DURABLE) {
    const auto scope = scope_in(from);
    if (!scope) return scope.error();
    return credential_owner{{}, *scope};
  }
  if (lifetime != v1::CREDENTIAL_LIFETIME_PROCESS) return wrong("lifetime: PROCESS or DURABLE");
  if (scoped) return wrong("scope: a program's own credential has none");
  return session_of(eyes());
}

// ---- sessions ----

void client_actor::open_session(request_id id) {
  ask(this, seed_.kit.keeper, limits::actor_reply_max, msg::open_session{asker()},
      on<msg::session_opened>([this, id](msg::session_opened& opened) {
        session_ = opened.id;
        v1::Reply answer;
        answer.mutable_session()->set_session(opened.name);
        reply(id, answer, std::move(opened.anchor));
      }),
      refusal(id));
}

void client_actor::join_session(const std::string& name, std::function<void()> joined) {
  ask(this, seed_.kit.keeper, limits::actor_reply_max, msg::join_session{seed_.who.uid, name},
      on<msg::session_joined>([this, joined](const msg::session_joined& m) {
        session_ = m.id;
        joined();
      }),
      [joined](const failure&) { joined(); });
}

// ---- content in parts ----

/// Null: there is more to come, or it was refused, and that is answered.
msg::shared_secret client_actor::whole(request_id id, v1::Request::CallCase call,
                                       const std::string& content, bool more) {
  parts_of_ = call;
  if (parts_.size() + content.size() > limits::credential_bytes_max) {
    parts_ = {};
    refuse(id, fail(errc::credential_invalid,
                    "more than " + std::to_string(limits::credential_bytes_max) + " bytes"));
    return nullptr;
  }
  parts_.append(bytes_of(content));
  if (more) {
    acknowledge(id);
    return nullptr;
  }
  return std::make_shared<const secret>(std::exchange(parts_, {}));
}

void client_actor::forget_parts(v1::Request::CallCase next) {
  if (next != parts_of_) parts_ = {};
}

// ---- credentials ----

void client_actor::added(request_id id, const msg::credentials_added& m, bool generated) {
  v1::Reply answer;
  const auto now = seed_.kit.today();
  if (generated) {
    answer.mutable_generated_credential()->set_pem(m.pem);
    for (const auto& one : m.added)
      wire::set_credential(*answer.mutable_generated_credential()->add_added(), one, now);
  } else {
    wire::set_credential(*answer.mutable_added_credential()->mutable_added(), m.added.at(0), now);
  }
  reply(id, answer);
}

void client_actor::add_credential(request_id id, const v1::AddCredentialRequest& m) {
  auto content = whole(id, v1::Request::kAddCredential, m.content(), m.more());
  if (!content) return;
  const auto type = wire::credential_type_of(m.type());
  if (!type) return refuse(id, type.error());
  const auto owner = owner_in(m.lifetime(), m.has_scope(), m.scope());
  if (!owner) return refuse(id, owner.error());
  const auto bits = m.rsa_bits_min() == 0 ? rsa_bits_standard : m.rsa_bits_min();
  const auto& range = tls::row_of(tls::option::rsa_bits_min);
  if (bits < range.min || bits > range.max)
    return refuse(id, wrong("rsa_bits_min: " + std::to_string(range.min) + " to " +
                            std::to_string(range.max)));
  ask(this, seed_.kit.keeper, limits::credential_change_max,
      msg::add_credential{asker(), *owner, sec_tag{m.tag()}, *type, std::move(content), m.replace(),
                          bits, m.sha1_allowed()},
      on<msg::credentials_added>(
          [this, id](const msg::credentials_added& made) { added(id, made, false); }),
      refusal(id));
}

void client_actor::generate_credential(request_id id, const v1::GenerateCredentialRequest& m) {
  const auto owner = owner_in(m.lifetime(), m.has_scope(), m.scope());
  if (!owner) return refuse(id, owner.error());
  if (m.days() > days_max) return refuse(id, wrong("days: at most 36500"));
  ask(this, seed_.kit.keeper, limits::credential_change_max,
      msg::generate_credential{asker(),
                               *owner,
                               sec_tag{m.tag()},
                               m.subject(),
                               {m.hosts().begin(), m.hosts().end()},
                               m.days()},
      on<msg::credentials_added>(
          [this, id](const msg::credentials_added& made) { added(id, made, true); }),
      refusal(id));
}

void client_actor::get_credential(request_id id, const v1::GetCredentialRequest& m) {
  const auto type = wire::credential_type_of(m.type());
  if (!type) return refuse(id, type.error());
  ask(this, seed_.kit.keeper, limits::actor_reply_max,
      msg::get_credential{eyes(), sec_tag{m.tag()}, *type},
      on<msg::credential_found>([this, id, offset = m.offset()](const msg::credential_found& f) {
        const auto& all = f.what->as_given;
        if (offset > all.size()) return refuse(id, wrong("offset: beyond the end"));
        const auto part =
            std::span(all).subspan(offset).first(std::min(part_bytes_max, all.size() - offset));
        v1::Reply answer;
        answer.mutable_credential()->set_size(static_cast<std::uint32_t>(all.size()));
        answer.mutable_credential()->set_content(part.data(), part.size());
        reply(id, answer);
      }),
      refusal(id));
}

void client_actor::delete_credential(request_id id, const v1::DeleteCredentialRequest& m) {
  const auto type = wire::credential_type_of(m.type());
  if (!type) return refuse(id, type.error());
  const auto lifetime = m.lifetime() == v1::CREDENTIAL_LIFETIME_UNSPECIFIED
                            ? v1::CREDENTIAL_LIFETIME_PROCESS
                            : m.lifetime();
  const auto owner = owner_in(lifetime, m.has_scope(), m.scope());
  if (!owner) return refuse(id, owner.error());
  msg::delete_credential call{asker(), {}, sec_tag{m.tag()}, *type};
  if (owner->durable()) call.durable = owner->scope;
  ask(this, seed_.kit.keeper, limits::credential_change_max, call,
      on<msg::credential_deleted>([this, id](const msg::credential_deleted&) { acknowledge(id); }),
      refusal(id));
}

void client_actor::compare_credential(request_id id, const v1::CompareCredentialRequest& m) {
  auto content = whole(id, v1::Request::kCompareCredential, m.content(), m.more());
  if (!content) return;
  const auto type = wire::credential_type_of(m.type());
  if (!type) return refuse(id, type.error());
  ask(this, seed_.kit.keeper, limits::credential_change_max,
      msg::compare_credential{eyes(), sec_tag{m.tag()}, *type, std::move(content)},
      on<msg::credential_compared>([this, id](const msg::credential_compared& c) {
        v1::Reply answer;
        answer.mutable_compared_credential()->set_same(c.same);
        reply(id, answer);
      }),
      refusal(id));
}

void client_actor::list_credentials(request_id id, const v1::ListCredentialsRequest& m) {
  if (m.everybody() && !privileged())
    return refuse(id, fail(errc::not_permitted,
                           "only root and the daemon's own user may see everybody's credentials"));
  if (m.type() != v1::CREDENTIAL_TYPE_UNSPECIFIED)
    if (const auto type = wire::credential_type_of(m.type()); !type)
      return refuse(id, type.error());
  ask(this, seed_.kit.keeper, limits::actor_reply_max, msg::list_credentials{eyes(), m.everybody()},
      on<msg::credentials_listed>([this, id, m](const msg::credentials_listed& listed) {
        v1::Reply answer;
        auto& page = *answer.mutable_credentials();
        std::size_t room = page_bytes_max;
        std::size_t skip = m.skip();
        for (const auto& one : listed.all) {
          if (m.has_tag() && sec_tag{m.tag()} != one.tag) continue;
          if (m.type() != v1::CREDENTIAL_TYPE_UNSPECIFIED &&
              static_cast<int>(m.type()) != static_cast<int>(one.what->type))
            continue;
          if (skip > 0) {
            --skip;
            continue;
          }
          if (room == 0) {
            page.set_more(true);
            break;
          }
          auto& row = *page.add_credentials();
          wire::set_credential(row, one, seed_.kit.today(), m.first_certificate());
          room -= std::min(room, row.ByteSizeLong());
        }
        reply(id, answer);
      }),
      refusal(id));
}

}  // namespace cellsock
