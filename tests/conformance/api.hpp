// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <netdb.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <vector>

/// The socket calls under test, with the host's types and numbers whatever the family's own are, so
/// that one source of cases meets them all. What a family does not have is null, and its cases say
/// so (case.hpp).
namespace cellsock::conformance {

enum class family : std::uint8_t { posix = 1, zsock = 2, nrf = 4 };

/// One answer of getaddrinfo.
struct found_address {
  int family = 0;
  int type = 0;
  int protocol = 0;
  sockaddr_storage address{};
  socklen_t length = 0;
  std::string canonical_name;
};

struct resolved {
  int error = 0;  // EAI_*
  std::vector<found_address> list;
};

struct query {
  int flags = 0;
  int family = AF_UNSPEC;
  int type = 0;
  int protocol = 0;
};

struct found_interface {
  std::string name;
  sockaddr_storage address{};
};

/// What Nordic has besides sockets. By value: 0, a negative errno, or what the modem said.
struct modem_calls {
  int (*init)();
  int (*shutdown)();
  int (*printf)(const char* command);
  int (*printf_number)(const char* format, int number);
  /// The response with its final result, cut at `room`.
  int (*command)(const char* command, std::size_t room, std::string& response);
  /// The first number of the response by scanf's rules.
  int (*scan)(const char* command, const char* format, int& number);
  int (*async)(const char* command, void (*handler)(const char*));
  int (*notifications)(void (*handler)(const char*));
  int (*set_dns)(int host_family, const void* address, socklen_t size);
};

struct api {
  const char* name;
  family which;
  int (*socket)(int, int, int);
  int (*socketpair)(int, int, int, int*);
  int (*close)(int);
  int (*connect)(int, const sockaddr*, socklen_t);
  int (*bind)(int, const sockaddr*, socklen_t);
  int (*listen)(int, int);
  int (*accept)(int, sockaddr*, socklen_t*);
  int (*shutdown)(int, int);
  ssize_t (*send)(int, const void*, size_t, int);
  ssize_t (*sendto)(int, const void*, size_t, int, const sockaddr*, socklen_t);
  ssize_t (*sendmsg)(int, const msghdr*, int);
  ssize_t (*recv)(int, void*, size_t, int);
  ssize_t (*recvfrom)(int, void*, size_t, int, sockaddr*, socklen_t*);
  ssize_t (*recvmsg)(int, msghdr*, int);
  int (*poll)(pollfd*, unsigned, int);
  int (*select)(int, fd_set*, fd_set*, fd_set*, timeval*);
  int (*fcntl)(int, int, int);
  int (*ioctl)(int, unsigned long, int*);
  int (*setsockopt)(int, int, int, const void*, socklen_t);
  int (*getsockopt)(int, int, int, void*, socklen_t*);
  int (*getsockname)(int, sockaddr*, socklen_t*);
  int (*getpeername)(int, sockaddr*, socklen_t*);
  resolved (*getaddrinfo)(const char*, const char*, const query*);
  int (*getnameinfo)(const sockaddr*, socklen_t, char*, socklen_t, char*, socklen_t, int);
  const char* (*gai_strerror)(int);
  int (*inet_pton)(int, const char*, void*);
  const char* (*inet_ntop)(int, const void*, char*, socklen_t);
  int (*gethostname)(char*, std::size_t) = nullptr;
  /// getifaddrs, copied and freed.
  int (*getifaddrs)(std::vector<found_interface>&) = nullptr;
  const modem_calls* modem = nullptr;
};

/// The one that this program was built with.
const api& tested();

}  // namespace cellsock::conformance
