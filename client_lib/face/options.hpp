// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "client_lib/bsd_calls.hpp"

/// setsockopt and getsockopt: the options that exist have the host's numbers in every family, the
/// struct timeval its own layout in each.
namespace cellsock::client::face {

constexpr std::int64_t microseconds_per_second = 1'000'000;

constexpr bool is_timeout(int level, int option) {
  return level == SOL_SOCKET && (option == SO_RCVTIMEO || option == SO_SNDTIMEO);
}
constexpr timeout_kind timeout_of(int option) {
  return option == SO_RCVTIMEO ? timeout_kind::receive : timeout_kind::send;
}

constexpr bool is_device(int level, int option) {
  return level == SOL_SOCKET && option == SO_BINDTODEVICE;
}
/// Longer than any name of a device; a `struct ifreq`, which has the name first, is shorter too.
constexpr std::size_t device_name_max = 64;

/// Text with or without its final zero, or a `struct ifreq` as Zephyr has it.
inline int choose_device(int fd, const void* value, std::size_t length) {
  if (value == nullptr && length > 0) return -EFAULT;
  if (length > device_name_max) return -EINVAL;
  const auto* text = static_cast<const char*>(value);
  return set_device(fd, std::string(text, length == 0 ? 0 : ::strnlen(text, length)));
}

/// As Linux gives it: with its final zero; nothing while no device is chosen.
template <class Api>
int give_device(int fd, void* value, typename Api::length* length) {
  std::string name;
  if (const int result = get_device(fd, name); result < 0) return result;
  const std::size_t bytes = name.empty() ? 0 : name.size() + 1;
  if (*length < bytes) return -EINVAL;
  if (bytes > 0) std::memcpy(value, name.c_str(), bytes);
  *length = static_cast<typename Api::length>(bytes);
  return 0;
}

/// An option that nobody has on a descriptor that is nobody's: the descriptor's error first.
inline int unknown_option(int fd) {
  const int other = get_nonblocking(fd);
  return other < 0 ? other : -ENOPROTOOPT;
}

/// -errno of a length that getsockopt cannot serve.
template <class Api, class Value>
int give(const Value& value, void* to, typename Api::length* length) {
  if (Api::option_lengths_exact && *length != sizeof value) return -EINVAL;
  const auto count = std::min<std::size_t>(*length, sizeof value);
  std::memcpy(to, &value, count);
  *length = static_cast<typename Api::length>(count);
  return 0;
}

template <class Api>
int set_option(int fd, int level, int option, const void* value, typename Api::length length) {
  if (is_device(level, option)) return choose_device(fd, value, length);
  if (!is_timeout(level, option)) return unknown_option(fd);
  if (value == nullptr) return -EFAULT;
  typename Api::timeval given;
  if (length != sizeof given) return -EINVAL;
  std::memcpy(&given, value, sizeof given);
  const std::int64_t seconds = given.tv_sec;
  const std::int64_t microseconds = given.tv_usec;
  if (microseconds < 0 || microseconds >= microseconds_per_second) return -EINVAL;
  // More milliseconds than the wire's number holds is no timeout that anybody meant.
  if (seconds < 0 || seconds > INT32_MAX) return -EINVAL;
  // Up to the next millisecond: a timeout of 1 us must not become none.
  return set_timeout(fd, timeout_of(option), seconds * 1000 + (microseconds + 999) / 1000);
}

template <class Api>
int get_option(int fd, int level, int option, void* value, typename Api::length* length) {
  const bool is_error = level == SOL_SOCKET && option == SO_ERROR;
  const bool device = is_device(level, option);
  if (!is_error && !device && !is_timeout(level, option)) return unknown_option(fd);
  if (value == nullptr || length == nullptr) return -EFAULT;
  if (device) return give_device<Api>(fd, value, length);
  if (is_error) {
    // Before the error is taken: it can be read once.
    if (Api::option_lengths_exact && *length != sizeof(int)) return -EINVAL;
    int error = 0;
    if (const int result = take_error(fd, error); result < 0) return result;
    return give<Api>(error, value, length);
  }
  std::int64_t timeout_ms = 0;
  if (const int result = get_timeout(fd, timeout_of(option), timeout_ms); result < 0) return result;
  typename Api::timeval kept{};
  kept.tv_sec = static_cast<decltype(kept.tv_sec)>(timeout_ms / 1000);
  kept.tv_usec = static_cast<decltype(kept.tv_usec)>(timeout_ms % 1000 * 1000);
  return give<Api>(kept, value, length);
}

}  // namespace cellsock::client::face
