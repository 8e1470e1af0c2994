/* SPDX-License-Identifier: Apache-2.0 */
/* The socket calls by their POSIX names, as Zephyr gives them with CONFIG_NET_SOCKETS_POSIX_NAMES
 * or CONFIG_POSIX_API; <zephyr/net/socket.h> includes this then. From here to the end of the
 * translation unit socket() is zsock_socket() and so on, also where their address is taken.
 *
 * close() and ioctl() are libc's on descriptors that are not sockets of ours; fcntl(), read() and
 * write() stay libc's altogether, whose O_NONBLOCK the zsock_ calls obey. (read() and write() fit
 * streams; a datagram needs recv() and send().) */
#ifndef CELLSOCK_ZEPHYR_NET_SOCKET_POSIX_NAMES_H_
#define CELLSOCK_ZEPHYR_NET_SOCKET_POSIX_NAMES_H_

/* All headers that declare these names, before the names become others. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define addrinfo zsock_addrinfo
#define fd_set zsock_fd_set
#undef FD_SETSIZE
#define FD_SETSIZE ZSOCK_FD_SETSIZE
#undef FD_ZERO
#undef FD_SET
#undef FD_CLR
#undef FD_ISSET
#define FD_ZERO ZSOCK_FD_ZERO
#define FD_SET ZSOCK_FD_SET
#define FD_CLR ZSOCK_FD_CLR
#define FD_ISSET ZSOCK_FD_ISSET

#define socket zsock_socket
#define socketpair zsock_socketpair
#define close zsock_posix_close
#define shutdown zsock_shutdown
#define bind zsock_bind
#define connect zsock_connect
#define listen zsock_listen
#define accept zsock_accept
#define send zsock_send
#define recv zsock_recv
#define sendto zsock_sendto
#define sendmsg zsock_sendmsg
#define recvfrom zsock_recvfrom
#define recvmsg zsock_recvmsg
#define poll zsock_poll
#define select zsock_select
#define getsockopt zsock_getsockopt
#define setsockopt zsock_setsockopt
#define getpeername zsock_getpeername
#define getsockname zsock_getsockname
#define getaddrinfo zsock_getaddrinfo
#define freeaddrinfo zsock_freeaddrinfo
#define gai_strerror zsock_gai_strerror
#define getnameinfo zsock_getnameinfo
#define gethostname zsock_gethostname
#define inet_pton zsock_inet_pton
#define inet_ntop zsock_inet_ntop
#define ioctl zsock_posix_ioctl

#ifndef EAI_NODATA /* the host has it as an extension */
#define EAI_NODATA DNS_EAI_NODATA
#endif

#endif /* CELLSOCK_ZEPHYR_NET_SOCKET_POSIX_NAMES_H_ */
