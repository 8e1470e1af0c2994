// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "modem_bridge/engine_core.hpp"
#include "modem_bridge/job.hpp"

namespace cellsock {

/// The modem's own resolver, on its default packet network. Where it prints one address per query
/// (docs/at_dialects.md §9), without a family each that the network carries is asked for, IPv4
/// first.
class resolve_job final : public job {
public:
  resolve_job(engine_core& core, ticket t, std::string host, std::optional<ip_family> family);
  void start() override;
  void abandon(const failure& why) override { end(why); }

private:
  void ask();
  void replied(std::optional<ip_family> family, const at::reply& reply);
  void end(const failure& why);

  engine_core& core_;
  ticket ticket_;
  std::string host_;
  std::optional<ip_family> family_;
  std::vector<std::optional<ip_family>> ask_next_;  // the last one first; empty: both at once
  std::vector<ip_address> found_;
  std::optional<failure> failed_;  // of the queries so far
};

/// Of two failed queries for one name, the answer is the one that leaves more hope: "not found"
/// only if both say so.
[[nodiscard]] bool outweighs(errc one, errc other);

/// A name that can stand between quotes in a command and is not longer than the modem takes.
[[nodiscard]] status check_host(std::string_view host);
/// The modem's text for a failed lookup, in our words.
[[nodiscard]] errc name_failure(std::string_view text);
/// Space-separated addresses, each once, in order; those of the other family left out.
[[nodiscard]] std::vector<ip_address> addresses_in(std::string_view text,
                                                   std::optional<ip_family> family);

}  // namespace cellsock
