// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/pdn_table.hpp"

#include <algorithm>

namespace cellsock {
namespace {

bool before(const pdn_entry& entry, cid context) {
  return entry.settings.context < context;
}

}  // namespace

std::string_view pdn_type(std::optional<pdn_families> families) noexcept {
  if (!families) return {};
  switch (*families) {
    case pdn_families::v4: return "IP";
    case pdn_families::v6: return "IPV6";
    case pdn_families::v4v6: break;
  }
  return "IPV4V6";
}

pdn_table::pdn_table(const std::vector<pdn_settings>& configured) {
  for (const auto& one : configured)
    if (find(one.context) == nullptr) get(one.context) = {one, pdn_life(one.policy)};
  get(first_context).foreign = true;
}

pdn_entry* pdn_table::find(cid context) {
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), context, before);
  return at != entries_.end() && at->settings.context == context ? &*at : nullptr;
}

const pdn_entry* pdn_table::find(cid context) const {
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), context, before);
  return at != entries_.end() && at->settings.context == context ? &*at : nullptr;
}

pdn_entry& pdn_table::get(cid context) {
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), context, before);
  if (at != entries_.end() && at->settings.context == context) return *at;
  pdn_entry made;
  made.settings.context = context;
  made.settings.id = static_cast<pdn_id>(number(context));
  made.foreign = true;
  return *entries_.insert(at, std::move(made));
}

std::optional<cid> pdn_table::context_of(pdn_id named, const network_facts& facts) const {
  // The attachment's is the default of every socket, whatever number the modem gives it.
  if (named == pdn_id{}) return first_context;
  for (const auto& entry : entries_)
    if (facts.at(entry.settings.context).id == named) return entry.settings.context;
  for (const auto& entry : entries_)
    if (!entry.foreign && entry.settings.id == named) return entry.settings.context;
  return std::nullopt;
}

pdn_id pdn_table::id_of(const pdn_entry& entry, const network_facts& facts) const {
  return facts.at(entry.settings.context).id.value_or(entry.settings.id);
}

std::string pdn_table::names(const network_facts& facts) const {
  std::string text;
  for (const auto& entry : entries_)
    text += (text.empty() ? "pdn" : ", pdn") + std::to_string(number(id_of(entry, facts)));
  return text;
}

}  // namespace cellsock
