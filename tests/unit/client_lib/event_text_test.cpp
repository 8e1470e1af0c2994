// SPDX-License-Identifier: Apache-2.0
#include "client_lib/cli/event_text.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace cellsock::cli {
namespace {

v1::WatchEvent event(const char* name,
                     std::initializer_list<std::pair<const char*, const char*>> fields) {
  v1::WatchEvent made;
  made.set_unix_ms(1700000000007);
  made.set_event(name);
  made.set_level("info");
  for (const auto& [key, value] : fields) {
    made.add_fields()->set_key(key);
    made.mutable_fields()->rbegin()->set_value(value);
  }
  return made;
}

/// Without the time, which is the machine's own.
std::string after_time(const std::string& line) {
  CHECK(line.substr(19, 5) == ".007 ");
  return line.substr(24);
}

TEST_CASE(
    "an event for people: values of one word bare, others quoted, nothing steers a terminal") {
  CHECK(after_time(event_text(
            event("link-state", {{"state", "ready"}, {"detail", "a \"b\""}, {"advice", ""}}))) ==
        "info link-state state=ready detail=\"a \\\"b\\\"\" advice=\"\"\n");
  CHECK(after_time(event_text(event("x\x1b", {{"k", "\x1b[2J"}}))) == "info x? k=?[2J\n");
}

TEST_CASE("a trace line for people: direction, socket, text, payload") {
  CHECK(after_time(trace_text(
            event("at", {{"dir", ">"}, {"socket", "3"}, {"text", "AT#XSEND=<2 bytes>"}}))) ==
        "> 3 AT#XSEND=<2 bytes>\n");
  CHECK(
      after_time(trace_text(event(
          "at", {{"dir", "<"}, {"socket", "-"}, {"text", "<2 bytes>"}, {"payload", "\\x00a"}}))) ==
      "< - <2 bytes>  \\x00a\n");
  CHECK(after_time(trace_text(event("watch-started", {{"trace", "yes"}}))) ==
        "info watch-started trace=yes\n");
}

TEST_CASE("what was missed is said before the event that came after") {
  auto late = event("stopped", {});
  late.set_missed(12);
  CHECK(event_text(late).starts_with("(12 events missed: read faster)\n20"));
  CHECK(nlohmann::json::parse(event_json(late))["missed"] == 12);
}

TEST_CASE("an event as JSON is one line with every field, whatever bytes it holds") {
  const auto line = event_json(event("at", {{"text", "a\nb\xff"}}));
  CHECK(line.find('\n') == line.size() - 1);
  const auto json = nlohmann::json::parse(line);
  CHECK(json["unix_ms"] == 1700000000007);
  CHECK(json["event"] == "at");
  CHECK(json["level"] == "info");
  CHECK(json["missed"] == 0);
  CHECK(json["fields"]["text"].get<std::string>().starts_with("a\nb"));
  CHECK(nlohmann::json::parse(event_json(event("stopped", {})))["fields"].is_object());
}

}  // namespace
}  // namespace cellsock::cli
