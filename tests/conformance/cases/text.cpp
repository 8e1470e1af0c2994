// SPDX-License-Identifier: Apache-2.0
// inet_pton, inet_ntop.
#include <netinet/in.h>

#include <array>
#include <cstring>

#include "tests/conformance/cases/groups.hpp"

namespace cellsock::conformance {
namespace {

int read(const context& t, int family, const char* text, std::array<unsigned char, 16>& bytes) {
  bytes.fill(0xEE);
  return t.net.inet_pton(family, text, bytes.data());
}

int taken(const context& t, int family, const char* text) {
  std::array<unsigned char, 16> bytes;
  return read(t, family, text, bytes);
}

/// There and back.
void returns(const context& t, int family, const char* text) {
  std::array<unsigned char, 16> bytes;
  t.equal(read(t, family, text, bytes), 1, text);
  std::array<char, INET6_ADDRSTRLEN> again{};
  const char* result = t.net.inet_ntop(family, bytes.data(), again.data(), again.size());
  t.check(result == again.data(), "inet_ntop returns the buffer");
  t.equal(std::string(again.data()), text, "there and back");
}

const test_case cases[]{
    {"v4", "POSIX inet_pton(): network order", everywhere,
     [](context& t) {
       std::array<unsigned char, 16> bytes;
       t.equal(read(t, AF_INET, "1.2.3.4", bytes), 1, "inet_pton");
       t.check(bytes[0] == 1 && bytes[1] == 2 && bytes[2] == 3 && bytes[3] == 4, "its bytes");
       t.equal(bytes[4], 0xEE, "the byte after");
     }},
    {"v6", "POSIX inet_pton(): network order", everywhere,
     [](context& t) {
       std::array<unsigned char, 16> bytes;
       t.equal(read(t, AF_INET6, "2001:db8::ff", bytes), 1, "inet_pton");
       t.check(bytes[0] == 0x20 && bytes[1] == 1 && bytes[15] == 0xFF, "its bytes");
     }},
    {"v4_there_and_back", "POSIX inet_ntop()", everywhere,
     [](context& t) {
       for (const auto* text : {"0.0.0.0", "127.0.0.1", "255.255.255.255"})
         returns(t, AF_INET, text);
     }},
    {"v6_there_and_back", "RFC 5952: the short form", everywhere,
     [](context& t) {
       for (const auto* text : {"::", "::1", "2001:db8::1", "fe80::1:0:0:1", "::ffff:192.0.2.1"})
         returns(t, AF_INET6, text);
     }},
    {"v6_long_form", "POSIX inet_pton(): all eight groups", everywhere,
     [](context& t) {
       std::array<unsigned char, 16> bytes;
       t.equal(read(t, AF_INET6, "2001:0DB8:0:0:0:0:0:1", bytes), 1, "inet_pton");
       std::array<char, INET6_ADDRSTRLEN> text{};
       t.net.inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
       t.equal(std::string(text.data()), "2001:db8::1", "inet_ntop");
     }},
    {"v4_bad_number", "POSIX inet_pton(): 0", everywhere,
     [](context& t) { t.equal(taken(t, AF_INET, "1.2.3.256"), 0, "inet_pton"); }},
    {"v4_too_few", "POSIX inet_pton(): 0", everywhere,
     [](context& t) { t.equal(taken(t, AF_INET, "1.2.3"), 0, "inet_pton"); }},
    {"v4_more_after", "POSIX inet_pton(): 0", everywhere,
     [](context& t) { t.equal(taken(t, AF_INET, "1.2.3.4 "), 0, "inet_pton"); }},
    {"empty", "POSIX inet_pton(): 0", everywhere,
     [](context& t) {
       t.equal(taken(t, AF_INET, ""), 0, "v4");
       t.equal(taken(t, AF_INET6, ""), 0, "v6");
     }},
    {"v6_two_gaps", "POSIX inet_pton(): 0", everywhere,
     [](context& t) { t.equal(taken(t, AF_INET6, "2001::db8::1"), 0, "inet_pton"); }},
    {"v4_as_v6", "POSIX inet_pton(): 0", everywhere,
     [](context& t) { t.equal(taken(t, AF_INET6, "1.2.3.4"), 0, "inet_pton"); }},
    {"unknown_family", "POSIX inet_pton(): EAFNOSUPPORT", everywhere,
     [](context& t) {
       std::array<char, 64> room{};
       t.error(taken(t, 99, "1.2.3.4"), EAFNOSUPPORT, "inet_pton");
       errno = 0;
       t.check(t.net.inet_ntop(99, room.data(), room.data(), room.size()) == nullptr, "inet_ntop");
       t.equal(errno, EAFNOSUPPORT, "errno");
     }},
    {"no_room", "POSIX inet_ntop(): ENOSPC", everywhere,
     [](context& t) {
       const std::array<unsigned char, 4> bytes{192, 168, 100, 200};
       std::array<char, 15> text{};
       errno = 0;
       t.check(t.net.inet_ntop(AF_INET, bytes.data(), text.data(), 15) == nullptr, "inet_ntop");
       t.equal(errno, ENOSPC, "errno");
     }},
};

}  // namespace

std::span<const test_case> text_cases() {
  return cases;
}

}  // namespace cellsock::conformance
