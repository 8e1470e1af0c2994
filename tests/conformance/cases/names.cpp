// SPDX-License-Identifier: Apache-2.0
// getaddrinfo, getnameinfo, gai_strerror.
#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <cstring>

#include "tests/conformance/cases/groups.hpp"

namespace cellsock::conformance {
namespace {

std::string text_of(const context& t, const found_address& found) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const auto* four = reinterpret_cast<const sockaddr_in*>(&found.address);
  const auto* six = reinterpret_cast<const sockaddr_in6*>(&found.address);
  const void* bytes = found.family == AF_INET6 ? static_cast<const void*>(&six->sin6_addr)
                                               : static_cast<const void*>(&four->sin_addr);
  return t.net.inet_ntop(found.family, bytes, text.data(), text.size());
}

std::uint16_t port_of(const found_address& found) {
  return ntohs(reinterpret_cast<const sockaddr_in*>(&found.address)->sin_port);
}

found_address first(const context& t, const char* node, const char* service, query hints) {
  const auto result = t.net.getaddrinfo(node, service, &hints);
  t.equal(result.error, 0, "getaddrinfo");
  t.check(!result.list.empty(), "something was found");
  return result.list.front();
}

int failure_of(const context& t, const char* node, const char* service, query hints) {
  return t.net.getaddrinfo(node, service, &hints).error;
}

struct described {
  int error = 0;
  std::string host;
  std::string service;
};

described describe(const context& t, const address& who, int flags, socklen_t room = 64) {
  std::array<char, 64> host{};
  std::array<char, 64> service{};
  described made;
  made.error = t.net.getnameinfo(who.get(), who.length, host.data(), room, service.data(),
                                 service.size(), flags);
  made.host = host.data();
  made.service = service.data();
  return made;
}

constexpr query streams{0, AF_UNSPEC, SOCK_STREAM, 0};
constexpr query streams_v4{0, AF_INET, SOCK_STREAM, 0};
constexpr int digits = NI_NUMERICHOST | NI_NUMERICSERV;

const test_case cases[]{
    {"literal_v4", "POSIX getaddrinfo(): a numeric address", everywhere,
     [](context& t) {
       const auto found = first(t, "192.0.2.7", "8080", streams);
       t.equal(found.family, AF_INET, "family");
       t.equal(found.length, sizeof(sockaddr_in), "length");
       t.equal(text_of(t, found), "192.0.2.7", "address");
       t.equal(port_of(found), 8080, "port");
     }},
    {"literal_v6", "POSIX getaddrinfo(): a numeric address", everywhere,
     [](context& t) {
       const auto found = first(t, "2001:db8::7", "443", streams);
       t.equal(found.family, AF_INET6, "family");
       t.equal(found.length, sizeof(sockaddr_in6), "length");
       t.equal(text_of(t, found), "2001:db8::7", "address");
       t.equal(port_of(found), 443, "port");
     }},
    {"type_and_protocol", "POSIX getaddrinfo(): ready for socket()", everywhere,
     [](context& t) {
       const auto one = first(t, "192.0.2.7", "1", {0, AF_INET, SOCK_STREAM, 0});
       t.equal(one.type, SOCK_STREAM, "type");
       t.equal(one.protocol, IPPROTO_TCP, "protocol");
       const auto other = first(t, "192.0.2.7", "1", {0, AF_INET, SOCK_DGRAM, 0});
       t.equal(other.type, SOCK_DGRAM, "type");
       t.equal(other.protocol, IPPROTO_UDP, "protocol");
     }},
    {"no_hints", "POSIX getaddrinfo(): null hints", everywhere,
     [](context& t) {
       const auto result = t.net.getaddrinfo("192.0.2.7", "80", nullptr);
       t.equal(result.error, 0, "getaddrinfo");
       t.equal(port_of(result.list.at(0)), 80, "port");
     }},
    {"no_service", "POSIX getaddrinfo(): no service, no port", everywhere,
     [](context& t) { t.equal(port_of(first(t, "192.0.2.7", nullptr, streams)), 0, "port"); }},
    {"a_name", "POSIX getaddrinfo(): a host's name", everywhere.needing("names"),
     [](context& t) {
       const auto found = first(t, "localhost", "80", streams_v4);
       t.equal(text_of(t, found), "127.0.0.1", "address");
       t.equal(port_of(found), 80, "port");
     }},
    {"an_unknown_name", "POSIX getaddrinfo(): EAI_NONAME, or EAI_AGAIN if nobody could be asked",
     everywhere.needing("names"),
     [](context& t) {
       const int error = failure_of(t, "nobody.invalid", "80", streams_v4);
       t.check(error == EAI_NONAME || error == EAI_AGAIN || error == EAI_NODATA,
               "EAI_NONAME, EAI_NODATA or EAI_AGAIN");
     }},
    {"passive", "POSIX AI_PASSIVE: the wildcard", but_nrf,
     [](context& t) {
       const auto found = first(t, nullptr, "8080", {AI_PASSIVE, AF_INET, SOCK_STREAM, 0});
       t.equal(text_of(t, found), "0.0.0.0", "address");
       t.equal(port_of(found), 8080, "port");
     }},
    {"canonical_name", "POSIX AI_CANONNAME", everywhere,
     [](context& t) {
       const auto found = first(t, "192.0.2.7", "1", {AI_CANONNAME, AF_INET, SOCK_STREAM, 0});
       t.equal(found.canonical_name, "192.0.2.7", "the name");
     }},
    {"nothing_asked", "POSIX EAI_NONAME; Zephyr EAI_SYSTEM with EINVAL", everywhere,
     [](context& t) {
       t.equal(failure_of(t, nullptr, nullptr, streams),
               t.by_family("gai-nothing", EAI_NONAME, EAI_SYSTEM, EAI_NONAME), "getaddrinfo");
     }},
    {"only_numbers", "POSIX AI_NUMERICHOST: EAI_NONAME; Zephyr EAI_FAIL", but_nrf,
     [](context& t) {
       t.equal(failure_of(t, "localhost", "80", {AI_NUMERICHOST, AF_INET, SOCK_STREAM, 0}),
               t.by_family("gai-numerichost", EAI_NONAME, EAI_FAIL, 0), "getaddrinfo");
     }},
    {"literal_of_other_family", "Linux EAI_ADDRFAMILY; Zephyr EAI_NONAME; Nordic EAI_FAMILY",
     everywhere,
     [](context& t) {
       t.equal(failure_of(t, "2001:db8::7", "80", streams_v4),
               t.by_family("gai-literal-family", EAI_ADDRFAMILY, EAI_NONAME, EAI_FAMILY),
               "getaddrinfo");
     }},
    {"unknown_family", "POSIX EAI_FAMILY", everywhere,
     [](context& t) {
       t.equal(failure_of(t, "192.0.2.7", "80", {0, 99, SOCK_STREAM, 0}),
               t.by_family("gai-family", EAI_FAMILY, EAI_ADDRFAMILY, EAI_FAMILY), "getaddrinfo");
     }},
    {"unknown_type", "POSIX EAI_SOCKTYPE", everywhere,
     [](context& t) {
       t.equal(failure_of(t, "192.0.2.7", "80", {0, AF_INET, 77, 0}), EAI_SOCKTYPE, "getaddrinfo");
     }},
    {"bad_service", "POSIX EAI_SERVICE or EAI_NONAME", everywhere,
     [](context& t) {
       const int error = failure_of(t, "192.0.2.7", "no-such-service", streams);
       t.check(error == EAI_SERVICE || error == EAI_NONAME, "EAI_SERVICE or EAI_NONAME");
     }},
    {"bracketed", "Linux EAI_NONAME; Zephyr, Nordic: address and port", everywhere,
     [](context& t) {
       if (t.in("gai-brackets", family::posix))
         return t.equal(failure_of(t, "[2001:db8::7]:99", nullptr, {AI_NUMERICHOST, 0, 0, 0}),
                        EAI_NONAME, "getaddrinfo");
       const auto found = first(t, "[2001:db8::7]:99", nullptr, streams);
       t.equal(text_of(t, found), "2001:db8::7", "address");
       t.equal(port_of(found), 99, "port");
     }},
    {"describe_v4", "POSIX getnameinfo(): digits", but_nrf,
     [](context& t) {
       const auto told = describe(t, ip(AF_INET, "192.0.2.7", 8080), digits);
       t.equal(told.error, 0, "getnameinfo");
       t.equal(told.host, "192.0.2.7", "host");
       t.equal(told.service, "8080", "service");
     }},
    {"describe_v6", "POSIX getnameinfo(): digits", but_nrf,
     [](context& t) {
       const auto told = describe(t, ip(AF_INET6, "2001:db8::7", 1), digits);
       t.equal(told.error, 0, "getnameinfo");
       t.equal(told.host, "2001:db8::7", "host");
     }},
    {"describe_no_room", "POSIX getnameinfo(): EAI_OVERFLOW", but_nrf,
     [](context& t) {
       t.equal(describe(t, ip(AF_INET, "192.0.2.7", 1), digits, 4).error, EAI_OVERFLOW,
               "getnameinfo");
     }},
    {"describe_nothing", "Linux getnameinfo(3): EAI_NONAME with NI_NAMEREQD", but_nrf,
     [](context& t) {
       const auto who = ip(AF_INET, "192.0.2.7", 1);
       t.equal(t.net.getnameinfo(who.get(), who.length, nullptr, 0, nullptr, 0, NI_NAMEREQD),
               EAI_NONAME, "getnameinfo");
     }},
    {"describe_family", "POSIX getnameinfo(): EAI_FAMILY", but_nrf,
     [](context& t) {
       auto who = ip(AF_INET, "192.0.2.7", 1);
       who.storage.ss_family = 99;
       t.equal(describe(t, who, digits).error, EAI_FAMILY, "getnameinfo");
     }},
    {"describe_flags", "POSIX getnameinfo(): EAI_BADFLAGS", but_nrf,
     [](context& t) {
       t.equal(describe(t, ip(AF_INET, "192.0.2.7", 1), 1 << 20).error, EAI_BADFLAGS,
               "getnameinfo");
     }},
    {"error_text", "POSIX gai_strerror(); Zephyr: the code's name", but_nrf,
     [](context& t) {
       const std::string text = t.net.gai_strerror(EAI_NONAME);
       t.check(!text.empty(), "a text");
       if (t.in("gai-strerror", family::zsock)) t.equal(text, "EAI_NONAME", "the text");
     }},
};

}  // namespace

std::span<const test_case> name_cases() {
  return cases;
}

}  // namespace cellsock::conformance
