// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stack/limits.hpp"
#include "stack/result.hpp"

/// The configuration file (docs/configuration.md): a table of keys, and a parser that says where
/// each mistake is and what would be right.
namespace cellsock {

struct modem_settings {
  std::string name = {};  // empty: modem0, modem1, … by its place
  std::string uri = {};
  std::string apn = {};                // empty: the network's default
  std::string pdn_family = "default";  // as the modem has it; ip, ipv6, ipv4v6 (3GPP TS 27.007)
  friend bool operator==(const modem_settings&, const modem_settings&) = default;
};

/// What the daemon runs with: these defaults, then the file, then the command line.
struct settings {
  std::string socket_path = "/run/cellsock/cellsock.sock";
  std::string socket_group = {};  // empty: the daemon's own
  unsigned socket_mode = 0660;
  std::vector<modem_settings> modems = {};  // the first is the default of every socket
  std::string log_level = "info";
  bool log_trace = false;
  std::size_t sockets_per_uid_max = limits::sockets_per_uid_max;
  std::size_t sockets_max = limits::sockets_max;
  friend bool operator==(const settings&, const settings&) = default;
};

namespace config {

enum class type : std::uint8_t { text, word, choice, boolean, integer, mode };

/// A value as the file has it, of the row's type.
struct value {
  std::string text = {};    // text, word, choice
  std::int64_t number = 0;  // integer, mode
  bool flag = false;        // boolean
};

struct key_row {
  std::string_view name;  // as in the file, its table in front: `socket.path`
  type kind;
  std::int64_t min;           // integer, mode: the value; text: characters
  std::int64_t max;           // as above
  std::string_view choices;   // choice: the words
  std::string_view standard;  // the default as TOML
  std::string_view meaning;
  void (*store)(settings& to, const value& from);
};
[[nodiscard]] std::span<const key_row> keys();
/// `text, 1 to 107 characters`: what a value of this key must be.
[[nodiscard]] std::string wanted(const key_row& key);

/// A place in the file, from 1; 0: the file as a whole.
struct place {
  unsigned line = 0;
  unsigned column = 0;
};
struct problem {
  place where;
  std::string what;
};
struct parsed {
  settings values = {};
  std::vector<problem> problems = {};  // in the file's order; values are of no use if there are any
  std::map<std::string, place, std::less<>> places = {};  // of the keys that stand in the file
};
/// How `places` calls a key of the modem at this place: `modem.uri`, then `modem[1].uri`.
[[nodiscard]] std::string modem_key(std::size_t index, std::string_view key);

/// Every problem, not the first alone (after a syntax error there is only that one). Pure.
[[nodiscard]] parsed parse(std::string_view text);

/// errc::invalid_argument, with a sentence, if the file cannot be read or is too large.
[[nodiscard]] result<std::string> read(const std::string& path);

}  // namespace config
}  // namespace cellsock
