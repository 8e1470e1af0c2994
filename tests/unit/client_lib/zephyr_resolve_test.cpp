// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <mutex>
#include <vector>

#include "tests/unit/client_lib/zephyr_socket.hpp"

namespace cellsock::testing {
namespace {

const std::string v4("\xC0\x00\x02\x01", 4);
const std::string v6("\x20\x01\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\x01", 16);

struct answer {
  int code = 0;
  zsock_addrinfo* list = nullptr;
  ~answer() { zsock_freeaddrinfo(list); }

  [[nodiscard]] std::vector<std::string> texts() const {
    std::vector<std::string> all;
    for (auto* entry = list; entry != nullptr; entry = entry->ai_next) {
      char text[INET6_ADDRSTRLEN];
      const void* bytes = entry->ai_family == AF_INET6
                              ? static_cast<void*>(&net_sin6(entry->ai_addr)->sin6_addr)
                              : static_cast<void*>(&net_sin(entry->ai_addr)->sin_addr);
      all.emplace_back(
          zsock_inet_ntop(static_cast<sa_family_t>(entry->ai_family), bytes, text, sizeof text));
    }
    return all;
  }
};

answer look_up(const char* host, const char* service, int family = AF_UNSPEC, int flags = 0,
               int type = 0) {
  zsock_addrinfo hints{};
  hints.ai_family = family;
  hints.ai_flags = flags;
  hints.ai_socktype = type;
  answer made;
  made.code = zsock_getaddrinfo(host, service, &hints, &made.list);
  return made;
}

using texts = std::vector<std::string>;

TEST_CASE("zsock: literals are read without a daemon, IPv6 in brackets too") {
  ::setenv("CELLSOCK_SOCKET", "/nonexistent", 1);
  errno = 4711;
  answer got;
  got.code = zsock_getaddrinfo("192.0.2.9", "8080", nullptr, &got.list);
  REQUIRE(got.code == 0);
  CHECK(errno == 4711);
  CHECK(got.texts() == texts{"192.0.2.9"});
  CHECK(got.list->ai_socktype == SOCK_STREAM);
  CHECK(got.list->ai_protocol == IPPROTO_TCP);
  CHECK(got.list->ai_addrlen == sizeof(sockaddr_in));
  CHECK(net_sin(got.list->ai_addr)->sin_port == net_htons(8080));
  for (const char* text : {"2001:db8::1", "[2001:db8::1]"}) {
    const auto six = look_up(text, "443", AF_UNSPEC, AI_NUMERICHOST, SOCK_DGRAM);
    REQUIRE(six.code == 0);
    CHECK(six.texts() == texts{"2001:db8::1"});
    CHECK(six.list->ai_addrlen == sizeof(sockaddr_in6));
    CHECK(six.list->ai_protocol == IPPROTO_UDP);
  }
  CHECK(look_up("2001:db8::1", nullptr, AF_INET).code == DNS_EAI_NONAME);
}

TEST_CASE("zsock: a name is asked for IPv4 first and then for IPv6") {
  fake_daemon daemon;
  daemon.plan_names({{"both.example", {v6, v4}}, {"four.example", {v4}}, {"six.example", {v6}}});
  const auto both = look_up("both.example", "1", AF_UNSPEC, AI_CANONNAME);
  CHECK(both.texts() == texts{"192.0.2.1", "2001:db8::1"});
  CHECK(std::string(both.list->ai_canonname) == "both.example");
  CHECK(both.list->ai_next->ai_canonname == nullptr);
  CHECK(daemon.requests(v1::Request::kResolve) == 2);
  CHECK(look_up("four.example", "1").texts() == texts{"192.0.2.1"});
  CHECK(look_up("six.example", "1").texts() == texts{"2001:db8::1"});
  CHECK(look_up("both.example", "1", AF_INET).texts() == texts{"192.0.2.1"});
  CHECK(look_up("both.example", "1", AF_INET6).texts() == texts{"2001:db8::1"});
  CHECK(look_up("four.example", "1", AF_INET6).code == DNS_EAI_NONAME);
  CHECK(look_up("none.example", "1").code == DNS_EAI_NONAME);
}

/// A daemon whose answer depends on the family asked for.
void answer_by_family(fake_daemon& daemon, v1::ErrorCode for_v4, v1::ErrorCode for_v6) {
  daemon.answer(v1::Request::kResolve, [=](const v1::Request& request) {
    v1::Reply reply;
    const bool six = request.resolve().family() == v1::FAMILY_INET6;
    const auto code = six ? for_v6 : for_v4;
    if (code == v1::ERROR_CODE_UNSPECIFIED)
      reply.mutable_resolve()->add_addresses(six ? v6 : v4);
    else
      reply.mutable_error()->set_code(code);
    return reply;
  });
}

TEST_CASE("zsock: one answer is enough; of two failures the one that says more is told") {
  fake_daemon daemon;
  constexpr auto found = v1::ERROR_CODE_UNSPECIFIED;
  constexpr auto not_carried = v1::ERROR_CODE_UNSUPPORTED_FAMILY;
  constexpr auto no_name = v1::ERROR_CODE_NAME_NOT_FOUND;
  answer_by_family(daemon, found, not_carried);
  CHECK(look_up("name.example", "1").texts() == texts{"192.0.2.1"});
  answer_by_family(daemon, not_carried, found);
  CHECK(look_up("name.example", "1").texts() == texts{"2001:db8::1"});
  answer_by_family(daemon, no_name, not_carried);
  CHECK(look_up("name.example", "1").code == DNS_EAI_NONAME);
  answer_by_family(daemon, not_carried, no_name);
  CHECK(look_up("name.example", "1").code == DNS_EAI_NONAME);
  answer_by_family(daemon, not_carried, not_carried);
  CHECK(look_up("name.example", "1").code == DNS_EAI_ADDRFAMILY);
}

TEST_CASE("zsock: what would fail for both families is asked once") {
  fake_daemon daemon;
  answer_by_family(daemon, v1::ERROR_CODE_NAME_TRY_AGAIN, v1::ERROR_CODE_UNSPECIFIED);
  CHECK(look_up("name.example", "1").code == DNS_EAI_AGAIN);
  answer_by_family(daemon, v1::ERROR_CODE_PDN_DOWN, v1::ERROR_CODE_UNSPECIFIED);
  CHECK(look_up("name.example", "1").code == DNS_EAI_SYSTEM);
  CHECK(errno == ENETDOWN);
  CHECK(daemon.requests(v1::Request::kResolve) == 2);
}

TEST_CASE("zsock: arguments that cannot be, by Zephyr's codes") {
  fake_daemon daemon;
  for (const char* service : {"http", "", "0", "65536", "-1", "1x", " 1"})
    CHECK(look_up("192.0.2.1", service).code == DNS_EAI_NONAME);
  CHECK(look_up(nullptr, nullptr).code == DNS_EAI_SYSTEM);
  CHECK(errno == EINVAL);
  CHECK(look_up(nullptr, "80").code == DNS_EAI_FAIL);
  CHECK(look_up("", "80").code == DNS_EAI_NONAME);
  CHECK(look_up("name.example", "80", AF_UNSPEC, AI_NUMERICHOST).code == DNS_EAI_FAIL);
  CHECK(look_up("192.0.2.1", "80", 77).code == DNS_EAI_ADDRFAMILY);
  CHECK(look_up("192.0.2.1", "80", AF_INET, 0, SOCK_RAW).code == DNS_EAI_SOCKTYPE);
  CHECK(daemon.requests(v1::Request::kResolve) == 0);
}

TEST_CASE("zsock: no host and AI_PASSIVE is the wildcard, IPv4's unless asked otherwise") {
  CHECK(look_up(nullptr, "80", AF_UNSPEC, AI_PASSIVE).texts() == texts{"0.0.0.0"});
  CHECK(look_up(nullptr, "80", AF_INET6, AI_PASSIVE).texts() == texts{"::"});
}

}  // namespace
}  // namespace cellsock::testing
