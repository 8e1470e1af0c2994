// SPDX-License-Identifier: Apache-2.0
// Secure sockets, as far as a peer that knows no TLS shows them: what may be asked for, when, and
// how a handshake fails. Their success is the matrix's (tests/e2e/secure_test.py).
#include <netinet/in.h>

#include <array>
#include <optional>
#include <vector>

#include "tests/conformance/cases/groups.hpp"

namespace cellsock::conformance {
namespace {

// One level and mostly one set of numbers: Nordic's SOL_SECURE, Zephyr's SOL_TLS.
constexpr int secure = 282;
constexpr int tls_1_2 = 258;
constexpr int dtls_1_2 = 273;
namespace option {
constexpr int tags = 1, hostname = 2, suites = 3, suite_used = 4, verify = 5, role = 6, cache = 12,
              purge = 13;
// Zephyr's alone, and Nordic's alone.
constexpr int alpn = 7, retry_first = 8, retry_last = 9, native = 11, on_connect = 18,
              verify_result = 19, fragment = 21;
constexpr int handshake_time = 14, cid_status = 16, save = 17, load = 18, status = 19;
}  // namespace option

sock secure_stream(const context& t) {
  return {t.net, t.ok(t.net.socket(AF_INET, SOCK_STREAM, tls_1_2), "socket")};
}
sock secure_datagram(const context& t) {
  return {t.net, t.ok(t.net.socket(AF_INET, SOCK_DGRAM, dtls_1_2), "socket")};
}
void keeps(const context& t, int near, int which, int value) {
  t.ok(t.set(near, secure, which, value), "set");
  t.equal(t.get(near, secure, which), value, "get");
}
void refuses(const context& t, int near, int which, int value, int wanted) {
  t.error(t.set(near, secure, which, value), wanted, "set");
}
void get_fails(const context& t, int near, int which, int wanted) {
  int value = 0;
  socklen_t length = sizeof value;
  t.error(t.net.getsockopt(near, secure, which, &value, &length), wanted, "get");
}
int set_list(const context& t, int near, int which, const std::vector<int>& list) {
  return t.net.setsockopt(near, secure, which, list.data(),
                          static_cast<socklen_t>(list.size() * sizeof(int)));
}
std::vector<int> get_list(const context& t, int near, int which) {
  std::array<int, 32> room{};
  socklen_t length = sizeof room;
  t.ok(t.net.getsockopt(near, secure, which, room.data(), &length), "get");
  return {room.begin(), room.begin() + length / sizeof(int)};
}

int failed_handshake(const context& t) {
  return t.net.which == family::nrf ? ECONNREFUSED : ECONNABORTED;
}

/// Goes on whoever the peer is: what a server without a certificate of ours would be met with.
sock unverified_stream(const context& t) {
  auto near = secure_stream(t);
  t.ok(t.set(near, secure, option::verify, 0), "set");
  return near;
}
/// A peer that takes the connection and says nothing, while a connect goes on.
struct in_handshake {
  explicit in_handshake(const context& t) : near(unverified_stream(t)) {
    t.nonblocking(near);
    t.error(t.connect(near, peer.where()), EINPROGRESS, "connect");
    far.emplace(peer.accept());
    far->read(5);  // the head of its ClientHello
  }
  far_listener peer;
  sock near;
  std::optional<far_stream> far;
};

const test_case cases[]{
    {"stream", "Nordic, Zephyr: TLS 1.2 on a stream", ours,
     [](context& t) { (void)secure_stream(t); }},
    {"datagram", "Nordic, Zephyr: DTLS 1.2 on datagrams", ours,
     [](context& t) { (void)secure_datagram(t); }},
    {"other_type", "Zephyr, Nordic: EPROTOTYPE", ours,
     [](context& t) {
       t.error(t.net.socket(AF_INET, SOCK_DGRAM, tls_1_2), EPROTOTYPE, "TLS on datagrams");
       t.error(t.net.socket(AF_INET, SOCK_STREAM, dtls_1_2), EPROTOTYPE, "DTLS on a stream");
     }},
    {"type_and_protocol", "Zephyr: SO_TYPE, SO_PROTOCOL say what was asked for", zsock_only,
     [](context& t) {
       const auto near = secure_stream(t);
       t.equal(t.get(near, SOL_SOCKET, SO_TYPE), SOCK_STREAM, "type");
       t.equal(t.get(near, SOL_SOCKET, SO_PROTOCOL), tls_1_2, "protocol");
     }},
    {"tags", "Nordic SEC_TAG_LIST, Zephyr TLS_SEC_TAG_LIST: set, get, in order", ours,
     [](context& t) {
       const auto near = secure_stream(t);
       t.check(get_list(t, near, option::tags).empty(), "none at first");
       t.ok(set_list(t, near, option::tags, {42, 7}), "set");
       t.check(get_list(t, near, option::tags) == std::vector<int>{42, 7}, "get");
     }},
    {"tags_clear", "Nordic: NULL and 0 clear", nrf_only,
     [](context& t) {
       const auto near = secure_stream(t);
       t.ok(set_list(t, near, option::tags, {42}), "set");
       t.ok(t.net.setsockopt(near, secure, option::tags, nullptr, 0), "clear");
       t.check(get_list(t, near, option::tags).empty(), "none");
     }},
    {"tags_length", "Zephyr: EINVAL for half a tag", ours,
     [](context& t) {
       const auto near = secure_stream(t);
       const int tag = 42;
       t.error(t.net.setsockopt(near, secure, option::tags, &tag, 3), EINVAL, "set");
     }},
    {"suites", "IANA numbers, prioritised", ours,
     [](context& t) {
       const auto near = secure_stream(t);
       t.ok(set_list(t, near, option::suites, {0xC02F, 0xC02B}), "set");
       t.check(get_list(t, near, option::suites) == std::vector<int>{0xC02F, 0xC02B}, "get");
     }},
    {"suite_unknown", "no weak suite can be had", ours,
     [](context& t) {
       t.error(set_list(t, secure_stream(t), option::suites, {0x0005}), EINVAL, "RC4");
     }},
    {"verify_range", "Nordic, Zephyr: 0 to 2", ours,
     [](context& t) {
       const auto near = secure_stream(t);
       for (int value = 0; value <= 2; ++value)
         t.ok(t.set(near, secure, option::verify, value), "set");
       refuses(t, near, option::verify, 3, EINVAL);
       refuses(t, near, option::verify, -1, EINVAL);
     }},
    {"verify_get", "Nordic: get and set", nrf_only,
     [](context& t) {
       const auto near = secure_stream(t);
       t.equal(t.get(near, secure, option::verify), 2, "at first");
       keeps(t, near, option::verify, 1);
     }},
    {"role_range", "Nordic, Zephyr: 0 client, 1 server", ours,
     [](context& t) {
       const auto near = secure_datagram(t);
       t.ok(t.set(near, secure, option::role, 1), "set");
       refuses(t, near, option::role, 2, EINVAL);
     }},
    {"cache", "SESSION_CACHE: 0 at first", ours,
     [](context& t) {
       const auto near = secure_stream(t);
       t.equal(t.get(near, secure, option::cache), 0, "at first");
       keeps(t, near, option::cache, 1);
       refuses(t, near, option::cache, 2, EINVAL);
       t.ok(t.set(near, secure, option::purge, 1), "purge");
     }},
    {"hostname", "with and without the NUL; NULL disables", ours,
     [](context& t) {
       const auto near = secure_stream(t);
       t.ok(t.net.setsockopt(near, secure, option::hostname, "a.test", 6), "without");
       t.ok(t.net.setsockopt(near, secure, option::hostname, "a.test", 7), "with");
       t.ok(t.net.setsockopt(near, secure, option::hostname, nullptr, 0), "NULL");
     }},
    {"dtls_only", "options of DTLS: ENOPROTOOPT on a stream", zsock_only,
     [](context& t) {
       const auto near = secure_stream(t);
       refuses(t, near, option::retry_first, 500, ENOPROTOOPT);
       refuses(t, near, option::on_connect, 0, ENOPROTOOPT);
     }},
    {"retries", "Zephyr TLS_DTLS_HANDSHAKE_TIMEOUT_MIN, _MAX: 1000 and 60000 at first", zsock_only,
     [](context& t) {
       const auto near = secure_datagram(t);
       t.equal(t.get(near, secure, option::retry_first), 1000, "first");
       t.equal(t.get(near, secure, option::retry_last), 60000, "last");
       keeps(t, near, option::retry_first, 250);
     }},
    {"on_connect", "Zephyr TLS_DTLS_HANDSHAKE_ON_CONNECT: 1 at first", zsock_only,
     [](context& t) {
       const auto near = secure_datagram(t);
       t.equal(t.get(near, secure, option::on_connect), 1, "at first");
       keeps(t, near, option::on_connect, 0);
     }},
    {"fragment", "Zephyr TLS_MAX_FRAGMENT_LENGTH: 0 to 4", zsock_only,
     [](context& t) {
       const auto near = secure_stream(t);
       keeps(t, near, option::fragment, 2);
       refuses(t, near, option::fragment, 5, EINVAL);
     }},
    {"native", "Zephyr TLS_NATIVE: taken", zsock_only,
     [](context& t) { t.ok(t.set(secure_stream(t), secure, option::native, 1), "set"); }},
    {"handshake_time", "Nordic SEC_DTLS_HANDSHAKE_TIMEO: 0, 1, 3, 7, 15, 31, 63, 123", nrf_only,
     [](context& t) {
       const auto near = secure_datagram(t);
       for (const int seconds : {0, 1, 3, 7, 15, 31, 63, 123})
         keeps(t, near, option::handshake_time, seconds);
       refuses(t, near, option::handshake_time, 2, EINVAL);
     }},
    {"after_only", "what a handshake decides: ENOTCONN before it", ours,
     [](context& t) { get_fails(t, secure_stream(t), option::suite_used, ENOTCONN); }},
    {"status_before", "Nordic SEC_HANDSHAKE_STATUS: ENOTCONN before it", nrf_only,
     [](context& t) { get_fails(t, secure_stream(t), option::status, ENOTCONN); }},
    {"save_before", "Nordic SEC_DTLS_CONN_SAVE: not before the handshake", nrf_only,
     [](context& t) {
       const auto near = secure_datagram(t);
       int none = 0;
       t.error(t.net.setsockopt(near, secure, option::save, &none, sizeof none),
               {EINVAL, ENOTCONN, EAGAIN}, "save");
       t.error(t.net.setsockopt(near, secure, option::load, &none, sizeof none),
               {EINVAL, ENOTCONN, EAGAIN}, "load");
     }},
    {"unknown", "ENOPROTOOPT", ours,
     [](context& t) { refuses(t, secure_stream(t), 99, 1, ENOPROTOOPT); }},
    {"refused", "connect: as a plain socket's", ours,
     [](context& t) {
       t.error(t.connect(unverified_stream(t), nobody()), ECONNREFUSED, "connect");
     }},
    {"again", "chosen anew after a failed connect", ours,
     [](context& t) {
       const auto near = unverified_stream(t);
       t.error(t.connect(near, nobody()), ECONNREFUSED, "connect");
       t.ok(t.set(near, secure, option::verify, 1), "set");
       t.error(t.connect(near, nobody()), ECONNREFUSED, "connect again");
     }},
    {"tag_missing", "Nordic: ECONNREFUSED; Zephyr: ENOENT", ours,
     [](context& t) {
       far_listener peer;
       const auto near = secure_stream(t);
       t.ok(set_list(t, near, option::tags, {424242}), "set");
       t.error(t.connect(near, peer.where()), t.net.which == family::nrf ? ECONNREFUSED : ENOENT,
               "connect");
     }},
    {"garbage", "what is no TLS: Zephyr ECONNABORTED, Nordic ECONNREFUSED", ours,
     [](context& t) {
       in_handshake one(t);
       one.far->write("220 mail.example ESMTP\r\n");
       (void)t.wait(one.near, POLLOUT);
       t.equal(t.pending(one.near), failed_handshake(t), "SO_ERROR");
       t.equal(t.pending(one.near), 0, "once");
     }},
    {"cut", "a peer that leaves in the handshake: the same", ours,
     [](context& t) {
       in_handshake one(t);
       one.far->finish();
       one.far->close();
       (void)t.wait(one.near, POLLOUT);
       t.equal(t.pending(one.near), failed_handshake(t), "SO_ERROR");
     }},
    {"not_writable", "no POLLOUT, and no payload, before the handshake is done", ours,
     [](context& t) {
       in_handshake one(t);
       t.equal(t.shown(one.near, POLLIN | POLLOUT), 0, "poll");
       t.error(t.send(one.near, "early", MSG_DONTWAIT), {EAGAIN, ENOTCONN}, "send");
     }},
    {"choose_in_handshake", "EALREADY", ours,
     [](context& t) {
       in_handshake one(t);
       refuses(t, one.near, option::verify, 2, EALREADY);
     }},
    {"connect_in_handshake", "EALREADY", ours,
     [](context& t) {
       in_handshake one(t);
       t.error(t.connect(one.near, one.peer.where()), EALREADY, "connect");
     }},
    {"close_in_handshake", "close: at once, and the peer hears of it", ours,
     [](context& t) {
       in_handshake one(t);
       one.near.close();
       (void)one.far->read_to_end();
     }},
    {"timeout", "a silent peer: ETIMEDOUT within SO_SNDTIMEO", ours,
     [](context& t) {
       far_listener peer;
       const auto near = unverified_stream(t);
       t.ok(t.set_timeout(near, SO_SNDTIMEO, 300), "set");
       t.error(t.connect(near, peer.where()), {ETIMEDOUT, EINPROGRESS}, "connect");
     }},
    {"no_peek", "MSG_PEEK: Nordic peeks, Zephyr EOPNOTSUPP", zsock_only,
     [](context& t) {
       char one = 0;
       t.error(t.net.recv(secure_stream(t), &one, 1, MSG_PEEK | MSG_DONTWAIT), EOPNOTSUPP, "recv");
     }},
};

}  // namespace

std::span<const test_case> secure_cases() {
  return cases;
}

}  // namespace cellsock::conformance
