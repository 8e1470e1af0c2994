// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>

#include "modem_bridge/emulator/commands.hpp"
#include "modem_bridge/emulator/name_table.hpp"

namespace cellsock::emulator {
namespace {

using form = command::form;

// ---- synchronous poll ----

bool print_ready(board& b, const std::vector<int>& handles) {
  bool any = false;
  for (const int handle : handles) {
    const modem_socket* socket = b.sockets.find(handle);
    const unsigned state = socket ? b.stack.poll(socket->id, b.now) : ready::nval;
    const unsigned bits = state & (ready::in | ready::abnormal);
    if (bits == 0) continue;
    std::array<char, 16> hex{};
    std::snprintf(hex.data(), hex.size(), "0x%04x", bits);
    b.say("#XPOLL: " + std::to_string(handle) + ",\"" + hex.data() + "\"");
    any = true;
  }
  return any;
}

verdict poll_verb(board& b, const command& c) {
  const auto timeout = c.number(0);
  if (!c.is_set() || b.watch.running() || !timeout) return verdict::error;
  std::vector<int> handles;
  if (c.count() == 1)
    for (const modem_socket* socket : b.sockets.all()) handles.push_back(socket->handle);
  for (std::size_t i = 1; i < c.count() && i <= b.sockets.capacity(); ++i) {
    const auto handle = c.number(i);
    if (!handle || !b.sockets.find(*handle)) return verdict::error;
    handles.push_back(*handle);
  }
  if (print_ready(b, handles) || *timeout == 0) return verdict::ok;
  std::optional<time_point> deadline;
  if (*timeout > 0) deadline = b.now + std::chrono::milliseconds(*timeout);
  return b.wait(deadline, [&b, handles, deadline] {
    const bool over = deadline && b.now >= *deadline;
    return print_ready(b, handles) || over ? verdict::ok : verdict::blocked;
  });
}

// ---- asynchronous poll ----

verdict watch_verb(board& b, const command& c) {
  if (c.shape == form::read) {
    std::string text = "#XAPOLL: " + std::to_string(b.watch.running() ? 1 : 0) + "," +
                       std::to_string(b.watch.events());
    for (const modem_socket* socket : b.sockets.all())
      if (b.watch.watches(*socket)) text += "," + std::to_string(socket->handle);
    b.say(text);
    return verdict::ok;
  }
  if (c.shape == form::test) {
    b.say("#XAPOLL: (0,1),<0,1,4,5>,<handle1>,<handle2>,...");
    return verdict::ok;
  }
  const auto operation = c.number(0, 0, 1);
  if (!operation) return verdict::error;
  if (*operation == 0) {
    b.watch.stop();
    return verdict::ok;
  }
  const auto events = c.number(1);
  if (!events || (*events & ~static_cast<int>(ready::in | ready::out)) != 0) return verdict::error;
  const auto bits = static_cast<unsigned>(*events);
  if (c.count() == 2) {
    b.watch.start_all(b.sockets, bits);
    return verdict::ok;
  }
  std::vector<int> handles;
  for (std::size_t i = 2; i < c.count(); ++i) {
    const auto handle = c.number(i);
    if (!handle) return verdict::error;
    handles.push_back(*handle);
  }
  return b.watch.start_some(b.sockets, bits, handles) ? verdict::ok : verdict::error;
}

// ---- names ----

/// Most builds print as many addresses as there are, but each time the first: a bug that a driver
/// must survive.
verdict print_addresses(board& b, const std::string& host, int family) {
  constexpr std::size_t answer_bytes_max = 200;
  // Who asks for any family gets those the network has an address of; a literal needs none.
  const bool literal = static_cast<bool>(parse_address(host));
  const auto wanted = [&](const ip_address& address) {
    if (family == 0) return literal || b.radio.reaches(0, address.family);
    return address.family == (family == 1 ? ip_family::v4 : ip_family::v6);
  };
  const bool up = (literal || b.radio.carries(0)) &&
                  (b.radio.reaches(0, ip_family::v4) || b.radio.reaches(0, ip_family::v6));
  std::vector<ip_address> found;
  if (up)
    for (const ip_address& address : resolve(b.config.names, host))
      if (wanted(address)) found.push_back(address);
  if (found.empty()) {
    b.say(up ? "#XGETADDRINFO: \"EAI_NONAME\"" : "#XGETADDRINFO: \"EAI_AGAIN\"");
    return verdict::error;
  }
  const std::string first = to_string(found.front());
  std::string list = first;
  for (std::size_t i = 1; i < found.size() && list.size() < answer_bytes_max; ++i)
    list += " " + (b.rules().first_address_repeats ? first : to_string(found[i]));
  b.say("#XGETADDRINFO: \"" + list + "\"");
  return verdict::ok;
}

/// How long the modem waits for a name server.
constexpr auto lookup_patience = std::chrono::seconds(30);

verdict resolve_verb(board& b, const command& c) {
  constexpr std::size_t host_bytes_max = 127;
  const auto host = c.text(0, host_bytes_max);
  const auto family = c.count() > 1 ? c.number(1, 0, 2) : std::optional<std::int32_t>(0);
  if (!c.is_set() || !host || !family || c.count() > 2) return verdict::error;
  const std::string name(*host);
  if (parse_address(name) || !b.radio.active(0)) return print_addresses(b, name, *family);
  // Out of coverage nobody answers.
  const time_point answered = b.now + b.ask_network(0).value_or(lookup_patience);
  if (answered == b.now) return print_addresses(b, name, *family);
  return b.wait(answered, [&b, name, answered, family = *family] {
    return b.now < answered && b.radio.active(0) ? verdict::blocked
                                                 : print_addresses(b, name, family);
  });
}

constexpr std::array verbs{
    verb{"XGETADDRINFO", resolve_verb, in::every},
    verb{"XPOLL", poll_verb, in::slm},
    verb{"XAPOLL", watch_verb, {dialect::slm_3_1}},
};

}  // namespace

std::span<const verb> poll_verbs() {
  return verbs;
}

}  // namespace cellsock::emulator
