// SPDX-License-Identifier: Apache-2.0
#include <nrf_socket.h>

#include <cstring>

#include "client_lib/bsd_calls.hpp"
#include "client_lib/nrf/api.hpp"

namespace cellsock::client::nrf {

int api::set_callback(int fd, const void* value, nrf_socklen_t length) {
  if (value == nullptr || length == 0) return set_poll_callback(fd, 0, false, {});
  nrf_modem_pollcb given;
  if (length != sizeof given) return -EINVAL;
  std::memcpy(&given, value, sizeof given);
  if (given.callback == nullptr) return -EINVAL;
  return set_poll_callback(fd, given.events, given.oneshot, [given](int which, short ready) {
    nrf_pollfd told{which, given.events, ready};
    given.callback(&told);
  });
}

}  // namespace cellsock::client::nrf
