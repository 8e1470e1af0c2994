// SPDX-License-Identifier: Apache-2.0
// The table, its page, and the bus.
#include <doctest/doctest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "actors/event_bus.hpp"

using namespace cellsock;

namespace {

std::vector<std::string> rows_of(const std::string& page) {
  std::ifstream file(std::string(CELLSOCK_SOURCE_DIR) + page);
  std::vector<std::string> rows;
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("| `")) rows.push_back(line);
  return rows;
}

std::string quoted_words(std::string_view words) {
  std::istringstream in{std::string(words)};
  std::string text;
  for (std::string word; in >> word;) text += " `" + word + '`';
  return text;
}

events::event event(const char* name) {
  return {.name = name};
}

}  // namespace

TEST_CASE("docs/events.md is the table, row for row") {
  std::vector<std::string> wanted;
  for (const auto& row : events::table)
    wanted.push_back("| `" + std::string(row.name) + "` | " +
                     std::string(events::name_of(row.lowest)) + " |" + quoted_words(row.fields) +
                     " | " + std::string(row.meaning) + " |");
  CHECK(rows_of("/docs/events.md") == wanted);
}

TEST_CASE("event names are unique, and words for a shell and for JSON") {
  std::set<std::string_view> names;
  for (const auto& row : events::table) {
    CHECK(names.insert(row.name).second);
    CHECK(row.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos);
    CHECK(row.fields.find_first_not_of("abcdefghijklmnopqrstuvwxyz_ ") == std::string_view::npos);
  }
}

TEST_CASE("the bus: everybody hears what they asked for, and nothing is wanted afterwards") {
  std::string heard, traced;
  {
    const auto one = events::subscribe({.happenings = true},
                                       [&](const auto& e) { heard += std::string(e->name) + ' '; });
    CHECK(events::wanted().happenings);
    CHECK_FALSE(events::wanted().trace);
    {
      auto other = events::subscribe({.trace = true, .payload = true},
                                     [&](const auto& e) { traced += std::string(e->name) + ' '; });
      auto moved = std::move(other);
      CHECK(events::wanted().trace);
      CHECK(events::wanted().payload);
      events::publish(event("started"));
      events::publish(event("at"));
    }
    CHECK_FALSE(events::wanted().trace);
    CHECK_FALSE(events::wanted().payload);
    events::publish(event("at"));
    events::publish(event("stopped"));
  }
  CHECK(heard == "started stopped ");
  CHECK(traced == "at ");
  CHECK_FALSE(events::wanted().happenings);
}

TEST_CASE("who asked for the modem's notices alone hears nothing else") {
  std::string heard;
  const auto one = events::subscribe({.link = "modem0", .notifications = true},
                                     [&](const auto& e) { heard += std::string(e->name) + ' '; });
  CHECK(events::wanted().notifications);
  events::publish(event("connected"));
  events::publish(event("at"));
  auto notice = event("at-notification");
  notice.fields = {{"link", "modem0"}, {"text", "+CEREG: 1"}};
  events::publish(notice);
  notice.fields[0].second = "modem1";
  events::publish(notice);
  CHECK(heard == "at-notification ");
}
