// SPDX-License-Identifier: Apache-2.0
// MSG_PEEK, MSG_DONTWAIT, MSG_WAITALL, MSG_TRUNC, MSG_WAITACK.
#include <netinet/in.h>
#include <nrf_socket.h>

#include "tests/conformance/cases/groups.hpp"

namespace cellsock::conformance {
namespace {

/// Something has come to a datagram socket; its peer.
struct addressed {
  sock near;
  far_datagram far;
};

addressed holding(const context& t, std::string_view payload) {
  addressed made{t.datagram(), far_datagram()};
  t.ok(t.send_to(made.near, "hello", made.far.where()), "sendto");
  address from;
  made.far.receive(from);
  made.far.send(payload, from);
  t.wait(made.near, POLLIN);
  return made;
}

const test_case cases[]{
    {"peek", "POSIX MSG_PEEK: the data stays", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       far.write("abc");
       t.equal(t.receive(near, 100, MSG_PEEK), "abc", "peek");
       t.equal(t.receive(near, 100, MSG_PEEK), "abc", "peek again");
       t.equal(t.receive(near, 100), "abc", "recv");
     }},
    {"peek_part", "POSIX MSG_PEEK: as much as there is room for", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       far.write("abc");
       t.wait(near, POLLIN);
       t.equal(t.receive(near, 2, MSG_PEEK), "ab", "peek");
       t.equal(t.receive_all(near, 3), "abc", "recv");
     }},
    {"peek_end", "POSIX MSG_PEEK: 0 at the end", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       far.finish();
       t.equal(t.receive(near, 9, MSG_PEEK), "", "peek");
     }},
    {"peek_datagram", "POSIX MSG_PEEK: the datagram stays", everywhere,
     [](context& t) {
       const auto held = holding(t, "whole");
       t.equal(t.receive(held.near, 2, MSG_PEEK), "wh", "peek");
       t.equal(t.receive(held.near), "whole", "recv");
     }},
    {"dontwait_nothing", "POSIX MSG_DONTWAIT: EAGAIN", everywhere,
     [](context& t) {
       const auto [near, far] = t.connected();
       char byte = 0;
       t.error(t.net.recv(near, &byte, 1, MSG_DONTWAIT), EAGAIN, "recv");
     }},
    {"dontwait_data", "POSIX MSG_DONTWAIT: what is there", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       far.write("abc");
       t.wait(near, POLLIN);
       t.equal(t.receive(near, 9, MSG_DONTWAIT), "abc", "recv");
     }},
    {"dontwait_peek", "POSIX MSG_PEEK with MSG_DONTWAIT: EAGAIN", everywhere,
     [](context& t) {
       const auto near = t.datagram();
       t.ok(t.connect(near, loopback(9)), "connect");
       char byte = 0;
       t.error(t.net.recv(near, &byte, 1, MSG_PEEK | MSG_DONTWAIT), EAGAIN, "recv");
     }},
    {"waitall", "POSIX MSG_WAITALL: the whole length", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       far.write("abc");
       t.wait(near, POLLIN);
       t.ok(t.send(near, "?"), "send");
       far.write("defgh");
       t.equal(t.receive(near, 8, MSG_WAITALL), "abcdefgh", "recv");
     }},
    {"waitall_end", "POSIX MSG_WAITALL: less at the end", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       far.write("abc");
       far.finish();
       t.equal(t.receive(near, 8, MSG_WAITALL), "abc", "recv");
       t.equal(t.receive(near, 8, MSG_WAITALL), "", "recv again");
     }},
    {"waitall_timeout", "Linux, Zephyr: MSG_WAITALL ends with what came in SO_RCVTIMEO", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       far.write("abc");
       t.wait(near, POLLIN);
       t.ok(t.set_timeout(near, SO_RCVTIMEO, 100), "SO_RCVTIMEO");
       t.equal(t.receive(near, 8, MSG_WAITALL), "abc", "recv");
     }},
    {"waitall_nonblocking", "Linux MSG_WAITALL: O_NONBLOCK goes before", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       far.write("abc");
       t.wait(near, POLLIN);
       t.nonblocking(near);
       t.equal(t.receive(near, 8, MSG_WAITALL), "abc", "recv");
     }},
    {"waitall_dontwait", "Linux MSG_WAITALL with MSG_DONTWAIT: what is there", everywhere,
     [](context& t) {
       auto [near, far] = t.connected();
       far.write("abc");
       t.wait(near, POLLIN);
       t.equal(t.receive(near, 8, MSG_WAITALL | MSG_DONTWAIT), "abc", "recv");
     }},
    {"trunc", "Linux MSG_TRUNC: the datagram's length; Nordic EOPNOTSUPP", everywhere,
     [](context& t) {
       const auto held = holding(t, "longer than the room");
       std::string room(6, '\0');
       const auto count = t.net.recv(held.near, room.data(), room.size(), MSG_TRUNC);
       if (t.in("recv-trunc", family::nrf)) return t.error(count, EOPNOTSUPP, "recv");
       t.equal(count, 20, "recv");
       t.equal(room, "longer", "the bytes");
     }},
    {"trunc_told", "POSIX recvmsg(): MSG_TRUNC in msg_flags", but_nrf,
     [](context& t) {
       const auto held = holding(t, "longer");
       std::string room(3, '\0');
       iovec place{room.data(), room.size()};
       msghdr message{};
       message.msg_iov = &place;
       message.msg_iovlen = 1;
       t.equal(t.net.recvmsg(held.near, &message, 0), 3, "recvmsg");
       t.equal(message.msg_flags & MSG_TRUNC, MSG_TRUNC, "msg_flags");
     }},
    {"waitack", "Nordic MSG_WAITACK: returns when the peer has it", nrf_only.needing("flush"),
     [](context& t) {
       auto [near, far] = t.connected();
       t.equal(t.send(near, "abc", NRF_MSG_WAITACK), 3, "send");
       t.equal(far.read(3), "abc", "what came");
     }},
    {"waitack_cannot", "Nordic MSG_WAITACK: EOPNOTSUPP where nobody can tell, nothing is sent",
     nrf_only.needing("no-flush"),
     [](context& t) {
       auto [near, far] = t.connected();
       t.error(t.send(near, "abc", NRF_MSG_WAITACK), EOPNOTSUPP, "send");
       near.close();
       t.equal(far.read_to_end(), "", "what came");
     }},
    {"waitack_dontwait", "Nordic MSG_WAITACK with MSG_DONTWAIT: EINVAL", nrf_only,
     [](context& t) {
       const auto [near, far] = t.connected();
       t.error(t.send(near, "x", NRF_MSG_WAITACK | NRF_MSG_DONTWAIT), EINVAL, "send");
     }},
    {"no_such_flag", "Nordic, Zephyr: EOPNOTSUPP for a flag that the call does not have", ours,
     [](context& t) {
       const auto [near, far] = t.connected();
       t.error(t.send(near, "x", MSG_OOB), EOPNOTSUPP, "send");
     }},
    {"peek_length", "Linux MSG_PEEK with MSG_TRUNC: how long the next datagram is", but_nrf,
     [](context& t) {
       const auto held = holding(t, "twelve bytes");
       char byte = 0;
       t.equal(t.net.recv(held.near, &byte, 1, MSG_PEEK | MSG_TRUNC), 12, "peek");
       t.equal(t.receive(held.near), "twelve bytes", "recv");
     }},
    {"peek_sender", "POSIX recvfrom(): MSG_PEEK names the sender", everywhere,
     [](context& t) {
       const auto held = holding(t, "x");
       address from;
       char byte = 0;
       t.equal(t.net.recvfrom(held.near, &byte, 1, MSG_PEEK, from.get(), &from.length), 1, "peek");
       t.equal(from.port(), held.far.where().port(), "the sender's port");
     }},
    {"waitall_datagram", "Linux MSG_WAITALL: one datagram all the same", everywhere,
     [](context& t) {
       const auto held = holding(t, "short");
       t.equal(t.receive(held.near, 100, MSG_WAITALL), "short", "recv");
     }},
    {"dontwait_message", "POSIX recvmsg(): MSG_DONTWAIT", but_nrf,
     [](context& t) {
       const auto [near, far] = t.connected();
       char byte = 0;
       iovec place{&byte, 1};
       msghdr message{};
       message.msg_iov = &place;
       message.msg_iovlen = 1;
       t.error(t.net.recvmsg(near, &message, MSG_DONTWAIT), EAGAIN, "recvmsg");
     }},
};

}  // namespace

std::span<const test_case> flag_cases() {
  return cases;
}

}  // namespace cellsock::conformance
