// SPDX-License-Identifier: Apache-2.0
#include "client_lib/errno_table.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace cellsock::client {
namespace {

/// The errno of every wire error, once more and by hand: the table is a promise to programs.
#define ROW(code, error)                                    \
  TEST_CASE("errno row: ERROR_CODE_" #code " is " #error) { \
    CHECK(errno_of(v1::ERROR_CODE_##code) == error);        \
    CHECK_FALSE(name_of(v1::ERROR_CODE_##code).empty());    \
    CHECK(meaning_of(v1::ERROR_CODE_##code).back() == '.'); \
  }
ROW(LINK_DOWN, ENETDOWN)
ROW(PDN_DOWN, ENETDOWN)
ROW(NOT_REGISTERED, ENETUNREACH)
ROW(REGISTRATION_DENIED, ENETUNREACH)
ROW(NO_SIM, ENETDOWN)
ROW(PORT_BUSY, ENETDOWN)
ROW(PORT_MISSING, ENETDOWN)
ROW(PORT_FAILED, ENETDOWN)
ROW(NO_ANSWER, ENETDOWN)
ROW(WRONG_MODEM, ENETDOWN)
ROW(UNSUPPORTED_DIALECT, ENETDOWN)
ROW(CONNECTION_REFUSED, ECONNREFUSED)
ROW(CONNECTION_RESET, ECONNRESET)
ROW(TIMED_OUT, ETIMEDOUT)
ROW(CHUNK_LOST, ETIMEDOUT)
ROW(STREAM_DAMAGED, EIO)
ROW(ADDRESS_IN_USE, EADDRINUSE)
ROW(ADDRESS_NOT_AVAILABLE, EADDRNOTAVAIL)
ROW(NETWORK_UNREACHABLE, ENETUNREACH)
ROW(HOST_UNREACHABLE, EHOSTUNREACH)
ROW(NOT_CONNECTED, ENOTCONN)
ROW(ALREADY_CONNECTED, EISCONN)
ROW(CONNECT_IN_PROGRESS, EINPROGRESS)
ROW(CONNECT_PENDING, EALREADY)
ROW(DESTINATION_REQUIRED, EDESTADDRREQ)
ROW(MESSAGE_TOO_BIG, EMSGSIZE)
ROW(WOULD_BLOCK, EAGAIN)
ROW(BAD_SOCKET, EBADF)
ROW(NOT_GRANTED, EBADF)
ROW(INVALID_ARGUMENT, EINVAL)
ROW(UNSUPPORTED_FAMILY, EAFNOSUPPORT)
ROW(UNSUPPORTED_TYPE, EPROTOTYPE)
ROW(UNSUPPORTED_PROTOCOL, EPROTONOSUPPORT)
ROW(UNSUPPORTED_OPERATION, EOPNOTSUPP)
ROW(UNKNOWN_OPTION, ENOPROTOOPT)
ROW(NAME_NOT_FOUND, ENOENT)
ROW(NAME_FAILED, EIO)
ROW(NAME_TRY_AGAIN, EAGAIN)
ROW(NO_HANDLE, ENOBUFS)
ROW(LIMIT_REACHED, ENOBUFS)
ROW(COMMAND_REFUSED, EPERM)
ROW(MODEM_ERROR, EIO)
ROW(VERSION_MISMATCH, EPROTO)
ROW(MALFORMED, EPROTO)
ROW(STOPPING, ENETDOWN)
ROW(INTERNAL, EIO)
#undef ROW

TEST_CASE("no error is 0, and a code of a newer daemon is EIO") {
  CHECK(errno_of(v1::ERROR_CODE_UNSPECIFIED) == 0);
  CHECK(name_of(v1::ERROR_CODE_UNSPECIFIED) == "none");
  CHECK(errno_of(static_cast<v1::ErrorCode>(9999)) == EIO);
}

struct documented {
  std::string name;
  std::string error;
};

std::map<std::string, documented> documented_rows() {
  std::ifstream file(CELLSOCK_SOURCE_DIR "/docs/errors.md");
  REQUIRE(file);
  std::map<std::string, documented> rows;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string bar, code, name, error;
    words >> bar >> code >> bar >> name >> bar >> error >> bar;
    if (code.starts_with("ERROR_CODE_") && bar == "|" && error.starts_with("E"))
      rows[code] = {name, error};
  }
  return rows;
}

TEST_CASE("docs/errors.md is the table") {
  auto documents = documented_rows();
  for (const auto& row : error_rows()) {
    const auto code = v1::ErrorCode_Name(row.code);
    CAPTURE(code);
    REQUIRE(documents.contains(code));
    CHECK(documents[code].name == row.name);
    CHECK(documents[code].error == ::strerrorname_np(row.error));
  }
  CHECK(documents.size() == error_rows().size());
}

}  // namespace
}  // namespace cellsock::client
