// SPDX-License-Identifier: Apache-2.0
// What changes credentials, or takes long to compare with them: one after the other, the long part
// of each on a worker.
#include <string>

#include "actors/keeper_actor.hpp"
#include "actors/log.hpp"
#include "stack/credentials/generate.hpp"

namespace cellsock {
namespace {

/// In the log's words.
std::string whose(const credential_owner& owner) {
  return owner.durable() ? text_of(owner.scope) : "session";
}

/// Of a bundle a hundred may be left out.
std::string shortened(const std::vector<std::string>& remarks) {
  constexpr std::size_t shown_max = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(remarks.size(), shown_max); ++i)
    text += (i == 0 ? "" : "; ") + remarks[i];
  if (remarks.size() > shown_max)
    text += "; and " + std::to_string(remarks.size() - shown_max) + " more";
  return text;
}

failure session_over() {
  return fail(errc::not_permitted,
              "credentials of a program need its session: there is none, or it is over");
}

/// As they will be, on the disk first.
status keep(credential_files& files, const credential_owner& owner, sec_tag tag,
            tag_credentials there, const std::vector<credential_ptr>& made) {
  if (!owner.durable()) return done{};
  for (const auto& one : made) there[one->type] = one;
  return there.empty() ? files.remove(owner.scope, tag)
                       : files.store(record_of(tag, owner.scope, there));
}

using made_credentials = result<std::vector<credential_ptr>>;

made_credentials read(const msg::add_credential& m, calendar_time now) {
  auto one = read_credential(m.type, m.content->view(), {now, m.rsa_bits_min, m.sha1_allowed});
  if (!one) return one.error();
  return std::vector{std::move(*one)};
}

made_credentials make(const msg::generate_credential& m, calendar_time now,
                      tls::random_source& random, std::string& pem) {
  key_request wanted{m.subject, m.hosts, now, {}};
  if (m.days != 0) wanted.good_for = std::chrono::days(m.days);
  auto generated = generate_key(wanted, random);
  if (!generated) return generated.error();
  auto key = read_credential(credential_type::private_key, generated->private_key.view(), {now});
  if (!key) return key.error();
  std::vector made{std::move(*key)};
  pem = std::move(generated->pem);
  if (m.days == 0) return made;
  auto own = read_credential(credential_type::own_certificate,
                             std::as_bytes(std::span(pem.data(), pem.size())), {now});
  if (!own) return own.error();
  made.push_back(std::move(*own));
  return made;
}

}  // namespace

struct keeper_actor::adding {
  msg::credential_asker who;
  credential_owner owner;
  sec_tag tag{};
  std::string types;  // for the log
  caf::typed_response_promise<msg::credentials_added> promise;
  tag_credentials there = {};
  std::vector<credential_ptr> made = {};
  std::string pem = {};
  failure why{errc::none};

  /// On a worker.
  void take(made_credentials from, credential_files& files) {
    if (!from) {
      why = from.error();
      return;
    }
    made = std::move(*from);
    for (const auto& one : made)
      if (const auto pair = check_beside(there, tag, *one); !pair) {
        why = pair.error();
        return;
      }
    if (const auto kept = keep(files, owner, tag, there, made); !kept) why = kept.error();
    there.clear();
  }
};

void keeper_actor::aside(std::function<void()> work, std::function<void()> after) {
  changes_.then_aside(
      std::move(work),
      [back = keeper_handle(this)] { caf::anon_send(back, msg::change_stepped{}); },
      std::move(after));
}

status keeper_actor::may_add(const credential_owner& owner, sec_tag tag, credential_type type,
                             std::size_t bytes, bool replace) {
  if (!owner.durable() && !programs_.lives(*owner.session)) return session_over();
  return store_.may_add(owner, tag, type, bytes, replace);
}

caf::result<msg::credentials_added> keeper_actor::add(const msg::add_credential& m) {
  auto promise = make_response_promise<msg::credentials_added>();
  const auto job = std::make_shared<adding>(
      adding{m.who, m.owner, m.tag, std::string(cellsock::name(m.type)), promise});
  const auto queued = changes_.add(m.who.eyes.uid, [this, job, m] {
    // As it came, and as it is read.
    if (const auto may = may_add(m.owner, m.tag, m.type, 2 * m.content->size(), m.replace); !may)
      return refuse(*job, may.error());
    job->there = store_.held(m.owner, m.tag);
    aside([this, job, m, now = seed_.today()] { job->take(read(m, now), files_); },
          [this, job] { commit(*job); });
  });
  if (!queued) promise.deliver(to_error(queued.error()));
  return promise;
}

caf::result<msg::credentials_added> keeper_actor::generate(const msg::generate_credential& m) {
  auto promise = make_response_promise<msg::credentials_added>();
  constexpr auto key = credential_type::private_key;
  constexpr auto own = credential_type::own_certificate;
  std::string types(cellsock::name(key));
  if (m.days != 0) types += " and " + std::string(cellsock::name(own));
  const auto job = std::make_shared<adding>(adding{m.who, m.owner, m.tag, types, promise});
  const auto queued = changes_.add(m.who.eyes.uid, [this, job, m] {
    constexpr std::size_t bytes = 4096;  // of either, and more
    auto may = may_add(m.owner, m.tag, key, bytes, false);
    if (may && m.days != 0) may = may_add(m.owner, m.tag, own, bytes, false);
    if (may && !seed_.random) may = fail(errc::no_entropy, "no randomness for a key");
    if (!may) return refuse(*job, may.error());
    job->there = store_.held(m.owner, m.tag);
    aside([this, job, m, now = seed_.today(),
           random = seed_.random] { job->take(make(m, now, *random, job->pem), files_); },
          [this, job] { commit(*job); });
  });
  if (!queued) promise.deliver(to_error(queued.error()));
  return promise;
}

void keeper_actor::refuse(adding& job, const failure& why) {
  log::info("credential-refused", {{"pid", job.who.pid},
                                   {"uid", job.who.eyes.uid},
                                   {"scope", whose(job.owner)},
                                   {"tag", static_cast<std::uint32_t>(job.tag)},
                                   {"type", job.types},
                                   {"why", cellsock::name(why.code)},
                                   {"detail", why.detail}});
  job.promise.deliver(to_error(why));
  changes_.finish();
}

void keeper_actor::commit(adding& job) {
  if (job.why.code != errc::none) return refuse(job, job.why);
  if (!job.owner.durable() && !programs_.lives(*job.owner.session))
    return refuse(job, session_over());
  msg::credentials_added answer{{}, std::move(job.pem)};
  std::vector<std::string> remarks;
  for (const auto& one : job.made) {
    store_.put(job.owner, job.tag, one);
    remarks.insert(remarks.end(), one->remarks.begin(), one->remarks.end());
    answer.added.push_back({job.tag, job.owner, one});
  }
  sessions_.purge(job.tag);  // what they were verified with is no longer what is there
  log::info("credential-added", {{"pid", job.who.pid},
                                 {"uid", job.who.eyes.uid},
                                 {"scope", whose(job.owner)},
                                 {"tag", static_cast<std::uint32_t>(job.tag)},
                                 {"type", job.types},
                                 {"detail", shortened(remarks)}});
  job.promise.deliver(std::move(answer));
  changes_.finish();
}

// ---- deleting ----

void keeper_actor::deleted(const msg::delete_credential& m) {
  sessions_.purge(m.tag);
  log::info("credential-deleted",
            {{"pid", m.who.pid},
             {"uid", m.who.eyes.uid},
             {"scope", m.durable ? text_of(*m.durable) : std::string("session")},
             {"tag", static_cast<std::uint32_t>(m.tag)},
             {"type", cellsock::name(m.type)}});
}

caf::result<msg::credential_deleted> keeper_actor::remove(const msg::delete_credential& m) {
  auto promise = make_response_promise<msg::credential_deleted>();
  auto end = [this, promise, m](const status& how) mutable {
    if (how) deleted(m);
    if (how)
      promise.deliver(msg::credential_deleted{});
    else
      promise.deliver(to_error(how.error()));
    changes_.finish();
  };
  const auto queued = changes_.add(m.who.eyes.uid, [this, m, end]() mutable {
    if (!m.durable) return end(store_.remove(m.who.eyes, m.tag, m.type));
    const credential_owner owner{{}, *m.durable};
    auto rest = store_.held(owner, m.tag);
    if (rest.erase(m.type) == 0)  // names what is missing
      return end(store_.remove(owner, m.tag, m.type));
    const auto kept = std::make_shared<status>(cellsock::done{});
    aside([this, kept, owner, m, rest] { *kept = keep(files_, owner, m.tag, rest, {}); },
          [this, kept, owner, m, end]() mutable {
            end(*kept ? store_.remove(owner, m.tag, m.type) : *kept);
          });
  });
  if (!queued) promise.deliver(to_error(queued.error()));
  return promise;
}

// ---- comparing ----

caf::result<msg::credential_compared> keeper_actor::compare(const msg::compare_credential& m) {
  auto promise = make_response_promise<msg::credential_compared>();
  const auto queued = changes_.add(m.eyes.uid, [this, promise, m]() mutable {
    const auto known = store_.find(m.eyes, m.tag, m.type);
    if (!known) {
      promise.deliver(to_error(known.error()));
      return changes_.finish();
    }
    const auto same = std::make_shared<bool>(false);
    aside([same, m, known = *known] { *same = matches(*known, m.content->view()); },
          [this, promise, same]() mutable {
            promise.deliver(msg::credential_compared{*same});
            changes_.finish();
          });
  });
  if (!queued) promise.deliver(to_error(queued.error()));
  return promise;
}

}  // namespace cellsock
