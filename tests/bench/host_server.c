// SPDX-License-Identifier: Apache-2.0
// The far end of the host link's benchmarks. The first byte of a connection says what it is for:
// 'e' everything back, 's' a length and so many bytes, answered with one byte, 'd' a length,
// answered with so many bytes. Connections that say nothing cost nothing. Prints its port; ends
// with its input.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { block = 65536 };

static int all(ssize_t (*move)(int, void*, size_t), int fd, char* bytes, size_t count) {
  while (count > 0) {
    const ssize_t n = move(fd, bytes, count);
    if (n <= 0) return 0;
    bytes += n;
    count -= (size_t)n;
  }
  return 1;
}

static ssize_t put(int fd, void* bytes, size_t count) {
  return send(fd, bytes, count, MSG_NOSIGNAL);
}

static void* serve(void* with) {
  const int fd = (int)(intptr_t)with;
  char* bytes = calloc(1, block);
  char kind = 0;
  uint64_t left = 0;
  if (bytes != NULL && read(fd, &kind, 1) == 1) {
    if (kind == 'e')
      for (ssize_t n = 0; (n = read(fd, bytes, block)) > 0;)
        if (!all(put, fd, bytes, (size_t)n)) break;
    while (kind != 'e' && all(read, fd, (char*)&left, sizeof left)) {
      for (; left > 0; left -= left < block ? left : block) {
        const size_t piece = left < block ? (size_t)left : block;
        if (!all(kind == 's' ? read : put, fd, bytes, piece)) break;
      }
      if (left > 0 || (kind == 's' && put(fd, "!", 1) != 1)) break;
    }
  }
  free(bytes);
  close(fd);
  return NULL;
}

int main(void) {
  struct rlimit most;
  if (getrlimit(RLIMIT_NOFILE, &most) == 0) {
    most.rlim_cur = most.rlim_max;
    setrlimit(RLIMIT_NOFILE, &most);
  }
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof here;
  const int listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (bind(listening, (struct sockaddr*)&here, size) != 0 || listen(listening, 4096) != 0 ||
      getsockname(listening, (struct sockaddr*)&here, &size) != 0)
    return perror("listen"), 1;
  printf("%d\n", ntohs(here.sin_port));
  fflush(stdout);
  const int ready = epoll_create1(0);
  struct epoll_event one = {.events = EPOLLIN, .data.fd = listening};
  epoll_ctl(ready, EPOLL_CTL_ADD, listening, &one);
  one.data.fd = STDIN_FILENO;
  epoll_ctl(ready, EPOLL_CTL_ADD, STDIN_FILENO, &one);
  for (;;) {
    struct epoll_event event;
    if (epoll_wait(ready, &event, 1, -1) != 1) continue;
    if (event.data.fd == STDIN_FILENO) return 0;
    if (event.data.fd == listening) {
      const int fd = accept4(listening, NULL, NULL, 0);
      const int on = 1;
      if (fd < 0) continue;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      one.data.fd = fd;
      epoll_ctl(ready, EPOLL_CTL_ADD, fd, &one);
      continue;
    }
    epoll_ctl(ready, EPOLL_CTL_DEL, event.data.fd, NULL);
    pthread_t thread;
    if (pthread_create(&thread, NULL, serve, (void*)(intptr_t)event.data.fd) == 0)
      pthread_detach(thread);
    else
      close(event.data.fd);
  }
}
