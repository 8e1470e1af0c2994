// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>

#include "modem_bridge/port/port_uri.hpp"

namespace {

using namespace cellsock;

void expect(bool true_of_every_input) {
  if (!true_of_every_input) std::abort();
}

bool is_path(const std::string& path) {
  return path.starts_with('/') && path.find('\0') == std::string::npos;
}

void check(const serial_uri& uri) {
  expect(is_path(uri.path) && uri.baud >= 1200 && uri.baud <= 4'000'000);
  expect(uri.fast_baud == 0 || uri.fast_baud >= 1200);
  expect(uri.lines_control.empty() || is_path(uri.lines_control));
}
void check(const unix_uri& uri) {
  expect(is_path(uri.path) && uri.path.size() <= 107);
}
void check(const tcp_uri& uri) {
  expect(!uri.host.empty() && uri.port != 0);
}
/// What becomes an argument of a program is an option with a value, and never one of the port's
/// own.
void check(const emulator_uri& uri) {
  for (const auto& argument : uri.arguments)
    expect(argument.starts_with("--") && !argument.starts_with("--fd") &&
           argument.find('\0') == std::string::npos);
}

}  // namespace

// Properties: a URI that is taken holds only what can be used; one that is not is explained in one
// line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = parse_modem_uri({reinterpret_cast<const char*>(data), size});
  if (parsed)
    std::visit([](const auto& uri) { check(uri); }, *parsed);
  else
    expect(!parsed.error().detail.empty() && parsed.error().detail.find('\n') == std::string::npos);
  return 0;
}
