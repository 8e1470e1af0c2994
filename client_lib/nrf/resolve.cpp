// SPDX-License-Identifier: Apache-2.0

#include <nrf_gai_errors.h>
#include <nrf_socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>

#include "client_lib/nrf/sockaddr.hpp"
#include "client_lib/resolve.hpp"

namespace cellsock::client::nrf {
namespace {

struct gai_row {
  wire::ErrorCode code;
  int result;
};
/// What a name can fail of; everything else is NRF_EAI_SYSTEM with its errno.
constexpr std::array gai_rows{
    gai_row{wire::ERROR_CODE_NAME_NOT_FOUND, NRF_EAI_NONAME},
    gai_row{wire::ERROR_CODE_INVALID_ARGUMENT, NRF_EAI_NONAME},
    gai_row{wire::ERROR_CODE_NAME_FAILED, NRF_EAI_FAIL},
    gai_row{wire::ERROR_CODE_NAME_TRY_AGAIN, NRF_EAI_AGAIN},
    gai_row{wire::ERROR_CODE_TIMED_OUT, NRF_EAI_AGAIN},
    gai_row{wire::ERROR_CODE_UNSUPPORTED_FAMILY, NRF_EAI_FAMILY},
};

int result_of(const failure& why) {
  if (why.who == failed_by::deadline) return NRF_EAI_AGAIN;
  if (why.who == failed_by::daemon)
    for (const auto& row : gai_rows)
      if (row.code == why.code) return row.result;
  errno = why.error;
  return NRF_EAI_SYSTEM;
}

/// hints after their checks.
struct query {
  wire::Family family = wire::FAMILY_UNSPECIFIED;
  int type = NRF_SOCK_STREAM;
  int protocol = NRF_IPPROTO_TCP;
  bool canonical_name = false;
  std::uint16_t port = 0;
};

int read_hints(const nrf_addrinfo& hints, query& wanted) {
  if ((hints.ai_flags & ~(NRF_AI_CANONNAME | NRF_AI_NUMERICSERV)) != 0) return NRF_EAI_BADFLAGS;
  wanted.canonical_name = (hints.ai_flags & NRF_AI_CANONNAME) != 0;
  if (hints.ai_family != NRF_AF_UNSPEC) {
    const auto family = family_of(hints.ai_family);
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

int read_service(const char* service, query& wanted) {
  if (service == nullptr) return 0;
  const std::string_view text(service);
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), wanted.port, 10);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole ? 0 : NRF_EAI_SERVICE;
}

/// One allocation per result, so that the list can be freed entry by entry or spliced.
struct list_entry {
  nrf_addrinfo info;
  nrf_sockaddr_in6 address;  // the larger of the two
};

nrf_addrinfo* make_entry(const endpoint& where, const query& wanted, std::string_view name) {
  const auto name_bytes = name.empty() ? 0 : name.size() + 1;
  void* memory = std::calloc(1, sizeof(list_entry) + name_bytes);
  if (memory == nullptr) return nullptr;
  auto* made = new (memory) list_entry{};
  auto& info = made->info;
  info.ai_family = nrf_family_of(where.family);
  info.ai_socktype = wanted.type;
  info.ai_protocol = wanted.protocol;
  info.ai_addr = reinterpret_cast<nrf_sockaddr*>(&made->address);
  info.ai_addrlen = sizeof made->address;
  store(where, info.ai_addr, &info.ai_addrlen);
  if (name_bytes > 0) {
    info.ai_canonname = reinterpret_cast<char*>(made + 1);
    std::memcpy(info.ai_canonname, name.data(), name.size());
    info.ai_canonname[name.size()] = '\0';
  }
  return &info;
}

int make_list(const std::vector<endpoint>& found, const query& wanted, std::string_view name,
              nrf_addrinfo** result) {
  nrf_addrinfo* first = nullptr;
  nrf_addrinfo** tail = &first;
  for (auto where : found) {
    if (where.family != found.front().family) continue;  // one family per answer
    where.port = wanted.port;
    const bool named = wanted.canonical_name && first == nullptr;
    *tail = make_entry(where, wanted, named ? name : std::string_view{});
    if (*tail == nullptr) {
      nrf_freeaddrinfo(first);
      return NRF_EAI_MEMORY;
    }
    tail = &(*tail)->ai_next;
  }
  *result = first;
  return 0;
}

int lookup(const char* node, const char* service, const nrf_addrinfo* hints,
           nrf_addrinfo** result) {
  query wanted;
  if (hints != nullptr)
    if (const int error = read_hints(*hints, wanted); error != 0) return error;
  if (node == nullptr || *node == '\0') return NRF_EAI_NONAME;
  if (const int error = read_service(service, wanted); error != 0) return error;
  auto found = resolve(node, wanted.family);
  if (!found) return result_of(found.why());
  return make_list(*found, wanted, node, result);
}

}  // namespace
}  // namespace cellsock::client::nrf

int nrf_getaddrinfo(const char* node, const char* service, const struct nrf_addrinfo* hints,
                    struct nrf_addrinfo** result) {
  const int before = errno;
  int code = NRF_EAI_MEMORY;
  try {
    code = cellsock::client::nrf::lookup(node, service, hints, result);
  } catch (const std::bad_alloc&) {
  }
  if (code != NRF_EAI_SYSTEM) errno = before;
  return code;
}

void nrf_freeaddrinfo(struct nrf_addrinfo* list) {
  while (list != nullptr) {
    auto* next = list->ai_next;
    std::free(list);
    list = next;
  }
}
