// SPDX-License-Identifier: Apache-2.0
#include "stack/rai/arbiter.hpp"

#include <doctest/doctest.h>

#include <string>

#include "stack/limits.hpp"

using namespace cellsock;
using namespace std::chrono_literals;
using h = rai_hint;
using r = rai_reason;

namespace {

const endpoint server = *parse_endpoint("192.0.2.1:4000");
constexpr socket_id a{1};
constexpr socket_id b{2};

/// Two datagram sockets with a peer, the radio connected.
struct fixture {
  rai_arbiter arbiter{true};
  rai_arbiter::time_point now{1000s};

  explicit fixture(bool guesses = false) {
    for (const auto id : {a, b}) {
      arbiter.opened(id, transport::datagram, guesses);
      arbiter.joined(id, server);
    }
    arbiter.radio(true, now);
  }
  rai_word send(socket_id id, h said, bool empties = true) {
    arbiter.queued(id);
    auto word = arbiter.before_chunk(id, said, empties, {}, now);
    now += 20ms;
    arbiter.sent(id, true, now);
    return word;
  }
  void reply(socket_id id) {
    now += 200ms;
    arbiter.received(id, now);
  }
  /// What is told in this time, as text.
  std::string pass(std::chrono::milliseconds span) {
    const auto end = now + span;
    std::string told;
    for (;;) {
      for (const auto& w : arbiter.due(now)) told += text(w);
      const auto next = arbiter.wake(now);
      if (!next || *next > end) break;
      REQUIRE(*next >= now);
      now = std::max(*next, now + 1ms);
    }
    now = end;
    return told;
  }
  static std::string text(const rai_word& w) {
    std::string said =
        w.tell == h::none ? "not " + std::string(name(w.wanted)) : std::string(name(w.tell));
    if (w.through) said += "@" + std::to_string(number(*w.through));
    said += ":" + std::string(name(w.why));
    if (w.because) said += "(" + std::to_string(number(*w.because)) + ")";
    return said + ";";
  }
  std::string said(socket_id id, h hint, bool empties = true) {
    return text(send(id, hint, empties));
  }
};

struct guessing : fixture {
  guessing() : fixture(true) {}
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "alone, a program's hint goes at once, as it is") {
  for (const auto hint : {h::last, h::ongoing, h::wait_more, h::one_response}) {
    rai_arbiter fresh{true};
    fresh.opened(a, transport::datagram, false);
    fresh.joined(a, server);
    const auto word = fresh.before_chunk(a, hint, true, {}, now);
    CHECK(word == rai_word{hint, hint, r::program_said, a, {}});
  }
  CHECK(text(arbiter.no_data(a, now)) == "no-data@1:program-said;");
}

TEST_CASE_FIXTURE(fixture, "LAST waits for the other's reply, and is told then") {
  CHECK(said(b, h::one_response) == "one-response@2:program-said;");
  CHECK(said(a, h::last) == "ongoing@1:reply-awaited(2);");  // or b's reply would release it …
  CHECK(pass(1s) == "");
  reply(b);
  CHECK(pass(0s) == "no-data@1:now-true;");
  CHECK(pass(60s) == "");
}

TEST_CASE_FIXTURE(fixture, "what does not come true in time is dropped, with the reason") {
  send(b, h::none);  // who knows what it waits for
  CHECK(said(a, h::last) == "not last@1:reply-awaited(2);");
  CHECK(pass(limits::rai_withheld_max - 100ms) == "");
  CHECK(said(b, h::none) == "not none@2:nothing;");
  CHECK(pass(100ms) == "not no-data:too-late;");
}

TEST_CASE_FIXTURE(fixture, "bytes behind the chunk, or another's, hold it back") {
  CHECK(said(a, h::last, false) == "not last@1:bytes-queued(1);");
  send(a, h::last);
  arbiter.queued(b);
  CHECK(said(a, h::last) == "ongoing@1:bytes-queued(2);");
  SUBCASE("and the other's says it for both") {
    CHECK(said(b, h::last) == "last@2:program-said;");
    CHECK(pass(0s) == "");
  }
  SUBCASE("the other goes away") {
    arbiter.closed(b, now);
    CHECK(pass(0s) == "no-data@1:now-true;");
  }
}

TEST_CASE_FIXTURE(fixture, "a request under an armed hint takes the hint back first") {
  for (const auto first : {h::last, h::one_response}) {
    CAPTURE(name(first));
    fixture f;
    CHECK(f.send(a, first).tell == first);
    CHECK(f.said(b, h::none) == "ongoing@2:keep-for-other;");
    CHECK(f.said(b, h::none) == "not none@2:nothing;");
    f.arbiter.closed(b, f.now);
    f.arbiter.closed(a, f.now);
  }
  arbiter.radio(false, now);  // released: nothing is armed any more
  CHECK(said(b, h::none) == "not none@2:nothing;");
}

TEST_CASE_FIXTURE(fixture, "two requests of one socket: released after the second reply") {
  CHECK(said(a, h::one_response) == "one-response@1:program-said;");
  CHECK(said(a, h::one_response) == "ongoing@1:reply-awaited(1);");
  reply(a);
  CHECK(pass(0s) == "");
  reply(a);
  CHECK(pass(0s) == "no-data@1:now-true;");
}

TEST_CASE_FIXTURE(fixture, "who goes on keeps the radio for a while, and until it says otherwise") {
  CHECK(said(b, h::wait_more) == "wait-more@2:program-said;");
  CHECK(said(a, h::last) == "not last@1:kept-by-program(2);");
  CHECK(pass(1s) == "");
  SUBCASE("another word") {
    CHECK(text(arbiter.no_data(b, now)) == "no-data@2:program-said;");
  }
  SUBCASE("closed") {
    arbiter.closed(b, now);
    CHECK(pass(0s) == "no-data@1:now-true;");
  }
  SUBCASE("its time is over") {
    CHECK(pass(29s) == "not no-data:too-late;");
    CHECK(pass(40s) == "");
    CHECK(said(a, h::last) == "last@1:program-said;");
  }
}

TEST_CASE_FIXTURE(fixture, "a reply that never comes holds others up for a bounded time") {
  send(b, h::one_response);
  CHECK(pass(limits::rai_reply_max) == "");
  CHECK(said(a, h::last) == "last@1:program-said;");
}

TEST_CASE_FIXTURE(fixture, "a connect and a name are requests too") {
  SUBCASE("connect") {
    const socket_id stream{3};
    arbiter.opened(stream, transport::stream, false);
    send(a, h::last);
    CHECK(text(arbiter.connecting(stream, now)) == "ongoing@1:keep-for-other;");
    CHECK(said(a, h::last) == "not last@1:reply-awaited(3);");
    arbiter.connect_ended(stream, false, now);
    CHECK(pass(0s) == "no-data@1:now-true;");
  }
  SUBCASE("name") {
    send(a, h::last);
    CHECK(text(arbiter.lookup_begins(now)) == "ongoing@1:keep-for-other;");
    CHECK(said(a, h::last) == "not last@1:name-asked;");
    arbiter.lookup_ends(false, now);
    CHECK(pass(0s) == "no-data@1:now-true;");
  }
}

TEST_CASE_FIXTURE(fixture, "the release is said through its own socket, another, or none") {
  send(b, h::one_response);
  send(a, h::last);
  SUBCASE("its own is closed") {
    arbiter.closed(a, now);
    reply(b);
    CHECK(pass(0s) == "no-data@2:now-true;");
  }
  SUBCASE("it has no peer any more") {
    arbiter.parted(a);
    arbiter.parted(b);
    reply(b);
    CHECK(pass(0s) == "no-data:now-true;");
  }
}

TEST_CASE_FIXTURE(guessing, "a peer that answers once is told to the modem before the reply") {
  for (int i = 0; i < 3; ++i) {
    CHECK(said(a, h::none) == "not none@1:nothing;");
    reply(a);
    (void)pass(10min);
  }
  arbiter.radio(true, now);
  CHECK(said(a, h::none) == "one-response@1:one-reply-peer;");
  reply(a);
  CHECK(pass(2s) == "");
  arbiter.radio(false, now);
  CHECK(arbiter.verdict().of(h::one_response).heeded == 1);
  CHECK(pass(10min) == "");
}

TEST_CASE_FIXTURE(guessing, "a peer that is silent is told so, and a surprise takes it back") {
  for (int i = 0; i < 5; ++i) {
    CHECK(said(a, h::none) == "not none@1:nothing;");
    (void)pass(10min);
  }
  CHECK(said(a, h::none) == "last@1:silent-peer;");
  reply(a);
  (void)pass(10min);
  CHECK(said(a, h::none) == "not none@1:nothing;");
}

TEST_CASE_FIXTURE(guessing, "a program that speaks for itself is not guessed for") {
  for (int i = 0; i < 4; ++i) {
    send(b, h::ongoing);
    send(a, h::none);
    reply(a);
    (void)pass(10min);
  }
  CHECK(said(b, h::none) == "not none@2:nothing;");
  reply(b);
  CHECK(pass(10min) == "");
}

TEST_CASE_FIXTURE(guessing,
                  "a closed socket: the radio is let go when its last packets have gone") {
  send(a, h::none);
  arbiter.closed(a, now);
  CHECK(pass(limits::rai_settle - 1ms) == "");
  CHECK(pass(1ms) == "no-data@2:closed;");
}

TEST_CASE_FIXTURE(guessing, "a name that nobody used is a tail too") {
  (void)arbiter.lookup_begins(now);
  now += 1s;
  arbiter.lookup_ends(true, now);
  CHECK(pass(limits::rai_lookup_settle - 1ms) == "");
  CHECK(pass(1ms) == "no-data@1:name-known;");
}

TEST_CASE_FIXTURE(guessing, "a stream's learned reply is over when it is quiet") {
  const socket_id stream{3};
  arbiter.opened(stream, transport::stream, true);
  (void)arbiter.connecting(stream, now);
  arbiter.joined(stream, server);
  arbiter.connect_ended(stream, true, now);
  for (int i = 0; i < 3; ++i) {
    CHECK(said(stream, h::none) == "not none@3:nothing;");
    reply(stream);
    reply(stream);
    (void)pass(29s);
    arbiter.radio(false, now);
    CHECK(pass(10min) == "");
    arbiter.radio(true, now);
  }
  send(stream, h::none);
  reply(stream);
  CHECK(pass(900ms) == "");
  reply(stream);
  CHECK(pass(999ms) == "");
  CHECK(pass(1ms) == "no-data@3:quiet;");
}

TEST_CASE_FIXTURE(guessing, "a cell that does not heed hints is told no more, and another one is") {
  const auto close_one = [this] {
    const socket_id next{9};
    arbiter.opened(next, transport::datagram, true);
    arbiter.closed(next, now);
    return pass(20s);
  };
  for (int i = 0; i < 3; ++i) CHECK(close_one() == "no-data@1:closed;");
  CHECK(close_one() == "not no-data:not-heeded;");
  CHECK(text(arbiter.no_data(a, now)) == "no-data@1:program-said;");  // a program's word is carried
  arbiter.cell_changed();
  CHECK(close_one() == "no-data@1:closed;");
}

TEST_CASE_FIXTURE(fixture, "sockets that are not known, and late news, do no harm") {
  const socket_id stranger{77};
  arbiter.joined(stranger, server);
  arbiter.parted(stranger);
  arbiter.queued(stranger);
  arbiter.sent(stranger, true, now);
  arbiter.received(stranger, now);
  arbiter.closed(stranger, now);
  arbiter.connect_ended(stranger, true, now);
  arbiter.lookup_ends(true, now);
  arbiter.refused(h::last, now);
  CHECK(arbiter.no_data(stranger, now) == rai_word{});
  CHECK(arbiter.before_chunk(stranger, h::last, true, {}, now).tell == h::last);
  CHECK(pass(1h) == "no-data@1:name-known;");
}
