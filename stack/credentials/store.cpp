// SPDX-License-Identifier: Apache-2.0
#include "stack/credentials/store.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "stack/limits.hpp"

namespace cellsock {
namespace {

constexpr std::array all_types{credential_type::ca_certificate, credential_type::own_certificate,
                               credential_type::private_key, credential_type::psk,
                               credential_type::psk_identity};
static_assert(all_types.size() == credential_types);

std::string text_of(sec_tag tag) {
  return "tag " + std::to_string(static_cast<std::uint32_t>(tag));
}

failure missing(sec_tag tag, std::string_view what) {
  return fail(errc::credential_missing, text_of(tag) + ": no " + std::string(what));
}

/// What it costs to keep.
std::size_t bytes_of_one(const credential& c) {
  std::size_t bytes = c.as_given.size() + c.key.size() + c.identity.size();
  for (const auto& one : c.certificates) bytes += one.der.size();
  return bytes;
}

/// In whose name this program finds credentials: the first counts.
std::vector<credential_owner> seen_by(const program& who) {
  std::vector<credential_owner> owners;
  if (who.id != program_id{}) owners.push_back(session_of(who));
  owners.push_back({{}, {credential_scope::kind::user, who.uid}});
  for (const auto gid : who.gids) owners.push_back({{}, {credential_scope::kind::group, gid}});
  return owners;
}

}  // namespace

std::string text_of(const credential_scope& scope) {
  return (scope.of == credential_scope::kind::user ? "uid " : "gid ") + std::to_string(scope.id);
}

credential_owner session_of(const program& who) noexcept {
  return {who.id, {credential_scope::kind::user, who.uid}};
}

status check_beside(const tag_credentials& there, sec_tag tag, const credential& added) {
  const auto of_type = [&there](credential_type type) {
    const auto known = there.find(type);
    return known == there.end() ? nullptr : known->second;
  };
  status pair = done{};
  if (added.type == credential_type::private_key)
    if (const auto certificate = of_type(credential_type::own_certificate))
      pair = check_pair(*certificate, added);
  if (added.type == credential_type::own_certificate)
    if (const auto key = of_type(credential_type::private_key)) pair = check_pair(added, *key);
  if (pair) return pair;
  return fail(pair.error().code, text_of(tag) + ": " + pair.error().detail);
}

// ---- changes ----

std::size_t credential_store::bytes_of(const credential_scope* payer) const {
  std::size_t bytes = 0;
  for (const auto& [owner, tags] : owners_) {
    if (payer != nullptr && owner.scope != *payer) continue;
    for (const auto& [tag, held] : tags)
      for (const auto& [type, what] : held) bytes += bytes_of_one(*what);
  }
  return bytes;
}

std::size_t credential_store::owned_by(const credential_owner& owner) const {
  const auto known = owners_.find(owner);
  if (known == owners_.end()) return 0;
  std::size_t count = 0;
  for (const auto& [tag, held] : known->second) count += held.size();
  return count;
}

status credential_store::may_add(const credential_owner& owner, sec_tag tag, credential_type type,
                                 std::size_t bytes, bool replace) {
  const auto known = of(owner, tag, type);
  if (known && !replace)
    return fail(errc::credential_exists,
                text_of(tag) + " has a " + std::string(name(type)) + " already");
  const auto refuse = [this](std::string why) {
    ++refused_;
    return fail(errc::limit_reached, std::move(why));
  };
  const auto owned = owned_by(owner);
  if (!known && owned >= limits::credentials_per_owner_max)
    return refuse("this owner has " + std::to_string(owned) + " credentials");
  if (!known && size_ >= limits::credentials_max)
    return refuse("there are " + std::to_string(size_) + " credentials in all");
  const auto instead = known ? bytes_of_one(*known) : 0;
  const auto held = bytes_of(&owner.scope) - instead + bytes;
  if (held > limits::credential_bytes_per_user_max)
    return refuse(text_of(owner.scope) + " would have " + std::to_string(held) +
                  " bytes of credentials; " +
                  std::to_string(limits::credential_bytes_per_user_max) + " are the most");
  if (bytes_of(nullptr) - instead + bytes > limits::credential_bytes_in_all_max)
    return refuse("there are " + std::to_string(limits::credential_bytes_in_all_max) +
                  " bytes of credentials in all");
  return done{};
}

void credential_store::put(const credential_owner& owner, sec_tag tag, credential_ptr what) {
  auto& slot = owners_[owner][tag][what->type];
  if (!slot) ++size_;
  slot = std::move(what);
}

status credential_store::add(const credential_owner& owner, sec_tag tag, credential_ptr what,
                             bool replace) {
  if (auto may = may_add(owner, tag, what->type, bytes_of_one(*what), replace); !may) return may;
  if (auto pair = check_beside(held(owner, tag), tag, *what); !pair) return pair;
  put(owner, tag, std::move(what));
  return done{};
}

status credential_store::remove(const credential_owner& owner, sec_tag tag, credential_type type) {
  const auto of_owner = owners_.find(owner);
  if (of_owner == owners_.end()) return missing(tag, name(type));
  const auto of_tag = of_owner->second.find(tag);
  if (of_tag == of_owner->second.end() || of_tag->second.erase(type) == 0)
    return missing(tag, name(type));
  if (of_tag->second.empty()) of_owner->second.erase(of_tag);
  if (of_owner->second.empty()) owners_.erase(of_owner);
  --size_;
  return done{};
}

status credential_store::remove(const program& who, sec_tag tag, credential_type type) {
  if (who.id != program_id{} && remove(session_of(who), tag, type)) return done{};
  if (find(who, tag, type))
    return fail(errc::credential_protected, text_of(tag) + " is durable: `cellsock creds delete`");
  return missing(tag, name(type));
}

std::size_t credential_store::forget(program_id gone) {
  std::size_t had = 0;
  for (auto at = owners_.lower_bound({gone, {}}); at != owners_.end() && at->first.session == gone;
       at = owners_.erase(at))
    had += owned_by(at->first);
  size_ -= had;
  return had;
}

// ---- looking ----

credential_ptr credential_store::of(const credential_owner& owner, sec_tag tag,
                                    credential_type type) const {
  const auto of_owner = owners_.find(owner);
  if (of_owner == owners_.end()) return nullptr;
  const auto of_tag = of_owner->second.find(tag);
  if (of_tag == of_owner->second.end()) return nullptr;
  const auto known = of_tag->second.find(type);
  return known == of_tag->second.end() ? nullptr : known->second;
}

tag_credentials credential_store::held(const credential_owner& owner, sec_tag tag) const {
  tag_credentials all;
  for (const auto type : all_types)
    if (auto known = of(owner, tag, type)) all.emplace(type, std::move(known));
  return all;
}

result<credential_ptr> credential_store::find(const program& who, sec_tag tag,
                                              credential_type type) const {
  for (const auto& owner : seen_by(who))
    if (auto known = of(owner, tag, type)) return known;
  return missing(tag, name(type));
}

result<credential_ptr> credential_store::read(const program& who, sec_tag tag,
                                              credential_type type) const {
  auto known = find(who, tag, type);
  if (known && is_secret(type))
    return fail(errc::credential_protected,
                text_of(tag) + ": a " + std::string(name(type)) + " is never read back");
  return known;
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

std::vector<credential_listing> credential_store::list(const program& who, bool everybody) const {
  std::vector<credential_listing> all;
  std::set<std::pair<sec_tag, credential_type>> taken;
  const auto take = [&](const credential_owner& owner, const by_tag& of_owner) {
    for (const auto& [tag, held] : of_owner)
      for (const auto& [type, what] : held)
        if (taken.emplace(tag, type).second || everybody) all.push_back({tag, owner, what});
  };
  if (everybody) {
    for (const auto& [owner, of_owner] : owners_)
      if (owner.durable() || owner.session == who.id) take(owner, of_owner);
  } else {
    for (const auto& owner : seen_by(who))
      if (const auto known = owners_.find(owner); known != owners_.end())
        take(owner, known->second);
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::tie(a.tag, a.what->type) < std::tie(b.tag, b.what->type);
  });
  return all;
}

}  // namespace cellsock
