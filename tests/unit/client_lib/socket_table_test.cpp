// SPDX-License-Identifier: Apache-2.0
#include "client_lib/socket_table.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <vector>

#include "client_lib/datagram_rules.hpp"
#include "client_lib/limits.hpp"
#include "client_lib/owned_descriptor.hpp"

namespace cellsock::client {
namespace {

unique_fd some_socket() {
  return unique_fd(::socket(AF_UNIX, SOCK_STREAM, 0));
}

std::shared_ptr<socket_entry> entry_of(int fd) {
  return std::make_shared<socket_entry>(cookie_of(fd), wire::FAMILY_INET, wire::SOCKET_TYPE_STREAM);
}

TEST_CASE("entries are found by cookie, the first to insert wins") {
  socket_table table;
  const auto fd = some_socket();
  const auto first = table.insert(fd.get(), entry_of(fd.get()));
  CHECK(table.insert(fd.get(), entry_of(fd.get())) == first);
  CHECK(table.find(cookie_of(fd.get())) == first);
  table.erase(first->cookie);
  CHECK(table.find(first->cookie) == nullptr);
}

TEST_CASE("sockets closed behind our back are forgotten before the table grows") {
  socket_table table;
  const auto stays = some_socket();
  table.insert(stays.get(), entry_of(stays.get()));
  for (int i = 0; i < 1000; ++i) {
    const auto goes = some_socket();
    table.insert(goes.get(), entry_of(goes.get()));
  }
  CHECK(table.size() <= limits::cached_sockets_sweep);
  CHECK(table.find(cookie_of(stays.get())) != nullptr);
}

TEST_CASE("foreign cookies are remembered within a bound") {
  socket_table table;
  for (std::uint64_t cookie = 1; cookie <= limits::foreign_cookies_max; ++cookie)
    table.remember_foreign(cookie);
  CHECK(table.is_foreign(1));
  table.remember_foreign(0xFFFF);
  CHECK(table.is_foreign(0xFFFF));
  CHECK_FALSE(table.is_foreign(1));
}

TEST_CASE("an owned descriptor is not closed once its number is somebody else's") {
  auto mine = some_socket();
  owned_descriptor owned(std::move(mine));
  CHECK(owned.number() >= limits::own_descriptor_min);
  CHECK(owned.still_ours());
  const auto other = some_socket();
  const int number = owned.number();
  REQUIRE(::dup2(other.get(), number) == number);
  CHECK_FALSE(owned.still_ours());
  owned = owned_descriptor();
  CHECK(cookie_of(number) == cookie_of(other.get()));
  ::close(number);
}

TEST_CASE("rules of defaults carry anything") {
  CHECK(carries({}, ""));
  CHECK(carries({}, std::string(5000, '+')));
}

}  // namespace
}  // namespace cellsock::client
