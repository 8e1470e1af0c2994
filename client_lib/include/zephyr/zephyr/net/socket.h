/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets over the cellular modem, source compatible with Zephyr's <zephyr/net/socket.h>.
 *
 * Names, not numbers: constants and structs are the host's own (AF_INET is 2, O_NONBLOCK is what
 * <fcntl.h> says), so this header sits beside the host's socket headers in any order. Only the
 * functions that exist here are declared; the host's socket(), connect() and so on stay what they
 * are. All are safe on any thread; none raises SIGPIPE. On failure they return -1 and set errno; on
 * success errno is untouched.
 *
 * A socket is a kernel descriptor: poll(2), select(2) and epoll(7), dup, fork and exec work on it.
 * Its address family, options and peer are the daemon's: use the zsock_ calls for them.
 */
#ifndef ZEPHYR_INCLUDE_NET_SOCKET_H_
#define ZEPHYR_INCLUDE_NET_SOCKET_H_

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <zephyr/autoconf.h>
#include <zephyr/net/dns_resolve.h>
#include <zephyr/net/net_ip.h>
#include <zephyr/net/socket_options.h>
#include <zephyr/sys/util.h>
#include <zephyr/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ZSOCK_POLLIN POLLIN
#define ZSOCK_POLLPRI POLLPRI
#define ZSOCK_POLLOUT POLLOUT
#define ZSOCK_POLLERR POLLERR
#define ZSOCK_POLLHUP POLLHUP
#define ZSOCK_POLLNVAL POLLNVAL

#define ZSOCK_MSG_PEEK MSG_PEEK         /* leave the data queued */
#define ZSOCK_MSG_TRUNC MSG_TRUNC       /* datagrams: return the length that it had */
#define ZSOCK_MSG_DONTWAIT MSG_DONTWAIT /* this call does not block */
#define ZSOCK_MSG_WAITALL MSG_WAITALL   /* streams: all of it, less only at the end or an error */
#define ZSOCK_MSG_CTRUNC MSG_CTRUNC

#define ZSOCK_SHUT_RD SHUT_RD
#define ZSOCK_SHUT_WR SHUT_WR
#define ZSOCK_SHUT_RDWR SHUT_RDWR

#define ZVFS_F_GETFL F_GETFL
#define ZVFS_F_SETFL F_SETFL
#define ZVFS_O_NONBLOCK O_NONBLOCK

/* The host has these unless it is asked for ISO C alone. */
#ifndef AI_PASSIVE
#define AI_PASSIVE 0x0001
#define AI_CANONNAME 0x0002
#define AI_NUMERICHOST 0x0004
#define AI_V4MAPPED 0x0008
#define AI_ALL 0x0010
#define AI_ADDRCONFIG 0x0020
#define AI_NUMERICSERV 0x0400
#endif
#define ZSOCK_AI_PASSIVE AI_PASSIVE
#define ZSOCK_AI_CANONNAME AI_CANONNAME
#define ZSOCK_AI_NUMERICHOST AI_NUMERICHOST
#define ZSOCK_AI_V4MAPPED AI_V4MAPPED
#define ZSOCK_AI_ALL AI_ALL
#define ZSOCK_AI_ADDRCONFIG AI_ADDRCONFIG
#define ZSOCK_AI_NUMERICSERV AI_NUMERICSERV

/* The host's structs by Zephyr's names. */
#define zsock_pollfd pollfd
#define zsock_timeval timeval

/* A set of descriptors for zsock_select(). */
#define ZSOCK_FD_SETSIZE 1024
typedef struct zsock_fd_set {
  uint32_t bitset[(ZSOCK_FD_SETSIZE + 31) / 32];
} zsock_fd_set;

/* The host has these unless it is asked for ISO C alone. */
#ifndef NI_NUMERICHOST
#define NI_NUMERICHOST 1
#define NI_NUMERICSERV 2
#define NI_NOFQDN 4
#define NI_NAMEREQD 8
#define NI_DGRAM 16
#endif
#define ZSOCK_NI_NUMERICHOST NI_NUMERICHOST
#define ZSOCK_NI_NUMERICSERV NI_NUMERICSERV
#define ZSOCK_NI_NOFQDN NI_NOFQDN
#define ZSOCK_NI_NAMEREQD NI_NAMEREQD
#define ZSOCK_NI_DGRAM NI_DGRAM
#define ZSOCK_NI_MAXHOST 64

/* Requests of zsock_ioctl(): the host's FIONREAD and FIONBIO. */
#define ZFD_IOCTL_FIONREAD 0x541B
#define ZFD_IOCTL_FIONBIO 0x5421

/* One result. (The host's struct addrinfo orders its members otherwise, and is freed otherwise.) */
struct zsock_addrinfo {
  struct zsock_addrinfo* ai_next;
  int ai_flags;
  int ai_family;
  int ai_socktype;
  int ai_protocol;
  int ai_eflags;
  socklen_t ai_addrlen;
  struct sockaddr* ai_addr;
  char* ai_canonname;
};

/* A socket of the cellular link: (INET or INET6, STREAM, 0, TCP or TLS) or (either, DGRAM, 0, UDP
 * or DTLS). EAFNOSUPPORT, EPROTOTYPE (type), EOPNOTSUPP (a protocol of the other type),
 * EPROTONOSUPPORT; ENOBUFS when the modem's sockets are all in use; ENETDOWN without a daemon or
 * modem, EACCES without permission to use it. */
int zsock_socket(int family, int type, int proto);

/* Two connected streams inside this machine: (AF_UNIX, SOCK_STREAM, 0). EAFNOSUPPORT, EPROTOTYPE,
 * EPROTONOSUPPORT. The calls below take them as they take the modem's sockets, except for names and
 * options. */
int zsock_socketpair(int family, int type, int proto, int* sv);

/* Also ends what other threads of this process are waiting for on this number, with EINTR. */
int zsock_close(int sock);

/* SHUT_RD: nothing more is received, a blocked receive returns 0. SHUT_WR, SHUT_RDWR: EOPNOTSUPP
 * over a modem, which cannot end one direction alone. ENOTCONN, EINVAL. */
int zsock_shutdown(int sock, int how);

/* A local port, with the link's own address or the wildcard; port 0: the link chooses. EADDRINUSE,
 * EADDRNOTAVAIL; EINVAL when it is bound already; EAFNOSUPPORT. */
int zsock_bind(int sock, const struct sockaddr* addr, socklen_t addrlen);

/* Blocking: until the peer answered, at most SO_SNDTIMEO (unset: the daemon's default) in the
 * modem. Non-blocking: EINPROGRESS; POLLOUT comes when it stands, POLLERR alone when it failed, and
 * SO_ERROR tells. EALREADY while one is under way; 0 on a stream that is connected. A failed
 * connect may be tried again on the same descriptor; an epoll registration of it is lost then.
 * AF_UNSPEC dissolves a datagram socket's association. */
int zsock_connect(int sock, const struct sockaddr* addr, socklen_t addrlen);

/* Makes a bound stream socket a server. EOPNOTSUPP over a link that has none (docs/differences.md),
 * or on datagrams; EINVAL on a connected socket. */
int zsock_listen(int sock, int backlog);

/* A connection, with its peer's address. Waits as a receive does: EAGAIN when non-blocking or after
 * SO_RCVTIMEO. EINVAL if the socket does not listen; EMFILE leaves the connection where it is. */
int zsock_accept(int sock, struct sockaddr* addr, socklen_t* addrlen);

ssize_t zsock_send(int sock, const void* buf, size_t len, int flags);
/* Datagrams that the link cannot carry fail with EMSGSIZE at once. A stream ignores the address. */
ssize_t zsock_sendto(int sock, const void* buf, size_t len, int flags,
                     const struct sockaddr* dest_addr, socklen_t addrlen);

/* 0 is the peer's orderly end. A connection that ended otherwise returns -1: ECONNRESET, ETIMEDOUT,
 * ENETDOWN (the network is gone, or the daemon), ... */
ssize_t zsock_recv(int sock, void* buf, size_t max_len, int flags);
/* What a datagram has beyond `max_len` is discarded. `addrlen` is set to the address's own length,
 * which may be more than was written; 0 on a stream. */
ssize_t zsock_recvfrom(int sock, void* buf, size_t max_len, int flags, struct sockaddr* src_addr,
                       socklen_t* addrlen);

/* As sendto and recvfrom, with the bytes in several places. Control messages are ignored and none
 * comes; MSG_TRUNC in msg_flags: the datagram was longer than the places. EINVAL without a message,
 * ENOMEM without a place. */
ssize_t zsock_sendmsg(int sock, const struct msghdr* msg, int flags);
ssize_t zsock_recvmsg(int sock, struct msghdr* msg, int flags);

/* Any descriptors, the modem's and others. A stream's end shows as POLLHUP (and POLLIN if asked
 * for), with POLLERR if it was not orderly; a failed connect as POLLERR alone; a number that is not
 * open as POLLNVAL. Negative numbers are skipped; timeout -1: for ever. */
int zsock_poll(struct zsock_pollfd* fds, int nfds, int timeout);

/* Any descriptors below ZSOCK_FD_SETSIZE, the modem's and others; ready as zsock_poll() says, the
 * end and an error as readable. `timeout` is left as it is. EBADF for a number that is not open. */
int zsock_select(int nfds, zsock_fd_set* readfds, zsock_fd_set* writefds, zsock_fd_set* exceptfds,
                 struct zsock_timeval* timeout);
void ZSOCK_FD_ZERO(zsock_fd_set* set);
void ZSOCK_FD_SET(int fd, zsock_fd_set* set);
void ZSOCK_FD_CLR(int fd, zsock_fd_set* set);
int ZSOCK_FD_ISSET(int fd, zsock_fd_set* set);

/* F_GETFL: 0 or O_NONBLOCK. F_SETFL: O_NONBLOCK is kept or cleared, other bits are ignored. EINVAL
 * for other commands. */
int zsock_fcntl(int sock, int cmd, ...);

/* FIONREAD: int*, what a receive would find at once. FIONBIO: int*, as O_NONBLOCK. EOPNOTSUPP for
 * other requests. */
int zsock_ioctl(int sock, unsigned long request, ...);

/* EINVAL before the socket has an address; ENOTCONN before it has a peer. */
int zsock_getsockname(int sock, struct sockaddr* addr, socklen_t* addrlen);
int zsock_getpeername(int sock, struct sockaddr* addr, socklen_t* addrlen);

/* Another length than the option's own is EINVAL. */
int zsock_setsockopt(int sock, int level, int optname, const void* optval, socklen_t optlen);
int zsock_getsockopt(int sock, int level, int optname, void* optval, socklen_t* optlen);

/* 0 or DNS_EAI_*. Literals are read here, IPv6 in [brackets] too; names are resolved through the
 * modem, for AF_UNSPEC as IPv4 first and then as IPv6. `service` is a port from 1 to 65535 or NULL.
 * Of ai_flags, AI_PASSIVE, AI_CANONNAME and AI_NUMERICHOST change something. */
int zsock_getaddrinfo(const char* host, const char* service, const struct zsock_addrinfo* hints,
                      struct zsock_addrinfo** res);
void zsock_freeaddrinfo(struct zsock_addrinfo* ai);

/* "EAI_NONAME" and so on; "EAI_UNKNOWN". */
const char* zsock_gai_strerror(int errcode);

/* Address and port as text, digits always. 0; DNS_EAI_OVERFLOW (no room), DNS_EAI_FAMILY,
 * DNS_EAI_NONAME (nothing asked for, or NI_NAMEREQD), DNS_EAI_BADFLAGS. */
int zsock_getnameinfo(const struct sockaddr* addr, socklen_t addrlen, char* host, socklen_t hostlen,
                      char* serv, socklen_t servlen, int flags);

/* This machine's. EINVAL, ENAMETOOLONG. */
int zsock_gethostname(char* buf, size_t len);

/* 1, 0 (no such address), or -1 with EAFNOSUPPORT. */
int zsock_inet_pton(sa_family_t family, const char* src, void* dst);
/* `dst`, or NULL with EAFNOSUPPORT or ENOSPC. */
char* zsock_inet_ntop(sa_family_t family, const void* src, char* dst, size_t size);

/* What close() and ioctl() are with CONFIG_NET_SOCKETS_POSIX_NAMES: as above for sockets of ours,
 * libc's for all other descriptors. */
int zsock_posix_close(int fd);
int zsock_posix_ioctl(int fd, unsigned long request, ...);

#ifdef __cplusplus
}
#endif

#if defined(CONFIG_NET_SOCKETS_POSIX_NAMES) || defined(CONFIG_POSIX_API)
#include <zephyr/net/socket_posix_names.h>
#endif

#endif /* ZEPHYR_INCLUDE_NET_SOCKET_H_ */
