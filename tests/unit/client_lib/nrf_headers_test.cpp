// SPDX-License-Identifier: Apache-2.0
// Pins every signature, constant and layout of the nrf_ headers, in C++ after the host's headers.
// (nrf_headers.c does it in C, nrf_headers_first.c in the other order.)
#include <arpa/inet.h>
#include <cellsock/version.h>
#include <doctest/doctest.h>
#include <netdb.h>
#include <netinet/in.h>
#include <nrf_errno.h>
#include <nrf_gai_errors.h>
#include <nrf_socket.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

static_assert(std::is_same_v<decltype(nrf_socket), int(int, int, int)>);
static_assert(std::is_same_v<decltype(nrf_close), int(int)>);
static_assert(std::is_same_v<decltype(nrf_fcntl), int(int, int, int)>);
static_assert(std::is_same_v<decltype(nrf_bind), int(int, const nrf_sockaddr*, nrf_socklen_t)>);
static_assert(std::is_same_v<decltype(nrf_connect), int(int, const nrf_sockaddr*, nrf_socklen_t)>);
static_assert(std::is_same_v<decltype(nrf_listen), int(int, int)>);
static_assert(std::is_same_v<decltype(nrf_accept), int(int, nrf_sockaddr*, nrf_socklen_t*)>);
static_assert(std::is_same_v<decltype(nrf_send), ssize_t(int, const void*, size_t, int)>);
static_assert(std::is_same_v<decltype(nrf_sendto), ssize_t(int, const void*, size_t, int,
                                                           const nrf_sockaddr*, nrf_socklen_t)>);
static_assert(std::is_same_v<decltype(nrf_recv), ssize_t(int, void*, size_t, int)>);
static_assert(std::is_same_v<decltype(nrf_recvfrom),
                             ssize_t(int, void*, size_t, int, nrf_sockaddr*, nrf_socklen_t*)>);
static_assert(std::is_same_v<decltype(nrf_poll), int(nrf_pollfd*, nrf_nfds_t, int)>);
static_assert(
    std::is_same_v<decltype(nrf_setsockopt), int(int, int, int, const void*, nrf_socklen_t)>);
static_assert(std::is_same_v<decltype(nrf_getsockopt), int(int, int, int, void*, nrf_socklen_t*)>);
static_assert(std::is_same_v<decltype(nrf_inet_pton), int(int, const char*, void*)>);
static_assert(
    std::is_same_v<decltype(nrf_inet_ntop), const char*(int, const void*, char*, nrf_socklen_t)>);
static_assert(std::is_same_v<decltype(nrf_getaddrinfo),
                             int(const char*, const char*, const nrf_addrinfo*, nrf_addrinfo**)>);
static_assert(std::is_same_v<decltype(nrf_getifaddrs), int(nrf_ifaddrs**)>);
static_assert(std::is_same_v<decltype(nrf_freeifaddrs), void(nrf_ifaddrs*)>);
static_assert(std::is_same_v<decltype(nrf_setdnsaddr), int(int, const void*, nrf_socklen_t)>);
static_assert(std::is_same_v<struct nrf_pollcb, nrf_modem_pollcb>);
static_assert(std::is_same_v<nrf_modem_pollcb_t, void (*)(nrf_pollfd*)>);
static_assert(std::is_same_v<decltype(nrf_freeaddrinfo), void(nrf_addrinfo*)>);

static_assert(sizeof(nrf_socklen_t) == 4 && sizeof(nrf_nfds_t) == 4 && sizeof(nrf_sec_tag_t) == 4);
static_assert(std::is_same_v<nrf_sa_family_t, unsigned short>);
static_assert(sizeof(nrf_sockaddr_in) == 8 && offsetof(nrf_sockaddr_in, sin_addr) == 4);
static_assert(sizeof(nrf_sockaddr_in6) == 22 && offsetof(nrf_sockaddr_in6, sin6_scope_id) == 20);
static_assert(offsetof(nrf_sockaddr, sa_data) == 2);
static_assert(sizeof(nrf_timeval) == 8);
static_assert(offsetof(nrf_addrinfo, ai_addrlen) < offsetof(nrf_addrinfo, ai_addr) &&
              offsetof(nrf_addrinfo, ai_addr) < offsetof(nrf_addrinfo, ai_canonname) &&
              offsetof(nrf_addrinfo, ai_canonname) < offsetof(nrf_addrinfo, ai_next));

// Static initialisers, as applications have them.
constexpr std::uint16_t port = nrf_htons(0x1234);
constexpr std::uint32_t address = NRF_HTONL(0x01020304);
static_assert(port == 0x3412 && address == 0x04030201 && nrf_ntohs(port) == 0x1234 &&
              NRF_NTOHL(address) == 0x01020304);

extern "C" int nrf_headers_first(void);
extern "C" int nrf_headers_after(void);

TEST_CASE("the headers agree with themselves in C and C++, whichever comes first") {
  CHECK(nrf_headers_first() == 0);
  CHECK(nrf_headers_after() == 0);
  CHECK(nrf_inaddr_any.s_addr == 0);
  CHECK(nrf_in6addr_any.s6_addr[15] == 0);
  CHECK(std::string_view(cellsock_version()) == CELLSOCK_VERSION);
}
