// SPDX-License-Identifier: Apache-2.0
#include "stack/dns/route.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace cellsock::dns {
namespace {

enum class situation : std::uint8_t {
  modem_default,
  modem_default_unnamed,  // the network gave no servers: the chosen one is for that
  modem_both,             // its resolver would find one family's
  modem_other,
  host_default,
  host_other,  // the machine's servers may not be reached that way: the chosen one knows better
  count_
};

struct row {
  situation when;
  std::array<source, 3> order;
  std::size_t count;
};
constexpr std::array rows{
    row{situation::modem_default, {source::link, source::chosen}, 2},
    row{situation::modem_default_unnamed, {source::chosen, source::link}, 2},
    row{situation::modem_both, {source::network, source::chosen, source::link}, 3},
    row{situation::modem_other, {source::network, source::chosen}, 2},
    row{situation::host_default, {source::link, source::chosen}, 2},
    row{situation::host_other, {source::chosen, source::network}, 2},
};
constexpr bool complete() {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].when != static_cast<situation>(i)) return false;
  return rows.size() == static_cast<std::size_t>(situation::count_);
}
static_assert(complete(), "each situation has exactly one row, in order");

situation situation_of(const circumstances& now) {
  if (now.link == link_kind::host)
    return now.default_network ? situation::host_default : situation::host_other;
  if (!now.default_network) return situation::modem_other;
  if (now.both_families && !now.link_finds_both) return situation::modem_both;
  return now.network_names_servers ? situation::modem_default : situation::modem_default_unnamed;
}

}  // namespace

std::vector<source> route(const circumstances& now) {
  const auto& known = rows[static_cast<std::size_t>(situation_of(now))];
  std::vector<source> order;
  for (const auto one : std::span(known.order).first(known.count)) {
    if (one == source::network && !now.network_names_servers) continue;
    if (one == source::chosen && !now.server_chosen) continue;
    order.push_back(one);
  }
  return order;
}

bool worth_another(errc why) noexcept {
  switch (why) {
    case errc::name_try_again:
    case errc::name_failed:
    case errc::timed_out:
    case errc::no_handle:
    case errc::limit_reached:
    case errc::network_unreachable:
    case errc::host_unreachable: return true;
    default: return false;
  }
}

}  // namespace cellsock::dns
