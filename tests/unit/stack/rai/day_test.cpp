// SPDX-License-Identifier: Apache-2.0
// The day of tests/bench/power on the arbiter and a model of the radio alone: what hints are worth
// before a daemon and a modem are put between.
#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <queue>

#include "stack/rai/arbiter.hpp"
#include "tests/support/power_day.hpp"
#include "tests/support/rrc_model.hpp"

using namespace cellsock;
using namespace std::chrono_literals;
using h = rai_hint;

namespace {

enum class mode : std::uint8_t { off, by_programs, automatic };

struct outcome {
  std::chrono::milliseconds tail{0};
  unsigned late = 0;  // replies that had to call the modem
  unsigned told = 0;
};

struct day_run {
  using time_point = rai_arbiter::time_point;

  day_run(mode m, bool heeds) : how(m), arbiter(m == mode::automatic) {
    radio = test::rrc_model({.heeds = heeds});
    const std::map<std::string, socket_id> kept{{"report", socket_id{1}},
                                                {"keepalive", socket_id{2}}};
    for (const auto& [program, id] : kept) {
      arbiter.opened(id, transport::datagram, true);
      arbiter.joined(id, peer_of(program));
    }
    for (const auto& d :
         test::read_day(std::string(CELLSOCK_SOURCE_DIR) + "/tests/bench/power/day.csv"))
      at(start + d.at, [this, d, kept] {
        if (d.what == "datagram") return datagram(kept.at(d.program), d);
        if (d.what == "lookup") return lookup(d);
        stream(d);
      });
  }
  outcome run() {
    const auto end = start + 24h;
    while (now < end) {
      auto next = events.empty() ? end : events.begin()->first;
      if (const auto release = radio.release_at()) next = std::min(next, *release);
      if (const auto wake = arbiter.wake(now)) next = std::min(next, std::max(*wake, now));
      now = std::min(next, end);
      if (radio.release_at() && *radio.release_at() <= now) {
        radio.release(now);
        arbiter.radio(false, now);
      }
      while (!events.empty() && events.begin()->first <= now) {
        auto run = std::move(events.begin()->second);
        events.erase(events.begin());
        run();
        look();
      }
      look();
    }
    return {radio.tail, late, told};
  }

private:
  static endpoint peer_of(const std::string& program) {
    return *parse_endpoint(program == "report" ? "192.0.2.1:5000" : "192.0.2.2:6000");
  }
  void at(time_point when, std::function<void()> run) { events.emplace(when, std::move(run)); }
  void tell(const rai_word& word) {
    if (how == mode::off || word.tell == h::none) return;
    ++told;
    radio.hint(word.tell, now);
  }
  void look() {
    for (const auto& word : arbiter.due(now)) tell(word);
  }
  void uplink() {
    radio.uplink(now);
    arbiter.radio(true, now);
  }
  void downlink() {
    if (!radio.is_connected()) ++late;
    radio.downlink(now);
    arbiter.radio(true, now);
  }
  [[nodiscard]] h said(h hint) const { return how == mode::by_programs ? hint : h::none; }

  void datagram(socket_id id, const test::day_deed& d) {
    arbiter.queued(id);
    tell(arbiter.before_chunk(id, said(h::one_response), true, {}, now));
    uplink();
    arbiter.sent(id, true, now);
    at(now + d.reply_after, [this, id] {
      downlink();
      arbiter.received(id, now);
    });
  }
  void lookup(const test::day_deed& d) {
    tell(arbiter.lookup_begins(now));
    uplink();
    at(now + d.reply_after, [this] {
      downlink();
      arbiter.lookup_ends(true, now);
    });
  }
  void stream(const test::day_deed& d) {
    const auto id = socket_id{next_id++};
    arbiter.opened(id, transport::stream, true);
    tell(arbiter.connecting(id, now));
    uplink();
    at(now + 300ms, [this, id, d] {
      downlink();
      arbiter.joined(id, *parse_endpoint("192.0.2.3:80"));
      arbiter.connect_ended(id, true, now);
      arbiter.queued(id);
      // 20 KiB at the line's 11 KB/s.
      for (std::size_t sent = 0; sent < d.bytes; sent += 1024)
        at(now + std::chrono::milliseconds(sent / 11), [this, id, d, sent] {
          const bool last = sent + 1024 >= d.bytes;
          tell(arbiter.before_chunk(id, last ? said(h::one_response) : h::none, last, {}, now));
          uplink();
          arbiter.sent(id, true, now);
        });
      at(now + std::chrono::milliseconds(d.bytes / 11) + d.reply_after, [this, id] {
        downlink();
        arbiter.received(id, now);
        arbiter.closed(id, now);
        uplink();  // FIN
      });
    });
  }

  mode how;
  time_point start{1000s};
  time_point now = start;
  rai_arbiter arbiter;
  test::rrc_model radio{{}};
  std::multimap<time_point, std::function<void()>> events;
  std::uint32_t next_id = 10;
  unsigned late = 0;
  unsigned told = 0;
};

double removed(const outcome& some, const outcome& off) {
  return 1.0 - static_cast<double>(some.tail.count()) / static_cast<double>(off.tail.count());
}

}  // namespace

TEST_CASE("a day: the tails that hints remove, and no reply that comes late for it") {
  const auto off = day_run(mode::off, true).run();
  const auto said = day_run(mode::by_programs, true).run();
  const auto guessed = day_run(mode::automatic, true).run();
  MESSAGE("tail of the day ", off.tail.count() / 1000, " s; removed by programs ",
          removed(said, off), ", automatically ", removed(guessed, off));
  CHECK(off.late == 0);
  CHECK(said.late == 0);
  CHECK(guessed.late == 0);
  CHECK(removed(said, off) > 0.6);
  CHECK(removed(guessed, off) > 0.6);
}

TEST_CASE("a day in a cell that heeds nothing: nothing is lost by it, and soon nothing is told") {
  const auto off = day_run(mode::off, false).run();
  const auto guessed = day_run(mode::automatic, false).run();
  CHECK(guessed.late == 0);
  CHECK(guessed.tail == off.tail);
  CHECK(guessed.told > 0);
  CHECK(guessed.told <= 20);  // three of each kind, and once more after hours
}
