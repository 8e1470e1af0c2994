// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <variant>

#include "client_lib/bsd_calls.hpp"
#include "client_lib/face/option_table.hpp"
#include "client_lib/face/secure_options.hpp"
#include "client_lib/face/secure_protocols.hpp"
#include "client_lib/face/sockaddr.hpp"

/// setsockopt and getsockopt: from a family's level, number and struct to the option's row and one
/// number, and back.
namespace cellsock::client::face {

constexpr std::int64_t microseconds_per_second = 1'000'000;

constexpr timeout_kind timeout_of(const option_row& row) {
  return row.wire == v1::OPTION_RECV_TIMEOUT_MS ? timeout_kind::receive : timeout_kind::send;
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

/// What a program passed, as the one number that goes on, or an errno.
using option_value = std::variant<std::int64_t, int>;

template <class Api>
option_value milliseconds(const void* value, typename Api::length length) {
  typename Api::timeval given;
  if (length != sizeof given) return EINVAL;
  std::memcpy(&given, value, sizeof given);
  const std::int64_t seconds = given.tv_sec;
  const std::int64_t microseconds = given.tv_usec;
  if (microseconds < 0 || microseconds >= microseconds_per_second) return EINVAL;
  // More milliseconds than the wire's number holds is no timeout that anybody meant.
  if (seconds < 0 || seconds > INT32_MAX) return EINVAL;
  // Up to the next millisecond: a timeout of 1 us must not become none.
  return seconds * 1000 + (microseconds + 999) / 1000;
}

template <class Value>
std::optional<Value> taken(const void* value, std::size_t length) {
  Value made;
  if (length != sizeof made) return std::nullopt;
  std::memcpy(&made, value, sizeof made);
  return made;
}

template <class Api>
option_value number_in(const option_row& row, const void* value, typename Api::length length) {
  if (row.shape == option_shape::command) return row.low;
  if (value == nullptr) return EFAULT;
  if (row.shape == option_shape::timeval) return milliseconds<Api>(value, length);
  std::int64_t number = 0;
  if (row.shape == option_shape::linger) {
    const auto given = taken<::linger>(value, length);
    if (!given) return EINVAL;
    number = given->l_onoff != 0 ? given->l_linger : -1;
  } else if (const auto byte = taken<std::uint8_t>(value, length);
             byte && row.shape == option_shape::byte) {
    number = *byte;
  } else if (const auto given = taken<int>(value, length)) {
    number = row.shape == option_shape::flag ? (*given != 0 ? 1 : 0) : *given;
  } else {
    return EINVAL;
  }
  if (number < row.low || number > row.high) return EINVAL;
  return number;
}

template <class Api>
int give_number(const option_row& row, std::int64_t number, void* to,
                typename Api::length* length) {
  switch (row.shape) {
    case option_shape::timeval: {
      typename Api::timeval kept{};
      kept.tv_sec = static_cast<decltype(kept.tv_sec)>(number / 1000);
      kept.tv_usec = static_cast<decltype(kept.tv_usec)>(number % 1000 * 1000);
      return give<Api>(kept, to, length);
    }
    case option_shape::linger: {
      const ::linger kept{number >= 0 ? 1 : 0, static_cast<int>(std::max<std::int64_t>(number, 0))};
      return give<Api>(kept, to, length);
    }
    case option_shape::byte:
      if (*length == 1) return give<Api>(static_cast<std::uint8_t>(number), to, length);
      break;
    case option_shape::flag:
    case option_shape::integer:
    case option_shape::command:
    case option_shape::callback:
    case option_shape::text: break;
  }
  return give<Api>(static_cast<int>(number), to, length);
}

/// 0, or why this socket does not have the option (now).
inline int check_socket(int fd, const option_row& row, bool sets, socket_facts& facts) {
  if (const int error = describe_socket(fd, facts); error != 0) return error;
  const bool stream = facts.type == v1::SOCKET_TYPE_STREAM;
  const bool fits = (row.kind != option_kind::stream || stream) &&
                    (row.kind != option_kind::datagram || !stream) &&
                    (row.kind != option_kind::v6 || facts.family == v1::FAMILY_INET6);
  if (!fits) return -ENOPROTOOPT;
  return sets && row.when == option_time::before_peer && facts.has_peer ? -EINVAL : 0;
}

/// What a connect in the background failed with, which the families call differently.
constexpr bool is_handshake_failure(v1::ErrorCode code) {
  return code == v1::ERROR_CODE_HANDSHAKE_FAILED || code == v1::ERROR_CODE_PEER_NOT_TRUSTED ||
         code == v1::ERROR_CODE_CREDENTIAL_MISSING;
}

constexpr bool allows(option_use has, option_use wanted) {
  return (static_cast<int>(has) & static_cast<int>(wanted)) != 0;
}

template <class Api>
std::int64_t fact_of(const option_row& row, const socket_facts& facts) {
  const bool stream = facts.type == v1::SOCKET_TYPE_STREAM;
  switch (row.zephyr.number) {
    case SO_TYPE: return stream ? SOCK_STREAM : SOCK_DGRAM;
    case SO_PROTOCOL:
      if (const auto* secure = find_secure_protocol(facts.secure)) return secure->zephyr;
      return stream ? IPPROTO_TCP : IPPROTO_UDP;
    case SO_DOMAIN: return number_of<Api>(facts.family);
    default: return facts.listening ? 1 : 0;  // SO_ACCEPTCONN
  }
}

template <class Api>
int set_option(int fd, int level, int option, const void* value, typename Api::length length) {
  if (level == SOL_TLS) return set_secure_option<Api>(fd, option, value, length);
  const auto* row = find_option(Api::spelling, level, option);
  if (row == nullptr || row->keeper == option_keeper::nobody || !allows(row->use, option_use::set))
    return unknown_option(fd);
  socket_facts facts;
  if (const int error = check_socket(fd, *row, true, facts); error != 0) return error;
  if (row->keeper == option_keeper::device) return choose_device(fd, value, length);
  if (row->keeper == option_keeper::callback) return Api::set_callback(fd, value, length);
  const auto given = number_in<Api>(*row, value, length);
  if (const int* error = std::get_if<int>(&given)) return -*error;
  const auto number = std::get<std::int64_t>(given);
  switch (row->keeper) {
    case option_keeper::timeout: return set_timeout(fd, timeout_of(*row), number);
    case option_keeper::buffer: return set_send_buffer(fd, number);
    case option_keeper::no_effect: return 0;
    default: return set_value(fd, row->wire, number);
  }
}

template <class Api>
int get_option(int fd, int level, int option, void* value, typename Api::length* length) {
  if (level == SOL_TLS) return get_secure_option<Api>(fd, option, value, length);
  const auto* row = find_option(Api::spelling, level, option);
  if (row == nullptr || row->keeper == option_keeper::nobody || !allows(row->use, option_use::get))
    return unknown_option(fd);
  if (value == nullptr || length == nullptr) return -EFAULT;
  socket_facts facts;
  if (const int error = check_socket(fd, *row, false, facts); error != 0) return error;
  if (row->keeper == option_keeper::device) return give_device<Api>(fd, value, length);
  std::int64_t number = 0;
  int result = 0;
  switch (row->keeper) {
    case option_keeper::error: {
      // Before the error is taken: it can be read once.
      if (Api::option_lengths_exact && *length != sizeof(int)) return -EINVAL;
      int pending = 0;
      v1::ErrorCode code = v1::ERROR_CODE_UNSPECIFIED;
      result = take_error(fd, pending, &code);
      number = is_handshake_failure(code) ? Api::handshake_error(pending) : pending;
      break;
    }
    case option_keeper::timeout: result = get_timeout(fd, timeout_of(*row), number); break;
    case option_keeper::fact: number = fact_of<Api>(*row, facts); break;
    default: result = get_value(fd, row->wire, number);
  }
  return result < 0 ? result : give_number<Api>(*row, number, value, length);
}

}  // namespace cellsock::client::face
