// SPDX-License-Identifier: Apache-2.0
#include "client_lib/control_connection.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <chrono>
#include <string>

#include "tests/support/fake_daemon.hpp"

namespace cellsock::client {
namespace {

using namespace std::chrono_literals;
using testing::fake_daemon;

std::unique_ptr<control_connection> connect_to(fake_daemon& daemon, wait_registry& waits) {
  auto opened = control_connection::open(daemon.path(), waits);
  REQUIRE(opened);
  return *std::move(opened);
}

wire::Request status_request() {
  wire::Request request;
  request.mutable_status();
  return request;
}

TEST_CASE("no answer by the deadline: ETIMEDOUT, and the connection is not used again") {
  fake_daemon daemon;
  wait_registry waits;
  auto connection = connect_to(daemon, waits);
  daemon.swallow(wire::Request::kStatus);
  auto request = status_request();
  auto reply = connection->exchange(request, {deadline::after(20ms)});
  REQUIRE_FALSE(reply);
  CHECK(reply.why().who == failed_by::deadline);
  CHECK(reply.why().error == ETIMEDOUT);
  CHECK_FALSE(connection->usable());
  CHECK_FALSE(connection->exchange(request, {deadline::after(20ms)}));
}

TEST_CASE("the daemon's refusal keeps the connection, its words and its code") {
  fake_daemon daemon;
  wait_registry waits;
  auto connection = connect_to(daemon, waits);
  daemon.answer(wire::Request::kStatus, [](const wire::Request&) {
    wire::Reply reply;
    reply.mutable_error()->set_code(wire::ERROR_CODE_STOPPING);
    reply.mutable_error()->set_detail("bye");
    return reply;
  });
  auto request = status_request();
  auto reply = connection->exchange(request, {deadline::after(10s)});
  REQUIRE_FALSE(reply);
  CHECK(reply.why().who == failed_by::daemon);
  CHECK(reply.why().code == wire::ERROR_CODE_STOPPING);
  CHECK(reply.why().detail == "bye");
  CHECK(reply.why().error == ENETDOWN);
  CHECK(connection->usable());
}

TEST_CASE("a large reply comes in pieces, a giant request is not sent") {
  fake_daemon daemon;
  wait_registry waits;
  auto connection = connect_to(daemon, waits);
  daemon.answer(wire::Request::kStatus, [](const wire::Request&) {
    wire::Reply reply;
    reply.mutable_status()->set_daemon(std::string(60000, 'd'));
    return reply;
  });
  auto request = status_request();
  auto reply = connection->exchange(request, {deadline::after(10s)});
  REQUIRE(reply);
  CHECK(reply->status().daemon().size() == 60000);

  wire::Request giant;
  giant.mutable_resolve()->set_host(std::string(100000, 'h'));
  auto refused = connection->exchange(giant, {deadline::after(10s)});
  REQUIRE_FALSE(refused);
  CHECK(refused.why().error == EMSGSIZE);
  CHECK(connection->usable());
}

TEST_CASE("who is absent, who is closed to us") {
  wait_registry waits;
  auto absent = control_connection::open("/nonexistent/socket", waits);
  REQUIRE_FALSE(absent);
  CHECK(absent.why().who == failed_by::absence);
  auto long_path = control_connection::open("/" + std::string(200, 'x'), waits);
  REQUIRE_FALSE(long_path);
  CHECK(long_path.why().who == failed_by::absence);
  std::string path;
  {
    fake_daemon daemon;
    path = daemon.path();
  }
  CHECK(control_connection::open(path, waits).why().who == failed_by::absence);
}

}  // namespace
}  // namespace cellsock::client
