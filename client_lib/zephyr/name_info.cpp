// SPDX-License-Identifier: Apache-2.0
#include <netdb.h>
#include <unistd.h>
#include <zephyr/net/socket.h>

#include <array>
#include <charconv>
#include <cstring>
#include <string_view>

#include "client_lib/face/address_list.hpp"
#include "client_lib/face/edge.hpp"
#include "client_lib/zephyr/api.hpp"

namespace cellsock::client::zephyr {
namespace {

struct gai_name {
  int code;
  const char* name;
};
constexpr std::array gai_names{
    gai_name{DNS_EAI_BADFLAGS, "EAI_BADFLAGS"},
    gai_name{DNS_EAI_NONAME, "EAI_NONAME"},
    gai_name{DNS_EAI_AGAIN, "EAI_AGAIN"},
    gai_name{DNS_EAI_FAIL, "EAI_FAIL"},
    gai_name{DNS_EAI_NODATA, "EAI_NODATA"},
    gai_name{DNS_EAI_FAMILY, "EAI_FAMILY"},
    gai_name{DNS_EAI_SOCKTYPE, "EAI_SOCKTYPE"},
    gai_name{DNS_EAI_SERVICE, "EAI_SERVICE"},
    gai_name{DNS_EAI_ADDRFAMILY, "EAI_ADDRFAMILY"},
    gai_name{DNS_EAI_MEMORY, "EAI_MEMORY"},
    gai_name{DNS_EAI_SYSTEM, "EAI_SYSTEM"},
    gai_name{DNS_EAI_OVERFLOW, "EAI_OVERFLOW"},
    gai_name{DNS_EAI_INPROGRESS, "EAI_INPROGRESS"},
    gai_name{DNS_EAI_CANCELED, "EAI_CANCELED"},
    gai_name{DNS_EAI_NOTCANCELED, "EAI_NOTCANCELED"},
    gai_name{DNS_EAI_ALLDONE, "EAI_ALLDONE"},
    gai_name{DNS_EAI_IDN_ENCODE, "EAI_IDN_ENCODE"},
};

/// Whether `text` and its end fit.
bool put(std::string_view text, char* to, socklen_t room) {
  if (text.size() >= room) return false;
  std::memcpy(to, text.data(), text.size());
  to[text.size()] = '\0';
  return true;
}

/// Numbers always: there is no reverse lookup to ask.
int describe(const sockaddr* addr, socklen_t addrlen, char* host, socklen_t hostlen, char* serv,
             socklen_t servlen, int flags) {
  if ((flags & ~(NI_NUMERICHOST | NI_NUMERICSERV | NI_NOFQDN | NI_NAMEREQD | NI_DGRAM)) != 0)
    return DNS_EAI_BADFLAGS;
  const bool wants_host = host != nullptr && hostlen > 0;
  const bool wants_service = serv != nullptr && servlen > 0;
  if (!wants_host && !wants_service) return DNS_EAI_NONAME;
  if (wants_host && (flags & NI_NAMEREQD) != 0) return DNS_EAI_NONAME;
  const auto parsed = face::parse<api>(addr, addrlen);
  const auto* where = std::get_if<std::optional<endpoint>>(&parsed);
  if (where == nullptr || !*where) return DNS_EAI_FAMILY;
  if (wants_host) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(face::number_of<api>((*where)->family), (*where)->address.data(), text.data(),
                text.size());
    if (!put(text.data(), host, hostlen)) return DNS_EAI_OVERFLOW;
  }
  if (wants_service) {
    std::array<char, 8> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), (*where)->port).ptr;
    if (!put({text.data(), end}, serv, servlen)) return DNS_EAI_OVERFLOW;
  }
  return 0;
}

}  // namespace
}  // namespace cellsock::client::zephyr

using namespace cellsock::client;

int zsock_getnameinfo(const struct sockaddr* addr, socklen_t addrlen, char* host, socklen_t hostlen,
                      char* serv, socklen_t servlen, int flags) {
  return face::at_gai_edge(
      [&] { return zephyr::describe(addr, addrlen, host, hostlen, serv, servlen, flags); });
}

const char* zsock_gai_strerror(int errcode) {
  for (const auto& row : zephyr::gai_names)
    if (row.code == errcode) return row.name;
  return "EAI_UNKNOWN";
}

int zsock_gethostname(char* buf, size_t len) {
  return face::at_edge([&]() -> int {
    if (buf == nullptr) return -EINVAL;
    return ::gethostname(buf, len) == 0 ? 0 : -errno;
  });
}
