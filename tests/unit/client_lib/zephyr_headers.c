/* SPDX-License-Identifier: Apache-2.0 */
/* Pins constants, layouts and prototypes in C11, after the host's headers. */
/* clang-format off */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <zephyr/net/socket.h>
#include <net/socket.h>
#include <net/net_ip.h>
#include <net/dns_resolve.h>
#include <net/socket_ncs.h>
#include <net/tls_credentials.h>
#include <zephyr/net/tls_credentials.h>
/* clang-format on */

#define PIN(name, value) _Static_assert((name) == (value), #name)
/* Secure sockets: Zephyr's own numbers. */
PIN(IPPROTO_TLS_1_0, 256);
PIN(IPPROTO_TLS_1_3, 259);
PIN(IPPROTO_DTLS_1_2, 273);
PIN(ZSOCK_TLS_DTLS_CID, 14);
PIN(ZSOCK_TLS_MAX_FRAGMENT_LENGTH, 21);
PIN(TLS_DTLS_HANDSHAKE_TIMEO, 1018);
PIN(TLS_DTLS_HANDSHAKE_STATUS, 1021);
PIN(TLS_CREDENTIAL_CA_CERTIFICATE, 1);
PIN(TLS_CREDENTIAL_SERVER_CERTIFICATE, 2);
PIN(TLS_CREDENTIAL_PSK_ID, 5);
/* Names, not numbers: whatever the host says. */
PIN(NET_AF_UNSPEC, AF_UNSPEC);
PIN(NET_AF_INET, AF_INET);
PIN(NET_AF_INET6, AF_INET6);
PIN(NET_PF_UNSPEC, PF_UNSPEC);
PIN(NET_PF_INET, PF_INET);
PIN(NET_PF_INET6, PF_INET6);
PIN(NET_SOCK_STREAM, (int)SOCK_STREAM);
PIN(NET_SOCK_DGRAM, (int)SOCK_DGRAM);
PIN(NET_SOCK_RAW, (int)SOCK_RAW);
PIN(NET_IPPROTO_IP, (int)IPPROTO_IP);
PIN(NET_IPPROTO_TCP, (int)IPPROTO_TCP);
PIN(NET_IPPROTO_UDP, (int)IPPROTO_UDP);
PIN(NET_IPPROTO_IPV6, (int)IPPROTO_IPV6);
PIN(NET_INET_ADDRSTRLEN, 16);
PIN(NET_INET6_ADDRSTRLEN, 46);
PIN(ZSOCK_POLLIN, POLLIN);
PIN(ZSOCK_POLLPRI, POLLPRI);
PIN(ZSOCK_POLLOUT, POLLOUT);
PIN(ZSOCK_POLLERR, POLLERR);
PIN(ZSOCK_POLLHUP, POLLHUP);
PIN(ZSOCK_POLLNVAL, POLLNVAL);
PIN(ZSOCK_MSG_PEEK, MSG_PEEK);
PIN(ZSOCK_MSG_TRUNC, MSG_TRUNC);
PIN(ZSOCK_MSG_CTRUNC, MSG_CTRUNC);
PIN(ZSOCK_MSG_DONTWAIT, MSG_DONTWAIT);
PIN(ZSOCK_MSG_WAITALL, MSG_WAITALL);
PIN(ZSOCK_SHUT_RD, SHUT_RD);
PIN(ZSOCK_SHUT_WR, SHUT_WR);
PIN(ZSOCK_SHUT_RDWR, SHUT_RDWR);
PIN(ZVFS_F_GETFL, F_GETFL);
PIN(ZVFS_F_SETFL, F_SETFL);
PIN(ZVFS_O_NONBLOCK, O_NONBLOCK);
PIN(ZSOCK_SOL_SOCKET, SOL_SOCKET);
PIN(ZSOCK_SO_ERROR, SO_ERROR);
PIN(ZSOCK_SO_TYPE, SO_TYPE);
PIN(ZSOCK_SO_RCVTIMEO, SO_RCVTIMEO);
PIN(ZSOCK_SO_SNDTIMEO, SO_SNDTIMEO);
PIN(ZSOCK_SO_REUSEADDR, SO_REUSEADDR);
PIN(ZSOCK_SO_KEEPALIVE, SO_KEEPALIVE);
PIN(ZSOCK_TCP_NODELAY, 1);
PIN(ZSOCK_TCP_KEEPIDLE, 4);
PIN(ZSOCK_TCP_KEEPINTVL, 5);
PIN(ZSOCK_TCP_KEEPCNT, 6);
PIN(ZSOCK_IPV6_V6ONLY, IPV6_V6ONLY);
PIN(ZFD_IOCTL_FIONREAD, FIONREAD);
PIN(ZFD_IOCTL_FIONBIO, FIONBIO);
PIN(ZSOCK_NI_NUMERICHOST, 1);
PIN(ZSOCK_NI_NUMERICSERV, 2);
PIN(ZSOCK_NI_NOFQDN, 4);
PIN(ZSOCK_NI_NAMEREQD, 8);
PIN(ZSOCK_NI_DGRAM, 16);
PIN(ZSOCK_NI_MAXHOST, 64);
/* Zephyr's own, which the host has not (or not as macros of ISO C). */
PIN(ZSOCK_AI_PASSIVE, 0x1);
PIN(ZSOCK_AI_CANONNAME, 0x2);
PIN(ZSOCK_AI_NUMERICHOST, 0x4);
PIN(ZSOCK_AI_V4MAPPED, 0x8);
PIN(ZSOCK_AI_ALL, 0x10);
PIN(ZSOCK_AI_ADDRCONFIG, 0x20);
PIN(ZSOCK_AI_NUMERICSERV, 0x400);
PIN(ZSOCK_SOL_TLS, 282);
PIN(ZSOCK_TLS_SEC_TAG_LIST, 1);
PIN(ZSOCK_TLS_HOSTNAME, 2);
PIN(ZSOCK_TLS_CIPHERSUITE_LIST, 3);
PIN(ZSOCK_TLS_CIPHERSUITE_USED, 4);
PIN(ZSOCK_TLS_PEER_VERIFY, 5);
PIN(ZSOCK_TLS_DTLS_ROLE, 6);
PIN(ZSOCK_TLS_ALPN_LIST, 7);
PIN(ZSOCK_TLS_DTLS_HANDSHAKE_TIMEOUT_MIN, 8);
PIN(ZSOCK_TLS_DTLS_HANDSHAKE_TIMEOUT_MAX, 9);
PIN(ZSOCK_TLS_CERT_NOCOPY, 10);
PIN(ZSOCK_TLS_NATIVE, 11);
PIN(ZSOCK_TLS_SESSION_CACHE, 12);
PIN(ZSOCK_TLS_SESSION_CACHE_PURGE, 13);
PIN(ZSOCK_TLS_PEER_VERIFY_NONE, 0);
PIN(ZSOCK_TLS_PEER_VERIFY_OPTIONAL, 1);
PIN(ZSOCK_TLS_PEER_VERIFY_REQUIRED, 2);
PIN(ZSOCK_TLS_DTLS_CID, 14);
PIN(ZSOCK_TLS_DTLS_CID_STATUS, 15);
PIN(ZSOCK_TLS_DTLS_CID_VALUE, 16);
PIN(ZSOCK_TLS_DTLS_PEER_CID_VALUE, 17);
PIN(ZSOCK_TLS_DTLS_HANDSHAKE_ON_CONNECT, 18);
PIN(ZSOCK_TLS_CERT_VERIFY_RESULT, 19);
PIN(ZSOCK_TLS_CERT_VERIFY_CALLBACK, 20);
PIN(ZSOCK_TLS_MAX_FRAGMENT_LENGTH, 21);
PIN(ZSOCK_TLS_DTLS_ROLE_CLIENT, 0);
PIN(ZSOCK_TLS_DTLS_ROLE_SERVER, 1);
PIN(ZSOCK_TLS_CERT_NOCOPY_NONE, 0);
PIN(ZSOCK_TLS_CERT_NOCOPY_OPTIONAL, 1);
PIN(ZSOCK_TLS_SESSION_CACHE_DISABLED, 0);
PIN(ZSOCK_TLS_SESSION_CACHE_ENABLED, 1);
PIN(ZSOCK_TLS_DTLS_CID_DISABLED, 0);
PIN(ZSOCK_TLS_DTLS_CID_SUPPORTED, 1);
PIN(ZSOCK_TLS_DTLS_CID_ENABLED, 2);
PIN(ZSOCK_TLS_DTLS_CID_STATUS_DISABLED, 0);
PIN(ZSOCK_TLS_DTLS_CID_STATUS_DOWNLINK, 1);
PIN(ZSOCK_TLS_DTLS_CID_STATUS_UPLINK, 2);
PIN(ZSOCK_TLS_DTLS_CID_STATUS_BIDIRECTIONAL, 3);
PIN(ZSOCK_SO_SOCKS5, 60);
PIN(ZSOCK_SO_TXTIME, 61);
PIN(ZSOCK_IP_DONTFRAG, IP_MTU_DISCOVER);
PIN(ZSOCK_IP_LOCAL_PORT_RANGE, 51);
PIN(ZSOCK_IP_MTU, 14);
PIN(ZSOCK_IP_RECVTTL, 12);
PIN(ZSOCK_IPV6_ADDR_PREFERENCES, 72);
PIN(ZSOCK_IPV6_DONTFRAG, 62);
PIN(ZSOCK_IPV6_JOIN_GROUP, 20);
PIN(ZSOCK_IPV6_RECVHOPLIMIT, 51);
PIN(IPV6_PREFER_SRC_NONCGA, 0x800);
PIN(NET_AF_UNIX, AF_UNIX);
PIN(NET_CMSG_SPACE(4), CMSG_SPACE(4));
PIN(IPPROTO_TLS_1_0, 256);
PIN(IPPROTO_TLS_1_1, 257);
PIN(IPPROTO_TLS_1_2, 258);
PIN(IPPROTO_TLS_1_3, 259);
PIN(IPPROTO_DTLS_1_0, 272);
PIN(IPPROTO_DTLS_1_2, 273);
PIN(DNS_EAI_BADFLAGS, -1);
PIN(DNS_EAI_NONAME, -2);
PIN(DNS_EAI_AGAIN, -3);
PIN(DNS_EAI_FAIL, -4);
PIN(DNS_EAI_NODATA, -5);
PIN(DNS_EAI_FAMILY, -6);
PIN(DNS_EAI_SOCKTYPE, -7);
PIN(DNS_EAI_SERVICE, -8);
PIN(DNS_EAI_ADDRFAMILY, -9);
PIN(DNS_EAI_MEMORY, -10);
PIN(DNS_EAI_SYSTEM, -11);
PIN(DNS_EAI_OVERFLOW, -12);
PIN(DNS_EAI_INPROGRESS, -100);
PIN(DNS_EAI_CANCELED, -101);
PIN(DNS_EAI_NOTCANCELED, -102);
PIN(DNS_EAI_ALLDONE, -103);
PIN(DNS_EAI_IDN_ENCODE, -105);

/* A table of functions, as portable programs have them: the types must be exactly these. */
struct calls {
  int (*socket)(int, int, int);
  int (*close)(int);
  int (*shutdown)(int, int);
  int (*bind)(int, const struct sockaddr*, socklen_t);
  int (*connect)(int, const struct sockaddr*, socklen_t);
  ssize_t (*send)(int, const void*, size_t, int);
  ssize_t (*sendto)(int, const void*, size_t, int, const struct sockaddr*, socklen_t);
  ssize_t (*recv)(int, void*, size_t, int);
  ssize_t (*recvfrom)(int, void*, size_t, int, struct sockaddr*, socklen_t*);
  int (*socketpair)(int, int, int, int*);
  int (*listen)(int, int);
  int (*accept)(int, struct sockaddr*, socklen_t*);
  ssize_t (*sendmsg)(int, const struct msghdr*, int);
  ssize_t (*recvmsg)(int, struct msghdr*, int);
  int (*select)(int, zsock_fd_set*, zsock_fd_set*, zsock_fd_set*, struct zsock_timeval*);
  int (*ioctl)(int, unsigned long, ...);
  int (*getsockname)(int, struct sockaddr*, socklen_t*);
  int (*getpeername)(int, struct sockaddr*, socklen_t*);
  const char* (*gai_strerror)(int);
  int (*getnameinfo)(const struct sockaddr*, socklen_t, char*, socklen_t, char*, socklen_t, int);
  int (*gethostname)(char*, size_t);
  int (*poll)(struct zsock_pollfd*, int, int);
  int (*fcntl)(int, int, ...);
  int (*setsockopt)(int, int, int, const void*, socklen_t);
  int (*getsockopt)(int, int, int, void*, socklen_t*);
  int (*inet_pton)(sa_family_t, const char*, void*);
  char* (*inet_ntop)(sa_family_t, const void*, char*, size_t);
  int (*getaddrinfo)(const char*, const char*, const struct zsock_addrinfo*,
                     struct zsock_addrinfo**);
  void (*freeaddrinfo)(struct zsock_addrinfo*);
};
static const struct calls calls = {
    zsock_socket,      zsock_close,       zsock_shutdown,    zsock_bind,         zsock_connect,
    zsock_send,        zsock_sendto,      zsock_recv,        zsock_recvfrom,     zsock_socketpair,
    zsock_listen,      zsock_accept,      zsock_sendmsg,     zsock_recvmsg,      zsock_select,
    zsock_ioctl,       zsock_getsockname, zsock_getpeername, zsock_gai_strerror, zsock_getnameinfo,
    zsock_gethostname, zsock_poll,        zsock_fcntl,       zsock_setsockopt,   zsock_getsockopt,
    zsock_inet_pton,   zsock_inet_ntop,   zsock_getaddrinfo, zsock_freeaddrinfo,
};
/* The host's calls are still the host's. */
static int (*const host_socket)(int, int, int) = socket;
static int (*const host_close)(int) = close;

static const struct net_sockaddr_in server = {
    .sin_family = NET_AF_INET,
    .sin_port = net_htons(80),
    .sin_addr = NET_INADDR_LOOPBACK_INIT,
};

int zephyr_headers_after(void);
int zephyr_headers_after(void) {
  struct zsock_pollfd entry = {.fd = -1, .events = ZSOCK_POLLIN};
  struct pollfd* same = &entry;
  struct zsock_timeval wait = {.tv_sec = 1, .tv_usec = 0};
  struct timeval* also_same = &wait;
  struct zsock_addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM, .ai_eflags = 0};
  struct net_sockaddr_storage storage = {.ss_family = NET_AF_INET6};
  struct net_msghdr message = {.msg_iov = (struct net_iovec*)0};
  struct in6_addr loopback = IN6ADDR_LOOPBACK_INIT;
  net_socklen_t length = sizeof(struct net_sockaddr_in6);
  const enum net_ip_protocol protocol = NET_IPPROTO_TCP;
  const enum net_ip_protocol_secure secure = NET_IPPROTO_TLS_1_2;
  const struct sockaddr* plain = (const struct sockaddr*)&server;
  return calls.socket == zsock_socket && host_socket != zsock_socket && host_close != zsock_close &&
                 net_sin(plain)->sin_port == htons(80) &&
                 server.sin_addr.s_addr == htonl(INADDR_LOOPBACK) && same->fd == -1 &&
                 message.msg_iov == NULL && also_same->tv_sec == 1 && hints.ai_next == NULL &&
                 length == 28 && net_sin6((struct sockaddr*)&storage)->sin6_family == AF_INET6 &&
                 loopback.s6_addr[15] == 1 && protocol == 6 && secure == 258
             ? 0
             : 1;
}
