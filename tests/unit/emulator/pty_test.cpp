// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/pty.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <fstream>

using namespace cellsock::emulator;

namespace {

struct scratch_directory {
  scratch_directory() {
    std::string name = (std::filesystem::temp_directory_path() / "emulator-test-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~scratch_directory() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

}  // namespace

TEST_CASE("the slave is raw, does not echo, and may come and go") {
  auto port = pty::open();
  REQUIRE(port);
  for (int round = 0; round < 2; ++round) {
    const int host = ::open(port->slave_path().c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    REQUIRE(host >= 0);
    termios settings{};
    REQUIRE(::tcgetattr(host, &settings) == 0);
    CHECK((settings.c_lflag & (ECHO | ICANON)) == 0);
    CHECK((settings.c_oflag & OPOST) == 0);
    const std::string_view every("\r\n\x03\x04\x11\x13\x1a\xff\0z", 10);
    CHECK(::write(port->master(), every.data(), every.size()) == 10);
    std::array<char, 32> got{};
    CHECK(::read(host, got.data(), got.size()) == 10);
    CHECK(std::string_view(got.data(), 10) == every);
    ::close(host);
    // Nothing came back, and no hang-up although nobody has it open now.
    pollfd waiting{port->master(), POLLIN, 0};
    CHECK(::poll(&waiting, 1, 0) == 0);
  }
}

TEST_CASE("the stable link replaces a stale one, goes when its owner goes, and spares others") {
  scratch_directory scratch;
  const auto at = scratch.path / "modem";
  std::filesystem::create_symlink("/nowhere", at);
  {
    auto link = stable_link::make(at, "/dev/pts/1");
    REQUIRE(link);
    CHECK(std::filesystem::read_symlink(at) == "/dev/pts/1");
  }
  CHECK_FALSE(std::filesystem::is_symlink(at));
  {
    auto link = stable_link::make(at, "/dev/pts/1");
    REQUIRE(link);
    auto successor = stable_link::make(at, "/dev/pts/2");
    REQUIRE(successor);
    { const auto gone = std::move(*link); }
    CHECK(std::filesystem::read_symlink(at) == "/dev/pts/2");
  }
  std::ofstream(at) << "precious";
  CHECK_FALSE(stable_link::make(at, "/dev/pts/1"));
  CHECK(std::filesystem::is_regular_file(at));
  CHECK_FALSE(stable_link::make(scratch.path / "no" / "where", "/dev/pts/1"));
}
