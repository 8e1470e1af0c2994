// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/transcript.hpp"

using namespace cellsock::test;

namespace {

std::vector<std::string> all_transcripts() {
  std::vector<std::string> found;
  const std::filesystem::path root = std::string(CELLSOCK_SOURCE_DIR) + "/tests/transcripts";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root))
    if (entry.path().extension() == ".at")
      found.push_back(std::filesystem::relative(entry.path(), root).string());
  std::sort(found.begin(), found.end());
  return found;
}

void check(const std::string& path, cutting cut) {
  for (const auto& wrong : play(path, cut)) FAIL_CHECK(wrong);
}

}  // namespace

TEST_CASE("transcripts replay whole") {
  CHECK(all_transcripts().size() >= 2);
  for (const auto& path : all_transcripts()) check(path, {cutting::how::whole, 0});
}

TEST_CASE("transcripts replay byte by byte") {
  for (const auto& path : all_transcripts()) check(path, {cutting::how::bytewise, 0});
}

TEST_CASE("transcripts replay cut at random") {
  for (const auto& path : all_transcripts())
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
      CAPTURE(seed);
      check(path, {cutting::how::random, seed});
    }
}
