// SPDX-License-Identifier: Apache-2.0
#include "actors/host/resolv_conf.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "stack/dns/dns_limits.hpp"

namespace cellsock::host {
namespace {

/// A machine's file has a few lines; what is longer is none.
constexpr std::size_t file_bytes_max = 65536;

bool is_loopback(const ip_address& address) {
  static const auto six = *parse_address("::1");
  return address.family == ip_family::v4 ? address.bytes[0] == 127 : address == six;
}

}  // namespace

std::vector<ip_address> name_servers_in(std::string_view resolv_conf) {
  std::vector<ip_address> servers;
  std::istringstream lines{std::string(resolv_conf)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word, address;
    if (!(words >> word >> address) || word != "nameserver") continue;
    const auto known = parse_address(address);
    if (known && servers.size() < dns::limits::servers_max) servers.push_back(*known);
  }
  return servers;
}

std::vector<ip_address> machine_name_servers() {
  std::ifstream file("/etc/resolv.conf");
  std::string text(file_bytes_max, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return name_servers_in(text);
}

std::vector<ip_address> reached_by(std::vector<ip_address> servers, bool loopback) {
  std::erase_if(servers, [&](const auto& one) { return is_loopback(one) != loopback; });
  return servers;
}

}  // namespace cellsock::host
