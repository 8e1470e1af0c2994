// SPDX-License-Identifier: Apache-2.0
#include "actors/secret_file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

using namespace cellsock;

namespace {

/// A file that goes with the test.
struct kept {
  explicit kept(std::string_view text, mode_t mode = 0600) {
    std::string pattern = "/tmp/cellsock-secret-XXXXXX";
    ::close(::mkstemp(pattern.data()));
    path = pattern;
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
  }
  ~kept() { std::remove(path.c_str()); }
  std::string path;
};

}  // namespace

TEST_CASE("one line is the secret, with or without its end") {
  for (const char* text : {"1234", "1234\n", "1234\r\n"}) CHECK(*secret_in(text) == "1234");
  for (const char* text : {"", "\n", "12\n34\n", "a\"b", "caf\xc3\xa9"}) {
    CAPTURE(text);
    CHECK_FALSE(secret_in(text));
  }
  CHECK(secret_in(std::string(64, 'x')));
  CHECK_FALSE(secret_in(std::string(65, 'x')));
}

TEST_CASE("a file that others may read keeps no secret") {
  CHECK(keeps_secrets(0600));
  CHECK(keeps_secrets(0400));
  CHECK(keeps_secrets(0440));
  for (const mode_t mode : {0644U, 0666U, 0660U, 0604U, 0610U}) CHECK_FALSE(keeps_secrets(mode));
  const kept good("hush\n");
  CHECK(*read_secret(good.path) == "hush");
  const kept open("hush\n", 0644);
  const auto refused = read_secret(open.path);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail.find("chmod 600") != std::string::npos);
  CHECK(refused.error().detail.find("hush") == std::string::npos);
  CHECK_FALSE(read_secret("/nonexistent/pin"));
  CHECK_FALSE(read_secret("/tmp"));
}

TEST_CASE("a PIN is digits") {
  for (const char* good : {"0000", "12345678"}) CHECK(is_pin(good));
  for (const char* bad : {"", "123", "123456789", "12a4", "12 4"}) CHECK_FALSE(is_pin(bad));
}
