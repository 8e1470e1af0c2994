// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nrf_errno.h>
#include <nrf_socket.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "tests/support/fake_daemon.hpp"

/// What the tests of the nrf_ calls share.
namespace cellsock::testing {

/// A program's descriptor, closed by nrf_close at the end.
class program_fd {
public:
  explicit program_fd(int fd) : fd_(fd) {}
  program_fd(program_fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  program_fd& operator=(program_fd&&) = delete;
  ~program_fd() {
    if (fd_ >= 0) nrf_close(fd_);
  }
  operator int() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

private:
  int fd_;
};

inline nrf_sockaddr_in somewhere(std::uint16_t port = 7) {
  nrf_sockaddr_in address{};
  address.sin_family = NRF_AF_INET;
  address.sin_port = nrf_htons(port);
  address.sin_addr.s_addr = nrf_htonl(0xC0000201);  // 192.0.2.1
  return address;
}

inline const nrf_sockaddr* plain(const nrf_sockaddr_in& address) {
  return reinterpret_cast<const nrf_sockaddr*>(&address);
}

inline int connect_somewhere(int fd) {
  const auto address = somewhere();
  return nrf_connect(fd, plain(address), sizeof address);
}

inline program_fd stream_socket() {
  return program_fd(nrf_socket(NRF_AF_INET, NRF_SOCK_STREAM, NRF_IPPROTO_TCP));
}
inline program_fd datagram_socket() {
  return program_fd(nrf_socket(NRF_AF_INET, NRF_SOCK_DGRAM, NRF_IPPROTO_UDP));
}
/// Needs a daemon whose plan is to succeed.
inline program_fd connected_stream() {
  auto fd = stream_socket();
  if (connect_somewhere(fd) != 0) throw std::runtime_error("connect failed");
  return fd;
}
inline program_fd connected_datagram() {
  auto fd = datagram_socket();
  if (connect_somewhere(fd) != 0) throw std::runtime_error("connect failed");
  return fd;
}

inline int set_timeout_ms(int fd, int option, std::uint32_t milliseconds) {
  const nrf_timeval value{milliseconds / 1000, milliseconds % 1000 * 1000};
  return nrf_setsockopt(fd, NRF_SOL_SOCKET, option, &value, sizeof value);
}

inline int pending_error(int fd) {
  int error = -1;
  nrf_socklen_t length = sizeof error;
  return nrf_getsockopt(fd, NRF_SOL_SOCKET, NRF_SO_ERROR, &error, &length) == 0 ? error : -1;
}

inline short poll_once(int fd, short events, int timeout_ms = 0) {
  nrf_pollfd entry{fd, events, 0};
  return nrf_poll(&entry, 1, timeout_ms) < 0 ? short(-1) : entry.revents;
}

inline std::uint64_t cookie(int fd) {
  std::uint64_t value = 0;
  socklen_t length = sizeof value;
  ::getsockopt(fd, SOL_SOCKET, SO_COOKIE, &value, &length);
  return value;
}

/// A thread that tells when it sleeps in one of our waits, so that no test has to guess.
class blocked_call {
public:
  template <class Call>
  explicit blocked_call(Call call)
      : thread_([this, call] {
          tid_ = static_cast<int>(::syscall(SYS_gettid));
          call();
          done_ = true;
        }) {
    if (!eventually([this] { return done_ || sleeps(); }))
      throw std::runtime_error("the call neither blocked nor returned");
  }
  ~blocked_call() { thread_.join(); }
  blocked_call(const blocked_call&) = delete;
  blocked_call& operator=(const blocked_call&) = delete;

  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] bool returns() const {
    return eventually([this] { return done_.load(); });
  }
  void signal(int number) { ::pthread_kill(thread_.native_handle(), number); }
  void cancel() { ::pthread_cancel(thread_.native_handle()); }

private:
  [[nodiscard]] bool sleeps() const {
    if (tid_ == 0) return false;
    std::ifstream file("/proc/self/task/" + std::to_string(tid_) + "/syscall");
    long number = -1;
    return file >> number && number == SYS_ppoll;
  }

  std::atomic<int> tid_{0};
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace cellsock::testing
