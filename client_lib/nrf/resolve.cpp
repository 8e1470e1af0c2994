// SPDX-License-Identifier: Apache-2.0
#include "client_lib/resolve.hpp"

#include <nrf_socket.h>

#include "client_lib/face/address_list.hpp"
#include "client_lib/nrf/api.hpp"

namespace cellsock::client::nrf {
namespace {

int read_hints(const nrf_addrinfo& hints, face::query& wanted) {
  if ((hints.ai_flags & ~(NRF_AI_CANONNAME | NRF_AI_NUMERICSERV)) != 0) return NRF_EAI_BADFLAGS;
  wanted.canonical_name = (hints.ai_flags & NRF_AI_CANONNAME) != 0;
  if (hints.ai_family != NRF_AF_UNSPEC) {
    const auto family = face::family_of<api>(hints.ai_family);
    if (!family) return NRF_EAI_FAMILY;
    wanted.family = *family;
  }
  switch (hints.ai_socktype) {
    case 0: break;
    case NRF_SOCK_STREAM: break;
    case NRF_SOCK_DGRAM:
      wanted.type = NRF_SOCK_DGRAM;
      wanted.protocol = NRF_IPPROTO_UDP;
      break;
    default: return NRF_EAI_SOCKTYPE;
  }
  if (hints.ai_protocol != 0) wanted.protocol = hints.ai_protocol;
  return 0;
}

int lookup(const char* node, const char* service, const nrf_addrinfo* hints,
           nrf_addrinfo** result) {
  face::query wanted;
  if (hints != nullptr)
    if (const int error = read_hints(*hints, wanted); error != 0) return error;
  if (node == nullptr || *node == '\0') return NRF_EAI_NONAME;
  if (service != nullptr) {
    const auto port = face::port_of(service);
    if (!port) return NRF_EAI_SERVICE;
    wanted.port = *port;
  }
  auto found = resolve(node, wanted.family);
  if (!found) return face::gai_result<api>(found.why());
  // One family per answer, the first.
  const auto family = found->front().family;
  std::erase_if(*found, [&](const endpoint& where) { return where.family != family; });
  return face::make_list<api>(*found, wanted, node, result);
}

}  // namespace
}  // namespace cellsock::client::nrf

using namespace cellsock::client;

int nrf_getaddrinfo(const char* node, const char* service, const struct nrf_addrinfo* hints,
                    struct nrf_addrinfo** result) {
  return face::at_gai_edge([&] { return nrf::lookup(node, service, hints, result); });
}

void nrf_freeaddrinfo(struct nrf_addrinfo* list) {
  face::free_list<nrf::api>(list);
}
