// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <pthread.h>
#include <signal.h>

#include <cerrno>
#include <system_error>
#include <thread>

namespace cellsock::client {

/// A thread of the library inside somebody else's program: it hears no signals, and nobody waits
/// for its end. 0 or -EAGAIN.
template <class Work>
int start_quiet_thread(Work work) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  int result = 0;
  try {
    std::thread(std::move(work)).detach();
  } catch (const std::system_error&) {
    result = -EAGAIN;
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return result;
}

}  // namespace cellsock::client
