// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "modem_bridge/network_facts.hpp"
#include "modem_bridge/pdn_settings.hpp"
#include "stack/pdn.hpp"

namespace cellsock {

/// One packet data network of the modem, the attachment's own first.
struct pdn_entry {
  pdn_settings settings;
  pdn_life life;
  /// Somebody else's (or the attachment's): used while it is there, never activated nor
  /// deactivated.
  bool foreign = false;
  bool look_due = false;  // its address and the like are to be read
};

/// Our packet data networks, by context.
class pdn_table {
public:
  explicit pdn_table(const std::vector<pdn_settings>& configured);

  /// Null: neither configured nor ever active.
  [[nodiscard]] pdn_entry* find(cid context);
  [[nodiscard]] const pdn_entry* find(cid context) const;
  /// As `find`; one that is not known yet is somebody else's.
  pdn_entry& get(cid context);
  [[nodiscard]] std::vector<pdn_entry>& all() noexcept { return entries_; }
  [[nodiscard]] const std::vector<pdn_entry>& all() const noexcept { return entries_; }

  /// What a program means by pdnN: the network that the modem calls so, else the one that is
  /// configured so and is not active.
  [[nodiscard]] std::optional<cid> context_of(pdn_id named, const network_facts& facts) const;
  /// How it is called at present: as the modem does, while it is active.
  [[nodiscard]] pdn_id id_of(const pdn_entry& entry, const network_facts& facts) const;
  /// `pdn0, pdn1`: for a person who named another.
  [[nodiscard]] std::string names(const network_facts& facts) const;

private:
  std::vector<pdn_entry> entries_;  // by context
};

}  // namespace cellsock
