// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <variant>
#include <vector>

#include "client_lib/bsd_calls.hpp"
#include "client_lib/face/secure_option_table.hpp"
#include "client_lib/limits.hpp"

/// setsockopt and getsockopt at the secure level: from a family's number and bytes to the option's
/// row and a value of the wire, and back.
namespace cellsock::client::face {

/// What goes on, or the errno of bytes that are none of it.
using secure_value = std::variant<v1::SecureValue, int>;

/// The wire's number for the program's, or nothing.
inline std::optional<std::int64_t> wire_number(const secure_option_row& row, std::int64_t given) {
  if (row.spellings.empty())
    return given >= row.low && given <= row.high ? std::optional(given) : std::nullopt;
  for (const auto& one : row.spellings)
    if (one.program == given) return one.wire;
  return std::nullopt;
}

/// A value that another family set, and that this one cannot say, reads as it is.
inline std::int64_t program_number(const secure_option_row& row, std::int64_t kept) {
  for (const auto& one : row.spellings)
    if (one.wire == kept) return one.program;
  return kept;
}

/// Whole elements of 32 bits, each within the row's range.
template <class Element>
secure_value numbers_in(const secure_option_row& row, const void* value, std::size_t length,
                        std::size_t count_max) {
  if (length % sizeof(Element) != 0 || length / sizeof(Element) > count_max) return EINVAL;
  v1::SecureValue made;
  auto& list = *made.mutable_numbers();
  for (std::size_t at = 0; at < length; at += sizeof(Element)) {
    Element element;
    std::memcpy(&element, static_cast<const char*>(value) + at, sizeof element);
    const auto number = static_cast<std::int64_t>(element);
    if (row.shape == secure_shape::suites && !wire_number(row, number)) return EINVAL;
    list.add_value(number);
  }
  return made;
}

/// Zephyr says that a hostname's length does not count; text that is shorter ends earlier anyway.
inline secure_value text_in(const void* value, std::size_t length) {
  v1::SecureValue made;
  if (value == nullptr || length == 0) return made;
  const auto* text = static_cast<const char*>(value);
  const auto count = ::strnlen(text, std::min(length, limits::hostname_bytes_max + 1));
  if (count > limits::hostname_bytes_max) return EINVAL;
  if (count > 0) made.set_text(std::string(text, count));
  return made;
}

inline std::vector<const char*> pointers_in(const void* value, std::size_t length) {
  std::vector<const char*> names(length / sizeof(const char*));
  if (!names.empty()) std::memcpy(names.data(), value, length);
  return names;
}

inline secure_value names_in(const void* value, std::size_t length) {
  if (length % sizeof(const char*) != 0 || length / sizeof(const char*) > limits::alpn_names_max)
    return EINVAL;
  v1::SecureValue made;
  auto& list = *made.mutable_texts();
  for (const auto* name : pointers_in(value, length)) {
    if (name == nullptr) return EINVAL;
    const auto count = ::strnlen(name, limits::alpn_name_bytes_max + 1);
    if (count == 0 || count > limits::alpn_name_bytes_max) return EINVAL;
    list.add_value(name, count);
  }
  return made;
}

template <class Value>
secure_value number_of_width(const secure_option_row& row, const void* value, std::size_t length) {
  Value given;
  if (length != sizeof given) return EINVAL;
  std::memcpy(&given, value, sizeof given);
  const auto number = wire_number(row, static_cast<std::int64_t>(given));
  if (!number) return EINVAL;
  v1::SecureValue made;
  made.set_number(*number);
  return made;
}

template <class Api>
secure_value secure_value_in(const secure_option_row& row, const void* value, std::size_t length) {
  if (row.shape == secure_shape::command) return v1::SecureValue{};
  if (row.shape == secure_shape::text) return text_in(value, length);
  const bool list = row.shape == secure_shape::tags || row.shape == secure_shape::suites ||
                    row.shape == secure_shape::names;
  if (value == nullptr && (length > 0 || !list)) return Api::null_option_error;
  switch (row.shape) {
    case secure_shape::tags: return numbers_in<std::uint32_t>(row, value, length, limits::tags_max);
    case secure_shape::suites: return numbers_in<int>(row, value, length, limits::suites_max);
    case secure_shape::names: return names_in(value, length);
    case secure_shape::milliseconds: return number_of_width<std::uint32_t>(row, value, length);
    case secure_shape::bytes: {
      if (length > static_cast<std::size_t>(row.high)) return EINVAL;
      v1::SecureValue made;
      made.set_bytes(value, length);
      return made;
    }
    default: return number_of_width<int>(row, value, length);
  }
}

/// As much of `count` bytes as there is room for, in whole elements.
template <class Api>
int give_elements(const void* from, std::size_t count, std::size_t element, void* to,
                  typename Api::length* length) {
  if (Api::option_lengths_exact && (*length == 0 || *length % element != 0)) return -EINVAL;
  const auto given = std::min<std::size_t>(count, *length / element * element);
  if (given > 0) std::memcpy(to, from, given);
  *length = static_cast<typename Api::length>(given);
  return 0;
}

template <class Api, class Element>
int give_numbers(const v1::SecureNumbers& list, void* to, typename Api::length* length) {
  std::vector<Element> made;
  for (const auto number : list.value()) made.push_back(static_cast<Element>(number));
  return give_elements<Api>(made.data(), made.size() * sizeof(Element), sizeof(Element), to,
                            length);
}

template <class Api, class Value>
int give_one(std::int64_t number, void* to, typename Api::length* length) {
  if (Api::option_lengths_exact && *length != sizeof(Value)) return -EINVAL;
  const auto value = static_cast<Value>(number);
  const auto count = std::min<std::size_t>(*length, sizeof value);
  std::memcpy(to, &value, count);
  *length = static_cast<typename Api::length>(count);
  return 0;
}

template <class Api>
int give_secure(const secure_option_row& row, const v1::SecureValue& kept, void* to,
                typename Api::length* length) {
  switch (row.shape) {
    case secure_shape::tags: return give_numbers<Api, std::uint32_t>(kept.numbers(), to, length);
    case secure_shape::suites: return give_numbers<Api, int>(kept.numbers(), to, length);
    case secure_shape::text: {
      // With its final zero; nothing where there is none.
      const auto count = kept.text().empty() ? 0 : kept.text().size() + 1;
      const auto given = std::min<std::size_t>(count, *length);
      if (given > 0) std::memcpy(to, kept.text().c_str(), given);
      *length = static_cast<typename Api::length>(given);
      return 0;
    }
    case secure_shape::bytes:
      if (*length < kept.bytes().size()) return -EINVAL;
      if (!kept.bytes().empty()) std::memcpy(to, kept.bytes().data(), kept.bytes().size());
      *length = static_cast<typename Api::length>(kept.bytes().size());
      return 0;
    case secure_shape::milliseconds:
    case secure_shape::flags: return give_one<Api, std::uint32_t>(kept.number(), to, length);
    default: return give_one<Api, int>(program_number(row, kept.number()), to, length);
  }
}

/// 0, or why this descriptor does not have the option.
inline int check_secure(int fd, const secure_option_row* row, option_use may, option_use wanted) {
  socket_facts facts;
  if (const int error = describe_socket(fd, facts); error != 0) return error;
  if (facts.secure == v1::SECURE_PROTOCOL_UNSPECIFIED || row == nullptr) return -ENOPROTOOPT;
  const bool has = row->wire != v1::SECURE_OPTION_UNSPECIFIED &&
                   (static_cast<int>(may) & static_cast<int>(wanted)) != 0 &&
                   (row->kind != option_kind::datagram || facts.type == v1::SOCKET_TYPE_DATAGRAM);
  return has ? 0 : -ENOPROTOOPT;
}

template <class Api>
int set_secure_option(int fd, int option, const void* value, typename Api::length length) {
  const auto* row = find_secure_option(Api::secure_option, option);
  const auto may = row != nullptr ? row->*Api::secure_use : option_use::set;
  if (const int error = check_secure(fd, row, may, option_use::set); error != 0) return error;
  const auto given = secure_value_in<Api>(*row, value, length);
  if (const int* error = std::get_if<int>(&given)) return -*error;
  const int result = set_secure(fd, row->wire, std::get<v1::SecureValue>(given));
  if (result == 0 && row->shape == secure_shape::names)
    return remember_alpn(fd, pointers_in(value, length));
  // No room for another saved connection: Nordic's word for it.
  const bool saves = row->wire == v1::SECURE_OPTION_CONNECTION_SAVE;
  return saves && result == -ENOBUFS ? -ENOMEM : result;
}

template <class Api>
int get_secure_option(int fd, int option, void* value, typename Api::length* length) {
  const auto* row = find_secure_option(Api::secure_option, option);
  const auto may = row != nullptr ? row->*Api::secure_use : option_use::get;
  if (const int error = check_secure(fd, row, may, option_use::get); error != 0) return error;
  if (value == nullptr || length == nullptr) return -Api::null_option_error;
  if (row->shape == secure_shape::names) {
    std::vector<const char*> names;
    if (const int error = recall_alpn(fd, names); error != 0) return error;
    return give_elements<Api>(names.data(), names.size() * sizeof(const char*), sizeof(const char*),
                              value, length);
  }
  v1::SecureValue kept;
  if (const int error = get_secure(fd, row->wire, kept); error != 0) return error;
  return give_secure<Api>(*row, kept, value, length);
}

}  // namespace cellsock::client::face
