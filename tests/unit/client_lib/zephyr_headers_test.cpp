// SPDX-License-Identifier: Apache-2.0
// Pins every signature of <zephyr/net/socket.h> in C++, after the host's headers.
// (zephyr_headers.c does it in C, zephyr_headers_first.c in the other order.)
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/net/socket.h>

#include <type_traits>

static_assert(std::is_same_v<decltype(zsock_socket), int(int, int, int)>);
static_assert(std::is_same_v<decltype(zsock_close), int(int)>);
static_assert(std::is_same_v<decltype(zsock_shutdown), int(int, int)>);
static_assert(std::is_same_v<decltype(zsock_bind), int(int, const sockaddr*, socklen_t)>);
static_assert(std::is_same_v<decltype(zsock_connect), int(int, const sockaddr*, socklen_t)>);
static_assert(std::is_same_v<decltype(zsock_socketpair), int(int, int, int, int*)>);
static_assert(std::is_same_v<decltype(zsock_listen), int(int, int)>);
static_assert(std::is_same_v<decltype(zsock_accept), int(int, sockaddr*, socklen_t*)>);
static_assert(std::is_same_v<decltype(zsock_sendmsg), ssize_t(int, const msghdr*, int)>);
static_assert(std::is_same_v<decltype(zsock_recvmsg), ssize_t(int, msghdr*, int)>);
static_assert(std::is_same_v<decltype(zsock_select), int(int, zsock_fd_set*, zsock_fd_set*,
                                                         zsock_fd_set*, zsock_timeval*)>);
static_assert(std::is_same_v<decltype(ZSOCK_FD_ZERO), void(zsock_fd_set*)>);
static_assert(std::is_same_v<decltype(ZSOCK_FD_SET), void(int, zsock_fd_set*)>);
static_assert(std::is_same_v<decltype(ZSOCK_FD_CLR), void(int, zsock_fd_set*)>);
static_assert(std::is_same_v<decltype(ZSOCK_FD_ISSET), int(int, zsock_fd_set*)>);
static_assert(std::is_same_v<decltype(zsock_ioctl), int(int, unsigned long, ...)>);
static_assert(std::is_same_v<decltype(zsock_posix_close), int(int)>);
static_assert(std::is_same_v<decltype(zsock_posix_ioctl), int(int, unsigned long, ...)>);
static_assert(std::is_same_v<decltype(zsock_getsockname), int(int, sockaddr*, socklen_t*)>);
static_assert(std::is_same_v<decltype(zsock_getpeername), int(int, sockaddr*, socklen_t*)>);
static_assert(std::is_same_v<decltype(zsock_gai_strerror), const char*(int)>);
static_assert(std::is_same_v<decltype(zsock_getnameinfo), int(const sockaddr*, socklen_t, char*,
                                                              socklen_t, char*, socklen_t, int)>);
static_assert(std::is_same_v<decltype(zsock_gethostname), int(char*, size_t)>);
static_assert(std::is_same_v<decltype(zsock_fd_set::bitset), uint32_t[ZSOCK_FD_SETSIZE / 32]>);
static_assert(std::is_same_v<decltype(zsock_send), ssize_t(int, const void*, size_t, int)>);
static_assert(std::is_same_v<decltype(zsock_sendto),
                             ssize_t(int, const void*, size_t, int, const sockaddr*, socklen_t)>);
static_assert(std::is_same_v<decltype(zsock_recv), ssize_t(int, void*, size_t, int)>);
static_assert(std::is_same_v<decltype(zsock_recvfrom),
                             ssize_t(int, void*, size_t, int, sockaddr*, socklen_t*)>);
static_assert(std::is_same_v<decltype(zsock_poll), int(zsock_pollfd*, int, int)>);
static_assert(std::is_same_v<decltype(zsock_fcntl), int(int, int, ...)>);
static_assert(
    std::is_same_v<decltype(zsock_setsockopt), int(int, int, int, const void*, socklen_t)>);
static_assert(std::is_same_v<decltype(zsock_getsockopt), int(int, int, int, void*, socklen_t*)>);
static_assert(std::is_same_v<decltype(zsock_inet_pton), int(sa_family_t, const char*, void*)>);
static_assert(
    std::is_same_v<decltype(zsock_inet_ntop), char*(sa_family_t, const void*, char*, size_t)>);
static_assert(
    std::is_same_v<decltype(zsock_getaddrinfo),
                   int(const char*, const char*, const zsock_addrinfo*, zsock_addrinfo**)>);
static_assert(std::is_same_v<decltype(zsock_freeaddrinfo), void(zsock_addrinfo*)>);

static_assert(std::is_same_v<zsock_pollfd, pollfd> && std::is_same_v<zsock_timeval, timeval>);
static_assert(std::is_same_v<net_sockaddr_in6, sockaddr_in6>);
static_assert(std::is_same_v<net_socklen_t, socklen_t>);
static_assert(ZSOCK_SO_BINDTODEVICE == SO_BINDTODEVICE && ZSOCK_SO_PROTOCOL == SO_PROTOCOL &&
              ZSOCK_SO_DOMAIN == SO_DOMAIN);
static_assert(net_htons(0x1234) == 0x3412 && net_ntohl(0x04030201) == 0x01020304);

extern "C" int zephyr_headers_first(void);
extern "C" int zephyr_headers_after(void);

TEST_CASE("Zephyr's header agrees with the host's in C and C++, whichever comes first") {
  CHECK(zephyr_headers_first() == 0);
  CHECK(zephyr_headers_after() == 0);
}

extern "C" int zephyr_kernel(void);
extern "C" int zephyr_posix_names(void);

TEST_CASE("what surrounds the sockets works as programs use it") {
  CHECK(zephyr_kernel() == 0);
}

TEST_CASE("the POSIX names are ours, and what is not ours is libc's") {
  CHECK(zephyr_posix_names() == 0);
}
