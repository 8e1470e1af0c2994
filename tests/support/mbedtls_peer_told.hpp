// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <mbedtls/error.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

/// What `mbedtls_peer` is told, and how it says that it cannot.
namespace bare {

inline constexpr std::uint32_t patience_ms = 30000;
inline constexpr std::size_t part_bytes = 4096;

struct told {
  std::string role;
  std::string protocol = "tls";
  std::uint16_t port = 0;
  std::string ca, certificate, key, psk, identity;
  std::string name;
  std::string verify = "required";
  std::vector<std::string> alpn;
  std::vector<int> suites;
  unsigned connections = 1;
  bool resume = false;
  std::string what = "talk";
  std::string send;
  unsigned repeat = 1;
  std::size_t expect = 0;
  bool cut = false;
};

[[noreturn]] inline void give_up(const std::string& why) {
  std::cout << "error " << why << std::endl;
  std::exit(2);
}

inline std::string text_of(int problem) {
  std::array<char, 160> text{};
  mbedtls_strerror(problem, text.data(), text.size());
  return text.data();
}

inline void must(int problem, const std::string& what) {
  if (problem != 0) give_up(what + ": " + text_of(problem));
}

inline const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace bare
