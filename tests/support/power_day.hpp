// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace cellsock::test {

/// One thing that a program of tests/bench/power/day.csv does.
struct day_deed {
  std::chrono::seconds at{0};
  std::string program;
  std::string what;  // datagram, lookup, stream
  std::size_t bytes = 0;
  std::size_t reply_bytes = 0;
  std::chrono::milliseconds reply_after{0};
};

inline std::vector<day_deed> read_day(const std::string& path) {
  std::vector<day_deed> day;
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with('#') || line.starts_with("at_s")) continue;
    std::istringstream cells(line);
    std::vector<std::string> cell;
    for (std::string c; std::getline(cells, c, ',');) cell.push_back(c);
    if (cell.size() != 6) throw std::runtime_error(path + ": " + line);
    day.push_back({std::chrono::seconds(std::stoll(cell[0])), cell[1], cell[2], std::stoul(cell[3]),
                   std::stoul(cell[4]), std::chrono::milliseconds(std::stoll(cell[5]))});
  }
  if (day.empty()) throw std::runtime_error(path + ": no deeds");
  return day;
}

}  // namespace cellsock::test
