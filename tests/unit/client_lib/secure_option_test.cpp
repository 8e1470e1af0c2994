// SPDX-License-Identifier: Apache-2.0
#include <cellsock/secure.h>
#include <doctest/doctest.h>
#include <net/socket_ncs.h>
#include <netinet/in.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "client_lib/face/secure_option_table.hpp"
#include "tests/unit/client_lib/zephyr_socket.hpp"

namespace cellsock::testing {
namespace {

using namespace client::face;

/// One socket of each family and kind.
struct secure_sockets {
  fake_daemon daemon;
  program_fd nordic{nrf_socket(NRF_AF_INET, NRF_SOCK_STREAM, NRF_SPROTO_TLS1v2)};
  program_fd nordic_dtls{nrf_socket(NRF_AF_INET, NRF_SOCK_DGRAM, NRF_SPROTO_DTLS1v2)};
  program_fd zephyr{zsock_socket(AF_INET, SOCK_STREAM, IPPROTO_TLS_1_2)};
  program_fd zephyr_dtls{zsock_socket(AF_INET, SOCK_DGRAM, IPPROTO_DTLS_1_2)};
};

/// A family's two calls, with its name for the level: errno, 0.
struct family {
  int fd;
  bool is_nordic;
  [[nodiscard]] int set(int option, const void* value, std::size_t length) const {
    const auto bytes = static_cast<std::uint32_t>(length);
    return errno_of_call(is_nordic ? nrf_setsockopt(fd, NRF_SOL_SECURE, option, value, bytes)
                                   : zsock_setsockopt(fd, SOL_TLS, option, value, bytes));
  }
  [[nodiscard]] int set(int option, int value) const { return set(option, &value, sizeof value); }
  [[nodiscard]] int get(int option, void* value, std::uint32_t& length) const {
    return errno_of_call(is_nordic ? nrf_getsockopt(fd, NRF_SOL_SECURE, option, value, &length)
                                   : zsock_getsockopt(fd, SOL_TLS, option, value, &length));
  }
  /// The value, or -errno.
  [[nodiscard]] int get(int option) const {
    int value = -1;
    std::uint32_t length = sizeof value;
    const int error = get(option, &value, length);
    return error == 0 ? value : -error;
  }
};

std::vector<std::int64_t> numbers_of(const v1::SecureValue& value) {
  return {value.numbers().value().begin(), value.numbers().value().end()};
}
v1::SecureValue number(std::int64_t value) {
  v1::SecureValue made;
  made.set_number(value);
  return made;
}

TEST_CASE("every documented secure option has a row, at the family's own number") {
  for (const int option : {1, 2, 3, 4, 5, 6, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    CHECK(find_secure_option(&secure_option_row::nrf, option) != nullptr);
  for (int option = 1; option <= 21; ++option)
    CHECK(find_secure_option(&secure_option_row::zephyr, option) != nullptr);
  for (const int option : {TLS_DTLS_HANDSHAKE_TIMEO, TLS_DTLS_CONN_SAVE, TLS_DTLS_CONN_LOAD,
                           TLS_DTLS_HANDSHAKE_STATUS})
    CHECK(find_secure_option(&secure_option_row::zephyr, option) != nullptr);
  CHECK(find_secure_option(&secure_option_row::nrf, 15)->wire == v1::SECURE_OPTION_CONNECTION_ID);
  CHECK(find_secure_option(&secure_option_row::zephyr, 14)->wire ==
        v1::SECURE_OPTION_CONNECTION_ID);
  // Nobody's numbers.
  for (const int option : {0, 7, 8, 11, 21, -1, 1018})
    CHECK(find_secure_option(&secure_option_row::nrf, option) == nullptr);
}

TEST_CASE("every secure option of the wire is some family's or cellsock's own") {
  for (int number = 1; number < v1::SECURE_OPTION_RSA_BITS_MIN; ++number) {
    if (!v1::SecureOption_IsValid(number)) continue;
    bool found = false;
    for (const auto& row : secure_option_rows) found = found || row.wire == number;
    CHECK_MESSAGE(found, number);
  }
}

TEST_CASE("plain sockets have none of them, and unknown ones are nobody's") {
  secure_sockets sockets;
  const auto plain = stream_socket();
  for (const auto& row : secure_option_rows) {
    CAPTURE(row.name);
    CHECK(family{plain, true}.set(row.nrf, 1) == ENOPROTOOPT);
    CHECK(family{plain, false}.set(row.zephyr, 1) == ENOPROTOOPT);
    CHECK(family{plain, true}.get(row.nrf) == -ENOPROTOOPT);
    CHECK(family{plain, false}.get(row.zephyr) == -ENOPROTOOPT);
  }
  for (const int option : {0, 7, 21, 22, 999, -1})
    CHECK(family{sockets.nordic, true}.set(option, 1) == ENOPROTOOPT);
  for (const int option : {0, 20, 22, 1030, -1})
    CHECK(family{sockets.zephyr, false}.set(option, 1) == ENOPROTOOPT);
  CHECK(family{0, false}.set(TLS_PEER_VERIFY, 1) == ENOTSOCK);
  CHECK(family{-1, true}.set(NRF_SO_SEC_PEER_VERIFY, 1) == EBADF);
  CHECK(sockets.daemon.requests(v1::Request::kSetSecureOption) == 0);
  CHECK(sockets.daemon.requests(v1::Request::kGetSecureOption) == 0);
}

/// Options with one number: where each may be used, what passes and what does not.
TEST_CASE("numbers: every row's direction, kind, length and range, in both families") {
  secure_sockets sockets;
  for (const auto& row : secure_option_rows) {
    const bool one = row.shape == secure_shape::number || row.shape == secure_shape::milliseconds ||
                     row.shape == secure_shape::flags;
    if (!one || row.wire == v1::SECURE_OPTION_UNSPECIFIED) continue;
    for (const bool is_nordic : {true, false}) {
      const int option = is_nordic ? row.nrf : row.zephyr;
      if (option < 0) continue;
      CAPTURE(row.name);
      CAPTURE(is_nordic);
      const auto use = is_nordic ? row.nrf_use : row.zephyr_use;
      const family stream{is_nordic ? sockets.nordic : sockets.zephyr, is_nordic};
      const family datagrams{is_nordic ? sockets.nordic_dtls : sockets.zephyr_dtls, is_nordic};
      if (row.kind == option_kind::datagram) {
        CHECK(stream.set(option, 0) == ENOPROTOOPT);
        CHECK(stream.get(option) == -ENOPROTOOPT);
      }
      const std::int64_t first = row.spellings.empty() ? row.low : row.spellings.front().program;
      const auto last =
          static_cast<int>(row.spellings.empty() ? row.high : row.spellings.back().program);
      if (use == option_use::get) {
        CHECK(datagrams.set(option, last) == ENOPROTOOPT);
        sockets.daemon.set_secure_option(datagrams.fd, row.wire, number(1));
        CHECK(datagrams.get(option) == 1);
        continue;
      }
      CHECK(datagrams.set(option, last) == 0);
      const auto kept = sockets.daemon.secure_option(datagrams.fd, row.wire).number();
      CHECK(kept == (row.spellings.empty() ? row.high : row.spellings.back().wire));
      CHECK(datagrams.get(option) == (use == option_use::set ? -ENOPROTOOPT : last));
      if (row.high < std::numeric_limits<int>::max())
        CHECK(datagrams.set(option, last + 1) == EINVAL);
      CHECK(datagrams.set(option, static_cast<int>(first) - 1) == EINVAL);
      const std::int64_t wide = last;
      CHECK(datagrams.set(option, &wide, sizeof wide) == EINVAL);
      CHECK(datagrams.set(option, &wide, 1) == EINVAL);
      CHECK(datagrams.set(option, nullptr, sizeof(int)) == (is_nordic ? EFAULT : EINVAL));
      CHECK(sockets.daemon.secure_option(datagrams.fd, row.wire).number() == kept);
    }
  }
}

TEST_CASE("tag lists: several, read back, cleared; lengths and limits") {
  secure_sockets sockets;
  for (const bool is_nordic : {true, false}) {
    CAPTURE(is_nordic);
    const family one{is_nordic ? sockets.nordic : sockets.zephyr, is_nordic};
    const std::array<std::uint32_t, 3> tags{42, 7, 4294967295U};
    CHECK(one.set(1, tags.data(), sizeof tags) == 0);
    CHECK(numbers_of(sockets.daemon.secure_option(one.fd, v1::SECURE_OPTION_TAGS)) ==
          std::vector<std::int64_t>{42, 7, 4294967295});
    std::array<std::uint32_t, 4> back{};
    std::uint32_t length = sizeof back;
    CHECK(one.get(1, back.data(), length) == 0);
    CHECK(length == 12);
    CHECK(back == std::array<std::uint32_t, 4>{42, 7, 4294967295U, 0});
    // Room for less.
    length = 4;
    back = {};
    CHECK(one.get(1, back.data(), length) == 0);
    CHECK(length == 4);
    CHECK(back[0] == 42);
    length = 6;
    CHECK(one.get(1, back.data(), length) == (is_nordic ? 0 : EINVAL));
    length = 0;
    CHECK(one.get(1, back.data(), length) == (is_nordic ? 0 : EINVAL));
    CHECK(one.set(1, tags.data(), 5) == EINVAL);
    const std::array<std::uint32_t, 17> many{};
    CHECK(one.set(1, many.data(), sizeof many) == EINVAL);
    CHECK(one.set(1, many.data(), sizeof many - 4) == 0);
    CHECK(one.set(1, nullptr, 4) == (is_nordic ? EFAULT : EINVAL));
    CHECK(one.set(1, nullptr, 0) == 0);
    CHECK(numbers_of(sockets.daemon.secure_option(one.fd, v1::SECURE_OPTION_TAGS)).empty());
    length = sizeof back;
    CHECK(one.get(1, back.data(), length) == 0);
    CHECK(length == 0);
    length = sizeof back;
    CHECK(one.get(1, nullptr, length) == (is_nordic ? EFAULT : EINVAL));
  }
}

TEST_CASE("hostnames: with or without the zero, cleared by NULL or nothing") {
  secure_sockets sockets;
  const auto hostname = [&](const family& one) {
    return sockets.daemon.secure_option(one.fd, v1::SECURE_OPTION_HOSTNAME).text();
  };
  const std::string endless(256, 'h');
  for (const bool is_nordic : {true, false}) {
    CAPTURE(is_nordic);
    const family one{is_nordic ? sockets.nordic : sockets.zephyr, is_nordic};
    CHECK(one.set(2, "example.org", 11) == 0);
    CHECK(hostname(one) == "example.org");
    CHECK(one.set(2, "example.com", 12) == 0);
    CHECK(hostname(one) == "example.com");
    CHECK(one.set(2, "a\0b", 3) == 0);
    CHECK(hostname(one) == "a");
    CHECK(one.set(2, endless.data(), 255) == 0);
    CHECK(one.set(2, endless.data(), 256) == EINVAL);
    for (const char* nothing : {static_cast<const char*>(nullptr), "", "x"}) {
      CHECK(one.set(2, "example.org", 11) == 0);
      CHECK(one.set(2, nothing, 0) == 0);
      CHECK(sockets.daemon.secure_option(one.fd, v1::SECURE_OPTION_HOSTNAME).form_case() ==
            v1::SecureValue::FORM_NOT_SET);
    }
    CHECK(one.set(2, nullptr, 7) == 0);
  }
  const family nordic{sockets.nordic, true};
  std::array<char, 16> back{};
  std::uint32_t length = sizeof back;
  CHECK(nordic.get(2, back.data(), length) == 0);
  CHECK(length == 0);
  REQUIRE(nordic.set(2, "example.org", 11) == 0);
  length = sizeof back;
  CHECK(nordic.get(2, back.data(), length) == 0);
  CHECK(length == 12);
  CHECK(std::string(back.data()) == "example.org");
  length = 3;
  CHECK(nordic.get(2, back.data(), length) == 0);
  CHECK(length == 3);
  CHECK(family{sockets.zephyr, false}.get(2) == -ENOPROTOOPT);
}

TEST_CASE("suites: IANA numbers, in order") {
  secure_sockets sockets;
  for (const bool is_nordic : {true, false}) {
    CAPTURE(is_nordic);
    const family one{is_nordic ? sockets.nordic : sockets.zephyr, is_nordic};
    const std::array suites{NRF_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
                            NRF_TLS_PSK_WITH_AES_128_CCM_8};
    CHECK(one.set(3, suites.data(), sizeof suites) == 0);
    CHECK(numbers_of(sockets.daemon.secure_option(one.fd, v1::SECURE_OPTION_SUITES)) ==
          std::vector<std::int64_t>{0xC02B, 0xC0A8});
    std::array<int, 3> back{};
    std::uint32_t length = sizeof back;
    CHECK(one.get(3, back.data(), length) == 0);
    CHECK(length == 8);
    CHECK(back[1] == 0xC0A8);
    CHECK(one.set(3, 0x10000) == EINVAL);
    CHECK(one.set(3, -1) == EINVAL);
    CHECK(one.set(3, suites.data(), 7) == EINVAL);
    const std::array<int, 65> many{1};
    CHECK(one.set(3, many.data(), sizeof many) == EINVAL);
    CHECK(one.set(3, nullptr, 0) == 0);
  }
}

TEST_CASE("ALPN: an array of pointers, whose names are copied and whose pointers come back") {
  secure_sockets sockets;
  const family one{sockets.zephyr, false};
  std::array<char, 8> first{"h2"};
  const std::array<const char*, 2> names{first.data(), "http/1.1"};
  CHECK(one.set(TLS_ALPN_LIST, names.data(), sizeof names) == 0);
  const auto kept = sockets.daemon.secure_option(one.fd, v1::SECURE_OPTION_ALPN);
  REQUIRE(kept.texts().value_size() == 2);
  CHECK(kept.texts().value(0) == "h2");
  CHECK(kept.texts().value(1) == "http/1.1");
  std::array<const char*, 3> back{};
  std::uint32_t length = sizeof back;
  CHECK(one.get(TLS_ALPN_LIST, back.data(), length) == 0);
  CHECK(length == sizeof names);
  CHECK(back[0] == first.data());
  length = 3;
  CHECK(one.get(TLS_ALPN_LIST, back.data(), length) == EINVAL);
  const std::array<const char*, 2> hole{"h2", nullptr};
  CHECK(one.set(TLS_ALPN_LIST, hole.data(), sizeof hole) == EINVAL);
  const std::array<const char*, 1> empty{""};
  CHECK(one.set(TLS_ALPN_LIST, empty.data(), sizeof empty) == EINVAL);
  const std::string endless(256, 'p');
  const std::array<const char*, 1> large{endless.c_str()};
  CHECK(one.set(TLS_ALPN_LIST, large.data(), sizeof large) == EINVAL);
  CHECK(one.set(TLS_ALPN_LIST, names.data(), sizeof names - 1) == EINVAL);
  std::array<const char*, 17> many{};
  many.fill("x");
  CHECK(one.set(TLS_ALPN_LIST, many.data(), sizeof many) == EINVAL);
  CHECK(one.set(TLS_ALPN_LIST, nullptr, 0) == 0);
  length = sizeof back;
  CHECK(one.get(TLS_ALPN_LIST, back.data(), length) == 0);
  CHECK(length == 0);
}

TEST_CASE("connection ids are bytes") {
  secure_sockets sockets;
  const family one{sockets.zephyr_dtls, false};
  const std::string id("\x01\x00\x02", 3);
  CHECK(one.set(TLS_DTLS_CID_VALUE, id.data(), id.size()) == 0);
  CHECK(sockets.daemon.secure_option(one.fd, v1::SECURE_OPTION_CONNECTION_ID_OWN).bytes() == id);
  std::array<char, 33> back{};
  std::uint32_t length = sizeof back;
  CHECK(one.get(TLS_DTLS_CID_VALUE, back.data(), length) == 0);
  CHECK(std::string(back.data(), length) == id);
  length = 2;
  CHECK(one.get(TLS_DTLS_CID_VALUE, back.data(), length) == EINVAL);
  CHECK(one.set(TLS_DTLS_CID_VALUE, back.data(), 33) == EINVAL);
  CHECK(one.set(TLS_DTLS_CID_VALUE, nullptr, 1) == EINVAL);
  CHECK(one.set(TLS_DTLS_PEER_CID_VALUE, id.data(), id.size()) == ENOPROTOOPT);
  length = sizeof back;
  CHECK(one.get(TLS_DTLS_PEER_CID_VALUE, back.data(), length) == 0);
  CHECK(length == 0);
}

TEST_CASE("commands take any value or none") {
  for (const bool is_nordic : {true, false}) {
    CAPTURE(is_nordic);
    secure_sockets sockets;
    const family one{is_nordic ? sockets.nordic_dtls : sockets.zephyr_dtls, is_nordic};
    const int save = is_nordic ? NRF_SO_SEC_DTLS_CONN_SAVE : TLS_DTLS_CONN_SAVE;
    const int load = is_nordic ? NRF_SO_SEC_DTLS_CONN_LOAD : TLS_DTLS_CONN_LOAD;
    for (const int option : {13, save, load}) {
      CHECK(one.set(option, nullptr, 0) == 0);
      CHECK(one.set(option, 1) == 0);
      CHECK(one.set(option, "x", 1) == 0);
      CHECK(one.get(option) == -ENOPROTOOPT);
    }
    CHECK(family{is_nordic ? sockets.nordic : sockets.zephyr, is_nordic}.set(save, 1) ==
          ENOPROTOOPT);
    sockets.daemon.answer(v1::Request::kSetSecureOption, [](const v1::Request&) {
      v1::Reply reply;
      reply.mutable_error()->set_code(v1::ERROR_CODE_LIMIT_REACHED);
      return reply;
    });
    CHECK(one.set(save, 1) == ENOMEM);
  }
}

TEST_CASE("what is for the handshake is refused during it and after it") {
  secure_sockets sockets;
  sockets.daemon.plan_connect({connect_plan::outcome::hold, {}});
  const family one{sockets.zephyr, false};
  REQUIRE(zsock_fcntl(one.fd, F_SETFL, O_NONBLOCK) == 0);
  REQUIRE(errno_of_call(zephyr_connect(one.fd)) == EINPROGRESS);
  CHECK(one.set(TLS_PEER_VERIFY, 0) == EALREADY);
  sockets.daemon.finish_connect(one.fd);
  CHECK(one.set(TLS_PEER_VERIFY, 0) == EISCONN);
  CHECK(one.set(TLS_SESSION_CACHE_PURGE, 1) == 0);
}

TEST_CASE("cellsock's own words for a secure socket") {
  secure_sockets sockets;
  const int fd = sockets.zephyr;
  const auto kept = [&](v1::SecureOption option) {
    return sockets.daemon.secure_option(fd, option);
  };
  CHECK(cellsock_secure_set_rsa_bits_min(fd, 3072) == 0);
  CHECK(kept(v1::SECURE_OPTION_RSA_BITS_MIN).number() == 3072);
  CHECK(cellsock_secure_set_sha1_allowed(fd, 17) == 0);
  CHECK(kept(v1::SECURE_OPTION_SHA1_ALLOWED).number() == 1);
  CHECK(cellsock_secure_set_fragment_max(fd, 1024) == 0);
  CHECK(kept(v1::SECURE_OPTION_FRAGMENT_BYTES_MAX).number() == 1024);
  CHECK(cellsock_secure_set_credential(fd, CELLSOCK_CREDENTIAL_PSK, "key", 3) == 0);
  CHECK(kept(v1::SECURE_OPTION_CREDENTIAL).credential().type() == v1::CREDENTIAL_TYPE_PSK);
  CHECK(kept(v1::SECURE_OPTION_CREDENTIAL).credential().content() == "key");
  CHECK(errno_of_call(cellsock_secure_set_credential(fd, CELLSOCK_CREDENTIAL_PSK, nullptr, 3)) ==
        EFAULT);
  CHECK(errno_of_call(cellsock_secure_set_credential(fd, CELLSOCK_CREDENTIAL_PSK, "", 0)) ==
        EINVAL);
  CHECK(errno_of_call(cellsock_secure_set_credential(fd, cellsock_credential(6), "x", 1)) ==
        EINVAL);
  const std::string large(70000, 'x');
  CHECK(errno_of_call(cellsock_secure_set_credential(fd, CELLSOCK_CREDENTIAL_PSK, large.data(),
                                                     large.size())) == EMSGSIZE);
  sockets.daemon.set_secure_option(fd, v1::SECURE_OPTION_PROTOCOL_USED,
                                   number(v1::SECURE_PROTOCOL_TLS_1_2));
  CHECK(std::string(cellsock_secure_protocol(fd)) == "TLS 1.2");
  v1::SecureValue value;
  value.set_text("h2");
  sockets.daemon.set_secure_option(fd, v1::SECURE_OPTION_ALPN_USED, value);
  std::array<char, 4> room{};
  std::size_t length = room.size();
  CHECK(cellsock_secure_alpn(fd, room.data(), &length) == 0);
  CHECK(std::string(room.data(), length) == "h2");
  value.set_bytes("0123456789");
  sockets.daemon.set_secure_option(fd, v1::SECURE_OPTION_PEER_CERTIFICATE, value);
  length = room.size();
  CHECK(errno_of_call(cellsock_secure_peer_certificate(fd, room.data(), &length)) == ENOBUFS);
  CHECK(length == 10);
  const auto plain = stream_socket();
  CHECK(errno_of_call(cellsock_secure_set_rsa_bits_min(plain, 3072)) == ENOPROTOOPT);
  CHECK(cellsock_secure_protocol(plain) == nullptr);
  CHECK(errno == ENOPROTOOPT);
}

}  // namespace
}  // namespace cellsock::testing
