// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/at/line_reader.hpp"

#include <doctest/doctest.h>

#include "modem_bridge/modem_limits.hpp"

using namespace cellsock;
using cellsock::at::line_reader;

namespace {

void feed(line_reader& reader, std::string_view text) {
  reader.feed(std::as_bytes(std::span(text)));
}

std::vector<std::string> lines(line_reader& reader) {
  std::vector<std::string> found;
  while (auto event = reader.next())
    if (auto* line = std::get_if<line_reader::line>(&*event)) found.push_back(line->text);
  return found;
}

}  // namespace

TEST_CASE("lines come without their ends, empty ones not at all") {
  line_reader reader;
  feed(reader, "\r\n#XSEND: 5\r\n\r\nOK\r\nRea");
  CHECK(lines(reader) == std::vector<std::string>{"#XSEND: 5", "OK"});
  feed(reader, "dy\r\n");
  CHECK(lines(reader) == std::vector<std::string>{"Ready"});
}

TEST_CASE("an overlong line is dropped up to its end, and counted") {
  line_reader reader;
  const std::string noise(modem_limits::line_bytes_max + 1, 'x');
  feed(reader, noise);
  CHECK(lines(reader).empty());
  CHECK(reader.lines_dropped() == 1);
  feed(reader, noise + noise);
  CHECK(lines(reader).empty());
  feed(reader, "rest\r\nOK\r\n");
  CHECK(lines(reader) == std::vector<std::string>{"OK"});
  CHECK(reader.lines_dropped() == 1);
  // In one piece with its end, it is the same.
  feed(reader, noise + "\r\nOK\r\n");
  CHECK(lines(reader) == std::vector<std::string>{"OK"});
  CHECK(reader.lines_dropped() == 2);
  // The longest line that is not too long.
  feed(reader, std::string(modem_limits::line_bytes_max, 'y') + "\n");
  CHECK(lines(reader).size() == 1);
  CHECK(reader.lines_dropped() == 2);
}

TEST_CASE("payload is counted, not read") {
  line_reader reader;
  feed(reader, "\r\n#XRECV: 10\r\n\r\nOK\r\nERRO\r\nOK\r\nOK\r\n");
  auto header = reader.next();
  REQUIRE(header);
  CHECK(std::get<line_reader::line>(*header).text == "#XRECV: 10");
  reader.count(10);
  auto whole = reader.next();
  REQUIRE(whole);
  const auto& bytes = std::get<line_reader::payload>(*whole).bytes;
  CHECK(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()) == "\r\nOK\r\nERRO");
  CHECK_FALSE(reader.counting());
  CHECK(lines(reader) == std::vector<std::string>{"OK"});
}

TEST_CASE("silence settles what could still be read otherwise") {
  line_reader reader;
  reader.count(20);
  feed(reader, "\r\n#XAPOLL: 0,1\r\nabcd\r\nOK\r\n");
  CHECK_FALSE(reader.next());
  CHECK(reader.wants_quiet());
  reader.settle();
  auto whole = reader.next();
  REQUIRE(whole);
  CHECK(std::get<line_reader::payload>(*whole).bytes.size() == 20);
}

TEST_CASE("notices inside a receive are handed out apart") {
  line_reader reader;
  reader.count(2);
  feed(reader, "\r\n#XAPOLL: 1,1\r\nab\r\n#XAPOLL: 2,16\r\n\r\nOK\r\n");
  auto whole = reader.next();
  REQUIRE(whole);
  const auto& payload = std::get<line_reader::payload>(*whole);
  CHECK(payload.repaired);
  CHECK(payload.notices == std::vector<std::string>{"#XAPOLL: 1,1", "#XAPOLL: 2,16"});
}

TEST_CASE("a damaged receive says so once and lines go on") {
  line_reader reader;
  reader.count(3);
  feed(reader, "ab\r\nOK\r\n");
  auto event = reader.next();
  REQUIRE(event);
  CHECK(std::holds_alternative<line_reader::damage>(*event));
  feed(reader, "OK\r\n");
  CHECK(lines(reader) == std::vector<std::string>{"OK"});
}
