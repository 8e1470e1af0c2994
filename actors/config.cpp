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

namespace cellsock::config {
namespace {

constexpr std::size_t file_bytes_max = 65536;  // a hundred times what anybody has to say
constexpr std::int64_t socket_path_max = 107;  // sockaddr_un, less its final zero
constexpr std::int64_t text_max = 255;

constexpr std::string_view modem_table = "modem";

constexpr std::array rows{
    key_row{"socket.path", type::text, 1, socket_path_max, "", "\"/run/cellsock/cellsock.sock\"",
            "the control socket; its directory must exist",
            [](settings& to, const value& from) { to.socket_path = from.text; }},
    key_row{"socket.group", type::text, 0, 32, "", "\"\"",
            "group of the control socket: whoever is in it may use the modem; empty: the daemon's "
            "own group",
            [](settings& to, const value& from) { to.socket_group = from.text; }},
    key_row{"socket.mode", type::mode, 0, 0777, "", "\"0660\"", "permissions of the control socket",
            [](settings& to, const value& from) {
              to.socket_mode = static_cast<unsigned>(from.number);
            }},
    key_row{"modem.uri", type::text, 1, text_max, "", "\"\"",
            "the modem's port; there is no default: a file or a command line must name it",
            [](settings& to, const value& from) { to.modems.back().uri = from.text; }},
    key_row{"modem.name", type::word, 0, 15, "", "\"\"",
            "what programs call it (SO_BINDTODEVICE); empty: modem0, modem1, … by its place",
            [](settings& to, const value& from) { to.modems.back().name = from.text; }},
    key_row{"modem.apn", type::text, 0, 100, "", "\"\"",
            "access point name; empty: the network's default",
            [](settings& to, const value& from) { to.modems.back().apn = from.text; }},
    key_row{"modem.pdn_family", type::choice, 0, 0, "default ip ipv6 ipv4v6", "\"default\"",
            "what its packet network is to carry; default: as the modem has it",
            [](settings& to, const value& from) { to.modems.back().pdn_family = from.text; }},
    key_row{"log.level", type::choice, 0, 0, "debug info warn error", "\"info\"",
            "the least important lines that are logged",
            [](settings& to, const value& from) { to.log_level = from.text; }},
    key_row{"log.trace", type::boolean, 0, 0, "", "false",
            "log the AT dialogue too, payload as lengths and secrets as ***",
            [](settings& to, const value& from) { to.log_trace = from.flag; }},
    key_row{"limits.sockets_per_uid_max", type::integer, 1, limits::sockets_configured_max, "",
            "64", "sockets of one user at once, on each modem",
            [](settings& to, const value& from) {
              to.sockets_per_uid_max = static_cast<std::size_t>(from.number);
            }},
    key_row{"limits.sockets_max", type::integer, 1, limits::sockets_configured_max, "", "1024",
            "sockets of all users at once, on each modem (which has 7 or 8 itself)",
            [](settings& to, const value& from) {
              to.sockets_max = static_cast<std::size_t>(from.number);
            }},
};

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

reading read_text(const key_row& key, const std::string& text) {
  const bool control = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (control) return {std::nullopt, "text with control characters"};
  const auto size = static_cast<std::int64_t>(text.size());
  if (key.kind == type::word && !text.empty() && !is_link_name(text))
    return {std::nullopt, in_quotes(text)};
  if (key.kind == type::text && (size < key.min || size > key.max))
    return {std::nullopt, std::to_string(size) + " characters"};
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
  for (const auto& row : rows) {
    const auto dot = row.name.find('.');
    const auto in = row.name.substr(0, dot);
    const auto word = table.empty() ? in : row.name.substr(dot + 1);
    if ((!table.empty() && in != table) || word == last) continue;
    if (!text.empty()) text += ", ";
    text += table.empty() ? '[' + std::string(word) + ']' : std::string(word);
    last = word;
  }
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

  /// `shown`: the table as `places` calls it.
  void table(const std::string& section, const toml::table& all, const std::string& shown) {
    for (const auto& [key, node] : all) {
      const auto name = section + '.' + std::string(key.str());
      const auto row = std::find_if(rows.begin(), rows.end(),
                                    [&name](const key_row& r) { return r.name == name; });
      if (row == rows.end()) {
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

std::span<const key_row> keys() {
  return rows;
}

std::string wanted(const key_row& key) {
  const auto range = std::to_string(key.min) + " to " + std::to_string(key.max);
  switch (key.kind) {
    case type::text: return "text, " + range + " characters";
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
