// SPDX-License-Identifier: Apache-2.0
// The kernel's sockets: what the others are compared with.
#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstring>

#include "tests/conformance/api.hpp"

namespace cellsock::conformance {
namespace {

resolved look_up(const char* node, const char* service, const query* hints) {
  addrinfo wanted{};
  if (hints != nullptr) {
    wanted.ai_flags = hints->flags;
    wanted.ai_family = hints->family;
    wanted.ai_socktype = hints->type;
    wanted.ai_protocol = hints->protocol;
  }
  addrinfo* list = nullptr;
  resolved made;
  made.error = ::getaddrinfo(node, service, hints != nullptr ? &wanted : nullptr, &list);
  for (const addrinfo* one = made.error == 0 ? list : nullptr; one != nullptr; one = one->ai_next) {
    found_address found{one->ai_family,   one->ai_socktype,
                        one->ai_protocol, {},
                        one->ai_addrlen,  one->ai_canonname != nullptr ? one->ai_canonname : ""};
    std::memcpy(&found.address, one->ai_addr, one->ai_addrlen);
    made.list.push_back(std::move(found));
  }
  if (made.error == 0) ::freeaddrinfo(list);
  return made;
}

// No test here is about SIGPIPE: none of the other families raises it.
ssize_t send(int fd, const void* bytes, size_t count, int flags) {
  return ::send(fd, bytes, count, flags | MSG_NOSIGNAL);
}
ssize_t sendto(int fd, const void* bytes, size_t count, int flags, const sockaddr* to,
               socklen_t length) {
  return ::sendto(fd, bytes, count, flags | MSG_NOSIGNAL, to, length);
}
ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  return ::sendmsg(fd, message, flags | MSG_NOSIGNAL);
}

const api posix{
    .name = "posix",
    .which = family::posix,
    .socket = ::socket,
    .socketpair = ::socketpair,
    .close = ::close,
    .connect = ::connect,
    .bind = ::bind,
    .listen = ::listen,
    .accept = ::accept,
    .shutdown = ::shutdown,
    .send = send,
    .sendto = sendto,
    .sendmsg = sendmsg,
    .recv = ::recv,
    .recvfrom = ::recvfrom,
    .recvmsg = ::recvmsg,
    .poll = [](pollfd* fds, unsigned count, int ms) { return ::poll(fds, count, ms); },
    .select = ::select,
    .fcntl = [](int fd, int command, int value) { return ::fcntl(fd, command, value); },
    .ioctl = [](int fd, unsigned long request, int* value) { return ::ioctl(fd, request, value); },
    .setsockopt = ::setsockopt,
    .getsockopt = ::getsockopt,
    .getsockname = ::getsockname,
    .getpeername = ::getpeername,
    .getaddrinfo = look_up,
    .getnameinfo = ::getnameinfo,
    .gai_strerror = ::gai_strerror,
    .inet_pton = ::inet_pton,
    .inet_ntop = ::inet_ntop,
    .gethostname = ::gethostname,
    .getifaddrs =
        [](std::vector<found_interface>& found) {
          ifaddrs* list = nullptr;
          if (::getifaddrs(&list) != 0) return -1;
          for (const auto* one = list; one != nullptr; one = one->ifa_next) {
            const int family = one->ifa_addr == nullptr ? AF_UNSPEC : one->ifa_addr->sa_family;
            if (family != AF_INET && family != AF_INET6) continue;
            found.push_back({one->ifa_name, {}});
            std::memcpy(&found.back().address, one->ifa_addr,
                        family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
          }
          ::freeifaddrs(list);
          return 0;
        },
};

}  // namespace

const api& tested() {
  return posix;
}

}  // namespace cellsock::conformance
