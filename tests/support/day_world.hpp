// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <list>
#include <map>

#include "tests/support/power_day.hpp"
#include "tests/support/radio_world.hpp"

namespace cellsock::test {

enum class day_mode : std::uint8_t { off, by_programs, automatic };

struct day_outcome {
  double tail_s = 0;  // connected after the last packet, by the emulator's trace
  double connected_s = 0;
  unsigned asked = 0;  // requests and names
  unsigned lost = 0;   // never answered
  unsigned late = 0;   // replies that had to call the modem back
};

/// The programs of tests/bench/power/day.csv over the whole daemon, in the modem's time.
class day_world : public radio_world {
public:
  day_world(const modem_kind& k, day_mode how, bool heeds)
      : radio_world(k, how == day_mode::automatic, heeds), how_(how) {
    network.serve(server_, emulator::memory_network::behaviour::scripted);
    senders_.emplace("report", sender{bound(first, 4001, collector_), collector_, 4001});
    senders_.emplace("keepalive", sender{bound(second, 4002, keeper_), keeper_, 4002});
    pass(60s);
    seen_ = 0;
    (void)changes();
  }

  day_outcome run(const std::vector<day_deed>& day, std::chrono::seconds until) {
    const auto start = now();
    const auto before = sums();
    for (const auto& deed : day)
      if (deed.at < until) at(start + deed.at, [this, deed] { begin(deed); });
    const auto end = start + until + 60s;
    while (now() < end) {
      auto next = todo_.empty() ? end : std::min(end, todo_.begin()->first);
      if (busy()) next = std::min(next, now() + 20ms);
      if (next > now()) pass(next - now());
      while (!todo_.empty() && todo_.begin()->first <= now()) {
        auto run = std::move(todo_.begin()->second);
        todo_.erase(todo_.begin());
        run();
      }
      look();
    }
    const auto after = sums();
    outcome_.tail_s = after.tail_s - before.tail_s;
    outcome_.connected_s = after.connected_s - before.connected_s;
    outcome_.late = called_back(after.setups - before.setups);
    outcome_.lost += static_cast<unsigned>(waiting_.size() + lookups_.size() + uploads_.size());
    return outcome_;
  }

private:
  using clock_time = time_point;
  struct sender {
    made_socket socket;
    endpoint peer;
    std::uint16_t port = 0;
    std::chrono::milliseconds reply_after{0};
    std::size_t reply_bytes = 0;
  };
  struct awaited {
    std::string program;
    clock_time until;
  };
  /// One upload: connects, writes, reads its reply, closes.
  struct upload {
    day_deed deed;
    std::unique_ptr<control_client> client;
    std::optional<made_socket> socket;
    std::size_t written = 0;
    std::size_t nth = 0;
    bool connected = false;
    bool replied = false;
    std::size_t read = 0;
    clock_time until;
  };

  void at(clock_time when, std::function<void()> run) { todo_.emplace(when, std::move(run)); }
  [[nodiscard]] bool busy() const {
    return !waiting_.empty() || !lookups_.empty() || !uploads_.empty();
  }
  void begin(const day_deed& deed) {
    ++outcome_.asked;
    if (deed.what == "datagram") {
      auto& from = senders_.at(deed.program);
      from.reply_after = deed.reply_after;
      from.reply_bytes = deed.reply_bytes;
      constexpr int one_response = 3;
      if (how_ == day_mode::by_programs) (void)hint(first_of(deed), from.socket, one_response);
      write(from.socket, std::string(deed.bytes, 'd'));
      waiting_.push_back({deed.program, now() + 30s});
    } else if (deed.what == "lookup") {
      v1::Request request;
      request.mutable_resolve()->set_host("host" + std::to_string(outcome_.asked) + ".example");
      lookups_.push_back(std::make_unique<control_client>(connect_control()));
      lookups_.back()->send(std::move(request));
    } else {
      auto& made = uploads_.emplace_back();
      made.deed = deed;
      made.client = std::make_unique<control_client>(connect_control());
      made.socket.emplace(open(*made.client));
      made.nth = connections_++;
      made.until = now() + 120s;
      v1::Request request;
      auto& call = *request.mutable_connect();
      call.set_cookie(made.socket->cookie);
      call.mutable_peer()->set_address(server_.address.bytes.data(), 4);
      call.mutable_peer()->set_port(server_.port);
      made.client->send(std::move(request));
    }
  }
  control_client& first_of(const day_deed& deed) {
    return deed.program == "report" ? first : second;
  }
  void look() {
    for (; sent_ < network.sent_datagrams().size(); ++sent_) {
      const auto& out = network.sent_datagrams()[sent_];
      for (auto& [program, from] : senders_)
        if (from.port == out.local_port)
          at(now() + from.reply_after, [this, &from = from] {
            const std::string text(from.reply_bytes, 'r');
            (void)network.push_datagram(from.peer, from.port, std::as_bytes(std::span(text)));
            modem->network_changed(now());
          });
    }
    std::erase_if(waiting_, [this](const awaited& one) {
      if (!get(senders_.at(one.program).socket).empty()) return true;
      if (now() < one.until) return false;
      ++outcome_.lost;
      return true;
    });
    std::erase_if(lookups_, [](const auto& client) { return client->take().has_value(); });
    for (auto& one : uploads_) step(one);
    uploads_.remove_if([this](const upload& one) {
      if (one.read < one.deed.reply_bytes && now() < one.until) return false;
      if (one.read < one.deed.reply_bytes) ++outcome_.lost;
      return true;
    });
  }
  void step(upload& one) {
    if (!one.connected) {
      one.connected = one.client->take().has_value();
      if (!one.connected) return;
      constexpr int one_response = 3;
      if (how_ == day_mode::by_programs) (void)hint(*one.client, *one.socket, one_response);
    }
    if (one.written < one.deed.bytes)
      one.written += put(*one.socket, std::string(one.deed.bytes - one.written, 'u'));
    auto* peer = network.peer(server_, one.nth);
    if (peer != nullptr && !one.replied && peer->received().size() >= one.deed.bytes) {
      one.replied = true;
      at(now() + one.deed.reply_after, [this, nth = one.nth, bytes = one.deed.reply_bytes] {
        network.peer(server_, nth)->push(std::string(bytes, 'r'));
        modem->network_changed(now());
      });
    }
    one.read += get(*one.socket).size();
  }

  struct radio_sums {
    double tail_s = 0;
    double connected_s = 0;
    unsigned setups = 0;
  };
  static double number_after(const std::string& text, const std::string& key) {
    const auto found = text.find(key);
    REQUIRE_MESSAGE(found != std::string::npos, text);
    return std::stod(text.substr(text.find_first_of("0123456789.", found + key.size())));
  }
  radio_sums sums() {
    const auto text = modem->control("radio", now()).text;
    return {number_after(text, "tail_s"), number_after(text, "connected_s"),
            static_cast<unsigned>(number_after(text, "setups"))};
  }
  static unsigned count_of(const std::string& what, const std::string& in) {
    unsigned count = 0;
    for (std::size_t from = 0; (from = in.find(what, from)) != std::string::npos; ++from) ++count;
    return count;
  }
  /// Replies that woke the radio, of `setups` connections in all.
  unsigned called_back(unsigned setups) {
    const auto all = changes();
    REQUIRE(count_of("connected ", all) == setups);  // or the trace is not whole
    return count_of("connected downlink", all);
  }

  day_mode how_;
  const endpoint collector_ = *parse_endpoint("192.0.2.10:5000");
  const endpoint keeper_ = *parse_endpoint("192.0.2.20:6000");
  const endpoint server_ = *parse_endpoint("192.0.2.30:80");
  std::map<std::string, sender> senders_;
  std::multimap<clock_time, std::function<void()>> todo_;
  std::vector<awaited> waiting_;
  std::vector<std::unique_ptr<control_client>> lookups_;
  std::list<upload> uploads_;
  std::size_t sent_ = 0;
  std::size_t connections_ = 0;
  day_outcome outcome_;
};

/// The day as it is checked in.
inline std::vector<day_deed> power_day() {
  return read_day(std::string(CELLSOCK_SOURCE_DIR) + "/tests/bench/power/day.csv");
}
inline double tail_removed(const day_outcome& some, const day_outcome& off) {
  return 1.0 - some.tail_s / off.tail_s;
}

}  // namespace cellsock::test
