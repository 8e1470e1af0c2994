// SPDX-License-Identifier: Apache-2.0
// What the POSIX-named aliases need of functions that libc has for every descriptor.
#include <sys/ioctl.h>
#include <unistd.h>
#include <zephyr/net/socket.h>

#include <cstdarg>

#include "client_lib/face/edge.hpp"
#include "client_lib/identity.hpp"
#include "client_lib/zephyr/control.hpp"

using namespace cellsock::client;

int zsock_posix_close(int fd) {
  const bool could_be_ours = shape_error(fd) == 0;
  return could_be_ours ? zsock_close(fd) : ::close(fd);
}

int zsock_posix_ioctl(int fd, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  void* argument = va_arg(arguments, void*);
  va_end(arguments);
  if (shape_error(fd) != 0) return ::ioctl(fd, request, argument);
  return face::at_edge([&] { return zephyr::control_device(fd, request, argument); });
}
