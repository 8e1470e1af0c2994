// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <random>

#include "actors/datagram_actor.hpp"
#include "actors/translate.hpp"
#include "tests/support/secure_world.hpp"

namespace cellsock::test {

/// A DTLS socket and the peers that it meets, over a link that loses and delays by a seed. All that
/// can move moves in `settle`.
struct secure_datagram_world : secure_world<datagram_actor, transport::datagram> {
  struct far_peer {
    endpoint at;
    tls::session session;
    int heard = 0;  // datagrams
  };
  struct luck {
    unsigned lost_percent = 0;
    unsigned late_percent = 0;
    unsigned seed = 1;
  };

  const endpoint to = *parse_endpoint("192.0.2.10:5684");
  std::deque<far_peer> far;
  bool line = true;  // asks for what is offered
  bool cut = false;  // nothing arrives anywhere
  std::size_t longest = 0;
  luck of_link;

  explicit secure_datagram_world(tls::choices choices) : secure_world(std::move(choices)) {
    also = [this] {
      const bool worked = aside->work();
      return relay(worked);
    };
  }
  ~secure_datagram_world() { also = nullptr; }

  static tls::choices choices_for(std::optional<tls::role> as, const char* host = "server.test") {
    auto c = *tls::choices_of(273, transport::datagram, tls::defaults::zephyr);
    c.tags = {sec_tag{7}};
    if (host != nullptr) c.hostname = host;
    c.hostname_set = true;
    c.as = as;
    return c;
  }

  tls::session& add(tls::settings how, std::optional<endpoint> at = {}) {
    auto random_of_peer = std::make_shared<seeded_random>(static_cast<unsigned>(100 + far.size()));
    far.push_back({at.value_or(to), tls::session(std::move(how), std::move(random_of_peer))});
    return far.back().session;
  }
  void trouble(luck l) {
    of_link = l;
    chance_.seed(l.seed);
  }
  /// Lets time pass, for the peers too.
  void wait(std::chrono::nanoseconds span) {
    advance(span, [this] {
      std::optional<time_point> next;
      for (const auto& one : far)
        if (const auto due = one.session.next_timer(); due && (!next || *due < *next)) next = due;
      return next;
    });
  }

  failure begin_connect() {
    return call<msg::channel_connected>(socket, msg::connect_channel{to, true}).error();
  }
  void connect() {
    REQUIRE(begin_connect().code == errc::connect_in_progress);
    connect_ends(msg::socket_connected{});
  }
  void bind() {
    REQUIRE(call<msg::channel_bound>(socket, msg::bind_channel{*parse_endpoint("0.0.0.0:5684")}));
  }
  void put(std::string_view payload, const std::optional<endpoint>& whom = {}) {
    const auto content = bytes_of(payload);
    const auto packet = wire::packet_of(whom, {content.begin(), content.end()});
    REQUIRE(::send(fd, packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL) > 0);
    settle();
  }
  std::optional<msg::datagram> get() {
    msg::bytes space(20000);
    const auto n = ::recv(fd, space.data(), space.size(), MSG_DONTWAIT);
    settle();
    if (n <= 0) return std::nullopt;
    space.resize(static_cast<std::size_t>(n));
    return *wire::datagram_of(space);
  }
  std::string get_text() {
    const auto got = get();
    if (!got) return "(nothing)";
    return {reinterpret_cast<const char*>(got->payload.data()), got->payload.size()};
  }
  void say(tls::session& from, std::string_view text) {
    REQUIRE(from.write(bytes_of(text)) == text.size());
    settle();
  }
  /// What it heard, datagrams side by side.
  static std::string heard(tls::session& by) { return session_pair::take(by); }

  msg::socket_report report() {
    return *call<msg::socket_report>(socket, msg::get_socket_report{});
  }
  std::uint64_t dropped() { return report().datagrams_dropped; }
  msg::socket_names names() { return *call<msg::socket_names>(socket, msg::get_names{}); }
  errc pending_error() {
    return static_cast<errc>(
        call<msg::option_value>(socket, msg::get_option{msg::option::error})->value);
  }
  std::optional<failure> stone() {
    if (book.stones.empty()) return std::nullopt;
    return book.stones.back().why;
  }

private:
  struct late_one {
    far_peer* to = nullptr;  // null: the layer
    endpoint from;
    msg::bytes bytes;
  };

  template <class Message>
  void hand(Message m) {
    caf::anon_send(layer, std::move(m));
  }
  bool happens(unsigned percent) { return percent != 0 && chance_() % 100 < percent; }
  void arrive(late_one one) {
    if (one.to == nullptr) return hand(msg::received{std::move(one.bytes), one.from});
    ++one.to->heard;
    one.to->session.feed(one.bytes);
  }
  void carry(late_one one) {
    if (cut || happens(of_link.lost_percent)) return;
    if (happens(of_link.late_percent)) {
      late_.push_back(std::move(one));
      return;
    }
    arrive(std::move(one));
    if (!late_.empty() && happens(50)) arrive_late();
  }
  void arrive_late() {
    for (auto& one : std::exchange(late_, {})) arrive(std::move(one));
  }
  bool relay(bool busy) {
    for (; datagrams_read_ < book.datagrams.size(); ++datagrams_read_, busy = true) {
      const auto& m = book.datagrams[datagrams_read_];
      longest = std::max(longest, m.payload.size());
      hand(msg::chunk_sent{m.payload.size()});
      for (auto& one : far)
        if (one.at == m.peer.value_or(to)) carry({&one, {}, m.payload});
    }
    if (line && !book.offers.empty() && book.offers.back() > 0) {
      book.offers.clear();
      hand(msg::give_chunk{1400});
      busy = true;
    }
    for (auto& one : far) {
      one.session.step(moment());
      const bool wanted = !book.wants.empty() && book.wants.back();
      while (wanted && !one.session.wire().empty()) {
        const auto wire = one.session.wire();
        carry({nullptr, one.at, {wire.begin(), wire.end()}});
        one.session.wire_taken(wire.size());
        busy = true;
      }
    }
    if (!busy && !late_.empty()) {
      arrive_late();
      busy = true;
    }
    return busy;
  }

  std::size_t datagrams_read_ = 0;
  std::vector<late_one> late_;
  std::mt19937 chance_{1};
};

}  // namespace cellsock::test
