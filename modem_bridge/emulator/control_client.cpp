// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/control_client.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>

namespace cellsock::emulator {
namespace {

constexpr int exit_refused = 1;
constexpr int exit_usage = 2;
constexpr int exit_no_emulator = 3;
constexpr long answer_seconds_max = 10;

/// Sends the request; false: there is nobody to talk to (errno says why). An answer has to come
/// within seconds; what is watched may take its time.
bool ask(int descriptor, const sockaddr_un& address, std::string_view request, bool watching) {
  const timeval patience{watching ? 0 : answer_seconds_max, 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0)
    return false;
  return ::send(descriptor, request.data(), request.size(), MSG_NOSIGNAL) >= 0;
}

/// Reads to the end, or hands on what comes as it comes.
std::string read_answer(int descriptor, bool watching) {
  std::string answer;
  std::array<char, 16384> chunk{};
  for (;;) {
    const ssize_t got = ::read(descriptor, chunk.data(), chunk.size());
    if (got <= 0) return answer;
    answer.append(chunk.data(), static_cast<std::size_t>(got));
    if (!watching || !answer.starts_with("ok\n")) continue;
    std::cout << answer.substr(3) << std::flush;
    answer.resize(3);
  }
}

}  // namespace

std::string default_control_path() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime && *runtime) return std::string(runtime) + "/nrf91-emulator.ctl";
  return "/tmp/nrf91-emulator-" + std::to_string(::getuid()) + ".ctl";
}

int run_control_client(const std::string& path, const std::vector<std::string>& words) {
  std::string request;
  for (const std::string& word : words) request += (request.empty() ? "" : " ") + word;
  request += '\n';
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    std::cerr << "nrf91-emulator: path too long for a socket: " << path << '\n';
    return exit_no_emulator;
  }
  std::memcpy(address.sun_path, path.c_str(), path.size());
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return exit_no_emulator;
  const bool watching = request == "watch\n";
  const bool asked = ask(descriptor, address, request, watching);
  const int problem = errno;
  const std::string answer = asked ? read_answer(descriptor, watching) : std::string{};
  ::close(descriptor);
  if (answer.empty()) {
    std::cerr << "nrf91-emulator: no emulator answers at " << path << " (" << std::strerror(problem)
              << "); start one with --ctl " << path << '\n';
    return exit_no_emulator;
  }
  // First line: `ok`, `error` or `usage`; the rest is for the reader.
  const auto line_end = answer.find('\n');
  const std::string outcome = answer.substr(0, line_end);
  const bool good = outcome == "ok";
  const std::string text =
      line_end == std::string::npos ? std::string{} : answer.substr(line_end + 1);
  (good ? std::cout : std::cerr) << (good ? "" : "nrf91-emulator: ") << text;
  if (good) return 0;
  return outcome == "usage" ? exit_usage : exit_refused;
}

}  // namespace cellsock::emulator
