// SPDX-License-Identifier: Apache-2.0
#include "client_lib/resolve.hpp"

#include <nrf_socket.h>

#include "client_lib/face/address_list.hpp"
#include "client_lib/nrf/api.hpp"

namespace cellsock::client::nrf {
namespace {

int read_hints(const nrf_addrinfo& hints, face::query& wanted) {
  if ((hints.ai_flags & ~(NRF_AI_CANONNAME | NRF_AI_NUMERICSERV | NRF_AI_PDNSERV)) != 0)
    return NRF_EAI_BADFLAGS;
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

/// The most PDNs that the modem's AT commands can name: contexts 0 to 10.
constexpr std::uint32_t pdn_max = 10;

/// "pdn1", or 1.
std::optional<std::uint32_t> pdn_of(std::string_view text) {
  if (text.starts_with("pdn")) text.remove_prefix(3);
  const auto number = port_of(text);
  return number && *number <= pdn_max ? std::optional<std::uint32_t>(*number) : std::nullopt;
}

/// A port; with PDNSERV a PDN; with NUMERICSERV too, "port:pdn".
bool read_service(std::string_view service, int flags, face::query& wanted) {
  if ((flags & NRF_AI_PDNSERV) == 0) {
    wanted.port = port_of(service);
    return wanted.port.has_value();
  }
  if ((flags & NRF_AI_NUMERICSERV) != 0) {
    const auto colon = service.find(':');
    if (colon == std::string_view::npos) return false;
    wanted.port = port_of(service.substr(0, colon));
    if (!wanted.port) return false;
    service.remove_prefix(colon + 1);
  }
  wanted.pdn = pdn_of(service);
  return wanted.pdn.has_value();
}

int lookup(const char* node, const char* service, const nrf_addrinfo* hints,
           nrf_addrinfo** result) {
  face::query wanted;
  if (hints != nullptr)
    if (const int error = read_hints(*hints, wanted); error != 0) return error;
  if (node == nullptr || *node == '\0') return NRF_EAI_NONAME;
  if (service != nullptr) {
    const int flags = hints != nullptr ? hints->ai_flags : 0;
    if (!read_service(service, flags, wanted)) return NRF_EAI_SERVICE;
  }
  auto found = resolve(node, wanted.family, wanted.pdn);
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
