/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses, families and protocols by the names of Zephyr's <zephyr/net/net_ip.h>.
 *
 * The names that Zephyr shares with POSIX (AF_INET, struct sockaddr_in, SOCK_STREAM, ...) are the
 * host's own here, with the host's numbers and layouts: this header only includes them. What it
 * adds are the names of Zephyr 4.4 and later (NET_AF_INET, struct net_sockaddr_in, ...) for the
 * same things, and what the host lacks.
 *
 * Unlike Zephyr's, the host's `struct sockaddr` (16 bytes) does not hold an IPv6 address: use
 * `struct sockaddr_storage` where any family may come. The host's `struct in_addr` has s_addr only.
 */
#ifndef ZEPHYR_INCLUDE_NET_NET_IP_H_
#define ZEPHYR_INCLUDE_NET_NET_IP_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NET_PF_UNSPEC PF_UNSPEC
#define NET_PF_INET PF_INET
#define NET_PF_INET6 PF_INET6
#define NET_AF_UNSPEC AF_UNSPEC
#define NET_AF_INET AF_INET
#define NET_AF_INET6 AF_INET6
#define NET_AF_PACKET AF_PACKET
#define NET_AF_UNIX AF_UNIX
#define NET_AF_LOCAL AF_LOCAL
#define NET_PF_PACKET PF_PACKET
#define NET_PF_UNIX PF_UNIX
#define NET_PF_LOCAL PF_LOCAL
#define NET_SOMAXCONN SOMAXCONN

enum net_sock_type {
  NET_SOCK_STREAM = SOCK_STREAM,
  NET_SOCK_DGRAM = SOCK_DGRAM,
  NET_SOCK_RAW = SOCK_RAW
};

enum net_ip_protocol {
  NET_IPPROTO_IP = IPPROTO_IP,
  NET_IPPROTO_ICMP = IPPROTO_ICMP,
  NET_IPPROTO_IGMP = IPPROTO_IGMP,
  NET_IPPROTO_IPIP = IPPROTO_IPIP,
  NET_IPPROTO_TCP = IPPROTO_TCP,
  NET_IPPROTO_UDP = IPPROTO_UDP,
  NET_IPPROTO_IPV6 = IPPROTO_IPV6,
  NET_IPPROTO_ICMPV6 = IPPROTO_ICMPV6,
  NET_IPPROTO_RAW = IPPROTO_RAW
};

/* Secure sockets: TLS on SOCK_STREAM, DTLS on SOCK_DGRAM. */
enum net_ip_protocol_secure {
  NET_IPPROTO_TLS_1_0 = 256,
  NET_IPPROTO_TLS_1_1 = 257,
  NET_IPPROTO_TLS_1_2 = 258,
  NET_IPPROTO_TLS_1_3 = 259,
  NET_IPPROTO_DTLS_1_0 = 272,
  NET_IPPROTO_DTLS_1_2 = 273
};
#define IPPROTO_TLS_1_0 NET_IPPROTO_TLS_1_0
#define IPPROTO_TLS_1_1 NET_IPPROTO_TLS_1_1
#define IPPROTO_TLS_1_2 NET_IPPROTO_TLS_1_2
#define IPPROTO_TLS_1_3 NET_IPPROTO_TLS_1_3
#define IPPROTO_DTLS_1_0 NET_IPPROTO_DTLS_1_0
#define IPPROTO_DTLS_1_2 NET_IPPROTO_DTLS_1_2

typedef sa_family_t net_sa_family_t;
typedef socklen_t net_socklen_t;

/* Struct tags have no typedef to rename them by, so these are macros. */
#define net_in_addr in_addr
#define net_in6_addr in6_addr
#define net_sockaddr sockaddr
#define net_sockaddr_in sockaddr_in
#define net_sockaddr_in6 sockaddr_in6
#define net_sockaddr_storage sockaddr_storage
#define net_msghdr msghdr
#define net_iovec iovec
#define net_cmsghdr cmsghdr
#define net_ip_mreq ip_mreq
#define net_ip_mreqn ip_mreqn
#define net_ipv6_mreq ipv6_mreq
#define net_in_pktinfo in_pktinfo
#define net_in6_pktinfo in6_pktinfo
#define NET_CMSG_FIRSTHDR CMSG_FIRSTHDR
#define NET_CMSG_NXTHDR CMSG_NXTHDR
#define NET_CMSG_DATA CMSG_DATA
#define NET_CMSG_SPACE CMSG_SPACE
#define NET_CMSG_LEN CMSG_LEN
#define net_in6addr_any in6addr_any
#define net_in6addr_loopback in6addr_loopback

#define NET_INET_ADDRSTRLEN INET_ADDRSTRLEN
#define NET_INET6_ADDRSTRLEN INET6_ADDRSTRLEN

/* Constant expressions, fit for static initialisers; the host's htons() is none. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define net_htons(x) ((uint16_t)(x))
#define net_htonl(x) ((uint32_t)(x))
#else
#define net_htons(x) ((uint16_t)__builtin_bswap16((uint16_t)(x)))
#define net_htonl(x) ((uint32_t)__builtin_bswap32((uint32_t)(x)))
#endif
#define net_ntohs(x) net_htons(x)
#define net_ntohl(x) net_htonl(x)

#define NET_INADDR_ANY INADDR_ANY
#define NET_INADDR_BROADCAST INADDR_BROADCAST
#define INADDR_ANY_INIT \
  { 0 }
#define INADDR_LOOPBACK_INIT \
  { net_htonl(0x7F000001) }
#define NET_INADDR_ANY_INIT INADDR_ANY_INIT
#define NET_INADDR_LOOPBACK_INIT INADDR_LOOPBACK_INIT
#define NET_IN6ADDR_ANY_INIT IN6ADDR_ANY_INIT
#define NET_IN6ADDR_LOOPBACK_INIT IN6ADDR_LOOPBACK_INIT

/* The address behind a struct sockaddr. */
static inline struct sockaddr_in* net_sin(const struct sockaddr* address) {
  return (struct sockaddr_in*)(uintptr_t)address;
}
static inline struct sockaddr_in6* net_sin6(const struct sockaddr* address) {
  return (struct sockaddr_in6*)(uintptr_t)address;
}

#define NET_IPV4_ADDR_LEN INET_ADDRSTRLEN
#define NET_IPV6_ADDR_LEN INET6_ADDRSTRLEN

/* Text to address: 0 or -EINVAL. */
int net_addr_pton(sa_family_t family, const char* src, void* dst);
/* Address to text: `dst`, or NULL if there is no room or no such family. */
char* net_addr_ntop(sa_family_t family, const void* src, char* dst, size_t size);
/* "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]:80". `addr` must hold any family. */
bool net_ipaddr_parse(const char* str, size_t str_len, struct sockaddr* addr);

#ifdef __cplusplus
}
#endif

#endif /* ZEPHYR_INCLUDE_NET_NET_IP_H_ */
