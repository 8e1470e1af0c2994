// SPDX-License-Identifier: Apache-2.0
// send, sendto, sendmsg on streams.
#include <netinet/in.h>

#include <array>
#include <future>

#include "tests/conformance/cases/groups.hpp"

namespace cellsock::conformance {
namespace {

/// Sends until the peer's reset shows; the errno.
int error_of_sending(const context& t, int fd) {
  for (;;)
    if (t.send(fd, "x") < 0) return errno;
}

const test_case cases[]{
    {"one_byte", "POSIX send()", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       t.equal(t.send(near, "x"), 1, "send");
       t.equal(far.read(1), "x", "what came");
     }},
    {"nothing", "POSIX send(): 0 of 0", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       t.equal(t.send(near, ""), 0, "send");
       t.equal(t.send(near, "then"), 4, "send");
       t.equal(far.read(4), "then", "what came");
     }},
    {"much", "POSIX send(): blocks until all is taken, in order", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       const auto all = pattern(60000);
       t.equal(t.send(near, all), static_cast<int>(all.size()), "send");
       t.equal(far.read(all.size()), all, "what came");
     }},
    {"every_byte", "POSIX 2.10.6: a stream carries any byte", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       std::string all;
       for (int value = 0; value < 256; ++value) all += static_cast<char>(value);
       all += "+++\r\nOK\r\n\"\x1a+++";
       t.equal(t.send(near, all), static_cast<int>(all.size()), "send");
       t.equal(far.read(all.size()), all, "what came");
     }},
    {"piece_by_piece", "POSIX 2.10.6: no boundaries, order kept", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       for (const auto* piece : {"one ", "two ", "three"}) t.ok(t.send(near, piece), "send");
       t.equal(far.read(13), "one two three", "what came");
     }},
    {"then_close", "POSIX close(): what was accepted is sent", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       const auto all = pattern(20000);
       t.equal(t.send(near, all), static_cast<int>(all.size()), "send");
       near.close();
       t.equal(far.read_to_end(), all, "what came");
     }},
    {"no_peer", "POSIX send(): ENOTCONN; Linux EPIPE", everywhere,
     [](context& t) {
       t.error(t.send(t.stream(), "x"), t.by_family("send-no-peer", EPIPE, ENOTCONN, ENOTCONN),
               "send");
     }},
    {"not_open", "POSIX send(): EBADF", everywhere,
     [](context& t) { t.error(t.send(not_open, "x"), EBADF, "send"); }},
    {"no_socket", "POSIX send(): ENOTSOCK", everywhere,
     [](context& t) { t.error(t.send(no_socket().get(), "x"), ENOTSOCK, "send"); }},
    {"no_bytes", "Linux send(2): EFAULT", everywhere,
     [](context& t) {
       const auto [near, far] = t.connected();
       t.error(t.net.send(near, nullptr, 10, 0), EFAULT, "send");
     }},
    {"after_reset", "POSIX send(): ECONNRESET or EPIPE, no signal", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       far.reset();
       t.wait(near, POLLIN);
       const int seen = error_of_sending(t, near);
       t.check(seen == ECONNRESET || seen == EPIPE, "ECONNRESET or EPIPE");
     }},
    {"after_peers_end", "POSIX send(): a peer that finished still reads", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       far.finish();
       t.equal(t.receive(near), "", "the end");
       t.equal(t.send(near, "late"), 4, "send");
       t.equal(far.read(4), "late", "what came");
     }},
    {"with_address", "POSIX sendto(): the address is ignored; Nordic EISCONN", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       const auto result = t.send_to(near, "x", loopback(9));
       if (t.in("sendto-connected", family::nrf)) return t.error(result, EISCONN, "sendto");
       t.equal(result, 1, "sendto");
       t.equal(far.read(1), "x", "what came");
     }},
    {"gathered", "POSIX sendmsg(): pieces in order", but_nrf,
     [](context& t) {
       auto [near, far] = t.connected();
       std::string first = "ab";
       std::string second = "cde";
       std::array<iovec, 3> pieces{{{first.data(), 2}, {nullptr, 0}, {second.data(), 3}}};
       msghdr message{};
       message.msg_iov = pieces.data();
       message.msg_iovlen = pieces.size();
       t.equal(t.net.sendmsg(near, &message, 0), 5, "sendmsg");
       t.equal(far.read(5), "abcde", "what came");
     }},
    {"no_message", "Linux sendmsg(2): EFAULT; Zephyr EINVAL", but_nrf,
     [](context& t) {
       const auto [near, far] = t.connected();
       t.error(t.net.sendmsg(near, nullptr, 0), t.by_family("message-null", EFAULT, EINVAL, 0),
               "sendmsg");
     }},
    {"no_pieces", "Linux sendmsg(2): 0; Zephyr ENOMEM", but_nrf,
     [](context& t) {
       const auto [near, far] = t.connected();
       const msghdr message{};
       const auto result = t.net.sendmsg(near, &message, 0);
       if (t.in("message-null", family::zsock)) return t.error(result, ENOMEM, "sendmsg");
       t.equal(result, 0, "sendmsg");
     }},
    {"strange_control", "Linux cmsg(3): EINVAL; Zephyr: ignored", but_nrf,
     [](context& t) {
       auto [near, far] = t.connected();
       std::string text = "x";
       iovec piece{text.data(), 1};
       alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
       msghdr message{};
       message.msg_iov = &piece;
       message.msg_iovlen = 1;
       message.msg_control = control.data();
       message.msg_controllen = control.size();
       auto* header = CMSG_FIRSTHDR(&message);
       header->cmsg_len = CMSG_LEN(sizeof(int));
       header->cmsg_level = SOL_SOCKET;
       header->cmsg_type = 1122;
       const auto result = t.net.sendmsg(near, &message, 0);
       if (t.in("message-control", family::posix)) return t.error(result, EINVAL, "sendmsg");
       t.equal(result, 1, "sendmsg");
     }},
    {"peer_goes_midway", "POSIX send(): what was taken, then the error",
     everywhere.needing("back-pressure"),
     [](context& t) {
       auto [near, far] = t.connected();
       const int fd = near;
       auto sending = std::async(std::launch::async, [&t, fd] {
         const std::string much(32u << 20, 'm');
         return t.send(fd, much);
       });
       far.read(1000);
       far.reset();
       const auto taken = sending.get();
       t.check(taken > 0 && taken < (32 << 20), "part of it");
       const int seen = error_of_sending(t, near);
       t.check(seen == ECONNRESET || seen == EPIPE, "ECONNRESET or EPIPE");
     }},
};

}  // namespace

std::span<const test_case> send_cases() {
  return cases;
}

}  // namespace cellsock::conformance
