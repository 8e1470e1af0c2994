// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pty.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

#include "modem_bridge/port/emulator_port.hpp"
#include "modem_bridge/port/make_port.hpp"
#include "modem_bridge/port/memory_port.hpp"

/// The modem's side of each kind of port: makes the port, and holds what is at the other end of it.
namespace cellsock::test {

/// Of those whose far end is a descriptor.
class descriptor_end {
public:
  descriptor_end() = default;
  ~descriptor_end() { drop(far); }
  descriptor_end(const descriptor_end&) = delete;
  descriptor_end& operator=(const descriptor_end&) = delete;

  std::string read() {
    reach();
    std::string buffer(65536, '\0');
    const auto got = far < 0 ? -1 : ::read(far, buffer.data(), buffer.size());
    buffer.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return buffer;
  }
  /// Bytes taken; the rest is the caller's to try again.
  std::size_t write(std::string_view text) {
    reach();
    const auto put = far < 0 ? -1 : ::write(far, text.data(), text.size());
    return put > 0 ? static_cast<std::size_t>(put) : 0;
  }
  void hang_up() {
    reach();
    drop(far);
  }

protected:
  /// A server's end comes to be when the port has connected.
  void reach() {
    if (far < 0 && listening >= 0) far = ::accept4(listening, nullptr, nullptr, SOCK_NONBLOCK);
  }
  static void drop(int& fd) {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
  int far = -1;
  int listening = -1;
};

struct pty_end : descriptor_end {
  pty_end() { renew(); }
  /// As a device that was plugged in again, under the same name.
  void renew() {
    char name[128] = {};
    int near = -1;
    drop(far);
    REQUIRE(::openpty(&far, &near, name, nullptr, nullptr) == 0);
    REQUIRE(::fcntl(far, F_SETFL, O_NONBLOCK) == 0);
    ::close(near);
    ::unlink(link().c_str());
    REQUIRE(::symlink(name, link().c_str()) == 0);
  }
  ~pty_end() { ::unlink(link().c_str()); }
  static std::string link() { return "/tmp/cellsock-far-end-" + std::to_string(::getpid()); }
  port_ptr make(asio::io_context& loop) {
    return make_port(loop, serial_uri{.path = link(), .baud = 1000000});
  }
};

struct unix_end : descriptor_end {
  unix_end() { renew(); }
  void renew() {
    if (listening >= 0) return;
    listening = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    ::unlink(address.sun_path);
    REQUIRE(::bind(listening, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listening, 4) == 0);
  }
  ~unix_end() {
    drop(listening);
    ::unlink(path().c_str());
  }
  /// The server ends; its path stays.
  void close_listener() { drop(listening); }
  static std::string path() { return "/tmp/cellsock-far-" + std::to_string(::getpid()) + ".sock"; }
  port_ptr make(asio::io_context& loop) { return make_port(loop, unix_uri{.path = path()}); }
};

struct tcp_end : descriptor_end {
  tcp_end() {
    listening = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listening, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listening, 4) == 0);
    REQUIRE(::getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port = ntohs(address.sin_port);
  }
  ~tcp_end() { drop(listening); }
  void renew() {}
  port_ptr make(asio::io_context& loop) {
    return make_port(loop, tcp_uri{.host = "127.0.0.1", .port = port});
  }
  std::uint16_t port = 0;
};

/// A program under the emulator's name that carries descriptor 3 to the test's own socket.
struct child_end : unix_end {
  child_end() {
    folder = "/tmp/cellsock-far-" + std::to_string(::getpid()) + ".bin";
    ::mkdir(folder.c_str(), 0755);
    const auto program = folder + "/nrf91-emulator";
    std::ofstream(program) << "#!/usr/bin/python3\n"
                              "import os, socket, sys, threading\n"
                              "line = socket.socket(fileno=int(sys.argv[2]))\n"
                              "far = socket.socket(socket.AF_UNIX)\n"
                              "far.connect('"
                           << path()
                           << "')\n"
                              "print('carrying', ' '.join(sys.argv[3:]), flush=True)\n"
                              "def carry(a, b):\n"
                              "    while data := a.recv(65536): b.sendall(data)\n"
                              "    os._exit(7)\n"
                              "threading.Thread(target=carry, args=(line, far)).start()\n"
                              "carry(far, line)\n";
    ::chmod(program.c_str(), 0755);
  }
  ~child_end() {
    ::unlink((folder + "/nrf91-emulator").c_str());
    ::rmdir(folder.c_str());
  }
  port_ptr make(asio::io_context& loop) {
    return std::make_unique<emulator_port>(
        loop, emulator_uri{.arguments = {"--baud=1000000"}},
        [this](std::string_view line) { said += std::string(line) + '\n'; },
        folder + "/nrf91-emulator");
  }
  std::string folder;
  std::string said;
};

struct memory_end {
  port_ptr make(asio::io_context& loop) {
    auto made = std::make_unique<memory_port>(
        [&loop](std::function<void()> later) { asio::post(loop, std::move(later)); });
    line.emplace(made->line());
    return made;
  }
  std::string read() {
    const auto bytes = line->take_written();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  std::size_t write(std::string_view text) {
    line->inject(std::as_bytes(std::span(text)));
    return text.size();
  }
  void hang_up() { line->hang_up(fail(errc::port_failed, "gone")); }
  void renew() {}
  std::optional<memory_line> line;
};

}  // namespace cellsock::test
