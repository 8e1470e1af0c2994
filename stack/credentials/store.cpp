// SPDX-License-Identifier: Apache-2.0
#include "stack/credentials/store.hpp"

#include <algorithm>

#include "stack/limits.hpp"

namespace cellsock {
namespace {

std::string text_of(sec_tag tag) {
  return "tag " + std::to_string(static_cast<std::uint32_t>(tag));
}

failure missing(sec_tag tag, std::string_view what) {
  return fail(errc::credential_missing, text_of(tag) + ": no " + std::string(what));
}

credential_ptr of_type(const tag_credentials& all, credential_type type) {
  const auto known = all.find(type);
  return known == all.end() ? nullptr : known->second;
}

/// Certificate and key of one tag belong together, whichever came first.
status check_with(const tag_credentials& there, const credential& added) {
  if (added.type == credential_type::private_key) {
    const auto certificate = of_type(there, credential_type::own_certificate);
    return certificate ? check_pair(*certificate, added) : status(done{});
  }
  if (added.type == credential_type::own_certificate) {
    const auto key = of_type(there, credential_type::private_key);
    return key ? check_pair(added, *key) : status(done{});
  }
  return done{};
}

}  // namespace

bool tag_scope::admits(const program& who) const {
  if (everyone || who.uid == 0) return true;
  if (std::find(uids.begin(), uids.end(), who.uid) != uids.end()) return true;
  return std::any_of(who.gids.begin(), who.gids.end(), [this](std::uint32_t gid) {
    return std::find(gids.begin(), gids.end(), gid) != gids.end();
  });
}

status credential_store::put(tag_credentials& into, sec_tag tag, credential_ptr what,
                             std::size_t owned) {
  if (into.contains(what->type))
    return fail(errc::credential_exists,
                text_of(tag) + " has a " + std::string(name(what->type)) + " already");
  if (owned >= limits::credentials_per_owner_max || size_ >= limits::credentials_max) {
    ++refused_;
    return fail(errc::limit_reached, std::to_string(owned) + " credentials of this owner, " +
                                         std::to_string(size_) + " in all");
  }
  if (auto pair = check_with(into, *what); !pair)
    return fail(pair.error().code, text_of(tag) + ": " + pair.error().detail);
  into.emplace(what->type, std::move(what));
  ++size_;
  return done{};
}

status credential_store::add(const program& who, sec_tag tag, credential_ptr what) {
  const own_key key{who.id, tag};
  auto& there = own_[key];
  auto added = put(there, tag, std::move(what), owned_by(who.id));
  if (there.empty()) own_.erase(key);
  return added;
}

std::size_t credential_store::owned_by(program_id owner) const {
  std::size_t count = 0;
  for (auto at = own_.lower_bound({owner, sec_tag{}}); at != own_.end() && at->first.owner == owner;
       ++at)
    count += at->second.size();
  return count;
}

const credential_store::machine_tag* credential_store::given_to(const program& who,
                                                                sec_tag tag) const {
  const auto* known = machine(tag);
  return known != nullptr && known->scope.admits(who) ? known : nullptr;
}

result<credential_ptr> credential_store::find(const program& who, sec_tag tag,
                                              credential_type type) const {
  if (const auto own = own_.find({who.id, tag}); own != own_.end())
    if (auto known = of_type(own->second, type)) return known;
  if (const auto* given = given_to(who, tag))
    if (auto known = of_type(given->credentials, type)) return known;
  return missing(tag, name(type));
}

result<std::vector<std::byte>> credential_store::read(const program& who, sec_tag tag,
                                                      credential_type type) const {
  const auto known = find(who, tag, type);
  if (!known) return known.error();
  if (is_secret(type))
    return fail(errc::credential_protected,
                text_of(tag) + ": a " + std::string(name(type)) + " is never read back");
  return (*known)->as_given;
}

status credential_store::remove(const program& who, sec_tag tag, credential_type type) {
  const auto own = own_.find({who.id, tag});
  if (own == own_.end() || own->second.erase(type) == 0) {
    const auto* given = given_to(who, tag);
    if (given != nullptr && given->credentials.contains(type))
      return fail(errc::credential_protected,
                  text_of(tag) + " is the machine's: `cellsock creds delete`");
    return missing(tag, name(type));
  }
  if (own->second.empty()) own_.erase(own);
  --size_;
  return done{};
}

std::size_t credential_store::forget(program_id gone) {
  const auto had = owned_by(gone);
  std::erase_if(own_, [gone](const auto& entry) { return entry.first.owner == gone; });
  size_ -= had;
  return had;
}

result<std::vector<tls::tag_contents>> credential_store::resolve(
    const program& who, std::span<const sec_tag> tags) const {
  std::vector<tls::tag_contents> all;
  for (const auto tag : tags) {
    tls::tag_contents one{tag};
    const auto take = [&](credential_type type) {
      auto known = find(who, tag, type);
      return known ? *known : nullptr;
    };
    one.ca = take(credential_type::ca_certificate);
    one.own_certificate = take(credential_type::own_certificate);
    one.private_key = take(credential_type::private_key);
    one.psk = take(credential_type::psk);
    one.psk_identity = take(credential_type::psk_identity);
    if (!one.ca && !one.own_certificate && !one.private_key && !one.psk && !one.psk_identity)
      return missing(tag, "credential that this program may use");
    all.push_back(std::move(one));
  }
  return all;
}

std::size_t credential_store::machine_size() const {
  std::size_t count = 0;
  for (const auto& [tag, held] : machine_) count += held.credentials.size();
  return count;
}

status credential_store::add_machine(sec_tag tag, credential_ptr what, const tag_scope& scope) {
  const bool known = machine_.contains(tag);
  auto& there = machine_[tag];
  auto added = put(there.credentials, tag, std::move(what), machine_size());
  if (added)
    there.scope = scope;
  else if (!known)
    machine_.erase(tag);
  return added;
}

status credential_store::remove_machine(sec_tag tag, std::optional<credential_type> type) {
  const auto known = machine_.find(tag);
  if (known == machine_.end()) return missing(tag, "credential of the machine");
  if (!type) {
    size_ -= known->second.credentials.size();
    machine_.erase(known);
    return done{};
  }
  if (known->second.credentials.erase(*type) == 0) return missing(tag, name(*type));
  --size_;
  if (known->second.credentials.empty()) machine_.erase(known);
  return done{};
}

const credential_store::machine_tag* credential_store::machine(sec_tag tag) const {
  const auto known = machine_.find(tag);
  return known == machine_.end() ? nullptr : &known->second;
}

std::vector<credential_listing> credential_store::list() const {
  std::vector<credential_listing> all;
  for (const auto& [tag, held] : machine_)
    for (const auto& [type, what] : held.credentials) all.push_back({tag, std::nullopt, what});
  for (const auto& [key, held] : own_)
    for (const auto& [type, what] : held) all.push_back({key.tag, key.owner, what});
  return all;
}

}  // namespace cellsock
