/* SPDX-License-Identifier: Apache-2.0 */
/* The POSIX names as Zephyr gives them: every one is ours, and close() on other descriptors is not.
 */
#define CONFIG_NET_SOCKETS_POSIX_NAMES 1
#include <zephyr/net/socket.h>
/* clang-format off */
#include <fcntl.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>
/* clang-format on */

struct calls {
  int (*socket)(int, int, int);
  int (*socketpair)(int, int, int, int*);
  int (*close)(int);
  int (*shutdown)(int, int);
  int (*bind)(int, const struct sockaddr*, socklen_t);
  int (*connect)(int, const struct sockaddr*, socklen_t);
  int (*listen)(int, int);
  int (*accept)(int, struct sockaddr*, socklen_t*);
  ssize_t (*send)(int, const void*, size_t, int);
  ssize_t (*recv)(int, void*, size_t, int);
  ssize_t (*sendto)(int, const void*, size_t, int, const struct sockaddr*, socklen_t);
  ssize_t (*recvfrom)(int, void*, size_t, int, struct sockaddr*, socklen_t*);
  ssize_t (*sendmsg)(int, const struct msghdr*, int);
  ssize_t (*recvmsg)(int, struct msghdr*, int);
  int (*poll)(struct pollfd*, int, int);
  int (*select)(int, fd_set*, fd_set*, fd_set*, struct timeval*);
  int (*getsockopt)(int, int, int, void*, socklen_t*);
  int (*setsockopt)(int, int, int, const void*, socklen_t);
  int (*getpeername)(int, struct sockaddr*, socklen_t*);
  int (*getsockname)(int, struct sockaddr*, socklen_t*);
  int (*getaddrinfo)(const char*, const char*, const struct addrinfo*, struct addrinfo**);
  void (*freeaddrinfo)(struct addrinfo*);
  const char* (*gai_strerror)(int);
  int (*getnameinfo)(const struct sockaddr*, socklen_t, char*, socklen_t, char*, socklen_t, int);
  int (*gethostname)(char*, size_t);
  int (*inet_pton)(sa_family_t, const char*, void*);
  char* (*inet_ntop)(sa_family_t, const void*, char*, size_t);
  int (*ioctl)(int, unsigned long, ...);
};
static const struct calls calls = {
    socket,       socketpair,   close,       shutdown,    bind,        connect,     listen,
    accept,       send,         recv,        sendto,      recvfrom,    sendmsg,     recvmsg,
    poll,         select,       getsockopt,  setsockopt,  getpeername, getsockname, getaddrinfo,
    freeaddrinfo, gai_strerror, getnameinfo, gethostname, inet_pton,   inet_ntop,   ioctl,
};
_Static_assert(POLLIN == 1 && EAI_NODATA == -5 && SHUT_RDWR == 2 && FD_SETSIZE == 1024, "host's");

int zephyr_posix_names(void);
int zephyr_posix_names(void) {
  int ends[2];
  char byte = 0;
  int unread = 0;
  fd_set set;
  struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
  if (pipe(ends) != 0 || write(ends[1], "x", 1) != 1) return 1;
  if (calls.socket != zsock_socket || calls.select != zsock_select) return 2;
  if (ioctl(ends[0], ZFD_IOCTL_FIONREAD, &unread) != 0 || unread != 1) return 3;
  FD_ZERO(&set);
  FD_SET(ends[0], &set);
  if (select(ends[0] + 1, &set, NULL, NULL, NULL) != 1 || !FD_ISSET(ends[0], &set)) return 4;
  if (fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0 || read(ends[0], &byte, 1) != 1) return 5;
  if (close(ends[0]) != 0 || close(ends[1]) != 0 || close(ends[1]) == 0) return 6;
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 7;
  if (send(ends[0], "y", 1, 0) != 1 || recv(ends[1], &byte, 1, 0) != 1 || byte != 'y') return 8;
  return close(ends[0]) == 0 && close(ends[1]) == 0 && hints.ai_next == NULL ? 0 : 9;
}
