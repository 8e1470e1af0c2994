// SPDX-License-Identifier: Apache-2.0
#include "actors/config.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>

#include "actors/device.hpp"
#include "stack/limits.hpp"

namespace cellsock::config {
namespace {

constexpr std::size_t file_bytes_max = 65536;  // a hundred times what anybody has to say

constexpr std::string_view modem_table = "modem";

constexpr std::string_view pdn_table = "modem.pdn";

std::string joined(std::string_view words) {
  std::string text;
  for (const char c : words) text += c == ' ' ? ", " : std::string(1, c);
  return text;
}

std::string_view kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "an array";
    case toml::node_type::string: return "text";
    case toml::node_type::integer: return "an integer";
    case toml::node_type::floating_point: return "a fraction";
    case toml::node_type::boolean: return "a boolean";
    default: return "a date or time";
  }
}

/// A message is one line, whatever of the file's own words stand in it.
std::string one_line(std::string_view text) {
  std::string shown(text);
  std::replace_if(
      shown.begin(), shown.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return shown;
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t shown_max = 64;
  return '"' + one_line(text.substr(0, shown_max)) + (text.size() > shown_max ? "…\"" : "\"");
}

place place_of(const toml::source_region& region) {
  return {region.begin.line, region.begin.column};
}

/// The value, or what it is instead of what it should be.
struct reading {
  std::optional<value> good;
  std::string instead = {};
};

std::optional<std::int64_t> octal(std::string_view digits) {
  std::int64_t number = 0;
  for (const char c : digits) {
    if (c < '0' || c > '7' || number > 0777) return std::nullopt;
    number = number * 8 + (c - '0');
  }
  return digits.size() < 3 ? std::nullopt : std::optional(number);
}

/// TS 23.003 §9.1: labels of letters, digits and hyphens.
bool apn_characters(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  });
}

reading read_text(const key_row& key, const std::string& text) {
  const bool control = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (control) return {std::nullopt, "text with control characters"};
  const auto size = static_cast<std::int64_t>(text.size());
  if (key.kind == type::word && !text.empty() && !is_link_name(text))
    return {std::nullopt, in_quotes(text)};
  const bool measured = key.kind == type::text || key.kind == type::quoted || key.kind == type::apn;
  if (measured && (size < key.min || size > key.max))
    return {std::nullopt, std::to_string(size) + " characters"};
  if (key.kind == type::apn && !apn_characters(text)) return {std::nullopt, in_quotes(text)};
  if (key.kind == type::quoted && text.find('"') != std::string::npos)
    return {std::nullopt, "text with a quote"};
  if (key.kind == type::choice &&
      (text.empty() ||
       (' ' + std::string(key.choices) + ' ').find(' ' + text + ' ') == std::string::npos))
    return {std::nullopt, in_quotes(text)};
  if (key.kind != type::mode) return {value{.text = text}};
  const auto number = octal(text);
  if (!number || *number > key.max) return {std::nullopt, in_quotes(text)};
  return {value{.number = *number}};
}

reading read_value(const key_row& key, const toml::node& node) {
  const reading wrong_type{std::nullopt, std::string(kind_of(node))};
  switch (key.kind) {
    case type::text:
    case type::quoted:
    case type::apn:
    case type::word:
    case type::choice:
    case type::mode: {
      const auto* text = node.as_string();
      return text != nullptr ? read_text(key, text->get()) : wrong_type;
    }
    case type::boolean: {
      const auto* flag = node.as_boolean();
      return flag != nullptr ? reading{value{.flag = flag->get()}} : wrong_type;
    }
    case type::integer: {
      const auto* number = node.as_integer();
      if (number == nullptr) return wrong_type;
      if (number->get() < key.min || number->get() > key.max)
        return {std::nullopt, std::to_string(number->get())};
      return {value{.number = number->get()}};
    }
  }
  return wrong_type;
}

/// `path, group, mode` for a table, `[socket], [modem], …` for the file.
std::string known_in(std::string_view table) {
  std::string text;
  std::string_view last;
  for (const auto& row : keys()) {
    const auto dot = table.empty() ? row.name.find('.') : row.name.rfind('.');
    const auto in = row.name.substr(0, dot);
    const auto word = table.empty() ? in : row.name.substr(dot + 1);
    if ((!table.empty() && in != table) || word == last) continue;
    if (!text.empty()) text += ", ";
    text += table.empty() ? '[' + std::string(word) + ']' : std::string(word);
    last = word;
  }
  if (table == modem_table) text += ", [[modem.pdn]]";
  return text;
}

class reader {
public:
  explicit reader(parsed& to) : to_(to) {}

  void file(const toml::table& all) {
    for (const auto& [key, node] : all) {
      const std::string name(key.str());
      const auto* section = node.as_table();
      if (known_in(name).empty())
        complain(key.source(), "there is no " + (section != nullptr ? "table " : std::string()) +
                                   in_quotes(name) + "; the tables are " + known_in(""));
      else if (name == modem_table)
        modems(key.source(), node);
      else if (section == nullptr)
        complain(key.source(), in_quotes(name) + " is a table: write [" + name +
                                   "] and its keys (" + known_in(name) + ") below it");
      else
        table(name, *section, name);
    }
    std::stable_sort(
        to_.problems.begin(), to_.problems.end(), [](const problem& a, const problem& b) {
          return std::pair(a.where.line, a.where.column) < std::pair(b.where.line, b.where.column);
        });
  }

private:
  /// One [modem], or any number of [[modem]].
  void modems(const toml::source_region& where, const toml::node& node) {
    const auto add = [this](const toml::table& one) {
      to_.values.modems.emplace_back();
      table(std::string(modem_table), one, modem_key(to_.values.modems.size() - 1, ""));
    };
    if (const auto* one = node.as_table()) return add(*one);
    const auto* several = node.as_array();
    if (several == nullptr || several->empty() || !several->is_homogeneous<toml::table>())
      return complain(where,
                      "\"modem\" is a table: write [modem], or [[modem]] for each of several, "
                      "and its keys (" +
                          known_in(modem_table) + ") below it");
    if (several->size() > limits::modems_max)
      return complain(where, "there are " + std::to_string(several->size()) + " modems; at most " +
                                 std::to_string(limits::modems_max) + " can be used");
    for (const auto& one : *several) add(*one.as_table());
  }

  /// [[modem.pdn]], any number of times below its modem.
  void pdns(const toml::source_region& where, const toml::node& node) {
    const auto modem = to_.values.modems.size() - 1;
    auto& all = to_.values.modems.back().pdns;
    const auto* several = node.as_array();
    if (several == nullptr || several->empty() || !several->is_homogeneous<toml::table>())
      return complain(where,
                      "\"modem.pdn\" is a list of tables: write [[modem.pdn]] and its keys (" +
                          known_in(pdn_table) + ") below it");
    if (several->size() > limits::pdns_max)
      return complain(where, "there are " + std::to_string(several->size()) +
                                 " packet networks beside the first; a modem has room for " +
                                 std::to_string(limits::pdns_max));
    for (const auto& one : *several) {
      all.emplace_back();
      table(std::string(pdn_table), *one.as_table(), pdn_key(modem, all.size() - 1, ""));
      if (all.back().id == 0)
        complain(one.source(), "modem.pdn.id is missing: what programs call it, 1 to 10");
    }
  }

  /// `shown`: the table as `places` calls it.
  void table(const std::string& section, const toml::table& all, const std::string& shown) {
    for (const auto& [key, node] : all) {
      const auto name = section + '.' + std::string(key.str());
      if (name == pdn_table) {
        pdns(key.source(), node);
        continue;
      }
      const auto known = keys();
      const auto row = std::find_if(known.begin(), known.end(),
                                    [&name](const key_row& r) { return r.name == name; });
      if (row == known.end()) {
        complain(key.source(), "there is no key " + in_quotes(key.str()) + " in [" + section +
                                   "]; it has " + known_in(section));
        continue;
      }
      const auto got = read_value(*row, node);
      if (!got.good) {
        complain(node.source(), name + " must be " + wanted(*row) + ", not " + got.instead);
        continue;
      }
      row->store(to_.values, *got.good);
      to_.places[shown + (shown.ends_with('.') ? "" : ".") + std::string(key.str())] =
          place_of(node.source());
    }
  }
  void complain(const toml::source_region& where, std::string what) {
    to_.problems.push_back({place_of(where), std::move(what)});
  }

  parsed& to_;
};

}  // namespace

std::string wanted(const key_row& key) {
  const auto range = std::to_string(key.min) + " to " + std::to_string(key.max);
  switch (key.kind) {
    case type::text: return "text, " + range + " characters";
    case type::quoted: return "text without quotes, " + range + " characters";
    case type::apn: return "letters, digits, '.', '-' and '_', " + range + " characters";
    case type::word:
      return "a name, at most " + std::to_string(key.max) + " letters, digits, - and _";
    case type::choice: return "one of " + joined(key.choices);
    case type::boolean: return "true or false";
    case type::integer: return "an integer, " + range;
    case type::mode: return "text of three or four octal digits, \"0000\" to \"0777\"";
  }
  return {};
}

std::string modem_key(std::size_t index, std::string_view key) {
  const auto place = index == 0 ? std::string() : '[' + std::to_string(index) + ']';
  return std::string(modem_table) + place + '.' + std::string(key);
}

std::string pdn_key(std::size_t modem, std::size_t index, std::string_view key) {
  const auto place = index == 0 ? std::string() : '[' + std::to_string(index) + ']';
  return modem_key(modem, "pdn") + place + '.' + std::string(key);
}

parsed parse(std::string_view text) {
  parsed to;
  try {
    reader(to).file(toml::parse(text));
  } catch (const toml::parse_error& error) {  // the library's own way out; it stops here
    to.problems.push_back({place_of(error.source()), one_line(error.description())});
  }
  return to;
}

result<std::string> read(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(file_bytes_max + 1, '\0');
  if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad())
    return fail(errc::invalid_argument,
                std::string("cannot be read: ") + std::strerror(errno != 0 ? errno : EIO));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > file_bytes_max)
    return fail(errc::invalid_argument,
                "is longer than " + std::to_string(file_bytes_max) + " bytes");
  return text;
}

}  // namespace cellsock::config
