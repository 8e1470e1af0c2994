// SPDX-License-Identifier: Apache-2.0
#include "actors/secret_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace cellsock {
namespace {

constexpr std::size_t secret_bytes_max = 64;  // what the modem takes as a password

failure wrong(std::string what) {
  return fail(errc::invalid_argument, std::move(what));
}

result<std::string> read_from(int fd, const std::string& path) {
  struct stat is {};
  if (::fstat(fd, &is) != 0 || !S_ISREG(is.st_mode)) return wrong("is no regular file");
  if (!keeps_secrets(is.st_mode))
    return wrong("may be read or changed by others: chmod 600 " + path);
  std::array<char, secret_bytes_max + 3> bytes{};
  const auto got = ::read(fd, bytes.data(), bytes.size());
  if (got < 0) return wrong(std::string("cannot be read: ") + std::strerror(errno));
  return secret_in({bytes.data(), static_cast<std::size_t>(got)});
}

}  // namespace

result<std::string> secret_in(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (text.empty()) return wrong("is empty");
  if (text.size() > secret_bytes_max) return wrong("is longer than 64 characters");
  const bool fits = std::all_of(text.begin(), text.end(),
                                [](char c) { return c >= 0x20 && c < 0x7F && c != '"'; });
  if (!fits) return wrong("holds more than one line, a quote, or what is not printable ASCII");
  return std::string(text);
}

result<std::string> read_secret(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return wrong(std::string("cannot be opened: ") + std::strerror(errno));
  auto secret = read_from(fd, path);
  ::close(fd);
  return secret;
}

bool is_pin(std::string_view text) noexcept {
  return text.size() >= 4 && text.size() <= 8 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace cellsock
