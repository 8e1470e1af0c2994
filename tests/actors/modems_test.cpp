// SPDX-License-Identifier: Apache-2.0
// Two links under one gateway: a socket chooses, and one link's trouble is not the other's.
#include <doctest/doctest.h>
#include <poll.h>

#include "tests/support/gateway_world.hpp"

using namespace cellsock;

namespace {

struct fixture : test::gateway_world {
  std::array<test::noted_link, 2> modems;
  test::control_client client{descriptor(-1)};

  fixture() {
    start([this] {
      std::vector<supervisor_seed> seeds;
      for (std::uint32_t i = 0; i < 2; ++i) {
        seeds.push_back({"modem" + std::to_string(i), "memory:", modems[i].factory()});
        seeds.back().first_id = i + 1;
        seeds.back().links = 2;
      }
      return seeds;
    });
    client = connect();
  }
  ~fixture() { stop({&modems[0], &modems[1]}); }

  v1::Reply ask_of(v1::Request r) { return answer_to(client, std::move(r)); }
  made open(v1::SocketType type = v1::SOCKET_TYPE_STREAM) {
    return gateway_world::open(client, type);
  }
  v1::ErrorCode choose(const made& socket, const std::string& name) {
    v1::Request r;
    r.mutable_set_option()->set_cookie(socket.cookie);
    r.mutable_set_option()->set_option(v1::OPTION_BIND_TO_DEVICE);
    r.mutable_set_option()->set_text(name);
    return ask_of(r).error().code();
  }
  std::string chosen(const made& socket) {
    v1::Request r;
    r.mutable_get_option()->set_cookie(socket.cookie);
    r.mutable_get_option()->set_option(v1::OPTION_BIND_TO_DEVICE);
    return ask_of(r).option().text();
  }
  void dial(const made& socket) {
    CHECK(ask_of(gateway_world::dial(socket.cookie)).error().code() ==
          v1::ERROR_CODE_CONNECT_IN_PROGRESS);
  }
  v1::StatusReply status() {
    v1::Request r;
    r.mutable_status();
    return ask_of(r).status();
  }
  bool ended(const made& socket) {
    pollfd p{socket.fd.get(), POLLIN, 0};
    return ::poll(&p, 1, 0) == 1 && (p.revents & POLLHUP) != 0;
  }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "a socket uses the first modem, or the one it names") {
  const auto first = open();
  const auto second = open();
  CHECK(chosen(second).empty());
  CHECK(choose(second, "modem1/pdn0") == v1::ERROR_CODE_UNSPECIFIED);
  CHECK(chosen(second) == "modem1/pdn0");
  dial(first);
  dial(second);
  CHECK(modems[0].book.connects.size() == 1);
  CHECK(modems[1].book.connects.size() == 1);
  const auto seen = status();
  REQUIRE(seen.links().size() == 2);
  CHECK(seen.links(0).name() == "modem0");
  CHECK(seen.links(1).name() == "modem1");
  REQUIRE(seen.sockets().size() == 2);
  CHECK(seen.sockets(0).link() == "modem0");
  CHECK(seen.sockets(1).link() == "modem1");
  CHECK(seen.sockets(0).id() != seen.sockets(1).id());
}

TEST_CASE_FIXTURE(fixture, "a choice can be taken back, and not made too late") {
  const auto socket = open();
  CHECK(choose(socket, "modem1") == v1::ERROR_CODE_UNSPECIFIED);
  CHECK(choose(socket, "") == v1::ERROR_CODE_UNSPECIFIED);
  CHECK(chosen(socket).empty());
  dial(socket);
  CHECK(modems[0].book.connects.size() == 1);
  CHECK(choose(socket, "modem1") == v1::ERROR_CODE_INVALID_ARGUMENT);
  const auto datagrams = open(v1::SOCKET_TYPE_DATAGRAM);
  const std::string packet("\x08\x01\x12\x08\x0a\x04\x7f\0\0\x01\x10\x07\x1a\x01x", 15);
  REQUIRE(::send(datagrams.fd.get(), packet.data(), packet.size(), 0) > 0);
  CHECK(choose(datagrams, "modem1") == v1::ERROR_CODE_INVALID_ARGUMENT);
}

TEST_CASE_FIXTURE(fixture, "names that no modem has") {
  const auto socket = open();
  CHECK(choose(socket, "modem2") == v1::ERROR_CODE_NO_DEVICE);
  CHECK(choose(socket, "modem1/eth0") == v1::ERROR_CODE_NO_DEVICE);
  CHECK(choose(socket, "modem1/pdn1") == v1::ERROR_CODE_NO_DEVICE);
  CHECK(chosen(socket).empty());
  v1::Request r;
  r.mutable_at()->set_command("AT");
  r.mutable_at()->set_link("modem7");
  const auto refused = ask_of(r);
  CHECK(refused.error().code() == v1::ERROR_CODE_NO_DEVICE);
  CHECK(refused.error().detail().find("there is modem0, modem1") != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "a modem that dies takes its own sockets, and no others") {
  const auto mine = open();
  const auto other = open(v1::SOCKET_TYPE_DATAGRAM);
  CHECK(choose(other, "modem1") == v1::ERROR_CODE_UNSPECIFIED);
  dial(mine);
  kill(modems[0].bridges.back());
  CHECK(ended(mine));
  CHECK_FALSE(ended(other));
  modems[0].book.connecting.clear();
  advance(std::chrono::seconds(1));
  CHECK(modems[0].bridges.size() == 2);
  CHECK(modems[1].bridges.size() == 1);
  dial(open());
  CHECK(modems[0].book.connects.size() == 2);
}

TEST_CASE_FIXTURE(fixture, "a full first modem keeps no program from the second") {
  link_status full;
  full.handles_max = 2;
  caf::anon_send(modems[0].link, msg::link_changed{full});
  caf::anon_send(modems[1].link, msg::link_changed{full});
  settle();
  std::vector<made> held;
  for (int i = 0; i < 4; ++i) held.push_back(open());
  CHECK(choose(held[2], "modem1") == v1::ERROR_CODE_UNSPECIFIED);
  CHECK(choose(held[3], "modem1") == v1::ERROR_CODE_UNSPECIFIED);
  const auto one_more = open();
  CHECK(choose(one_more, "modem1") == v1::ERROR_CODE_NO_HANDLE);
}
