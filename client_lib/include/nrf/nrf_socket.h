/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets over the cellular modem, source compatible with the nRF modem library's <nrf_socket.h>.
 *
 * Constants are the union of that header's versions; struct layouts are those of 2.6 and later
 * (16-bit families, no length members). Only the functions that exist here are declared. All are
 * safe on any thread; none raises SIGPIPE. On failure they return -1 and set errno (<nrf_errno.h>);
 * on success errno is untouched.
 *
 * A socket is a kernel descriptor: poll(2), select(2) and epoll(7), dup, fork and exec work on it.
 * Its address family, options and peer are the daemon's: use the nrf_ calls for them.
 *
 * May be included beside the host's socket headers, in any order.
 */
#ifndef NRF_SOCKET_H__
#define NRF_SOCKET_H__

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Families, types, protocols (not the host's numbers) ---- */

#define NRF_AF_UNSPEC 0
#define NRF_AF_INET 1
#define NRF_AF_INET6 2
#define NRF_AF_PACKET 3

#define NRF_SOCK_STREAM 1
#define NRF_SOCK_DGRAM 2
#define NRF_SOCK_RAW 3

#define NRF_IPPROTO_IP 0
#define NRF_IPPROTO_TCP 6
#define NRF_IPPROTO_UDP 17
#define NRF_IPPROTO_IPV6 41
#define NRF_IPPROTO_RAW 255
#define NRF_IPPROTO_ALL 512

#define NRF_SPROTO_TLS1v2 258
#define NRF_SPROTO_DTLS1v2 273

#define NRF_INET_ADDRSTRLEN 16
#define NRF_INET6_ADDRSTRLEN 46
#define NRF_IFNAMSIZ 64
#define NRF_MODEM_MAX_SOCKET_COUNT 8

/* ---- Flags ---- */

#define NRF_MSG_PEEK 0x02     /* leave the data queued */
#define NRF_MSG_DONTWAIT 0x40 /* this call does not block */
#define NRF_MSG_WAITALL 0x100 /* streams: all of it, less only at the end, timeout, error */
#define NRF_MSG_WAITACK 0x200 /* send: return when it has left, was acknowledged */

#define NRF_F_GETFL 3
#define NRF_F_SETFL 4
#define NRF_O_NONBLOCK 0x01

#define NRF_POLLIN 0x1
#define NRF_POLLOUT 0x4
#define NRF_POLLERR 0x8
#define NRF_POLLHUP 0x10
#define NRF_POLLNVAL 0x20

#define NRF_AI_CANONNAME 0x2
#define NRF_AI_NUMERICSERV 0x400
#define NRF_AI_PDNSERV 0x1000 /* the service names a PDN: "pdn1"; with NUMERICSERV "80:1" */

/* ---- Options. NRF_SOL_SECURE and what a link does not have answer ENOPROTOOPT. ---- */

#define NRF_SOL_SOCKET 1
#define NRF_SOL_SECURE 282

/* NRF_SOL_SOCKET */
#define NRF_SO_REUSEADDR 2
#define NRF_SO_ERROR 4     /* int, get: pending error, cleared by reading */
#define NRF_SO_RCVTIMEO 20 /* struct nrf_timeval; then EAGAIN, or what had arrived */
#define NRF_SO_SNDTIMEO 21 /* struct nrf_timeval; bounds connect in the modem too */
#define NRF_SO_BINDTODEVICE 25
#define NRF_SO_EXCEPTIONAL_DATA 33
#define NRF_SO_KEEPOPEN 34
#define NRF_SO_BINDTOPDN 40
#define NRF_SO_RAI_NO_DATA 50
#define NRF_SO_RAI_LAST 51
#define NRF_SO_RAI_ONE_RESP 52
#define NRF_SO_RAI_ONGOING 53
#define NRF_SO_RAI_WAIT_MORE 54
/* struct nrf_modem_pollcb; NULL and 0: none. Called on a thread of the library with what became
 * ready; NRF_POLLERR, HUP and NVAL always. It must not block; after nrf_close() returned it is not
 * called any more. */
#define NRF_SO_POLLCB 60
#define NRF_SO_RAI 61
#define NRF_SO_SENDCB 63

#define NRF_RAI_NO_DATA 1
#define NRF_RAI_LAST 2
#define NRF_RAI_ONE_RESP 3
#define NRF_RAI_ONGOING 4
#define NRF_RAI_WAIT_MORE 5

/* NRF_IPPROTO_ALL, NRF_IPPROTO_IP, NRF_IPPROTO_IPV6, NRF_IPPROTO_TCP */
#define NRF_SO_SILENCE_ALL 30
#define NRF_SO_IP_ECHO_REPLY 31
#define NRF_SO_IPV6_ECHO_REPLY 32
#define NRF_SO_IPV6_DELAYED_ADDR_REFRESH 62
#define NRF_SO_TCP_SRV_SESSTIMEO 55

/* NRF_SOL_SECURE */
#define NRF_SO_SEC_TAG_LIST 1
#define NRF_SO_SEC_HOSTNAME 2
#define NRF_SO_SEC_CIPHERSUITE_LIST 3
#define NRF_SO_SEC_CIPHERSUITE_USED 4
#define NRF_SO_SEC_PEER_VERIFY 5
#define NRF_SO_SEC_ROLE 6
#define NRF_SO_SEC_SESSION_CACHE 12
#define NRF_SO_SEC_SESSION_CACHE_PURGE 13
#define NRF_SO_SEC_DTLS_HANDSHAKE_TIMEO 14
#define NRF_SO_SEC_DTLS_CID 15
#define NRF_SO_SEC_DTLS_CID_STATUS 16
#define NRF_SO_SEC_DTLS_CONN_SAVE 17
#define NRF_SO_SEC_DTLS_CONN_LOAD 18
#define NRF_SO_SEC_HANDSHAKE_STATUS 19
#define NRF_SO_SEC_DTLS_FRAG_EXT 20

#define NRF_SO_SEC_PEER_VERIFY_NONE 0
#define NRF_SO_SEC_PEER_VERIFY_OPTIONAL 1
#define NRF_SO_SEC_PEER_VERIFY_REQUIRED 2

#define NRF_SO_SEC_ROLE_CLIENT 0
#define NRF_SO_SEC_ROLE_SERVER 1

#define NRF_SO_SEC_SESSION_CACHE_DISABLED 0
#define NRF_SO_SEC_SESSION_CACHE_ENABLED 1

#define NRF_SO_SEC_DTLS_HANDSHAKE_TIMEOUT_NONE 0
#define NRF_SO_SEC_DTLS_HANDSHAKE_TIMEOUT_1S 1
#define NRF_SO_SEC_DTLS_HANDSHAKE_TIMEOUT_3S 3
#define NRF_SO_SEC_DTLS_HANDSHAKE_TIMEOUT_7S 7
#define NRF_SO_SEC_DTLS_HANDSHAKE_TIMEOUT_15S 15
#define NRF_SO_SEC_DTLS_HANDSHAKE_TIMEOUT_31S 31
#define NRF_SO_SEC_DTLS_HANDSHAKE_TIMEOUT_63S 63
#define NRF_SO_SEC_DTLS_HANDSHAKE_TIMEOUT_123S 123

#define NRF_SO_SEC_DTLS_CID_DISABLED 0
#define NRF_SO_SEC_DTLS_CID_SUPPORTED 1
#define NRF_SO_SEC_DTLS_CID_ENABLED 2

#define NRF_SO_SEC_DTLS_CID_STATUS_DISABLED 0
#define NRF_SO_SEC_DTLS_CID_STATUS_DOWNLINK 1
#define NRF_SO_SEC_DTLS_CID_STATUS_UPLINK 2
#define NRF_SO_SEC_DTLS_CID_STATUS_BIDIRECTIONAL 3

#define NRF_SO_SEC_HANDSHAKE_STATUS_FULL 0
#define NRF_SO_SEC_HANDSHAKE_STATUS_CACHED 1

#define NRF_SO_SEC_DTLS_FRAG_EXT_DISABLED 0
#define NRF_SO_SEC_DTLS_FRAG_EXT_512_ENABLED 1
#define NRF_SO_SEC_DTLS_FRAG_EXT_1024_ENABLED 2

#define NRF_SOCKET_TLS_MAX_MESSAGE_SIZE 2048
#define NRF_SOCKET_TLS_MAX_SEC_TAG_LIST_SIZE 7

#define NRF_SEC_TAG_TLS_INVALID 0xFFFFFFFFu
#define NRF_SEC_TAG_TLS_DECRYPT_BASE 2147483648u
#define NRF_SEC_TAG_TLS_DECRYPT_0 (NRF_SEC_TAG_TLS_DECRYPT_BASE + 0)
#define NRF_SEC_TAG_TLS_DECRYPT_1 (NRF_SEC_TAG_TLS_DECRYPT_BASE + 1)
#define NRF_SEC_TAG_TLS_DECRYPT_2 (NRF_SEC_TAG_TLS_DECRYPT_BASE + 2)
#define NRF_SEC_TAG_TLS_DECRYPT_3 (NRF_SEC_TAG_TLS_DECRYPT_BASE + 3)
#define NRF_SEC_TAG_TLS_DECRYPT_4 (NRF_SEC_TAG_TLS_DECRYPT_BASE + 4)
#define NRF_SEC_TAG_TLS_DECRYPT_5 (NRF_SEC_TAG_TLS_DECRYPT_BASE + 5)
#define NRF_SEC_TAG_TLS_DECRYPT_6 (NRF_SEC_TAG_TLS_DECRYPT_BASE + 6)
#define NRF_SEC_TAG_TLS_DECRYPT_7 (NRF_SEC_TAG_TLS_DECRYPT_BASE + 7)
#define NRF_SEC_TAG_TLS_DECRYPT_8 (NRF_SEC_TAG_TLS_DECRYPT_BASE + 8)
#define NRF_SEC_TAG_TLS_DECRYPT_9 (NRF_SEC_TAG_TLS_DECRYPT_BASE + 9)
#define NRF_SEC_TAG_TLS_DECRYPT_10 (NRF_SEC_TAG_TLS_DECRYPT_BASE + 10)
#define NRF_SEC_TAG_TLS_DECRYPT_11 (NRF_SEC_TAG_TLS_DECRYPT_BASE + 11)
#define NRF_SEC_TAG_TLS_DECRYPT_12 (NRF_SEC_TAG_TLS_DECRYPT_BASE + 12)
#define NRF_SEC_TAG_TLS_DECRYPT_13 (NRF_SEC_TAG_TLS_DECRYPT_BASE + 13)
#define NRF_SEC_TAG_TLS_DECRYPT_14 (NRF_SEC_TAG_TLS_DECRYPT_BASE + 14)
#define NRF_SEC_TAG_TLS_DECRYPT_15 (NRF_SEC_TAG_TLS_DECRYPT_BASE + 15)
#define NRF_SEC_TAG_TLS_DECRYPT_16 (NRF_SEC_TAG_TLS_DECRYPT_BASE + 16)
#define NRF_SEC_TAG_TLS_DECRYPT_17 (NRF_SEC_TAG_TLS_DECRYPT_BASE + 17)
#define NRF_SEC_TAG_TLS_DECRYPT_18 (NRF_SEC_TAG_TLS_DECRYPT_BASE + 18)
#define NRF_SEC_TAG_TLS_DECRYPT_19 (NRF_SEC_TAG_TLS_DECRYPT_BASE + 19)

/* Cipher suites: IANA numbers. */
#define NRF_TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384 0xC024
#define NRF_TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA 0xC00A
#define NRF_TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256 0xC023
#define NRF_TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA 0xC009
#define NRF_TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA 0xC014
#define NRF_TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256 0xC027
#define NRF_TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA 0xC013
#define NRF_TLS_PSK_WITH_AES_256_CBC_SHA 0x008D
#define NRF_TLS_PSK_WITH_AES_128_CBC_SHA256 0x00AE
#define NRF_TLS_PSK_WITH_AES_128_CBC_SHA 0x008C
#define NRF_TLS_PSK_WITH_AES_128_CCM_8 0xC0A8
#define NRF_TLS_EMPTY_RENEGOTIATIONINFO_SCSV 0x00FF
#define NRF_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 0xC02B
#define NRF_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 0xC030
#define NRF_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 0xC02F

/* ---- Byte order: constant expressions, fit for static initialisers ---- */

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define NRF_HTONS(x) ((uint16_t)(x))
#define NRF_HTONL(x) ((uint32_t)(x))
#else
#define NRF_HTONS(x) ((uint16_t)((((uint16_t)(x)&0x00FFu) << 8) | (((uint16_t)(x)&0xFF00u) >> 8)))
#define NRF_HTONL(x)                                                                     \
  ((uint32_t)((((uint32_t)(x)&0x000000FFu) << 24) | (((uint32_t)(x)&0x0000FF00u) << 8) | \
              (((uint32_t)(x)&0x00FF0000u) >> 8) | (((uint32_t)(x)&0xFF000000u) >> 24)))
#endif
#define NRF_NTOHS(x) NRF_HTONS(x)
#define NRF_NTOHL(x) NRF_HTONL(x)
#define nrf_htons(x) NRF_HTONS(x)
#define nrf_htonl(x) NRF_HTONL(x)
#define nrf_ntohs(x) NRF_NTOHS(x)
#define nrf_ntohl(x) NRF_NTOHL(x)

/* ---- Types ---- */

typedef uint32_t nrf_socklen_t;
typedef uint32_t nrf_nfds_t;
typedef uint16_t nrf_in_port_t; /* network order */
typedef uint32_t nrf_in_addr_t; /* network order */
typedef unsigned short nrf_sa_family_t;

typedef uint32_t nrf_sec_tag_t;
typedef uint32_t nrf_sec_role_t;
typedef uint32_t nrf_sec_session_cache_t;
typedef uint32_t nrf_sec_peer_verify_t;
typedef uint32_t nrf_sec_cipher_t;

struct nrf_in_addr {
  nrf_in_addr_t s_addr;
};

/* <netinet/in.h> makes s6_addr a macro for members of its own struct (glibc, musl). Those exist
 * here too, so that s6_addr means these sixteen bytes whichever header comes first. */
#pragma push_macro("s6_addr")
#undef s6_addr
struct nrf_in6_addr {
  union {
    uint8_t s6_addr[16];
    union {
      uint8_t __u6_addr8[16];
    } __in6_u;
    union {
      uint8_t __s6_addr[16];
    } __in6_union;
  };
};
#pragma pop_macro("s6_addr")

struct nrf_sockaddr_in {
  nrf_sa_family_t sin_family;
  nrf_in_port_t sin_port;
  struct nrf_in_addr sin_addr;
};

struct nrf_sockaddr_in6 {
  nrf_sa_family_t sin6_family;
  nrf_in_port_t sin6_port;
  struct nrf_in6_addr sin6_addr;
  uint8_t sin6_scope_id;
};

/* What the calls take a pointer to: cast one of the above. */
struct nrf_sockaddr {
  nrf_sa_family_t sa_family;
  __extension__ char sa_data[];
};

struct nrf_timeval {
  uint32_t tv_sec;
  uint32_t tv_usec; /* rounded up to milliseconds */
};

struct nrf_pollfd {
  int fd;
  short events;
  short revents;
};

struct nrf_addrinfo {
  int ai_flags;
  int ai_family;
  int ai_socktype;
  int ai_protocol;
  nrf_socklen_t ai_addrlen;
  struct nrf_sockaddr* ai_addr;
  char* ai_canonname;
  struct nrf_addrinfo* ai_next;
};

/* <net/if.h> and <ifaddrs.h> make macros of these member names, for structs of their own. */
#pragma push_macro("ifa_broadaddr")
#pragma push_macro("ifa_dstaddr")
#pragma push_macro("ifr_name")
#undef ifa_broadaddr
#undef ifa_dstaddr
#undef ifr_name
struct nrf_ifaddrs {
  struct nrf_ifaddrs* ifa_next;
  char* ifa_name;
  uint32_t ifa_flags;
  struct nrf_sockaddr* ifa_addr;
  struct nrf_sockaddr* ifa_netmask; /* this and the next three: NULL */
  struct nrf_sockaddr* ifa_broadaddr;
  struct nrf_sockaddr* ifa_dstaddr;
  void* ifa_data;
};

struct nrf_ifreq {
  union {
    char ifr_name[NRF_IFNAMSIZ];
    union {
      char ifrn_name[NRF_IFNAMSIZ];
    } ifr_ifrn;
  };
};
#pragma pop_macro("ifr_name")
#pragma pop_macro("ifa_dstaddr")
#pragma pop_macro("ifa_broadaddr")

typedef void (*nrf_modem_pollcb_t)(struct nrf_pollfd* pollfd);
struct nrf_modem_pollcb {
  nrf_modem_pollcb_t callback;
  short events;
  bool oneshot;
};

#define nrf_pollcb nrf_modem_pollcb /* its name in the documentation */

struct nrf_modem_sendcb_params {
  int fd;
  int status;
  size_t bytes_sent;
};
typedef void (*nrf_modem_sendcb_t)(const struct nrf_modem_sendcb_params* params);
struct nrf_modem_sendcb {
  nrf_modem_sendcb_t callback;
};

extern const struct nrf_in6_addr nrf_in6addr_any;
extern const struct nrf_in_addr nrf_inaddr_any;

/* ---- Functions ---- */

/* A socket of the cellular link: (INET or INET6, STREAM, 0, TCP or TLS1v2) or (either, DGRAM, 0,
 * UDP or DTLS1v2). EAFNOSUPPORT, EPROTOTYPE (type), EPROTONOSUPPORT; ENOBUFS when the modem's
 * sockets are all in use; ENETDOWN without a daemon or modem, EACCES without permission to use it.
 */
int nrf_socket(int family, int type, int protocol);

/* Also ends what other threads of this process are waiting for on this number, with EINTR. */
int nrf_close(int fd);

/* NRF_F_GETFL (`flags` ignored) and NRF_F_SETFL with NRF_O_NONBLOCK or 0; EINVAL for others. */
int nrf_fcntl(int fd, int cmd, int flags);

/* Blocking: until the peer answered, at most NRF_SO_SNDTIMEO (unset: the daemon's default) in the
 * modem. Non-blocking: EINPROGRESS; POLLOUT comes when it stands, POLLERR when it failed, and
 * NRF_SO_ERROR tells. A failed connect may be tried again on the same descriptor; an epoll
 * registration of it is lost then. NRF_AF_UNSPEC dissolves a datagram socket's association. */
int nrf_connect(int fd, const struct nrf_sockaddr* address, nrf_socklen_t address_len);

/* A local port, with the link's own address or the wildcard; port 0: the link chooses. EADDRINUSE,
 * EADDRNOTAVAIL; EINVAL when it is bound already; EAFNOSUPPORT. */
int nrf_bind(int fd, const struct nrf_sockaddr* address, nrf_socklen_t address_len);

/* Makes a bound stream socket a server. EOPNOTSUPP over a link that has none (docs/differences.md),
 * or on datagrams; EINVAL on a connected socket. */
int nrf_listen(int fd, int backlog);

/* A connection, with its peer's address. Waits as a receive does: EAGAIN when non-blocking or after
 * SO_RCVTIMEO. EINVAL if the socket does not listen; EMFILE leaves the connection where it is. */
int nrf_accept(int fd, struct nrf_sockaddr* address, nrf_socklen_t* address_len);

ssize_t nrf_send(int fd, const void* buffer, size_t length, int flags);
/* Datagrams that the link cannot carry fail with EMSGSIZE at once. On a connected stream an address
 * is EISCONN. */
ssize_t nrf_sendto(int fd, const void* buffer, size_t length, int flags,
                   const struct nrf_sockaddr* to, nrf_socklen_t to_len);

/* 0 is the peer's orderly end. A connection that ended otherwise returns -1: ECONNRESET, ETIMEDOUT,
 * ENETDOWN (the PDN is gone, or the daemon), ... */
ssize_t nrf_recv(int fd, void* buffer, size_t length, int flags);
/* What a datagram has beyond `length` is discarded. `from_len` is set to the address's own length,
 * which may be more than was written. */
ssize_t nrf_recvfrom(int fd, void* __restrict buffer, size_t length, int flags,
                     struct nrf_sockaddr* __restrict from, nrf_socklen_t* __restrict from_len);

/* Any descriptors, the modem's and others. A stream's end shows as POLLHUP (and POLLIN if asked
 * for), with POLLERR if it was not orderly. Negative numbers are skipped; timeout -1: for ever. */
int nrf_poll(struct nrf_pollfd fds[], nrf_nfds_t nfds, int timeout);

int nrf_setsockopt(int fd, int level, int option, const void* value, nrf_socklen_t value_len);
/* A short buffer gets the value's beginning. */
int nrf_getsockopt(int fd, int level, int option, void* value, nrf_socklen_t* value_len);

/* 0 or NRF_EAI_* (<nrf_gai_errors.h>). Literals are read here, names are resolved through the
 * modem; `service` is a port number, NULL, or with NRF_AI_PDNSERV the PDN to ask through. All
 * results are of one family. */
int nrf_getaddrinfo(const char* node, const char* service, const struct nrf_addrinfo* hints,
                    struct nrf_addrinfo** result);
void nrf_freeaddrinfo(struct nrf_addrinfo* list);

/* The link's packet data networks: an entry for each address, one without address where there is
 * none. Name ("pdn0"), flags (the host's IFF_UP, IFF_RUNNING) and address are filled. */
int nrf_getifaddrs(struct nrf_ifaddrs** list);
void nrf_freeifaddrs(struct nrf_ifaddrs* list);

/* The name server to use where the network names none or its own does not answer: a struct
 * nrf_in_addr or nrf_in6_addr and its size; NULL and 0: none. EAFNOSUPPORT, EINVAL. */
int nrf_setdnsaddr(int family, const void* in_addr, nrf_socklen_t in_size);

/* 1, 0 (no such address), or -1 with EAFNOSUPPORT. */
int nrf_inet_pton(int family, const char* text, void* address);
/* `text`, or NULL with EAFNOSUPPORT or ENOSPC. */
const char* nrf_inet_ntop(int family, const void* address, char* text, nrf_socklen_t size);

#ifdef __cplusplus
}
#endif

#endif /* NRF_SOCKET_H__ */
