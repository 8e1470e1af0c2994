// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/at/push_frame.hpp"

#include <doctest/doctest.h>

#include "modem_bridge/dialect/dialect.hpp"

using namespace cellsock;
using namespace cellsock::at;

namespace {

const auto pushes = dialect::sm1().pushes;

}  // namespace

TEST_CASE("headers of pushed data") {
  const auto plain = read_push_header(pushes, "#XRECV: 3,0,2048");
  REQUIRE(plain);
  CHECK(plain->handle == modem_handle{3});
  CHECK(plain->bytes == 2048);
  CHECK_FALSE(plain->from);
  const auto from = read_push_header(pushes, "#XRECVFROM: 0,0,1,\"192.0.2.1\",5683");
  REQUIRE(from);
  REQUIRE(from->from);
  CHECK(to_string(*from->from) == "192.0.2.1:5683");
  CHECK(read_push_header(pushes, "#XRECVFROM: 0,0,1,\"nonsense\",5683"));
  for (const auto* wrong :
       {"#XRECV: 3", "#XRECV: 3,0", "#XRECV: 3,0,0", "#XRECV: 3,0,2049", "#XRECV: 3,1,4",
        "#XRECV: -1,0,4", "#XRECV: 3,0,x", "#XRECVCFG: 3,0,4", "XRECV: 3,0,4"})
    CHECK_FALSE(read_push_header(pushes, wrong));
  CHECK_FALSE(read_push_header({}, "#XRECV: 3,0,4"));
}

TEST_CASE("what follows the bytes tells a push from a reply") {
  using verdict = push_parse::verdict;
  struct row {
    std::string_view window;
    bool may_be_reply;
    verdict outcome;
    std::size_t consumed;
  };
  const row rows[] = {
      {"", false, verdict::need_more, 0},
      {"abc", false, verdict::need_more, 0},
      {"abc\r", false, verdict::need_more, 0},
      {"abc\r\n", false, verdict::pushed, 5},
      {"abc\r\nOK\r\n", false, verdict::pushed, 5},
      {"abcd", false, verdict::damaged, 0},
      {"abc\rx", false, verdict::damaged, 0},
      {"abc\r\n", true, verdict::need_more, 0},
      {"abc\r\nO", true, verdict::need_more, 0},
      {"abc\r\nOK\r\n", true, verdict::reply, 9},
      {"abc\r\nOX", true, verdict::pushed, 5},
      {"abc\r\n\r\nOK\r\n", true, verdict::pushed, 5},
      {"abc\r\n\r\n#XRECV: 0,0,1", true, verdict::pushed, 5},
      {"\r\n\r\n\r\n", false, verdict::damaged, 0},
  };
  for (const auto& r : rows) {
    CAPTURE(r.window);
    const auto got = parse_push(r.window, 3, r.may_be_reply);
    CHECK(got.outcome == r.outcome);
    CHECK(got.consumed == r.consumed);
  }
}
