// SPDX-License-Identifier: Apache-2.0
#include "stack/option_rows.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <vector>

using namespace cellsock;

namespace {

std::string cell(const option_side& side) {
  constexpr std::array<std::string_view, 4> words{"carried", "emulated", "fixed", "refused"};
  std::string text(words[static_cast<std::size_t>(side.how)]);
  if (!side.what.empty()) text += ": " + std::string(side.what);
  return text;
}

std::string line_of(const option_row& row) {
  constexpr std::array<std::string_view, 3> uses{"get, set", "get", "set"};
  constexpr std::array<std::string_view, 4> sockets{"any", "streams", "IPv4", "IPv6"};
  const std::string range =
      row.min == row.max ? "" : std::to_string(row.min) + " to " + std::to_string(row.max);
  return "| `" + std::string(row.name) + "` | " +
         std::string(sockets[static_cast<std::size_t>(row.sockets)]) + " | " +
         std::string(uses[static_cast<std::size_t>(row.use)]) +
         (row.when == option_when::untouched ? ", before use" : "") + " | " + range + " | " +
         std::to_string(row.standard) + " | " + cell(row.at(link_kind::modem)) + " | " +
         cell(row.at(link_kind::host)) + " |";
}

}  // namespace

TEST_CASE("docs/options.md has the daemon's table, row for row") {
  std::vector<std::string> wanted, there;
  for (const auto& row : option_rows) wanted.push_back(line_of(row));
  std::ifstream page(std::string(CELLSOCK_SOURCE_DIR) + "/docs/options.md");
  for (std::string line; std::getline(page, line);)
    if (line.starts_with("| `")) there.push_back(line);
  CHECK(there == wanted);
}

TEST_CASE("which sockets have an option") {
  CHECK(has_option(row_of(socket_option::broadcast), false, transport::datagram));
  CHECK(has_option(row_of(socket_option::no_delay), true, transport::stream));
  CHECK_FALSE(has_option(row_of(socket_option::no_delay), false, transport::datagram));
  CHECK_FALSE(has_option(row_of(socket_option::time_to_live), true, transport::stream));
  CHECK_FALSE(has_option(row_of(socket_option::hop_limit), false, transport::stream));
  CHECK(row_of(socket_option::delayed_address_refresh).name == "DELAYED_ADDRESS_REFRESH");
}
