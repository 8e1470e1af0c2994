// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <span>
#include <string>

/// Looks for something in the process's own memory.
namespace cellsock::test {

/// What is looked for, kept in a form that is not itself found.
class needle {
public:
  explicit needle(std::span<const std::byte> bytes) {
    for (const auto b : bytes.first(std::min(bytes.size(), hidden_.size())))
      hidden_[size_++] = b ^ mask;
  }
  __attribute__((no_sanitize("address"))) [[nodiscard]] bool at(const std::byte* here) const {
    for (std::size_t i = 0; i < size_; ++i)
      if (static_cast<std::byte>(here[i] ^ mask) != hidden_[i]) return false;
    return true;
  }
  [[nodiscard]] std::size_t size() const { return size_; }

private:
  static constexpr std::byte mask{0x5a};
  std::array<std::byte, 64> hidden_{};
  std::size_t size_ = 0;
};

/// Looks where no object of ours lives; nothing is copied, for a copy would be found next time.
__attribute__((no_sanitize("address"))) inline std::size_t count(const needle& what,
                                                                 const std::byte* from,
                                                                 const std::byte* to) {
  std::size_t found = 0;
  for (const auto* at = from; at + what.size() <= to; ++at) found += what.at(at);
  return found;
}

/// Places in the heap and other writable private memory (not stacks: a call's own frame is there).
[[nodiscard]] inline std::size_t found_in_memory(const needle& what) {
  std::ifstream maps("/proc/self/maps");
  std::size_t found = 0;
  std::string line;
  while (std::getline(maps, line)) {
    unsigned long long from = 0;
    unsigned long long to = 0;
    char mode[5]{};
    if (std::sscanf(line.c_str(), "%llx-%llx %4s", &from, &to, mode) != 3) continue;
    // Sanitizers map terabytes of shadow.
    if (mode[0] != 'r' || mode[1] != 'w' || to - from > (1ULL << 28)) continue;
    if (line.find("[stack]") != std::string::npos) continue;
    found += count(what, reinterpret_cast<const std::byte*>(from),
                   reinterpret_cast<const std::byte*>(to));
  }
  return found;
}

}  // namespace cellsock::test
