// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "modem_bridge/engine.hpp"

// A hostile modem: the input is a script of replies, garbage and pauses. Properties: no crash;
// every ticket ends exactly once, within a bound of virtual time.
namespace {

using namespace cellsock;
using namespace std::chrono_literals;

constexpr std::string_view replies[] = {
    "\r\nOK\r\n",
    "\r\nERROR\r\n",
    "\r\n#XSLMVER: \"3.1.0\",\"2.9.2\"\r\n\r\nOK\r\n",
    "\r\nAT#XSOCKETSELECT\r\nAT#XAPOLL\r\n\r\nOK\r\n",
    "\r\n#XDATACTRL: 0,32\r\n\r\nOK\r\n",
    "\r\n+CEREG: 5,1,\"002F\",\"0012BEEF\",7\r\n\r\nOK\r\n",
    "\r\n+CGACT: 0,1\r\n\r\nOK\r\n",
    "\r\n+CGPADDR: 0,\"10.0.0.2\"\r\n\r\nOK\r\n",
    "\r\n#XSOCKET: 0,1,6\r\n\r\nOK\r\n",
    "\r\n#XCONNECT: 1\r\n\r\nOK\r\n",
    "\r\n#XSEND: 4\r\n\r\nOK\r\n",
    "\r\n#XDATAMODE: 0\r\n",
    "\r\n#XAPOLL: 0,1\r\n",
    "\r\n#XAPOLL: 0,24\r\n",
    "\r\n#XRECV: 3\r\nabc\r\nOK\r\n",
    "\r\n#XRECV: 2048\r\n",
    "Ready\r\n",
    "\r\n+CGEV: ME PDN DEACT 0\r\n",
    "\r\n+CGEV: ME PDN ACT 0\r\n",
    "\r\n+CEREG: 2\r\n",
    "\r\n+CME ERROR: 10\r\n",
    "\r\n#XMODEM: FAULT,0x1,0x2\r\n",
    "INIT ERROR\r\n",
    "\r\n#XSOCKETSELECT: 0,1,0,1,-1,1,0\r\n\r\n#XSOCKETSELECT: 0\r\n\r\nOK\r\n",
    "\r\n+CGPADDR: 0,\"10.0.0.2\",\"2001:db8::2\"\r\n\r\nOK\r\n",
    "\r\n+CGEV: IPV6 FAIL 0\r\n",
    "\r\n#XRECVFROM: 3,\"2001:db8::7\",7\r\nabc\r\nOK\r\n",
    "\r\n#XGETADDRINFO: \"2001:db8::7 2001:db8::7\"\r\n\r\nOK\r\n",
    "\r\n#XSMVER: \"v1.0.1\",\"3.2.1\"\r\n\r\nOK\r\n",
    "\r\n#XSOCKET: 0,1,0,1,0\r\n\r\nOK\r\n",
    "\r\n#XCONNECT: 0,1\r\n\r\nOK\r\n",
    "\r\n#XSEND: 0,0,4\r\n\r\nOK\r\n",
    "\r\n#XRECV: 0,0,3\r\nabc\r\n",
    "\r\n#XRECV: 0,0,3\r\nabc\r\nOK\r\n",
    "\r\n#XRECV: 0,0,2048\r\n",
    "\r\n#XRECVFROM: 0,0,3,\"192.0.2.7\",7\r\nabc\r\n",
    "+++",
    "+++\r\n#XDATAMODE: -1\r\n",
    "\r\n#XPOLL: 0,\"0x0011\"\r\n\r\nOK\r\n",
    "\r\n#XSENDNTF: 0,-1,5\r\n",
    "\r\n#XACCEPT: 5,0,\"192.0.2.7\",33333\r\n\r\nOK\r\n",
    "\r\n#XSOCKETOPT: 0,1\r\n\r\nOK\r\n",
    "\r\n%XGETPDNID: 1\r\n\r\nOK\r\n",
    "\r\n+CGPADDR: 1,\"10.1.0.2\"\r\n\r\nOK\r\n",
    "\r\n+CGACT: 0,1\r\n+CGACT: 1,1\r\n\r\nOK\r\n",
    "\r\n+CGEV: NW PDN DEACT 1\r\n",
    "\r\n+CGEV: ME PDN ACT 2\r\n",
    "\r\n+CGEV: NW DETACH\r\n",
    "\r\n+CNEC_ESM: 27,1\r\n",
    "\r\n+CSCON: 1\r\n",
    "\r\n%MDMEV: RESET LOOP\r\n",
    "\r\n+CPIN: \"SIM PIN\"\r\n\r\nOK\r\n",
};

/// What the modem lists, and so which dialect is spoken.
constexpr std::string_view lists[] = {
    "\r\nAT#XSOCKETSELECT\r\nAT#XAPOLL\r\n\r\nOK\r\n",
    "\r\nAT#XSOCKETSELECT\r\nAT#XPOLL\r\n\r\nOK\r\n",
    "\r\nAT#XSOCKETSELECT\r\nAT#XPOLL\r\nAT#XSLMUART\r\n\r\nOK\r\n",
    "\r\nAT#XCLOSE\r\nAT#XRECVCFG\r\nAT#XAPOLL\r\nAT+IPR\r\n\r\nOK\r\n",
    "\r\nAT#XCLOSE\r\nAT#XRECVCFG\r\nAT#XAPOLL\r\nAT#XLISTEN\r\n\r\nOK\r\n",
};
constexpr std::size_t list_at = 3;  // among the replies

constexpr socket_option options[] = {socket_option::reuse_address,
                                     socket_option::silence_all,
                                     socket_option::echo_reply,
                                     socket_option::delayed_address_refresh,
                                     socket_option::mtu,
                                     socket_option::keep_alive,
                                     socket_option::pdn};

const endpoint peer4{{ip_family::v4, {192, 0, 2, 1}}, 7};
const endpoint peer6{{ip_family::v6, {0x20, 0x01, 0x0d, 0xb8}}, 7};

engine_config config_of(std::uint8_t choice) {
  engine_config config{.name = "m", .fast_baud = (choice & 0x80) != 0 ? 1000000U : 0U};
  config.attach.pin = "1234";
  for (const auto when : {pdn_activation::on_use, pdn_activation::at_start}) {
    const auto next = static_cast<std::uint8_t>(config.pdns.size() + 1);
    config.pdns.push_back({.context = cid{next}, .id = pdn_id{next}, .policy = {when, 30s}});
    if ((choice & 0x40) == 0) break;
  }
  return config;
}

struct session {
  explicit session(std::uint8_t choice)
      : core(config_of(choice)), list(lists[choice % std::size(lists)]) {}
  engine core;
  std::string_view list;
  time_point now{1000s};
  std::set<std::uint64_t> open;
  std::uint64_t next = 1;
  bool reopens = true;

  ticket begin() {
    open.insert(next);
    return ticket{next++};
  }
  void end(ticket t) {
    if (open.erase(number(t)) != 1) std::abort();
  }
  void feed(std::string_view text) {
    core.port_received(std::as_bytes(std::span(text)), now);
    settle();
  }
  void pass(std::chrono::milliseconds time) {
    const auto until = now + time;
    for (int guard = 0; guard < 100000; ++guard) {
      const auto due = core.deadline();
      if (!due || *due > until) {
        now = until;
        return;
      }
      now = std::max(now, *due);
      core.expire(now);
      settle();
    }
    std::abort();  // a deadline that never moves
  }
  void settle() {
    (void)core.take_output();
    (void)core.take_trace();
    for (int guard = 0; guard < 1000; ++guard) {
      auto happened = core.take_outcomes();
      if (happened.empty()) return;
      for (auto& o : happened) std::visit([&](auto& x) { on(x); }, o);
    }
    std::abort();  // outcomes without end
  }
  void on(outcome::connected& o) { end(o.t); }
  void on(outcome::ordered& o) { end(o.t); }
  void on(outcome::radio_connected&) {}
  void on(outcome::network_changed&) {}
  void on(outcome::bound& o) {
    if (o.local.port == 0) std::abort();
    end(o.t);
  }
  void on(outcome::listening& o) { end(o.t); }
  void on(outcome::accepted& o) { end(o.t); }
  void on(outcome::option_done& o) { end(o.t); }
  void on(outcome::connection_waiting&) {}
  void on(outcome::notice&) {}
  void on(outcome::closed& o) { end(o.t); }
  void on(outcome::resolved& o) { end(o.t); }
  void on(outcome::at_done& o) { end(o.t); }
  void on(outcome::stopped& o) { end(o.t); }
  void on(outcome::failed& o) { end(o.t); }
  void on(outcome::want_chunk& o) {
    if (number(o.id) == 1) {
      core.chunk(o.id, std::vector<std::byte>(4, std::byte{'x'}), now);
    } else {
      core.datagram(o.id, number(o.id) == 2 ? peer4 : peer6,
                    std::vector<std::byte>(3, std::byte{'"'}), now);
    }
    (void)core.take_output();
  }
  void on(outcome::chunk_sent&) {}
  void on(outcome::datagram_dropped&) {}
  void on(outcome::received&) {}
  void on(outcome::peer_closed&) {}
  void on(outcome::socket_broken&) {}
  void on(outcome::link_changed&) {}
  void on(outcome::set_baud& o) {
    if (o.baud == 0) std::abort();
  }
  void on(outcome::reopen_port& o) {
    core.port_closed(o.why, now);
    if (reopens) core.port_opened(now);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  session s(data[0]);
  s.core.port_opened(s.now);
  s.settle();
  for (std::size_t i = 1; i < size; ++i) {
    const std::uint8_t op = data[i];
    if (op < 128) {
      const std::size_t which = op % std::size(replies);
      s.feed(which == list_at ? s.list : replies[which]);
    } else if (op < 160) {
      s.pass(std::chrono::milliseconds(1) * (1 << (op % 16)));
    } else if (op < 176 && i + 1 < size) {
      ++i;
      const std::size_t length = std::min<std::size_t>(data[i], size - i - 1);
      s.feed({reinterpret_cast<const char*>(data) + i + 1, length});
      i += length;
    } else {
      const socket_id id{static_cast<std::uint32_t>(1 + op % 3)};
      switch (op % 16) {
        case 0: s.core.declare(socket_id{1}, ip_family::v4, transport::stream); break;
        case 1: s.core.declare(socket_id{2}, ip_family::v4, transport::datagram); break;
        case 2: s.core.connect(s.begin(), id, peer4, 2s, s.now); break;
        case 3: s.core.close(s.begin(), id, s.now); break;
        case 4: s.core.offer(id, 8, s.now); break;
        case 5: s.core.receive(id, true, s.now); break;
        case 6: s.core.receive(id, false, s.now); break;
        case 7: s.core.resolve(s.begin(), "a.example", {}, s.now); break;
        case 9: s.core.port_drained(s.now); break;
        case 10: s.core.port_closed(fail(errc::port_failed), s.now); break;
        case 11: s.core.port_opened(s.now); break;
        case 12: s.core.chunk(id, {}, s.now); break;
        case 8:
          switch (op / 16) {
            case 12: s.core.listen(s.begin(), id, s.now); break;
            case 13: s.core.accept(s.begin(), id, socket_id{4}, s.now); break;
            case 14:
              s.core.set_option(s.begin(), id, options[i % std::size(options)], 1, s.now);
              break;
            case 15:
              s.core.get_option(s.begin(), id, options[i % std::size(options)], s.now);
              break;
            default: s.core.run_at(s.begin(), "AT+CGMR", 2s, s.now); break;
          }
          break;
        case 13: s.core.declare(socket_id{3}, ip_family::v6, transport::datagram); break;
        case 14: s.core.bind(s.begin(), id, op % 32 < 16 ? 0 : 5683, s.now); break;
        default:
          switch (op / 16) {
            case 11: s.core.order_pdn(s.begin(), pdn_id{1}, true, s.now); break;
            case 12: s.core.order_pdn(s.begin(), pdn_id{1}, false, s.now); break;
            case 13: s.core.set_radio(s.begin(), radio_mode::on, s.now); break;
            case 14: s.core.set_radio(s.begin(), radio_mode::flight, s.now); break;
            default: s.core.connect(s.begin(), id, peer6, 2s, s.now); break;
          }
          break;
      }
      s.settle();
    }
  }
  // Nobody answers any more: everything that was asked ends all the same.
  s.reopens = false;
  s.pass(30min);
  if (!s.open.empty()) std::abort();
  return 0;
}
