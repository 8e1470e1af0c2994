// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/host_link.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "modem_bridge/emulator/line_speed.hpp"
#include "stack/endpoint.hpp"

using namespace cellsock;
using namespace cellsock::emulator;
using namespace std::chrono_literals;

namespace {

struct scratch_directory {
  scratch_directory() {
    std::string name = (std::filesystem::temp_directory_path() / "emulator-link-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~scratch_directory() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

int dial_unix(const std::string& path) {
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  path.copy(where.sun_path, sizeof where.sun_path - 1);
  const int made = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(::connect(made, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0);
  return made;
}

int dial_tcp(const std::string& address) {
  const auto where = parse_endpoint(address);
  REQUIRE(where);
  sockaddr_in native{};
  native.sin_family = AF_INET;
  native.sin_port = htons(where->port);
  native.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(::connect(made, reinterpret_cast<const sockaddr*>(&native), sizeof native) == 0);
  return made;
}

/// Runs until `done`; the deadline is for a test that would hang.
template <class Condition>
bool run_until(asio::io_context& loop, Condition done) {
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (!done() && std::chrono::steady_clock::now() < end) {
    loop.restart();
    loop.run_one_for(100ms);
  }
  return done();
}

void host_comes_and_goes(asio::io_context& loop, host_link& link, int host) {
  int hosts = 0;
  link.on_host = [&] { ++hosts; };
  REQUIRE(run_until(loop, [&] { return hosts == 1; }));
  CHECK(::write(link.descriptor(), "x", 1) == 1);
  char byte = 0;
  CHECK(::read(host, &byte, 1) == 1);
  ::close(host);
  CHECK(::read(link.descriptor(), &byte, 1) == 0);
  link.host_left();
  CHECK(link.descriptor() == -1);
}

}  // namespace

TEST_CASE("a unix listener takes one host after the other and leaves no file behind") {
  scratch_directory scratch;
  const std::string path = scratch.path / "modem";
  {
    asio::io_context loop;
    auto link = host_link::listen(loop, "unix:" + path);
    REQUIRE(link);
    CHECK((*link)->address() == "unix:" + path);
    CHECK((*link)->descriptor() == -1);
    CHECK((*link)->host_baud() == 0);
    CHECK_FALSE(host_link::listen(loop, "unix:" + path));  // somebody is there
    for (int i = 0; i < 2; ++i) {
      // The probe of the refused listener is the first host, and gone.
      if (i == 0) {
        int hosts = 0;
        (*link)->on_host = [&] { ++hosts; };
        REQUIRE(run_until(loop, [&] { return hosts == 1; }));
        (*link)->host_left();
      }
      host_comes_and_goes(loop, **link, dial_unix(path));
    }
  }
  CHECK_FALSE(std::filesystem::exists(path));
  // A dead one's file is replaced, anything else is not.
  asio::io_context loop;
  std::ofstream(path) << "precious";
  CHECK_FALSE(host_link::listen(loop, "unix:" + path));
}

TEST_CASE("a TCP listener says which port it got") {
  asio::io_context loop;
  auto link = host_link::listen(loop, "tcp:127.0.0.1:0");
  REQUIRE(link);
  const std::string address = (*link)->address();
  CHECK(address.starts_with("tcp:127.0.0.1:"));
  CHECK_FALSE(address.ends_with(":0"));
  for (int i = 0; i < 2; ++i) host_comes_and_goes(loop, **link, dial_tcp(address.substr(4)));
}

TEST_CASE("an inherited socket is over when its other end is") {
  asio::io_context loop;
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  auto link = host_link::adopt(loop, ends[0]);
  REQUIRE(link);
  CHECK((*link)->address() == "fd:" + std::to_string(ends[0]));
  bool over = false;
  (*link)->on_over = [&over] { over = true; };
  ::close(ends[1]);
  char byte = 0;
  CHECK(::read((*link)->descriptor(), &byte, 1) == 0);
  (*link)->host_left();
  CHECK(over);
}

TEST_CASE("what is not a stream socket, or not an address, is refused") {
  asio::io_context loop;
  CHECK_FALSE(host_link::adopt(loop, 1048576));
  const int file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  CHECK_FALSE(host_link::adopt(loop, file));
  ::close(file);
  for (const char* bad : {"", "unix", "unix:", "tcp:", "tcp:127.0.0.1", "tcp:nowhere:1", "udp:x",
                          "unix:/no/such/folder/modem"})
    CHECK_MESSAGE(!host_link::listen(loop, bad), bad);
}

TEST_CASE("a pty's host has the rate it sets") {
  asio::io_context loop;
  for (const unsigned baud : {115200U, 1000000U, 123456U}) {
    auto link = host_link::open_pty(loop, baud);
    REQUIRE(link);
    CHECK((*link)->host_baud() == baud);
    const int host = ::open((*link)->address().c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    REQUIRE(set_line_speed(host, 9600));
    CHECK((*link)->host_baud() == 9600);
    ::close(host);
  }
}
