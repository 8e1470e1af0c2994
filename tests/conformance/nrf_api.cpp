// SPDX-License-Identifier: Apache-2.0
// libcellsock by Nordic's names. Families, addresses, O_NONBLOCK and timeouts are Nordic's own and
// are translated both ways; options go through with the number that the case gives.
#include <fcntl.h>
#include <netinet/in.h>
#include <nrf_modem.h>
#include <nrf_modem_at.h>
#include <nrf_socket.h>

#include <array>
#include <cstring>

#include "tests/conformance/api.hpp"

namespace cellsock::conformance {
namespace {

int number_of(int host_family) {
  if (host_family == AF_INET) return NRF_AF_INET;
  if (host_family == AF_INET6) return NRF_AF_INET6;
  return host_family == AF_UNSPEC ? NRF_AF_UNSPEC : host_family + 100;
}

struct own_address {
  alignas(8) std::array<char, 64> bytes{};
  nrf_socklen_t length = 0;
  [[nodiscard]] const nrf_sockaddr* get() const {
    return reinterpret_cast<const nrf_sockaddr*>(bytes.data());
  }
};

template <class Value>
void put(own_address& made, const Value& value, bool whole) {
  std::memcpy(made.bytes.data(), &value, sizeof value);
  made.length = whole ? sizeof value : sizeof value - 1;
}

/// A length that is too short for the host's struct becomes one too short for Nordic's.
own_address translated(const sockaddr* host, socklen_t length) {
  own_address made;
  if (length < sizeof host->sa_family) return made;
  if (host->sa_family == AF_INET6) {
    sockaddr_in6 from{};
    std::memcpy(&from, host, std::min<std::size_t>(length, sizeof from));
    nrf_sockaddr_in6 to{NRF_AF_INET6, from.sin6_port, {}, 0};
    std::memcpy(&to.sin6_addr, &from.sin6_addr, sizeof to.sin6_addr);
    put(made, to, length >= sizeof from);
  } else {
    sockaddr_in from{};
    std::memcpy(&from, host, std::min<std::size_t>(length, sizeof from));
    const auto family = static_cast<nrf_sa_family_t>(number_of(host->sa_family));
    put(made, nrf_sockaddr_in{family, from.sin_port, {from.sin_addr.s_addr}},
        length >= sizeof from);
  }
  return made;
}

template <class Value>
void copy_out(const Value& value, sockaddr* host, socklen_t* length) {
  std::memcpy(static_cast<void*>(host), &value, std::min<std::size_t>(*length, sizeof value));
  *length = sizeof value;
}

void give_back(const own_address& from, sockaddr* host, socklen_t* length) {
  if (from.length == 0) {
    *length = 0;
  } else if (from.get()->sa_family == NRF_AF_INET6) {
    nrf_sockaddr_in6 own{};
    std::memcpy(&own, from.bytes.data(), sizeof own);
    sockaddr_in6 made{};
    made.sin6_family = AF_INET6;
    made.sin6_port = own.sin6_port;
    std::memcpy(&made.sin6_addr, &own.sin6_addr, sizeof made.sin6_addr);
    copy_out(made, host, length);
  } else {
    nrf_sockaddr_in own{};
    std::memcpy(&own, from.bytes.data(), sizeof own);
    sockaddr_in made{};
    made.sin_family = AF_INET;
    made.sin_port = own.sin_port;
    made.sin_addr.s_addr = own.sin_addr.s_addr;
    copy_out(made, host, length);
  }
}

/// Calls with an address that goes in.
template <class Call>
auto with(const sockaddr* host, socklen_t length, Call call) {
  if (host == nullptr) return call(static_cast<const nrf_sockaddr*>(nullptr), length);
  const auto own = translated(host, length);
  return call(own.get(), own.length);
}

/// Calls with an address that comes out.
template <class Call>
auto filling(sockaddr* host, socklen_t* length, Call call) {
  if (host == nullptr || length == nullptr)
    return call(reinterpret_cast<nrf_sockaddr*>(host), length);
  own_address own;
  own.length = own.bytes.size();
  const auto result = call(reinterpret_cast<nrf_sockaddr*>(own.bytes.data()), &own.length);
  if (result >= 0) give_back(own, host, length);
  return result;
}

resolved look_up(const char* node, const char* service, const query* hints) {
  nrf_addrinfo wanted{};
  if (hints != nullptr) {
    wanted.ai_flags = hints->flags;
    wanted.ai_family = number_of(hints->family);
    wanted.ai_socktype = hints->type;
    wanted.ai_protocol = hints->protocol;
  }
  nrf_addrinfo* list = nullptr;
  resolved made;
  made.error = nrf_getaddrinfo(node, service, hints != nullptr ? &wanted : nullptr, &list);
  for (const auto* one = made.error == 0 ? list : nullptr; one != nullptr; one = one->ai_next) {
    found_address found;
    found.type = one->ai_socktype;
    found.protocol = one->ai_protocol;
    own_address own;
    std::memcpy(own.bytes.data(), one->ai_addr, one->ai_addrlen);
    own.length = one->ai_addrlen;
    found.length = sizeof found.address;
    give_back(own, reinterpret_cast<sockaddr*>(&found.address), &found.length);
    found.family = one->ai_family == NRF_AF_INET6 ? AF_INET6 : AF_INET;
    if (one->ai_canonname != nullptr) found.canonical_name = one->ai_canonname;
    made.list.push_back(std::move(found));
  }
  if (made.error == 0) nrf_freeaddrinfo(list);
  return made;
}

int list_interfaces(std::vector<found_interface>& found) {
  nrf_ifaddrs* list = nullptr;
  if (nrf_getifaddrs(&list) != 0) return -1;
  for (const auto* one = list; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr) continue;
    found.push_back({one->ifa_name, {}});
    own_address own;
    own.length = one->ifa_addr->sa_family == NRF_AF_INET6 ? sizeof(nrf_sockaddr_in6)
                                                          : sizeof(nrf_sockaddr_in);
    std::memcpy(own.bytes.data(), one->ifa_addr, own.length);
    socklen_t length = sizeof found.back().address;
    give_back(own, reinterpret_cast<sockaddr*>(&found.back().address), &length);
  }
  nrf_freeifaddrs(list);
  return 0;
}

// The cases bring their formats.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
constexpr modem_calls modem{
    .init =
        [] {
          const nrf_modem_init_params none{};
          return nrf_modem_init(&none);
        },
    .shutdown = nrf_modem_shutdown,
    .printf = [](const char* command) { return nrf_modem_at_printf("%s", command); },
    .printf_number = [](const char* format,
                        int number) { return nrf_modem_at_printf(format, number); },
    .command =
        [](const char* command, std::size_t room, std::string& response) {
          response.assign(room, '\0');
          const int result = nrf_modem_at_cmd(response.data(), room, "%s", command);
          response.resize(::strnlen(response.data(), room));
          return result;
        },
    .scan = [](const char* command, const char* format,
               int& number) { return nrf_modem_at_scanf(command, format, &number); },
    .async =
        [](const char* command, void (*handler)(const char*)) {
          return nrf_modem_at_cmd_async(handler, "%s", command);
        },
    .notifications = nrf_modem_at_notif_handler_set,
    .set_dns = [](int host_family, const void* address,
                  socklen_t size) { return nrf_setdnsaddr(number_of(host_family), address, size); },
};

#pragma GCC diagnostic pop

bool is_timeout(int level, int option) {
  return level == NRF_SOL_SOCKET && (option == NRF_SO_RCVTIMEO || option == NRF_SO_SNDTIMEO);
}

int set_option(int fd, int level, int option, const void* value, socklen_t length) {
  if (!is_timeout(level, option) || length != sizeof(timeval) || value == nullptr)
    return nrf_setsockopt(fd, level, option, value, length);
  timeval host{};
  std::memcpy(&host, value, sizeof host);
  const nrf_timeval own{static_cast<std::uint32_t>(host.tv_sec),
                        static_cast<std::uint32_t>(host.tv_usec)};
  return nrf_setsockopt(fd, level, option, &own, sizeof own);
}

int get_option(int fd, int level, int option, void* value, socklen_t* length) {
  if (!is_timeout(level, option) || value == nullptr || length == nullptr)
    return nrf_getsockopt(fd, level, option, value, length);
  nrf_timeval own{};
  nrf_socklen_t own_length = sizeof own;
  const int result = nrf_getsockopt(fd, level, option, &own, &own_length);
  if (result != 0) return result;
  const timeval host{own.tv_sec, own.tv_usec};
  std::memcpy(value, &host, std::min<std::size_t>(*length, sizeof host));
  *length = sizeof host;
  return 0;
}

int control(int fd, int command, int value) {
  const int own = (value & ~O_NONBLOCK) | ((value & O_NONBLOCK) != 0 ? NRF_O_NONBLOCK : 0);
  const int result = nrf_fcntl(fd, command, own);
  if (command != F_GETFL || result < 0) return result;
  return (result & NRF_O_NONBLOCK) != 0 ? O_NONBLOCK : 0;
}

int to_address(int family, const char* text, void* to) {
  return nrf_inet_pton(number_of(family), text, to);
}
const char* to_text(int family, const void* from, char* text, socklen_t room) {
  return nrf_inet_ntop(number_of(family), from, text, room);
}

const api nrf{
    .name = "nrf",
    .which = family::nrf,
    .socket = [](int f, int type, int proto) { return nrf_socket(number_of(f), type, proto); },
    .socketpair = nullptr,
    .close = nrf_close,
    .connect =
        [](int fd, const sockaddr* to, socklen_t length) {
          return with(to, length, [&](auto* own, auto n) { return nrf_connect(fd, own, n); });
        },
    .bind =
        [](int fd, const sockaddr* to, socklen_t length) {
          return with(to, length, [&](auto* own, auto n) { return nrf_bind(fd, own, n); });
        },
    .listen = nrf_listen,
    .accept =
        [](int fd, sockaddr* from, socklen_t* length) {
          return filling(from, length, [&](auto* own, auto* n) { return nrf_accept(fd, own, n); });
        },
    .shutdown = nullptr,
    .send = nrf_send,
    .sendto =
        [](int fd, const void* bytes, size_t n, int flags, const sockaddr* to, socklen_t length) {
          return with(to, length, [&](auto* own, auto own_length) {
            return nrf_sendto(fd, bytes, n, flags, own, own_length);
          });
        },
    .sendmsg = nullptr,
    .recv = nrf_recv,
    .recvfrom =
        [](int fd, void* bytes, size_t n, int flags, sockaddr* from, socklen_t* length) {
          return filling(from, length, [&](auto* own, auto* own_length) {
            return nrf_recvfrom(fd, bytes, n, flags, own, own_length);
          });
        },
    .recvmsg = nullptr,
    .poll = [](pollfd* fds, unsigned count,
               int ms) { return nrf_poll(reinterpret_cast<nrf_pollfd*>(fds), count, ms); },
    .select = nullptr,
    .fcntl = control,
    .ioctl = nullptr,
    .setsockopt = set_option,
    .getsockopt = get_option,
    .getsockname = nullptr,
    .getpeername = nullptr,
    .getaddrinfo = look_up,
    .getnameinfo = nullptr,
    .gai_strerror = nullptr,
    .inet_pton = to_address,
    .inet_ntop = to_text,
    .getifaddrs = list_interfaces,
    .modem = &modem,
};

}  // namespace

const api& tested() {
  return nrf;
}

}  // namespace cellsock::conformance
