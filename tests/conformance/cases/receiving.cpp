// SPDX-License-Identifier: Apache-2.0
// recv, recvfrom, recvmsg on streams.
#include <netinet/in.h>

#include <array>

#include "tests/conformance/cases/groups.hpp"

namespace cellsock::conformance {
namespace {

const test_case cases[]{
    {"what_is_there", "POSIX recv(): does not wait for a full buffer", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       far.write("abc");
       t.equal(t.receive(near, 100), "abc", "recv");
     }},
    {"in_parts", "POSIX recv(): the rest stays", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       far.write("abcdef");
       t.wait(near, POLLIN);
       t.equal(t.receive(near, 2), "ab", "recv");
       t.equal(t.receive_all(near, 4), "cdef", "the rest");
     }},
    {"waits", "POSIX recv(): blocks for the first byte", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       t.equal(t.send(near, "?"), 1, "send");
       t.equal(far.read(1), "?", "the question");
       far.write("!");
       t.equal(t.receive(near), "!", "recv");
     }},
    {"much", "POSIX recv(): all of it, in order", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       const auto all = pattern(60000);
       far.write(all);
       t.equal(t.receive_all(near, all.size()), all, "recv");
     }},
    {"every_byte", "POSIX 2.10.6: a stream carries any byte", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       std::string all;
       for (int value = 0; value < 256; ++value) all += static_cast<char>(value);
       all += "\r\nOK\r\n\r\nERROR\r\n#XRECV: 5\r\n\r\n+CEREG: 0\r\n";
       far.write(all);
       t.equal(t.receive_all(near, all.size()), all, "recv");
     }},
    {"no_room", "Linux recv(2): 0 of 0, nothing is taken", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       far.write("x");
       t.wait(near, POLLIN);
       char none = 0;
       t.equal(t.net.recv(near, &none, 0, 0), 0, "recv");
       t.equal(t.receive(near), "x", "recv");
     }},
    {"end", "POSIX recv(): 0 at the orderly end, every time", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       far.finish();
       t.equal(t.receive(near), "", "recv");
       t.equal(t.receive(near), "", "recv again");
     }},
    {"end_after_data", "POSIX recv(): data first", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       const auto all = pattern(5000);
       far.write(all);
       far.close();
       t.equal(t.receive_all(near, all.size()), all, "recv");
       t.equal(t.receive(near), "", "the end");
     }},
    {"reset", "POSIX recv(): ECONNRESET", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       far.reset();
       char byte = 0;
       t.error(t.net.recv(near, &byte, 1, 0), ECONNRESET, "recv");
     }},
    {"no_peer", "POSIX recv(): ENOTCONN", everywhere,
     [](context& t) {
       char byte = 0;
       t.error(t.net.recv(t.stream(), &byte, 1, 0), ENOTCONN, "recv");
     }},
    {"not_open", "POSIX recv(): EBADF", everywhere,
     [](context& t) {
       char byte = 0;
       t.error(t.net.recv(not_open, &byte, 1, 0), EBADF, "recv");
     }},
    {"no_socket", "POSIX recv(): ENOTSOCK", everywhere,
     [](context& t) {
       char byte = 0;
       t.error(t.net.recv(no_socket().get(), &byte, 1, 0), ENOTSOCK, "recv");
     }},
    {"no_buffer", "Linux recv(2): EFAULT", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       far.write("x");
       t.wait(near, POLLIN);
       t.error(t.net.recv(near, nullptr, 10, 0), EFAULT, "recv");
     }},
    {"no_name", "Linux recvfrom(2): a stream names nobody", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       far.write("x");
       address from;
       char byte = 0;
       t.equal(t.net.recvfrom(near, &byte, 1, 0, from.get(), &from.length), 1, "recvfrom");
       t.equal(from.length, 0, "the name's length");
     }},
    {"scattered", "POSIX recvmsg(): fills one place after another", but_nrf,
     [](context& t) {
       auto [near, far] = t.connected();
       far.write("abcde");
       t.wait(near, POLLIN);
       std::array<char, 2> first{};
       std::array<char, 8> second{};
       std::array<iovec, 2> places{{{first.data(), 2}, {second.data(), 8}}};
       msghdr message{};
       message.msg_iov = places.data();
       message.msg_iovlen = places.size();
       message.msg_flags = 0x77;
       t.equal(t.net.recvmsg(near, &message, 0), 5, "recvmsg");
       t.equal(std::string(first.data(), 2) + std::string(second.data(), 3), "abcde", "the bytes");
       t.equal(message.msg_flags, 0, "msg_flags");
     }},
    {"no_message", "Linux recvmsg(2): EFAULT; Zephyr EINVAL", but_nrf,
     [](context& t) {
       const auto [near, far] = t.connected();
       t.error(t.net.recvmsg(near, nullptr, 0), t.by_family("message-null", EFAULT, EINVAL, 0),
               "recvmsg");
     }},
};

}  // namespace

std::span<const test_case> receive_cases() {
  return cases;
}

}  // namespace cellsock::conformance
