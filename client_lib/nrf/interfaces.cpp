// SPDX-License-Identifier: Apache-2.0
#include "client_lib/interfaces.hpp"

#include <net/if.h>
#include <nrf_socket.h>

#include <cstdlib>
#include <cstring>
#include <new>

#include "client_lib/face/edge.hpp"
#include "client_lib/face/sockaddr.hpp"
#include "client_lib/nrf/api.hpp"

namespace cellsock::client::nrf {
namespace {

/// One allocation per entry: name behind address behind entry.
struct interface_entry {
  nrf_ifaddrs info;
  nrf_sockaddr_in6 address;  // the larger of the two
};

nrf_ifaddrs* make_entry(const network_interface& from, const endpoint* address) {
  void* memory = std::calloc(1, sizeof(interface_entry) + from.name.size() + 1);
  if (memory == nullptr) return nullptr;
  auto* made = new (memory) interface_entry{};
  auto& info = made->info;
  info.ifa_name = reinterpret_cast<char*>(made + 1);
  std::memcpy(info.ifa_name, from.name.c_str(), from.name.size() + 1);
  info.ifa_flags = from.up ? IFF_UP | IFF_RUNNING : 0;
  if (address != nullptr) {
    info.ifa_addr = reinterpret_cast<nrf_sockaddr*>(&made->address);
    nrf_socklen_t length = sizeof made->address;
    face::store<api>(*address, info.ifa_addr, &length);
  }
  return &info;
}

void free_entries(nrf_ifaddrs* list) {
  while (list != nullptr) {
    auto* next = list->ifa_next;
    std::free(list);
    list = next;
  }
}

int list_interfaces(nrf_ifaddrs** result) {
  if (result == nullptr) return -EFAULT;
  auto found = interfaces();
  if (!found) return -found.why().error;
  nrf_ifaddrs* first = nullptr;
  auto** tail = &first;
  for (const auto& one : *found) {
    const std::size_t entries = one.addresses.empty() ? 1 : one.addresses.size();
    for (std::size_t i = 0; i < entries; ++i) {
      *tail = make_entry(one, one.addresses.empty() ? nullptr : &one.addresses[i]);
      if (*tail == nullptr) {
        free_entries(first);
        return -ENOMEM;
      }
      tail = &(*tail)->ifa_next;
    }
  }
  *result = first;
  return 0;
}

int set_server(int family, const void* address, nrf_socklen_t size) {
  const auto wanted = face::family_of<api>(family);
  if (!wanted) return -EAFNOSUPPORT;
  if (address == nullptr) return size == 0 ? set_name_server(*wanted, std::nullopt) : -EINVAL;
  const std::size_t bytes = *wanted == v1::FAMILY_INET6 ? 16 : 4;
  if (size != bytes) return -EINVAL;
  endpoint server;
  server.family = *wanted;
  std::memcpy(server.address.data(), address, bytes);
  return set_name_server(*wanted, server);
}

}  // namespace
}  // namespace cellsock::client::nrf

using namespace cellsock::client;

int nrf_getifaddrs(struct nrf_ifaddrs** list) {
  return face::at_edge([&] { return nrf::list_interfaces(list); });
}

void nrf_freeifaddrs(struct nrf_ifaddrs* list) {
  nrf::free_entries(list);
}

int nrf_setdnsaddr(int family, const void* address, nrf_socklen_t size) {
  return face::at_edge([&] { return nrf::set_server(family, address, size); });
}
