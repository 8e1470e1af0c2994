// SPDX-License-Identifier: Apache-2.0
#include "stack/dns/lookup.hpp"

#include <algorithm>

namespace cellsock::dns {
namespace {

/// Which of two families' failures the caller hears: trouble may pass, so it counts more than what
/// is certain.
int weight(errc code) {
  return code == errc::name_not_found ? 0 : code == errc::name_failed ? 1 : 2;
}

/// NCS 2.4 tells the address a datagram came from, and its port as 0.
bool is_server(const endpoint& from, const endpoint& server) {
  return from.address == server.address && (from.port == server.port || from.port == 0);
}

/// A word without a code is a referral, or aliases in a circle.
failure trouble(const ip_address& server, const response& said) {
  const auto who = "name server " + to_string(server);
  if (said.what == verdict::truncated)
    return fail(errc::name_failed, who + ": the answer is too long for a datagram");
  if (said.rcode == 0) return fail(errc::name_failed, who + " does not look the name up");
  const auto& row = rcode_meaning(said.rcode);
  return fail(row.means, who + " says " + std::string(row.name));
}

}  // namespace

lookup::lookup(order what, const randomness& random, time_point now) : order_(std::move(what)) {
  for (const auto& address : order_.servers)
    if (servers_.size() < limits::servers_max) servers_.push_back({address});
  for (const auto family : order_.families) {
    inquiry one;
    one.family = family;
    for (std::size_t i = 0; i < servers_.size(); ++i)
      one.asked.push_back({static_cast<std::uint16_t>(random()), order_.name, family});
    inquiries_.push_back(std::move(one));
  }
  if (servers_.empty()) {
    for (auto& one : inquiries_) {
      one.open = false;
      one.why = fail(errc::name_try_again, "no name server is known");
    }
    conclude();
  }
  for (auto& one : inquiries_)
    if (one.open) ask(one, now);
}

void lookup::ask(inquiry& one, time_point now) {
  const auto server = one.step % servers_.size();
  outgoing_.push_back({servers_[server].address, one.family, write_query(one.asked[server])});
  one.until = now + limits::send_wait;
}

bool lookup::waits_for(const inquiry& one, const ip_address& server) const {
  return one.open && servers_[one.step % servers_.size()].address == server;
}

void lookup::sent(const ip_address& server, ip_family family, time_point now) {
  for (auto& one : inquiries_)
    if (one.family == family && waits_for(one, server))
      one.until =
          now + limits::round_waits[std::min(one.step / servers_.size(), limits::rounds - 1)];
}

bool lookup::other_found(const inquiry& one) const {
  return std::any_of(inquiries_.begin(), inquiries_.end(),
                     [&](const auto& other) { return &other != &one && !other.addresses.empty(); });
}

void lookup::next_server(inquiry& one, failure why, time_point now) {
  if (one.why.code == errc::none || weight(why.code) >= weight(one.why.code))
    one.why = std::move(why);
  ++one.step;
  // With the other family's addresses in hand nobody waits for a further round.
  one.open = one.step < servers_.size() * order_.rounds && !other_found(one);
  if (one.open) return ask(one, now);
  conclude();
}

lookup::hearing lookup::received(const endpoint& from, std::span<const std::byte> bytes,
                                 time_point now) {
  auto heard = hearing::not_ours;
  if (ended_) return heard;
  for (std::size_t s = 0; s < servers_.size(); ++s) {
    if (!is_server(from, {servers_[s].address, order_.port})) continue;
    for (auto& one : inquiries_) {
      if (s > one.step) continue;  // not asked yet
      auto said = read_response(bytes, one.asked[s]);
      if (said.what == verdict::not_ours) continue;
      if (said.what == verdict::malformed) {
        heard = hearing::refused;
        continue;
      }
      servers_[s].answered = true;
      if (one.open) take(one, s, said, now);
      return hearing::taken;
    }
  }
  return heard;
}

void lookup::take(inquiry& one, std::size_t from, response& said, time_point now) {
  const auto bounded = [&](std::chrono::seconds most) {
    return std::clamp(said.good_for, limits::age_min, most);
  };
  switch (said.what) {
    case verdict::addresses:
      one.addresses = std::move(said.addresses);
      one.good_for = bounded(limits::age_max);
      break;
    case verdict::no_such_name:
    case verdict::no_data:
      one.good_for = bounded(limits::failure_age_max);
      one.why = fail(errc::name_not_found, said.what == verdict::no_data
                                               ? "the name has no address of this family"
                                               : "the name does not exist");
      break;
    default:
      // A late word of trouble from a server that is not waited for any more changes nothing.
      if (one.step % servers_.size() != from) return;
      return next_server(one, trouble(servers_[from].address, said), now);
  }
  one.open = false;
  conclude();
}

void lookup::unreachable(const ip_address& server, time_point now) {
  for (auto& one : inquiries_)
    if (waits_for(one, server))
      next_server(one, fail(errc::name_try_again, "no way to name server " + to_string(server)),
                  now);
}

void lookup::expire(time_point now) {
  for (auto& one : inquiries_) {
    if (!one.open || one.until > now) continue;
    auto& server = servers_[one.step % servers_.size()];
    server.waited_out = true;
    next_server(
        one, fail(errc::name_try_again, "name server " + to_string(server.address) + " is silent"),
        now);
  }
}

std::optional<lookup::time_point> lookup::deadline() const {
  std::optional<time_point> next;
  for (const auto& one : inquiries_)
    if (one.open && (!next || one.until < *next)) next = one.until;
  return next;
}

std::vector<ip_address> lookup::silent_servers() const {
  std::vector<ip_address> silent;
  for (const auto& one : servers_)
    if (one.waited_out && !one.answered) silent.push_back(one.address);
  return silent;
}

void lookup::conclude() {
  if (std::any_of(inquiries_.begin(), inquiries_.end(), [](const auto& one) { return one.open; }))
    return;
  outcome all;
  all.good_for = limits::age_max;
  for (const auto family : {ip_family::v4, ip_family::v6})
    for (const auto& one : inquiries_) {
      if (one.family != family) continue;
      all.addresses.insert(all.addresses.end(), one.addresses.begin(), one.addresses.end());
      // What was not found out is asked for again soon.
      all.good_for = std::min(all.good_for, std::max(one.good_for, limits::age_min));
      if (!one.addresses.empty() || one.why.code == errc::none) continue;
      if (all.why.code == errc::none || weight(one.why.code) > weight(all.why.code))
        all.why = one.why;
    }
  if (!all.addresses.empty()) all.why = fail(errc::none);
  outgoing_.clear();
  ended_ = std::move(all);
}

}  // namespace cellsock::dns
