// SPDX-License-Identifier: Apache-2.0
// Servers, options and interfaces through the whole daemon and an emulated Serial Modem 2.
#include "cellsock/v1/channel.pb.h"
#include "tests/support/daemon_world.hpp"

using namespace cellsock;
using namespace std::chrono_literals;
using test::daemon_world;

namespace {

emulator::modem_config serial_modem() {
  auto config = daemon_world::fast();
  config.application = &emulator::flavour_of(emulator::dialect::sm_2);
  return config;
}

const endpoint far = *parse_endpoint("198.51.100.7:40000");

struct server_world : daemon_world {
  test::control_client client;
  server_world() : daemon_world(serial_modem()), client(connect_control()) { wait_ready(client); }

  v1::ErrorCode bind(const made_socket& socket, std::uint16_t port) {
    v1::Request request;
    auto& call = *request.mutable_bind();
    call.set_cookie(socket.cookie);
    call.mutable_local()->set_address(std::string(4, '\0'));
    call.mutable_local()->set_port(port);
    return ask_of(client, request).error().code();
  }
  v1::ErrorCode listen(const made_socket& socket, std::uint32_t backlog) {
    v1::Request request;
    request.mutable_listen()->set_cookie(socket.cookie);
    request.mutable_listen()->set_backlog(backlog);
    return ask_of(client, request).error().code();
  }
  v1::NamesReply names(const made_socket& socket) {
    v1::Request request;
    request.mutable_names()->set_cookie(socket.cookie);
    return ask_of(client, request).names();
  }
  v1::ErrorCode set(const made_socket& socket, v1::Option option, std::int64_t value) {
    v1::Request request;
    auto& call = *request.mutable_set_option();
    call.set_cookie(socket.cookie);
    call.set_option(option);
    call.set_value(value);
    return ask_of(client, request).error().code();
  }
  v1::Reply get(const made_socket& socket, v1::Option option) {
    v1::Request request;
    request.mutable_get_option()->set_cookie(socket.cookie);
    request.mutable_get_option()->set_option(option);
    return ask_of(client, request);
  }
  using daemon_world::get;
  made_socket listener(std::uint16_t port, std::uint32_t backlog = 5) {
    auto made = open(client);
    REQUIRE(bind(made, port) == v1::ERROR_CODE_UNSPECIFIED);
    REQUIRE(listen(made, backlog) == v1::ERROR_CODE_UNSPECIFIED);
    return made;
  }
  /// accept(): one record and its descriptor, if there is one.
  std::optional<made_socket> accept(const made_socket& from, v1::AcceptedConnection& record) {
    std::string bytes(256, '\0');
    iovec piece{bytes.data(), bytes.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const auto n = ::recvmsg(from.fd.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (n <= 0) return std::nullopt;
    REQUIRE(record.ParseFromArray(bytes.data(), static_cast<int>(n)));
    REQUIRE(CMSG_FIRSTHDR(&message) != nullptr);
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
    made_socket made{record.cookie(), descriptor(fd)};
    v1::Request show;
    show.mutable_attach()->set_cookie(made.cookie);
    REQUIRE(ask_of(client, show, fd).error().code() == v1::ERROR_CODE_UNSPECIFIED);
    return made;
  }
  made_socket accept(const made_socket& from) {
    v1::AcceptedConnection record;
    std::optional<made_socket> made;
    until([&] { return (made = accept(from, record)).has_value(); });
    CHECK(record.version() == 1);
    CHECK(record.family() == 4);
    CHECK(record.address_high() == 0xC633640700000000);
    return std::move(*made);
  }
};

}  // namespace

TEST_CASE("a connection is a readable listener, a record, and a socket with names") {
  server_world world;
  const auto listener = world.listener(4242);
  CHECK(world.names(listener).listening());
  CHECK(world.names(listener).local().port() == 4242);
  CHECK((daemon_world::readiness(listener) & (POLLIN | POLLOUT)) == 0);
  CHECK(world.listen(listener, 2) == v1::ERROR_CODE_UNSPECIFIED);

  auto* peer = world.network.knock(4242, far);
  REQUIRE(peer != nullptr);
  world.until([&] { return (daemon_world::readiness(listener) & POLLIN) != 0; });
  CHECK((daemon_world::readiness(listener) & POLLOUT) == 0);
  const auto child = world.accept(listener);
  const auto names = world.names(child);
  CHECK(names.connected());
  CHECK_FALSE(names.listening());
  CHECK(names.local().port() == 4242);
  CHECK(names.peer().port() == far.port);
  CHECK((daemon_world::readiness(child) & POLLOUT) != 0);
  CHECK(world.dial(world.client, listener, far) == v1::ERROR_CODE_ALREADY_CONNECTED);
  CHECK(world.listen(child, 1) == v1::ERROR_CODE_INVALID_ARGUMENT);
}

TEST_CASE("an unbound stream that listens gets a port") {
  server_world world;
  const auto made = world.open(world.client);
  CHECK(world.listen(made, 1) == v1::ERROR_CODE_UNSPECIFIED);
  CHECK(world.names(made).local().port() >= 49152);
  const auto datagrams = world.open(world.client, v1::SOCKET_TYPE_DATAGRAM);
  CHECK(world.listen(datagrams, 1) == v1::ERROR_CODE_UNSUPPORTED_OPERATION);
}

TEST_CASE("no more connections wait in the channel than the backlog, and accepting makes room") {
  server_world world;
  const auto listener = world.listener(4242, 3);
  const auto taken = [&] { return world.status(world.client).sockets_size() - 1; };
  for (std::uint16_t i = 0; i < 5; ++i) {
    endpoint from = far;
    from.port = static_cast<std::uint16_t>(from.port + i);
    CHECK(world.network.knock(4242, from) != nullptr);
    world.pass(50ms);
  }
  CHECK(taken() == 3);
  std::vector<daemon_world::made_socket> children;
  for (int i = 0; i < 5; ++i) children.push_back(world.accept(listener));
  CHECK(taken() == 5);
}

TEST_CASE("a full modem keeps the connection until there is room") {
  server_world world;
  const auto listener = world.listener(4242);
  std::vector<daemon_world::made_socket> others;
  for (int i = 0; i < 7; ++i) others.push_back(world.open(world.client));
  CHECK(world.network.knock(4242, far) != nullptr);
  world.pass(3s);
  CHECK((daemon_world::readiness(listener) & POLLIN) == 0);
  others.pop_back();
  const auto child = world.accept(listener);
  CHECK(world.names(child).connected());
}

TEST_CASE("a session without traffic ends, by the listener's timeout or the connection's own") {
  server_world world;
  const auto listener = world.listener(4242);
  CHECK(world.set(listener, v1::OPTION_SERVER_SESSION_TIMEOUT_S, 136) ==
        v1::ERROR_CODE_INVALID_ARGUMENT);
  CHECK(world.set(listener, v1::OPTION_SERVER_SESSION_TIMEOUT_S, 20) == v1::ERROR_CODE_UNSPECIFIED);
  CHECK(world.network.knock(4242, far) != nullptr);
  const auto child = world.accept(listener);
  CHECK(world.get(child, v1::OPTION_SERVER_SESSION_TIMEOUT_S).option().value() == 20);
  const auto alive = [&] { return (daemon_world::readiness(child) & POLLHUP) == 0; };
  world.pass(15s);
  CHECK(daemon_world::put(child, "hello") == 5);  // it moves: 20 s from here
  world.pass(15s);
  CHECK(alive());
  CHECK(world.set(child, v1::OPTION_SERVER_SESSION_TIMEOUT_S, 60) == v1::ERROR_CODE_UNSPECIFIED);
  world.pass(30s);
  CHECK(alive());
  world.pass(16s);
  CHECK_FALSE(alive());
  CHECK(world.reason_of(world.client, child) == v1::ERROR_CODE_TIMED_OUT);
}

TEST_CASE("closing a listener leaves what it accepted, and frees the port") {
  server_world world;
  auto listener = world.listener(4242);
  CHECK(world.network.knock(4242, far) != nullptr);
  const auto child = world.accept(listener);
  listener.fd = descriptor(-1);
  world.until([&] { return world.status(world.client).sockets_size() == 1; });
  CHECK(world.network.knock(4242, far) == nullptr);
  CHECK(daemon_world::put(child, "still") == 5);
}

TEST_CASE("options: kept, fixed, refused, the link's") {
  server_world world;
  const auto socket = world.open(world.client);
  CHECK(world.set(socket, v1::OPTION_NO_DELAY, 1) == v1::ERROR_CODE_UNSPECIFIED);
  CHECK(world.get(socket, v1::OPTION_NO_DELAY).option().value() == 1);
  CHECK(world.get(socket, v1::OPTION_LINGER_S).option().value() == -1);
  CHECK(world.set(socket, v1::OPTION_KEEP_ALIVE, 1) == v1::ERROR_CODE_UNKNOWN_OPTION);
  CHECK(world.set(socket, v1::OPTION_HOP_LIMIT, 1) == v1::ERROR_CODE_UNKNOWN_OPTION);
  CHECK(world.set(socket, v1::OPTION_PDN, 0) == v1::ERROR_CODE_UNSPECIFIED);
  CHECK(world.set(socket, v1::OPTION_PDN, 1) == v1::ERROR_CODE_NO_DEVICE);
  CHECK(world.set(socket, v1::OPTION_MTU, 0) == v1::ERROR_CODE_UNKNOWN_OPTION);
  CHECK(world.get(socket, v1::OPTION_MTU).option().value() >= 1280);
  CHECK(world.set(socket, v1::OPTION_RELEASE_ASSISTANCE, 1) == v1::ERROR_CODE_DESTINATION_REQUIRED);
  CHECK(world.get(socket, v1::OPTION_RELEASE_ASSISTANCE).error().code() ==
        v1::ERROR_CODE_UNKNOWN_OPTION);
  CHECK(world.set(socket, v1::OPTION_SILENCE_ALL, 1) == v1::ERROR_CODE_UNSPECIFIED);
  CHECK(world.get(socket, v1::OPTION_SILENCE_ALL).option().value() == 1);
  const auto other = world.open(world.client);
  CHECK(world.get(other, v1::OPTION_SILENCE_ALL).option().value() == 1);
}

TEST_CASE("interfaces, name servers, other networks' names, flushes") {
  server_world world;
  v1::Request request;
  request.mutable_interfaces();
  const auto told = world.ask_of(world.client, request).interfaces();
  REQUIRE(told.interfaces_size() == 1);
  CHECK(told.interfaces(0).name() == "pdn0");
  CHECK(told.interfaces(0).up());
  CHECK(told.interfaces(0).addresses_size() >= 1);

  v1::Request names;
  names.mutable_resolve()->set_host("192.0.2.1");
  names.mutable_resolve()->set_pdn(3);
  CHECK(world.ask_of(world.client, names).error().code() == v1::ERROR_CODE_NO_DEVICE);
  names.mutable_resolve()->set_pdn(0);
  CHECK(world.ask_of(world.client, names).resolve().addresses_size() == 1);

  v1::Request dns;
  dns.mutable_set_dns()->set_family(v1::FAMILY_INET);
  dns.mutable_set_dns()->set_address("six");
  CHECK(world.ask_of(world.client, dns).error().code() == v1::ERROR_CODE_INVALID_ARGUMENT);

  const auto socket = world.open(world.client, v1::SOCKET_TYPE_DATAGRAM);
  v1::Request flush;
  flush.mutable_flush()->set_cookie(socket.cookie);
  flush.mutable_flush()->set_probe(true);
  CHECK(world.ask_of(world.client, flush).error().code() == v1::ERROR_CODE_UNSUPPORTED_OPERATION);
}

TEST_CASE("a name is asked of the modem once in a while, a name nobody has a little more often") {
  server_world world;
  const auto ask = [&](const char* host) {
    v1::Request request;
    request.mutable_resolve()->set_host(host);
    return world.ask_of(world.client, request).error().code();
  };
  const auto asked = [&] {
    return std::count_if(world.trace.begin(), world.trace.end(), [](const std::string& line) {
      return line.starts_with(">") && line.find("XGETADDRINFO") != line.npos;
    });
  };
  CHECK(ask("nobody.example") == v1::ERROR_CODE_NAME_NOT_FOUND);
  const auto once = asked();
  CHECK(once > 0);
  CHECK(ask("nobody.example") == v1::ERROR_CODE_NAME_NOT_FOUND);
  CHECK(ask("Nobody.Example") == v1::ERROR_CODE_NAME_NOT_FOUND);
  CHECK(asked() == once);
  world.pass(6s);
  CHECK(ask("nobody.example") == v1::ERROR_CODE_NAME_NOT_FOUND);
  CHECK(asked() == 2 * once);
}
