// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cerrno>
#include <new>

namespace cellsock::client::face {

/// The libc edge, in one place: -errno becomes -1 and errno, success leaves errno alone. Thread
/// cancellation unwinds through it untouched.
template <class Call>
auto at_edge(Call call) -> decltype(call()) {
  const int before = errno;
  decltype(call()) result = -ENOMEM;
  try {
    result = call();
  } catch (const std::bad_alloc&) {
  }
  if (result < 0) {
    errno = static_cast<int>(-result);
    return -1;
  }
  errno = before;
  return result;
}

}  // namespace cellsock::client::face
