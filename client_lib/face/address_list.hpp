// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>
#include <span>
#include <string_view>

#include "client_lib/face/sockaddr.hpp"
#include "client_lib/resolve.hpp"

/// getaddrinfo's parts that the families share. The numbers of EAI_* are the host's in all of them;
/// which one a program gets, and in what order the checks run, is each family's own.
namespace cellsock::client::face {

/// hints and service after their checks.
struct query {
  v1::Family family = v1::FAMILY_UNSPECIFIED;
  int type = SOCK_STREAM;
  int protocol = IPPROTO_TCP;
  bool canonical_name = false;
  std::optional<std::uint16_t> port;  // none: that of the literal, or 0
  std::optional<std::uint32_t> pdn;
};

struct gai_row {
  v1::ErrorCode code;
  int result;
};
/// What a name can fail of; everything else is EAI_SYSTEM with its errno.
inline constexpr std::array gai_rows{
    gai_row{v1::ERROR_CODE_NAME_NOT_FOUND, EAI_NONAME},
    gai_row{v1::ERROR_CODE_INVALID_ARGUMENT, EAI_NONAME},
    gai_row{v1::ERROR_CODE_NAME_FAILED, EAI_FAIL},
    gai_row{v1::ERROR_CODE_NAME_TRY_AGAIN, EAI_AGAIN},
    gai_row{v1::ERROR_CODE_TIMED_OUT, EAI_AGAIN},
};

/// EAI_SYSTEM sets errno.
template <class Api>
int gai_result(const failure& why) {
  if (why.who == failed_by::deadline) return EAI_AGAIN;
  if (why.who == failed_by::daemon) {
    if (why.code == v1::ERROR_CODE_UNSUPPORTED_FAMILY) return Api::family_not_carried;
    for (const auto& row : gai_rows)
      if (row.code == why.code) return row.result;
  }
  errno = why.error;
  return EAI_SYSTEM;
}

/// One allocation per result, so that the list can be freed entry by entry or spliced.
template <class Api>
struct list_entry {
  typename Api::address_info info;
  typename Api::v6 address;  // the larger of the two
};

template <class Api>
void free_list(typename Api::address_info* list) {
  while (list != nullptr) {
    auto* next = list->ai_next;
    std::free(list);
    list = next;
  }
}

template <class Api>
typename Api::address_info* make_entry(const endpoint& where, const query& wanted,
                                       std::string_view name) {
  using entry = list_entry<Api>;
  const auto name_bytes = name.empty() ? 0 : name.size() + 1;
  void* memory = std::calloc(1, sizeof(entry) + name_bytes);
  if (memory == nullptr) return nullptr;
  auto* made = new (memory) entry{};
  auto& info = made->info;
  info.ai_family = number_of<Api>(where.family);
  info.ai_socktype = wanted.type;
  info.ai_protocol = wanted.protocol;
  info.ai_addr = reinterpret_cast<typename Api::address*>(&made->address);
  info.ai_addrlen = sizeof made->address;
  store<Api>(where, info.ai_addr, &info.ai_addrlen);
  if (name_bytes > 0) {
    info.ai_canonname = reinterpret_cast<char*>(made + 1);
    std::memcpy(info.ai_canonname, name.data(), name.size());
    info.ai_canonname[name.size()] = '\0';
  }
  return &info;
}

/// 0 or EAI_MEMORY. `name` is the first entry's, if it was asked for.
template <class Api>
int make_list(std::span<const endpoint> found, const query& wanted, std::string_view name,
              typename Api::address_info** result) {
  typename Api::address_info* first = nullptr;
  auto** tail = &first;
  for (auto where : found) {
    if (wanted.port) where.port = *wanted.port;
    const bool named = wanted.canonical_name && first == nullptr;
    *tail = make_entry<Api>(where, wanted, named ? name : std::string_view{});
    if (*tail == nullptr) {
      free_list<Api>(first);
      return EAI_MEMORY;
    }
    tail = &(*tail)->ai_next;
  }
  *result = first;
  return 0;
}

/// The libc edge of a call that returns EAI_*: errno is touched for EAI_SYSTEM alone.
template <class Lookup>
int at_gai_edge(Lookup lookup) {
  const int before = errno;
  int code = EAI_MEMORY;
  try {
    code = lookup();
  } catch (const std::bad_alloc&) {
  }
  if (code != EAI_SYSTEM) errno = before;
  return code;
}

}  // namespace cellsock::client::face
