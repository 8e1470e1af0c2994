// SPDX-License-Identifier: Apache-2.0
#include "client_lib/resolve.hpp"

#include <zephyr/net/socket.h>

#include "client_lib/face/address_list.hpp"
#include "client_lib/zephyr/api.hpp"

namespace cellsock::client::zephyr {
namespace {

static_assert(DNS_EAI_NONAME == EAI_NONAME && DNS_EAI_AGAIN == EAI_AGAIN &&
              DNS_EAI_FAIL == EAI_FAIL && DNS_EAI_MEMORY == EAI_MEMORY &&
              DNS_EAI_SYSTEM == EAI_SYSTEM);

int read_hints(const zsock_addrinfo& hints, face::query& wanted) {
  wanted.canonical_name = (hints.ai_flags & AI_CANONNAME) != 0;
  if (hints.ai_family != AF_UNSPEC) {
    const auto family = face::family_of<api>(hints.ai_family);
    if (!family) return DNS_EAI_ADDRFAMILY;
    wanted.family = *family;
  }
  if (hints.ai_socktype == SOCK_DGRAM) {
    wanted.type = SOCK_DGRAM;
    wanted.protocol = IPPROTO_UDP;
  } else if (hints.ai_socktype != 0 && hints.ai_socktype != SOCK_STREAM) {
    return DNS_EAI_SOCKTYPE;
  }
  return 0;
}

/// A name's IPv4 addresses, then its IPv6 ones. One answer is enough; the error of the first
/// question is told, unless that was only that the link does not carry IPv4.
outcome<std::vector<endpoint>> resolve_both(const std::string& host) {
  auto found = resolve(host, v1::FAMILY_INET);
  // No daemon, no network, no answer in time: asking for the other family would not help.
  const auto asked_in_vain = [](const failure& why) {
    return why.who == failed_by::daemon &&
           (why.code == v1::ERROR_CODE_NAME_NOT_FOUND || why.code == v1::ERROR_CODE_NAME_FAILED ||
            why.code == v1::ERROR_CODE_UNSUPPORTED_FAMILY);
  };
  if (!found && !asked_in_vain(found.why())) return found;
  auto more = resolve(host, v1::FAMILY_INET6);
  if (!found) {
    const bool carried = found.why().code != v1::ERROR_CODE_UNSUPPORTED_FAMILY;
    return !more && carried ? std::move(found) : std::move(more);
  }
  if (more) found->insert(found->end(), more->begin(), more->end());
  return found;
}

/// For a bind: the wildcard, IPv4's unless hints say IPv6.
endpoint any_address(v1::Family family) {
  endpoint made;
  made.family = family == v1::FAMILY_INET6 ? v1::FAMILY_INET6 : v1::FAMILY_INET;
  return made;
}

int lookup(const char* host, const char* service, const zsock_addrinfo* hints,
           zsock_addrinfo** result) {
  *result = nullptr;
  face::query wanted;
  const int flags = hints != nullptr ? hints->ai_flags : 0;
  if (hints != nullptr)
    if (const int error = read_hints(*hints, wanted); error != 0) return error;
  if (host == nullptr && service == nullptr) {
    errno = EINVAL;
    return DNS_EAI_SYSTEM;
  }
  if (service != nullptr) {
    wanted.port = port_of(service);
    if (!wanted.port || *wanted.port == 0) return DNS_EAI_NONAME;
  }
  const auto listed = [&](std::span<const endpoint> found) {
    return face::make_list<api>(found, wanted, host != nullptr ? host : "", result);
  };
  if (host == nullptr) {
    if ((flags & AI_PASSIVE) == 0) return DNS_EAI_FAIL;
    const auto any = any_address(wanted.family);
    return listed({&any, 1});
  }
  if (const auto known = literal(host)) {
    const bool fits = wanted.family == v1::FAMILY_UNSPECIFIED || wanted.family == known->family;
    return fits ? listed({&*known, 1}) : DNS_EAI_NONAME;
  }
  if ((flags & AI_NUMERICHOST) != 0) return DNS_EAI_FAIL;
  if (*host == '\0') return DNS_EAI_NONAME;
  auto found =
      wanted.family == v1::FAMILY_UNSPECIFIED ? resolve_both(host) : resolve(host, wanted.family);
  return found ? listed(*found) : face::gai_result<api>(found.why());
}

}  // namespace
}  // namespace cellsock::client::zephyr

using namespace cellsock::client;

int zsock_getaddrinfo(const char* host, const char* service, const struct zsock_addrinfo* hints,
                      struct zsock_addrinfo** res) {
  return face::at_gai_edge([&] { return zephyr::lookup(host, service, hints, res); });
}

void zsock_freeaddrinfo(struct zsock_addrinfo* ai) {
  face::free_list<zephyr::api>(ai);
}
