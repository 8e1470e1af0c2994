// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>

#include "actors/interfaces.hpp"
#include "actors/resolver_actor.hpp"
#include "stack/dns/route.hpp"
#include "stack/limits.hpp"
#include "stack/name_cache.hpp"

namespace cellsock {

struct names_seed {
  std::string link = {};
  link_kind kind = link_kind::modem;
  socket_ids ids = {};                // for the resolvers' sockets
  supervisor_handle supervisor = {};  // hears when a lookup makes traffic; none: nobody needs to
  std::uint16_t server_port = dns::limits::server_port;
  dns::lookup::randomness random = {};  // empty: the system's
};

/// The names of one link: remembers answers, asks once what many want to know, and asks the link's
/// resolver or one of ours (one for each network, while it is used) as dns::route says. A socket
/// of ours never keeps a program from one: it is given up at once.
class names_actor final : public names_handle::base {
public:
  names_actor(caf::actor_config& config, names_seed seed);
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  using promise = caf::typed_response_promise<msg::name_resolved>;
  struct resolver {
    resolver_handle actor;
    std::uint64_t born = 0;
    std::size_t open = 0;  // questions that it is asking
    std::uint64_t idle = 0;
  };
  struct inquiry;
  using shared_inquiry = std::shared_ptr<inquiry>;

  caf::result<msg::name_resolved> resolve(const msg::resolve_name& m);
  void look(const shared_inquiry& what);
  void wake(const shared_inquiry& what);
  void plan(const shared_inquiry& what, const msg::interfaces& there);
  void begin(const shared_inquiry& what);
  void ask_next(const shared_inquiry& what);
  void ask_link(const shared_inquiry& what);
  void ask_servers(const shared_inquiry& what, dns::source whose);
  [[nodiscard]] bool was_silent(pdn_id pdn);
  void ended(const shared_inquiry& what, const name_cache::answer& said,
             std::optional<std::chrono::milliseconds> good_for);
  [[nodiscard]] result<resolver*> resolver_of(pdn_id pdn);
  void answered(pdn_id pdn, std::uint64_t born);
  void release(pdn_id pdn);
  void link_changed(msg::names_link& m);

  names_seed seed_;
  msg::names_link link_;
  name_cache cache_{limits::names_cached_max, limits::name_age_max, limits::name_failure_age_max};
  std::map<ip_family, ip_address> chosen_;
  // As many as control connections allow requests in flight.
  std::map<name_question, std::vector<promise>> waiting_;
  std::map<pdn_id, resolver> resolvers_;
  std::map<pdn_id, name_cache::time_point> silent_until_;
  std::uint64_t generation_ = 0;
};

}  // namespace cellsock
