// SPDX-License-Identifier: Apache-2.0
#include "actors/host/host_error.hpp"

#include <doctest/doctest.h>
#include <netdb.h>

#include <cerrno>

using namespace cellsock;

TEST_CASE("what a network does to a connection keeps its meaning") {
  CHECK(host::code_of_errno(ECONNREFUSED) == errc::connection_refused);
  CHECK(host::code_of_errno(ECONNRESET) == errc::connection_reset);
  CHECK(host::code_of_errno(EPIPE) == errc::connection_reset);
  CHECK(host::code_of_errno(ETIMEDOUT) == errc::timed_out);
  CHECK(host::code_of_errno(ENETUNREACH) == errc::network_unreachable);
  CHECK(host::code_of_errno(EHOSTUNREACH) == errc::host_unreachable);
  CHECK(host::code_of_errno(EMFILE) == errc::limit_reached);
}

TEST_CASE("an errno without a row is a fault that names itself") {
  const auto why = host::failure_of_errno(EXDEV, "bind 192.0.2.1:80");
  CHECK(why.code == errc::internal);
  CHECK(why.detail.starts_with("bind 192.0.2.1:80: "));
}

TEST_CASE("a lookup's codes: not there, not now, not at all") {
  CHECK(host::failure_of_lookup(EAI_NONAME, 0, "x.test").code == errc::name_not_found);
  CHECK(host::failure_of_lookup(EAI_AGAIN, 0, "x.test").code == errc::name_try_again);
  CHECK(host::failure_of_lookup(EAI_FAIL, 0, "x.test").code == errc::name_failed);
  const auto system = host::failure_of_lookup(EAI_SYSTEM, EMFILE, "x.test");
  CHECK(system.code == errc::name_failed);
  CHECK(system.detail.starts_with("x.test: "));
}
