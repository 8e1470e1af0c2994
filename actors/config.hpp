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

/// One packet network beside a modem's first.
struct pdn_choice {
  unsigned id = 0;       // what programs call it: pdn1
  unsigned cid = 0;      // its context in the modem; 0: the same number
  std::string apn = {};  // empty: the network's default
  std::string family = "default";
  std::string authentication = "none";
  std::string user = {};
  std::string password_file = {};
  std::string password = {};  // from that file; never shown
  std::string activate = "use";
  unsigned linger_s = 30;
  friend bool operator==(const pdn_choice&, const pdn_choice&) = default;
};

struct modem_settings {
  std::string name = {};  // empty: modem0, modem1, … by its place
  std::string uri = {};
  std::string apn = {};                // empty: the network's default
  std::string pdn_family = "default";  // as the modem has it; ipv4 (or ip), ipv6, ipv4v6
  std::string authentication = "none";
  std::string user = {};
  std::string password_file = {};
  std::string password = {};  // from that file; never shown
  std::string pin_file = {};
  std::string pin = {};  // from that file; never shown
  std::string system_mode = "default";
  std::string system_preference = "none";
  std::string psm = "default";
  unsigned psm_t3412_ext_s = 3600;
  unsigned psm_t3324_s = 10;
  std::string edrx = "default";
  unsigned edrx_s = 82;
  std::string rai = "auto";
  std::string rai_unguessed = {};  // names, spaces between
  std::vector<pdn_choice> pdns = {};
  friend bool operator==(const modem_settings&, const modem_settings&) = default;
};

/// What the daemon runs with: these defaults, then the file, then the command line.
struct settings {
  std::string socket_path = "/run/cellsock/cellsock.sock";
  std::string socket_group = {};  // empty: the daemon's own
  unsigned socket_mode = 0660;
  std::vector<modem_settings> modems = {};  // the first is the default of every socket
  std::string credentials = "/var/lib/cellsock/credentials";
  std::string log_level = "info";
  bool log_trace = false;
  std::size_t sockets_per_uid_max = limits::sockets_per_uid_max;
  std::size_t sockets_max = limits::sockets_max;
  friend bool operator==(const settings&, const settings&) = default;
};

namespace config {

enum class type : std::uint8_t {
  text,
  quoted,  // text that goes to the modem between quotes
  apn,
  word,
  choice,
  boolean,
  integer,
  mode
};

/// A value as the file has it, of the row's type.
struct value {
  std::string text = {};    // text, quoted, apn, word, choice
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
/// How `places` calls a key of the modem at this place: `modem.uri`, then `modem[1].uri`; and of a
/// packet network of it: `modem.pdn.apn`, then `modem.pdn[1].apn`.
[[nodiscard]] std::string modem_key(std::size_t index, std::string_view key);
[[nodiscard]] std::string pdn_key(std::size_t modem, std::size_t index, std::string_view key);

/// Every problem, not the first alone (after a syntax error there is only that one). Pure.
[[nodiscard]] parsed parse(std::string_view text);

/// errc::invalid_argument, with a sentence, if the file cannot be read or is too large.
[[nodiscard]] result<std::string> read(const std::string& path);

}  // namespace config
}  // namespace cellsock
