// SPDX-License-Identifier: Apache-2.0
#include <nrf_socket.h>

#include <algorithm>
#include <cstring>

#include "client_lib/bsd_calls.hpp"
#include "client_lib/nrf/edge.hpp"

namespace cellsock::client::nrf {
namespace {

constexpr std::uint32_t microseconds_per_second = 1'000'000;

/// Up to the next millisecond: a timeout of 1 us must not become none.
std::int64_t milliseconds(const nrf_timeval& value) {
  return std::int64_t{value.tv_sec} * 1000 + (std::int64_t{value.tv_usec} + 999) / 1000;
}

nrf_timeval timeval_of(std::int64_t timeout_ms) {
  return {static_cast<std::uint32_t>(timeout_ms / 1000),
          static_cast<std::uint32_t>(timeout_ms % 1000 * 1000)};
}

template <class Value>
int give(const Value& value, void* to, nrf_socklen_t* length) {
  const auto count = std::min<std::size_t>(*length, sizeof value);
  std::memcpy(to, &value, count);
  *length = static_cast<nrf_socklen_t>(count);
  return 0;
}

int set(int fd, int level, int option, const void* value, nrf_socklen_t length) {
  const bool is_timeout = option == NRF_SO_RCVTIMEO || option == NRF_SO_SNDTIMEO;
  if (level != NRF_SOL_SOCKET || !is_timeout) {
    // An option that nobody has on a descriptor that is nobody's: the descriptor's error first.
    const int other = get_nonblocking(fd);
    return other < 0 ? other : -ENOPROTOOPT;
  }
  if (value == nullptr) return -EFAULT;
  nrf_timeval given;
  if (length != sizeof given) return -EINVAL;
  std::memcpy(&given, value, sizeof given);
  if (given.tv_usec >= microseconds_per_second) return -EINVAL;
  return set_timeout(fd, option == NRF_SO_RCVTIMEO ? timeout_kind::receive : timeout_kind::send,
                     milliseconds(given));
}

int get(int fd, int level, int option, void* value, nrf_socklen_t* length) {
  const bool known =
      level == NRF_SOL_SOCKET &&
      (option == NRF_SO_RCVTIMEO || option == NRF_SO_SNDTIMEO || option == NRF_SO_ERROR);
  if (!known) {
    const int other = get_nonblocking(fd);
    return other < 0 ? other : -ENOPROTOOPT;
  }
  if (value == nullptr || length == nullptr) return -EFAULT;
  if (option == NRF_SO_ERROR) {
    int error = 0;
    if (const int result = take_error(fd, error); result < 0) return result;
    return give(error, value, length);
  }
  std::int64_t timeout_ms = 0;
  const auto which = option == NRF_SO_RCVTIMEO ? timeout_kind::receive : timeout_kind::send;
  if (const int result = get_timeout(fd, which, timeout_ms); result < 0) return result;
  return give(timeval_of(timeout_ms), value, length);
}

}  // namespace
}  // namespace cellsock::client::nrf

using namespace cellsock::client;

int nrf_setsockopt(int fd, int level, int option, const void* value, nrf_socklen_t value_len) {
  return nrf::at_edge([&] { return nrf::set(fd, level, option, value, value_len); });
}

int nrf_getsockopt(int fd, int level, int option, void* value, nrf_socklen_t* value_len) {
  return nrf::at_edge([&] { return nrf::get(fd, level, option, value, value_len); });
}
