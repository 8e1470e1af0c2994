// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/bind_job.hpp"

#include "modem_bridge/modem_limits.hpp"

namespace cellsock {

std::uint16_t ephemeral_port(ticket t, unsigned nth) noexcept {
  // splitmix64: neighbouring tickets give distant ports.
  std::uint64_t mixed = (number(t) + nth * 0x9e3779b9ULL) * 0x9e3779b97f4a7c15ULL;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
  mixed ^= mixed >> 31;
  constexpr auto ports = modem_limits::ephemeral_port_max - modem_limits::ephemeral_port_min + 1U;
  return static_cast<std::uint16_t>(modem_limits::ephemeral_port_min + mixed % ports);
}

void bind_job::start() {
  const auto* entry = core_.table.find(id_);
  if (entry == nullptr) return report(fail(errc::bad_socket, "the socket was closed meanwhile"));
  if (entry->handle || entry->bound)
    return report(fail(errc::invalid_argument, "the socket has a local port already"));
  attempt();
}

std::uint16_t bind_job::free_port(const modem_socket& entry) {
  auto port = ephemeral_port(ticket_, attempts_);
  // Ours are known; for others the modem is asked. More ports than sockets: it ends.
  for (unsigned nth = modem_limits::bind_attempts_max;
       core_.table.has_port(entry.family, entry.kind, port); ++nth)
    port = ephemeral_port(ticket_, nth);
  return port;
}

void bind_job::attempt() {
  auto* entry = core_.table.find(id_);
  if (entry == nullptr) return report(fail(errc::bad_socket, "the socket was closed meanwhile"));
  entry->bound = port_ != 0 ? port_ : free_port(*entry);
  ++attempts_;
  core_.open_socket(id_, [this](const status& how) { ended(how); });
}

void bind_job::ended(const status& how) {
  if (const auto local = core_.local_of(id_); how && local) {
    core_.emit(outcome::bound{ticket_, id_, *local});
    return finish();
  }
  const auto why = how ? fail(errc::pdn_down, "the packet data network went away") : how.error();
  if (auto* entry = core_.table.find(id_)) entry->bound.reset();
  if (port_ == 0 && why.code == errc::address_in_use && attempts_ < modem_limits::bind_attempts_max)
    return attempt();
  report(why);
}

void bind_job::abandon(const failure& why) {
  // A handle it may have opened is not in the table: whoever compares it with the modem's closes
  // it.
  if (auto* entry = core_.table.find(id_); entry != nullptr && attempts_ > 0) entry->bound.reset();
  report(why);
}

void bind_job::report(const failure& why) {
  core_.emit(outcome::failed{ticket_, why});
  finish();
}

}  // namespace cellsock
