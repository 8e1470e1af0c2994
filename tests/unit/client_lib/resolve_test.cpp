// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <nrf_gai_errors.h>

#include <cstring>
#include <string>

#include "tests/unit/client_lib/connected_socket.hpp"

namespace cellsock::testing {
namespace {

struct answer {
  int code;
  nrf_addrinfo* list = nullptr;
  ~answer() { nrf_freeaddrinfo(list); }
};

answer look_up(const char* node, const char* service, const nrf_addrinfo* hints = nullptr) {
  answer made{0};
  made.code = nrf_getaddrinfo(node, service, hints, &made.list);
  return made;
}

nrf_addrinfo hints_of(int family, int type = 0, int flags = 0) {
  nrf_addrinfo hints{};
  hints.ai_family = family;
  hints.ai_socktype = type;
  hints.ai_flags = flags;
  return hints;
}

const nrf_sockaddr_in& v4(const nrf_addrinfo* entry) {
  return *reinterpret_cast<const nrf_sockaddr_in*>(entry->ai_addr);
}

TEST_CASE("literals are read without a daemon") {
  ::setenv("CELLSOCK_SOCKET", "/nonexistent", 1);
  errno = 4711;
  const auto got = look_up("192.0.2.9", "8080");
  REQUIRE(got.code == 0);
  CHECK(errno == 4711);
  CHECK(got.list->ai_family == NRF_AF_INET);
  CHECK(got.list->ai_socktype == NRF_SOCK_STREAM);
  CHECK(got.list->ai_protocol == NRF_IPPROTO_TCP);
  CHECK(got.list->ai_addrlen == sizeof(nrf_sockaddr_in));
  CHECK(v4(got.list).sin_port == nrf_htons(8080));
  CHECK(v4(got.list).sin_addr.s_addr == nrf_htonl(0xC0000209));
  CHECK(got.list->ai_next == nullptr);
  CHECK(got.list->ai_canonname == nullptr);

  for (const char* text : {"2001:db8::1", "[2001:db8::1]"}) {
    const auto six = look_up(text, nullptr);
    REQUIRE(six.code == 0);
    CHECK(six.list->ai_family == NRF_AF_INET6);
    CHECK(six.list->ai_addrlen == sizeof(nrf_sockaddr_in6));
  }
  const auto wrong = hints_of(NRF_AF_INET);
  CHECK(look_up("2001:db8::1", nullptr, &wrong).code == NRF_EAI_FAMILY);
}

TEST_CASE("names are asked of the daemon") {
  fake_daemon daemon;
  const std::string v4_bytes("\xC0\x00\x02\x01", 4), other("\xC0\x00\x02\x02", 4);
  daemon.plan_names({{"two.example", {v4_bytes, other}},
                     {"mixed.example", {std::string(16, '\1'), v4_bytes}},
                     {"odd.example", {"123", v4_bytes}},
                     {"none.example", {}}});
  const auto hints = hints_of(NRF_AF_UNSPEC, NRF_SOCK_DGRAM, NRF_AI_CANONNAME | NRF_AI_NUMERICSERV);
  const auto two = look_up("two.example", "7", &hints);
  REQUIRE(two.code == 0);
  CHECK(two.list->ai_socktype == NRF_SOCK_DGRAM);
  CHECK(two.list->ai_protocol == NRF_IPPROTO_UDP);
  CHECK(std::string(two.list->ai_canonname) == "two.example");
  REQUIRE(two.list->ai_next != nullptr);
  CHECK(v4(two.list->ai_next).sin_addr.s_addr == nrf_htonl(0xC0000202));
  CHECK(two.list->ai_next->ai_canonname == nullptr);

  const auto mixed = look_up("mixed.example", "7");
  REQUIRE(mixed.code == 0);
  CHECK(mixed.list->ai_family == NRF_AF_INET6);  // one family, the first
  CHECK(mixed.list->ai_next == nullptr);
  const auto four_hints = hints_of(NRF_AF_INET);
  CHECK(look_up("mixed.example", "7", &four_hints).list->ai_family == NRF_AF_INET);
  const auto six_hints = hints_of(NRF_AF_INET6);
  CHECK(look_up("mixed.example", "7", &six_hints).list->ai_family == NRF_AF_INET6);
  CHECK(look_up("two.example", "7", &six_hints).code == NRF_EAI_NONAME);
  CHECK(look_up("odd.example", "7").list->ai_family == NRF_AF_INET);
  CHECK(look_up("none.example", "7").code == NRF_EAI_NONAME);
  CHECK(look_up("unknown.example", "7").code == NRF_EAI_NONAME);
}

TEST_CASE("why a name fails") {
  fake_daemon daemon;
  struct row {
    v1::ErrorCode code;
    int result;
  };
  for (const auto& [code, result] : {row{v1::ERROR_CODE_NAME_FAILED, NRF_EAI_FAIL},
                                     row{v1::ERROR_CODE_NAME_TRY_AGAIN, NRF_EAI_AGAIN},
                                     row{v1::ERROR_CODE_TIMED_OUT, NRF_EAI_AGAIN},
                                     row{v1::ERROR_CODE_INVALID_ARGUMENT, NRF_EAI_NONAME},
                                     row{v1::ERROR_CODE_UNSUPPORTED_FAMILY, NRF_EAI_FAMILY},
                                     row{v1::ERROR_CODE_PDN_DOWN, NRF_EAI_SYSTEM}}) {
    daemon.answer(v1::Request::kResolve, [code = code](const v1::Request&) {
      v1::Reply reply;
      reply.mutable_error()->set_code(code);
      return reply;
    });
    CHECK(look_up("name.example", "1").code == result);
  }
  CHECK(errno == NRF_ENETDOWN);
}

TEST_CASE("arguments that cannot be") {
  fake_daemon daemon;
  CHECK(look_up(nullptr, "1").code == NRF_EAI_NONAME);
  CHECK(look_up("", "1").code == NRF_EAI_NONAME);
  for (const char* service : {"http", "", "65536", "-1", "1x", " 1"})
    CHECK(look_up("192.0.2.1", service).code == NRF_EAI_SERVICE);
  const auto odd = hints_of(NRF_AF_INET, 0, 0x4000);
  CHECK(look_up("192.0.2.1", "1", &odd).code == NRF_EAI_BADFLAGS);
  const auto family = hints_of(77);
  CHECK(look_up("192.0.2.1", "1", &family).code == NRF_EAI_FAMILY);
  const auto raw = hints_of(NRF_AF_INET, NRF_SOCK_RAW);
  CHECK(look_up("192.0.2.1", "1", &raw).code == NRF_EAI_SOCKTYPE);
}

TEST_CASE("a literal may bring its port; the service's counts") {
  const auto six = look_up("[2001:db8::1]:443", nullptr);
  REQUIRE(six.code == 0);
  CHECK(reinterpret_cast<nrf_sockaddr_in6*>(six.list->ai_addr)->sin6_port == nrf_htons(443));
  const auto four = look_up("192.0.2.9:80", nullptr);
  REQUIRE(four.code == 0);
  CHECK(v4(four.list).sin_port == nrf_htons(80));
  const auto both = look_up("192.0.2.9:80", "81");
  REQUIRE(both.code == 0);
  CHECK(v4(both.list).sin_port == nrf_htons(81));
  fake_daemon daemon;
  for (const char* text : {"[2001:db8::1", "[::1]443", "[::1]:", "[::1]:70000",
                           "1.2.3.4:", "[1.2.3.4]", "[]", "[", "2001:db8::1]", "1.2.3.4:5:6"})
    CHECK(look_up(text, nullptr).code == NRF_EAI_NONAME);
}

TEST_CASE("the service may name the PDN to ask through") {
  fake_daemon daemon;
  std::atomic<int> asked{-1};
  daemon.answer(v1::Request::kResolve, [&](const v1::Request& request) {
    asked = request.resolve().has_pdn() ? static_cast<int>(request.resolve().pdn()) : -1;
    v1::Reply reply;
    reply.mutable_resolve()->add_addresses(std::string("\xC0\x00\x02\x09", 4));
    return reply;
  });
  CHECK(look_up("name.example", "80").code == 0);
  CHECK(asked == -1);
  const auto pdn = hints_of(NRF_AF_INET, 0, NRF_AI_PDNSERV);
  CHECK(look_up("name.example", "pdn1", &pdn).code == 0);
  CHECK(asked == 1);
  CHECK(look_up("name.example", "0", &pdn).code == 0);
  CHECK(asked == 0);
  const auto both = hints_of(NRF_AF_INET, 0, NRF_AI_PDNSERV | NRF_AI_NUMERICSERV);
  const auto got = look_up("name.example", "8080:2", &both);
  REQUIRE(got.code == 0);
  CHECK(asked == 2);
  CHECK(v4(got.list).sin_port == nrf_htons(8080));
  for (const char* service : {"pdn11", "pdn", "pdnx", "", "wwan0"})
    CHECK(look_up("name.example", service, &pdn).code == NRF_EAI_SERVICE);
  for (const char* service : {"8080", "8080:", ":1", "8080:pdnx", "99999:1"})
    CHECK(look_up("name.example", service, &both).code == NRF_EAI_SERVICE);
}

TEST_CASE("inet_pton and inet_ntop with Nordic's families") {
  nrf_in_addr address{};
  CHECK(nrf_inet_pton(NRF_AF_INET, "192.0.2.1", &address) == 1);
  CHECK(address.s_addr == nrf_htonl(0xC0000201));
  CHECK(nrf_inet_pton(NRF_AF_INET, "192.0.2", &address) == 0);
  nrf_in6_addr six{};
  CHECK(nrf_inet_pton(NRF_AF_INET6, "2001:db8::1", &six) == 1);
  CHECK(six.s6_addr[0] == 0x20);
  CHECK(nrf_inet_pton(10, "::1", &six) == -1);
  CHECK(errno == NRF_EAFNOSUPPORT);
  char text[NRF_INET6_ADDRSTRLEN];
  CHECK(std::string(nrf_inet_ntop(NRF_AF_INET6, &six, text, sizeof text)) == "2001:db8::1");
  CHECK(nrf_inet_ntop(NRF_AF_INET, &address, text, 4) == nullptr);
  CHECK(errno == NRF_ENOSPC);
}

}  // namespace
}  // namespace cellsock::testing
