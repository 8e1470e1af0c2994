// SPDX-License-Identifier: Apache-2.0
#include "stack/dns/name.hpp"

#include <algorithm>

#include "stack/dns/dns_limits.hpp"

namespace cellsock::dns {
namespace {

failure refused(std::string why) {
  return fail(errc::name_not_found, "name: " + std::move(why));
}

bool stands_in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

}  // namespace

result<std::string> wire_name(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.empty()) return refused("empty");
  if (host.size() > limits::name_text_bytes_max) return refused("longer than 253 characters");
  std::string name;
  for (std::size_t at = 0; at <= host.size();) {
    const auto end = std::min(host.find('.', at), host.size());
    const auto label = host.substr(at, end - at);
    if (label.empty()) return refused("two dots, or one at the start");
    if (label.size() > limits::label_bytes_max) return refused("a label longer than 63 characters");
    for (const char c : label) {
      if (static_cast<unsigned char>(c) >= 0x80)
        return refused("not in ASCII; write an international name in its xn-- form");
      if (!stands_in_name(c)) return refused("a character that no name of a host has");
    }
    name += static_cast<char>(label.size());
    name += label;
    at = end + 1;
  }
  name += '\0';
  return name;
}

std::string folded(std::string name) {
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return name;
}

}  // namespace cellsock::dns
