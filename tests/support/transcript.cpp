// SPDX-License-Identifier: Apache-2.0
#include "tests/support/transcript.hpp"

#include <algorithm>
#include <deque>
#include <fstream>
#include <memory>
#include <random>
#include <sstream>
#include <stdexcept>

#include "modem_bridge/engine.hpp"

namespace cellsock::test {
namespace {

using namespace std::chrono_literals;

std::string unescape(std::string_view text) {
  std::string made;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      made += text[i];
      continue;
    }
    const char c = text[++i];
    if (c == 'r')
      made += '\r';
    else if (c == 'n')
      made += '\n';
    else if (c == 'x') {
      made += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else if (c == '{') {
      // \{7f*1280}: one byte many times
      const auto end = text.find('}', i);
      const int byte = std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16);
      const auto times = std::stoul(std::string(text.substr(i + 4, end - i - 4)));
      made.append(times, static_cast<char>(byte));
      i = end;
    } else
      made += c;
  }
  return made;
}

std::string escape(std::string_view bytes) {
  std::string made;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\r')
      made += "\\r";
    else if (c == '\n')
      made += "\\n";
    else if (c == '\\')
      made += "\\\\";
    else if (byte < 0x20 || byte >= 0x7f) {
      constexpr std::string_view digits = "0123456789abcdef";
      made += "\\x";
      made += digits[byte >> 4];
      made += digits[byte & 15];
    } else
      made += c;
  }
  return made;
}

std::string_view text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

struct in_words {
  std::string operator()(const outcome::connected& o) const { return say("connected", o.t, o.id); }
  std::string operator()(const outcome::bound& o) const {
    return say("bound", o.t, o.id) + " " + to_string(o.local);
  }
  std::string operator()(const outcome::ordered& o) const { return "ordered " + number_of(o.t); }
  std::string operator()(const outcome::closed& o) const { return say("closed", o.t, o.id); }
  std::string operator()(const outcome::resolved& o) const {
    std::string made = "resolved " + number_of(o.t);
    for (const auto& address : o.addresses) made += " " + to_string(address);
    return made;
  }
  std::string operator()(const outcome::at_done& o) const {
    std::string made = "at " + number_of(o.t) + (o.ok ? " ok " : " error ") + o.final_result;
    for (const auto& line : o.lines) made += " | " + line;
    return made;
  }
  std::string operator()(const outcome::stopped& o) const { return "stopped " + number_of(o.t); }
  std::string operator()(const outcome::failed& o) const {
    return "failed " + number_of(o.t) + " " + std::string(name(o.why.code));
  }
  std::string operator()(const outcome::want_chunk& o) const {
    return "want " + number_of(o.id) + " " + std::to_string(o.bytes_max);
  }
  std::string operator()(const outcome::chunk_sent& o) const {
    return "sent " + number_of(o.id) + " " + std::to_string(o.bytes);
  }
  std::string operator()(const outcome::datagram_dropped& o) const {
    return "dropped " + number_of(o.id) + " " + std::string(name(o.why.code));
  }
  std::string operator()(const outcome::hint_refused& o) const {
    return "hint-refused " + number_of(o.id) + " " + std::string(name(o.hint));
  }
  std::string operator()(const outcome::received& o) const {
    std::string made = "received " + number_of(o.id);
    if (o.from) made += " from " + to_string(*o.from);
    return made + " " + escape(text_of(o.bytes));
  }
  std::string operator()(const outcome::peer_closed& o) const { return "end " + number_of(o.id); }
  std::string operator()(const outcome::socket_broken& o) const {
    return "broken " + number_of(o.id) + " " + std::string(name(o.why.code));
  }
  std::string operator()(const outcome::link_changed& o) const {
    return "link " + std::string(name(o.state)) + " " + std::string(name(o.trouble.code));
  }
  std::string operator()(const outcome::radio_connected& o) const {
    return o.connected ? "radio connected" : "radio idle";
  }
  /// Seen in what sockets may do.
  std::string operator()(const outcome::network_changed&) const { return {}; }
  std::string operator()(const outcome::set_baud& o) const {
    return "baud " + std::to_string(o.baud);
  }
  std::string operator()(const outcome::listening& o) const {
    return say("listening", o.t, o.id) + " " + to_string(o.local);
  }
  std::string operator()(const outcome::accepted& o) const {
    return say("accepted", o.t, o.id) + " " + to_string(o.peer) + " at " + to_string(o.local);
  }
  std::string operator()(const outcome::option_done& o) const {
    return "option " + number_of(o.t) + " " + std::to_string(o.value);
  }
  std::string operator()(const outcome::connection_waiting& o) const {
    return "waiting " + number_of(o.id);
  }
  /// A copy of a line that stands in the transcript anyway.
  std::string operator()(const outcome::notice&) const { return {}; }
  std::string operator()(const outcome::reopen_port& o) const {
    return "reopen " + std::string(name(o.why.code));
  }

  template <class Id>
  static std::string number_of(Id id) {
    return std::to_string(number(id));
  }
  static std::string say(std::string_view what, ticket t, socket_id id) {
    return std::string(what) + " " + number_of(t) + " " + number_of(id);
  }
};

class player {
public:
  explicit player(cutting cut)
      : cut_(cut),
        random_(cut.seed),
        engine_(std::make_unique<engine>(engine_config{"modem0", 115200, ""})) {}

  void play_file(const std::string& path) {
    std::ifstream file(std::string(CELLSOCK_SOURCE_DIR) + "/tests/transcripts/" + path);
    if (!file) {
      errors_.push_back("no transcript " + path);
      return;
    }
    std::string line;
    std::string from_modem;
    for (int number = 1; std::getline(file, line) && errors_.empty(); ++number) {
      const std::string outer = where_;
      where_ = path + ":" + std::to_string(number) + ": ";
      if (line.empty() || line.front() == '#') continue;
      const std::string rest = line.size() > 2 ? line.substr(2) : "";
      step(line.front(), rest);
    }
  }

  std::vector<std::string> end() {
    collect();
    if (errors_.empty() && !output_.empty()) errors_.push_back("left over: > " + escape(output_));
    if (errors_.empty() && !outcomes_.empty())
      errors_.push_back("left over: = " + outcomes_.front());
    return errors_;
  }

private:
  void wrong(const std::string& what) { errors_.push_back(where_ + what); }

  void step(char kind, const std::string& rest) {
    switch (kind) {
      case '@': return play_file(rest);
      case '>': return expect_output(unescape(rest));
      case '<': return feed(unescape(rest));
      case '=': return expect_outcome(rest);
      case '~': return pass(std::chrono::milliseconds(std::stoi(rest)));
      case '!': return act(rest);
      default: wrong("unknown line");
    }
  }

  void collect() {
    const auto bytes = engine_->take_output();
    output_ += text_of(bytes);
    for (const auto& made : engine_->take_outcomes())
      if (!std::holds_alternative<outcome::notice>(made) &&
          !std::holds_alternative<outcome::network_changed>(made))
        outcomes_.push_back(std::visit(in_words{}, made));
  }

  void expect_output(const std::string& wanted) {
    collect();
    if (!output_.starts_with(wanted))
      return wrong("wanted > " + escape(wanted) + " got > " + escape(output_.substr(0, 60)) +
                   (outcomes_.empty() ? "" : " and = " + outcomes_.front()));
    output_.erase(0, wanted.size());
  }

  void expect_outcome(const std::string& wanted) {
    collect();
    const std::string got = outcomes_.empty() ? "nothing" : outcomes_.front();
    if (got != wanted)
      return wrong("wanted = " + wanted + " got = " + got + " out > " +
                   escape(output_.substr(0, 200)));
    outcomes_.pop_front();
  }

  void feed(const std::string& bytes) {
    collect();
    if (!output_.empty()) return wrong("not expected: > " + escape(output_.substr(0, 60)));
    std::size_t at = 0;
    while (at < bytes.size()) {
      std::size_t length = bytes.size() - at;
      if (cut_.mode == cutting::how::bytewise) length = 1;
      if (cut_.mode == cutting::how::random)
        length = std::uniform_int_distribution<std::size_t>(
            1, std::min<std::size_t>(length, 9))(random_);
      engine_->port_received(bytes_of(bytes.substr(at, length)), now_);
      collect();
      at += length;
    }
  }

  void pass(std::chrono::milliseconds time) {
    const auto until = now_ + time;
    for (int guard = 0; guard < 10000; ++guard) {
      const auto due = engine_->deadline();
      if (!due || *due > until) break;
      now_ = std::max(now_, *due);
      engine_->expire(now_);
      collect();
    }
    now_ = until;
  }

  void act(const std::string& text) {
    std::istringstream words(text);
    std::string what;
    std::uint32_t first = 0;
    words >> what;
    if (what == "opened") return engine_->port_opened(now_);
    if (what == "gone") return engine_->port_closed(fail(errc::port_failed, "gone"), now_);
    words >> first;
    const auto id = static_cast<socket_id>(first);
    const auto t = static_cast<ticket>(first);
    if (what == "network") {  // before the port is opened: a packet network beside the first
      std::string when;
      pdn_settings pdn{.context = static_cast<cid>(first), .id = static_cast<pdn_id>(first)};
      words >> when >> pdn.apn;
      pdn.policy.activate = when == "start" ? pdn_activation::at_start : pdn_activation::on_use;
      engine_ =
          std::make_unique<engine>(engine_config{.name = "modem0", .baud = 115200, .pdns = {pdn}});
    } else if (what == "pdn") {
      std::uint32_t which = 0;
      std::string how;
      words >> which >> how;
      engine_->order_pdn(t, static_cast<pdn_id>(which), how == "up", now_);
    } else if (what == "radio") {
      std::string how;
      words >> how;
      engine_->set_radio(t,
                         how == "on"    ? radio_mode::on
                         : how == "off" ? radio_mode::off
                                        : radio_mode::flight,
                         now_);
    } else if (what == "declare") {
      std::string kind;
      std::string family;
      unsigned pdn = 0;
      words >> kind >> family >> pdn;
      engine_->declare(id, family_of(family).value_or(ip_family::v4),
                       kind == "stream" ? transport::stream : transport::datagram,
                       static_cast<pdn_id>(pdn));
    } else if (what == "connect") {
      std::uint32_t socket = 0;
      std::string peer;
      long ms = 10000;
      words >> socket >> peer >> ms;
      engine_->connect(t, static_cast<socket_id>(socket), *parse_endpoint(peer),
                       std::chrono::milliseconds(ms), now_);
    } else if (what == "bind") {
      std::uint32_t socket = 0;
      std::uint16_t port = 0;
      words >> socket >> port;
      engine_->bind(t, static_cast<socket_id>(socket), port, now_);
    } else if (what == "close") {
      std::uint32_t socket = 0;
      words >> socket;
      engine_->close(t, static_cast<socket_id>(socket), now_);
    } else if (what == "offer") {
      std::size_t bytes = 0;
      words >> bytes;
      engine_->offer(id, bytes, now_);
    } else if (what == "receive") {
      std::string how;
      words >> how;
      engine_->receive(id, how == "on", now_);
    } else if (what == "chunk") {
      const auto hint = hint_in(words);
      engine_->chunk(id, bytes_of(unescape(rest_of(words))), now_, hint);
    } else if (what == "hint") {
      // hint TICKET SOCKET|- NAME
      std::string socket;
      std::string said;
      words >> socket >> said;
      std::optional<socket_id> through;
      if (socket != "-") through = static_cast<socket_id>(std::stoul(socket));
      engine_->hint(t, through, hint_named(said), now_);
    } else if (what == "datagram") {
      std::string to;
      words >> to;
      std::optional<endpoint> peer;
      if (to != "-") peer = *parse_endpoint(to);
      const auto hint = hint_in(words);
      engine_->datagram(id, peer, bytes_of(unescape(rest_of(words))), now_, hint);
    } else if (what == "listen") {
      std::uint32_t socket = 0;
      words >> socket;
      engine_->listen(t, static_cast<socket_id>(socket), now_);
    } else if (what == "accept") {
      std::uint32_t listener = 0;
      std::uint32_t child = 0;
      words >> listener >> child;
      engine_->accept(t, static_cast<socket_id>(listener), static_cast<socket_id>(child), now_);
    } else if (what == "resolve") {
      std::string host;
      std::string family;
      words >> host >> family;
      engine_->resolve(t, host, family_of(family), now_);
    } else if (what == "at") {
      engine_->run_at(t, rest_of(words), 5000ms, now_);
    } else if (what == "stop") {
      engine_->stop(t, now_);
    } else {
      wrong("unknown action " + what);
    }
  }

  static std::optional<ip_family> family_of(std::string_view word) {
    if (word.empty()) return std::nullopt;
    return word == "v6" ? ip_family::v6 : ip_family::v4;
  }

  static rai_hint hint_named(std::string_view word) {
    for (const auto& row : rai_rows)
      if (row.name == word) return row.hint;
    return rai_hint::none;
  }
  /// `hint=last` before a payload.
  static rai_hint hint_in(std::istringstream& words) {
    const auto at = words.tellg();
    std::string word;
    if (words >> word && word.starts_with("hint=")) return hint_named(word.substr(5));
    words.clear();
    words.seekg(at);
    return rai_hint::none;
  }

  static std::string rest_of(std::istringstream& words) {
    std::string rest;
    std::getline(words, rest);
    return rest.empty() ? rest : rest.substr(1);
  }

  cutting cut_;
  std::mt19937 random_;
  std::unique_ptr<engine> engine_;
  time_point now_{1000s};
  std::string where_;
  std::string output_;
  std::deque<std::string> outcomes_;
  std::vector<std::string> errors_;
};

}  // namespace

std::vector<std::string> play(const std::string& path, cutting cut) {
  player p(cut);
  p.play_file(path);
  return p.end();
}

}  // namespace cellsock::test
