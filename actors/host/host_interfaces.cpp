// SPDX-License-Identifier: Apache-2.0
#include "actors/host/host_interfaces.hpp"

#include <ifaddrs.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "actors/descriptor.hpp"
#include "actors/host/host_address.hpp"

namespace cellsock::host {
namespace {

using interface_list = std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)>;

interface_list read_all() {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) all = nullptr;
  return {all, &::freeifaddrs};
}

unsigned mtu_of(const std::string& name) {
  const descriptor any(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::memcpy(request.ifr_name, name.data(), std::min(name.size(), sizeof request.ifr_name - 1));
  if (any.get() < 0 || ::ioctl(any.get(), SIOCGIFMTU, &request) != 0) return 0;
  return request.ifr_mtu > 0 ? static_cast<unsigned>(request.ifr_mtu) : 0;
}

}  // namespace

interface_facts read_interface(const std::string& name) {
  interface_facts facts{.name = name};
  const auto all = read_all();
  for (const auto* one = all.get(); one != nullptr; one = one->ifa_next) {
    if (name != one->ifa_name) continue;
    facts.there = true;
    facts.loopback = (one->ifa_flags & IFF_LOOPBACK) != 0;
    facts.up = (one->ifa_flags & IFF_UP) != 0 && (one->ifa_flags & IFF_RUNNING) != 0;
    const auto size = one->ifa_addr == nullptr               ? socklen_t{0}
                      : one->ifa_addr->sa_family == AF_INET6 ? socklen_t{sizeof(sockaddr_storage)}
                                                             : socklen_t{sizeof(sockaddr)};
    if (const auto where = from_kernel(one->ifa_addr, size))
      facts.addresses.push_back(where->address);
  }
  if (facts.there) facts.mtu = mtu_of(name);
  return facts;
}

std::vector<std::string> interface_names() {
  std::vector<std::string> names;
  const auto all = read_all();
  for (const auto* one = all.get(); one != nullptr; one = one->ifa_next) {
    const std::string name = one->ifa_name;
    if ((one->ifa_flags & IFF_LOOPBACK) == 0 &&
        std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  }
  return names;
}

}  // namespace cellsock::host
