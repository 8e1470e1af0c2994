// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <vector>

#include "modem_bridge/emulator/line_editor.hpp"

using cellsock::emulator::line_editor;

namespace {

std::vector<line_editor::line> lines(std::string_view typed) {
  line_editor editor;
  std::vector<line_editor::line> found;
  for (const char c : typed)
    if (auto line = editor.put(static_cast<std::byte>(c))) found.push_back(*line);
  return found;
}

std::string only(std::string_view typed) {
  const auto found = lines(typed);
  return found.size() == 1 ? found[0].text : "(" + std::to_string(found.size()) + " lines)";
}

}  // namespace

TEST_CASE("a line ends with CR LF and with nothing else") {
  CHECK(only("AT\r\n") == "AT");
  CHECK(lines("AT\r").empty());
  CHECK(lines("AT\n").empty());
  CHECK(only("A\rT\r\n") == "A\rT");
  CHECK(only("A\nT\r\n") == "A\nT");
  CHECK(only("AT\r\r\n") == "AT\r");
}

TEST_CASE("empty lines are ignored") {
  CHECK(lines("\r\n\r\n\r\n").empty());
  CHECK(only("\r\nAT\r\n") == "AT");
}

TEST_CASE("quotes keep CR LF inside") {
  CHECK(only("AT=\"a\r\nb\"\r\n") == "AT=\"a\r\nb\"");
  CHECK(lines("AT=\"a\r\n").empty());
  CHECK(only("AT=\"a\r\nAT\"\r\n") == "AT=\"a\r\nAT\"");
}

TEST_CASE("BS and DEL erase the byte before, in quotes too") {
  CHECK(only("AX\bT\r\n") == "AT");
  CHECK(only("AX\x7fT\r\n") == "AT");
  CHECK(only("AT=\"ab\b\"\r\n") == "AT=\"a\"");
  CHECK(only("\b\b\x7f"
             "AT\r\n") == "AT");
}

TEST_CASE("erasing a quote toggles back") {
  CHECK(only("AT\"\b\r\n") == "AT");
  // The closing quote erased: still inside, so the first CR LF does not end the line.
  CHECK(only("AT\"a\"\b\r\n\"\r\n") == "AT\"a\r\n\"");
}

TEST_CASE("CR before an erased byte counts as the byte before LF") {
  CHECK(only("AT\rx\b\n") == "AT");
}

TEST_CASE("deletes recover a half-typed line, even in an open quote, and execute nothing") {
  CHECK(only("AT#XSEND=\"unfinished" + std::string(256, '\x7f') + "AT\r\n") == "AT");
}

TEST_CASE("up to 4096 bytes; more is counted and reported") {
  const std::string full(4096, 'x');
  CHECK(only(full + "\r\n") == full);
  auto found = lines(full + "y\r\n");
  REQUIRE(found.size() == 1);
  CHECK(found[0].overlong);
  CHECK(found[0].text.size() == 4096);
  found = lines(full + std::string(100000, 'y') + "\r\nAT\r\n");
  REQUIRE(found.size() == 2);
  CHECK(found[0].overlong);
  CHECK_FALSE(found[1].overlong);
  CHECK(found[1].text == "AT");
  found = lines(full + "yy\b\b\r\n");
  REQUIRE(found.size() == 1);
  CHECK_FALSE(found[0].overlong);
}

TEST_CASE("NUL and bytes above 127 are stored") {
  const std::string raw("A\0T\xff", 4);
  CHECK(only(raw + "\r\n") == raw);
}
