// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cerrno>
#include <new>

namespace cellsock::client::face {

/// The edge of calls that return -errno: errno itself is left alone.
template <class Call>
int by_value(Call call) {
  const int before = errno;
  int result = -ENOMEM;
  try {
    result = call();
  } catch (const std::bad_alloc&) {
  }
  errno = before;
  return result;
}

}  // namespace cellsock::client::face
