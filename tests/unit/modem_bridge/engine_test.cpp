// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/engine.hpp"
#include "modem_bridge/scheduler.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "modem_bridge/bind_job.hpp"
#include "tests/support/scripted_modem.hpp"

using namespace cellsock;
using namespace std::chrono_literals;
using cellsock::test::scripted_modem;

namespace {

const endpoint peer{{ip_family::v4, {192, 0, 2, 10}}, 7};

std::vector<std::byte> bytes(std::size_t count, char fill = 'x') {
  return std::vector<std::byte>(count, static_cast<std::byte>(fill));
}

void connect(scripted_modem& m, std::uint32_t id, std::uint64_t t) {
  m.driver.declare(socket_id{id}, ip_family::v4, transport::stream);
  m.driver.connect(ticket{t}, socket_id{id}, peer, 10s, m.now);
  m.settle();
}

}  // namespace

TEST_CASE("status tells what is known") {
  scripted_modem m;
  m.answer("AT+CGMM", "\r\nnRF9160-SICA\r\n\r\nOK\r\n");
  m.answer("AT+CESQ", "\r\n+CESQ: 99,99,255,255,31,62\r\n\r\nOK\r\n");
  CHECK(m.driver.status().state == link_state::closed);
  m.boot();
  const auto& status = m.driver.status();
  CHECK(status.state == link_state::ready);
  CHECK(status.trouble.code == errc::none);
  CHECK(status.dialect == "slm");
  CHECK(status.firmware == "3.1.0");
  CHECK(status.model == "nRF9160-SICA");
  CHECK(status.network == registration::home);
  CHECK(status.rsrp_dbm == -79);
  CHECK(to_string(*status.address) == "10.0.0.2");
  CHECK(status.pdn_up);
  CHECK(status.handles_max == 7);
  CHECK(status.uart.commands > 10);
  CHECK(status.busy_with.empty());
  CHECK(m.driver.rules().payload_bytes_max == 1280 - 28);
  CHECK(m.driver.rules(ip_family::v6).payload_bytes_max == 1280 - 48);
  connect(m, 1, 1);
  CHECK(status.handles_used == 1);
  CHECK(m.driver.handle_of(socket_id{1}) == modem_handle{0});
}

TEST_CASE("status shows who holds the modem, and never payload") {
  scripted_modem m;
  m.boot();
  connect(m, 1, 1);
  m.driver.offer(socket_id{1}, 6, m.now);
  (void)m.driver.take_outcomes();
  m.answers_left = 0;
  m.driver.chunk(socket_id{1}, bytes(6, 's'), m.now);
  m.settle();
  CHECK(m.driver.status().busy_socket == socket_id{1});
  CHECK((m.driver.status().busy_with == "AT#XSEND=<6 bytes>" ||
         m.driver.status().busy_with.starts_with("AT#XSOCKETSELECT")));
  CHECK(m.driver.status().busy_since == m.now);
}

TEST_CASE("seven sockets are the limit; one being closed is waited for") {
  scripted_modem m;
  m.boot();
  for (std::uint32_t id = 1; id <= 7; ++id) connect(m, id, id);
  CHECK(m.count<outcome::connected>() == 7);
  connect(m, 8, 8);
  REQUIRE(m.count<outcome::failed>() == 1);
  CHECK(m.all<outcome::failed>().front().why.code == errc::no_handle);
  // Asked for before the close it needs, while something else holds the modem.
  m.answers_left = 0;
  m.driver.run_at(ticket{20}, "AT+CCLK?", 5s, m.now);
  m.settle();
  m.driver.connect(ticket{9}, socket_id{8}, peer, 10s, m.now);
  m.driver.close(ticket{10}, socket_id{3}, m.now);
  m.answers_left = 1'000'000;
  m.feed("\r\nOK\r\n");
  CHECK(m.count<outcome::closed>() == 1);
  CHECK(m.count<outcome::connected>() == 8);
  CHECK(m.driver.status().handles_used == 7);
}

TEST_CASE("who does not answer want_chunk loses its turn after two seconds") {
  scripted_modem m;
  m.boot();
  connect(m, 1, 1);
  connect(m, 2, 2);
  m.driver.offer(socket_id{1}, 100, m.now);
  m.settle();
  CHECK(m.count<outcome::want_chunk>() == 1);
  m.driver.resolve(ticket{5}, "a.example", {}, m.now);
  m.pass(1900ms);
  CHECK(m.count<outcome::resolved>() == 0);
  m.pass(200ms);
  CHECK(m.count<outcome::resolved>() == 1);
  // Too late for that turn; but the owner has let go of the bytes, so they go out in the next.
  m.driver.chunk(socket_id{1}, bytes(5), m.now);
  m.settle();
  CHECK(m.count<outcome::chunk_sent>() == 1);
  CHECK(m.was_sent("AT#XSEND=\"xxxxx\""));
  CHECK(m.count<outcome::want_chunk>() == 1);
  // Without a connection there is nothing to send them on.
  m.driver.close(ticket{6}, socket_id{1}, m.now);
  m.driver.chunk(socket_id{1}, bytes(5), m.now);
  m.settle();
  CHECK(m.count<outcome::chunk_sent>() == 1);
}

TEST_CASE("two senders share the line, turn by turn") {
  scripted_modem m;
  m.boot();
  connect(m, 1, 1);
  connect(m, 2, 2);
  std::string order;
  std::map<std::uint32_t, int> left{{1, 4}, {2, 4}};
  m.on_want = [&](const outcome::want_chunk& want) {
    const auto id = number(want.id);
    order += std::to_string(id);
    CHECK(want.bytes_max == 4096);
    m.driver.chunk(want.id, bytes(want.bytes_max), m.now);
    m.driver.offer(want.id, --left[id] > 0 ? 4096U : 0U, m.now);
  };
  // Both are ready before the line is.
  m.answers_left = 0;
  m.driver.run_at(ticket{3}, "AT+CCLK?", 5s, m.now);
  m.driver.offer(socket_id{1}, 4096, m.now);
  m.driver.offer(socket_id{2}, 4096, m.now);
  m.settle();
  m.answers_left = 1000;
  m.feed("\r\nOK\r\n");
  CHECK(order == "12121212");
  CHECK(m.count<outcome::chunk_sent>() == 8);
}

TEST_CASE("a small send, a small datagram and a first read pass bulk") {
  scripted_modem m;
  m.boot();
  connect(m, 1, 1);
  connect(m, 2, 2);
  m.driver.declare(socket_id{3}, ip_family::v4, transport::datagram);
  std::string order;
  int small = 0;
  m.on_want = [&](const outcome::want_chunk& want) {
    const auto id = number(want.id);
    order += std::to_string(id);
    if (id == 3) {
      m.driver.datagram(want.id, peer, bytes(100), m.now);
      return;
    }
    const bool bulk = id == 1;
    CHECK(want.bytes_max == (bulk ? 4096 * 3 / 8 : scheduler::small_bytes));
    m.driver.chunk(want.id, bytes(bulk ? want.bytes_max : 100), m.now);
    m.driver.offer(want.id, bulk ? 100'000U : ++small < 2 ? 100U : 0U, m.now);
    if (order.size() == 6) m.driver.offer(want.id, 0, m.now);
  };
  m.answers_left = 0;
  m.driver.run_at(ticket{3}, "AT+CCLK?", 5s, m.now);
  m.driver.offer(socket_id{1}, 100'000, m.now);
  m.driver.offer(socket_id{2}, 100, m.now);
  m.driver.offer(socket_id{3}, 1, m.now, 100);
  m.settle();
  m.answers_left = 1000;
  m.feed("\r\nOK\r\n");
  CHECK(order == "2321");
  // Data mode may have held back the notice of an answer: that is listened for, and not for long.
  m.pass(10ms);
  CHECK(order == "23211");
  m.driver.receive(socket_id{2}, true, m.now);
  m.answer("AT#XRECV", "\r\n#XRECV: 3\r\nabc\r\nOK\r\n");
  m.feed("\r\n#XAPOLL: 1,1\r\n");
  CHECK(m.count<outcome::received>() == 1);
  CHECK(order == "23211");
  m.pass(10ms);
  CHECK(order == "232111");
}

TEST_CASE("nothing is read for a socket that has no room") {
  scripted_modem m;
  m.answer("AT#XRECV", "\r\n#XRECV: 3\r\nabc\r\nOK\r\n");
  m.boot();
  connect(m, 1, 1);
  m.feed("\r\n#XAPOLL: 0,1\r\n");
  CHECK_FALSE(m.was_sent("AT#XRECV"));
  m.driver.receive(socket_id{1}, true, m.now);
  m.settle();
  CHECK(m.count<outcome::received>() == 1);
}

TEST_CASE("a full read is followed by another without being told") {
  scripted_modem m;
  m.answer("AT#XRECV", "\r\n#XRECV: 2048\r\n" + std::string(2048, 'd') + "\r\nOK\r\n");
  m.boot();
  connect(m, 1, 1);
  m.driver.receive(socket_id{1}, true, m.now);
  m.answers_left = m.was_sent("AT#XRECV") ? 0 : 6;
  m.feed("\r\n#XAPOLL: 0,1\r\n");
  CHECK(m.count<outcome::received>() >= 3);
}

TEST_CASE("a notice for a handle that is nobody's, or is being closed, is ignored") {
  scripted_modem m;
  m.boot();
  connect(m, 1, 1);
  m.driver.receive(socket_id{1}, true, m.now);
  m.feed("\r\n#XAPOLL: 5,1\r\n");
  CHECK_FALSE(m.was_sent("AT#XRECV"));
  m.answers_left = 0;
  m.driver.close(ticket{2}, socket_id{1}, m.now);
  m.settle();
  m.feed("\r\n#XAPOLL: 0,17\r\n");
  m.answers_left = 100;
  m.feed("\r\nOK\r\n");
  m.feed("\r\nOK\r\n");
  CHECK(m.count<outcome::closed>() == 1);
  CHECK_FALSE(m.was_sent("AT#XRECV"));
}

TEST_CASE("requests that cannot be are answered at once, with the reason") {
  scripted_modem m;
  m.driver.declare(socket_id{1}, ip_family::v4, transport::stream);
  m.driver.connect(ticket{1}, socket_id{1}, peer, 10s, m.now);
  m.driver.resolve(ticket{2}, "a.example", {}, m.now);
  m.driver.run_at(ticket{3}, "AT+CGMR", 5s, m.now);
  m.driver.connect(ticket{4}, socket_id{9}, peer, 10s, m.now);
  m.driver.close(ticket{5}, socket_id{9}, m.now);
  m.settle();
  const auto failed = m.all<outcome::failed>();
  REQUIRE(failed.size() == 4);
  CHECK(failed[0].why.code == errc::link_down);
  CHECK(failed[1].why.code == errc::link_down);
  CHECK(failed[2].why.code == errc::link_down);
  CHECK(failed[3].why.code == errc::bad_socket);
  CHECK(m.count<outcome::closed>() == 1);
  m.answer("AT+CEREG?", "\r\n+CEREG: 5,2\r\n\r\nOK\r\n");
  m.boot();
  CHECK(m.driver.status().state == link_state::searching);
  m.driver.connect(ticket{6}, socket_id{1}, peer, 10s, m.now);
  m.settle();
  CHECK(m.all<outcome::failed>().back().why.code == errc::not_registered);
  CHECK_FALSE(m.was_sent("AT#XSOCKET=1"));
}

TEST_CASE("no SIM, a PIN, a denied registration: the state says so") {
  struct row {
    std::string_view cpin;
    std::string_view cereg;
    errc trouble;
  };
  for (const auto& r : {
           row{"\r\n+CME ERROR: 10\r\n", "\r\n+CEREG: 5,0\r\n\r\nOK\r\n", errc::no_sim},
           row{"\r\n+CPIN: \"SIM PIN\"\r\n\r\nOK\r\n", "\r\n+CEREG: 5,0\r\n\r\nOK\r\n",
               errc::no_sim},
           row{"\r\n+CPIN: READY\r\n\r\nOK\r\n", "\r\n+CEREG: 5,3\r\n\r\nOK\r\n",
               errc::registration_denied},
           row{"\r\n+CPIN: READY\r\n\r\nOK\r\n", "\r\n+CEREG: 5,90\r\n\r\nOK\r\n", errc::no_sim},
       }) {
    scripted_modem m;
    m.answer("AT+CPIN?", std::string(r.cpin));
    m.answer("AT+CEREG?", std::string(r.cereg));
    m.boot();
    CHECK(m.driver.status().state == link_state::searching);
    CHECK(m.driver.status().trouble.code == r.trouble);
    CHECK_FALSE(m.driver.status().trouble.detail.empty());
    // It is asked again, and comes up when the cause is gone.
    m.answer("AT+CEREG?", "\r\n+CEREG: 5,1,\"002F\",\"0012BEEF\",7\r\n\r\nOK\r\n");
    m.answer("AT+CPIN?", "\r\n+CPIN: READY\r\n\r\nOK\r\n");
    m.pass(10s);
    CHECK(m.driver.status().state == link_state::ready);
    CHECK(m.driver.status().trouble.code == errc::none);
  }
}

TEST_CASE("an idle modem is asked whether it is still there") {
  scripted_modem m;
  m.boot();
  m.sent.clear();
  m.pass(59s);
  CHECK(m.sent.empty());
  m.pass(2s);
  REQUIRE(m.sent.size() == 1);
  CHECK(m.sent.front() == "AT+CEREG?");
  m.answers_left = 0;
  m.pass(3min);
  CHECK(m.driver.status().state == link_state::lost);
  REQUIRE(m.count<outcome::reopen_port>() == 1);
  CHECK(m.all<outcome::reopen_port>().front().why.code == errc::no_answer);
}

TEST_CASE("an hour idle is one command a minute, and all that matters is asked in turn") {
  scripted_modem m;
  m.boot();
  connect(m, 1, 1);
  m.driver.receive(socket_id{1}, true, m.now);
  m.settle();
  m.sent.clear();
  m.pass(1h);
  CHECK(m.sent.size() <= 60);
  CHECK(m.sent.size() >= 58);
  for (const auto* what : {"AT+CEREG?", "AT+CGACT?", "AT+CGPADDR=0"}) CHECK(m.was_sent(what));
  CHECK_FALSE(m.was_sent("AT+CESQ"));
  // The rest is read again when the line is used anyway.
  m.driver.offer(socket_id{1}, 3, m.now);
  m.settle();
  m.driver.chunk(socket_id{1}, bytes(3), m.now);
  m.settle();
  CHECK(m.was_sent("AT+CESQ"));
}

TEST_CASE("a modem that falls silent after any command leaves nobody waiting") {
  int commands = 0;
  for (int silent_after = 0;; ++silent_after) {
    scripted_modem m;
    m.answer("AT#XRECV", "\r\n#XRECV: 3\r\nabc\r\nOK\r\n");
    m.on_want = [&](const outcome::want_chunk& want) {
      m.driver.chunk(want.id, bytes(20, '"'), m.now);
    };
    m.answers_left = silent_after;
    m.boot();
    connect(m, 1, 1);
    m.driver.receive(socket_id{1}, true, m.now);
    m.driver.offer(socket_id{1}, 20, m.now);
    m.settle();
    m.feed("\r\n#XAPOLL: 0,1\r\n");
    m.driver.resolve(ticket{2}, "a.example", {}, m.now);
    m.settle();
    m.driver.run_at(ticket{3}, "AT+CGMR", 5s, m.now);
    m.settle();
    m.driver.declare(socket_id{2}, ip_family::v4, transport::datagram);
    m.driver.bind(ticket{5}, socket_id{2}, 0, m.now);
    m.settle();
    m.driver.close(ticket{4}, socket_id{1}, m.now);
    m.settle();
    const bool all_went_well = m.answers_left > 0;
    commands = m.answered;
    m.pass(5min);
    CAPTURE(silent_after);
    std::map<std::uint64_t, int> ends;
    for (const auto& o : m.all<outcome::connected>()) ++ends[number(o.t)];
    for (const auto& o : m.all<outcome::bound>()) ++ends[number(o.t)];
    for (const auto& o : m.all<outcome::failed>()) ++ends[number(o.t)];
    for (const auto& o : m.all<outcome::resolved>()) ++ends[number(o.t)];
    for (const auto& o : m.all<outcome::at_done>()) ++ends[number(o.t)];
    for (const auto& o : m.all<outcome::closed>()) ++ends[number(o.t)];
    for (std::uint64_t t = 1; t <= 5; ++t) CHECK(ends[t] == 1);
    if (all_went_well) break;
    CHECK(m.driver.status().state == link_state::lost);
    CHECK(m.count<outcome::reopen_port>() == 1);
  }
  CHECK(commands > 30);
}

TEST_CASE("the trace names sockets and shows neither payload nor secrets") {
  scripted_modem m;
  std::string all;
  m.on_trace = [&](const trace_event& line) {
    all += line.text + "\n";
    if (line.text.starts_with("AT#XSEND")) CHECK(line.socket == socket_id{1});
    if (line.text.starts_with("AT+CPIN")) CHECK_FALSE(line.socket);
  };
  m.answer("AT#XRECV", "\r\n#XRECV: 9\r\nincoming!\r\nOK\r\n");
  m.boot();
  connect(m, 1, 1);
  m.driver.receive(socket_id{1}, true, m.now);
  m.answers_left = 8;
  m.feed("\r\n#XAPOLL: 0,1\r\n");
  m.answers_left = 1000;
  m.feed("\r\nOK\r\n");
  for (const char quote : {'q', '"'}) {
    m.on_want = [&](const outcome::want_chunk& want) {
      auto secret = bytes(3, quote);
      for (const char c : std::string("topsecret")) secret.push_back(static_cast<std::byte>(c));
      m.driver.chunk(want.id, secret, m.now);
    };
    m.driver.offer(socket_id{1}, 12, m.now);
    m.settle();
  }
  m.driver.run_at(ticket{9}, "AT+CPIN=\"4711\"", 5s, m.now);
  m.settle();
  CHECK(all.find("AT#XSEND=<12 bytes>") != std::string::npos);
  CHECK(all.find("<12 bytes>+++") != std::string::npos);
  CHECK(all.find("<9 bytes>") != std::string::npos);
  CHECK(all.find("AT+CPIN=***") != std::string::npos);
  for (const std::string_view hidden : {"topsecret", "incoming", "4711"})
    CHECK(all.find(hidden) == std::string::npos);
}

TEST_CASE("trace lines are made as they are wanted: none, lengths, payload") {
  auto wanted = trace_detail::none;
  scripted_modem m({}, [&] { return wanted; });
  std::vector<trace_event> lines;
  m.on_trace = [&](const trace_event& line) { lines.push_back(line); };
  m.answer("AT#XRECV", "\r\n#XRECV: 9\r\nincoming!\r\nOK\r\n");
  m.boot();
  connect(m, 1, 1);
  CHECK(lines.empty());
  const auto transfer = [&] {
    lines.clear();
    m.driver.receive(socket_id{1}, true, m.now);
    m.answers_left = 8;
    m.feed("\r\n#XAPOLL: 0,1\r\n");
    m.answers_left = 1000;
    m.feed("\r\nOK\r\n");
    for (const char kind : {'q', '"'}) {  // as a quoted string, and in data mode
      m.on_want = [&m, kind](const outcome::want_chunk& want) {
        m.driver.chunk(want.id, bytes(3, kind), m.now);
      };
      m.driver.offer(socket_id{1}, 3, m.now);
      m.settle();
    }
    std::string payload;
    for (const auto& line : lines)
      if (!line.payload.empty()) payload += line.text + " = " + line.payload + "; ";
    return payload;
  };
  CHECK(transfer() == "");
  CHECK(lines.empty());
  wanted = trace_detail::lengths;
  CHECK(transfer() == "");
  CHECK_FALSE(lines.empty());
  wanted = trace_detail::payload;
  CHECK(transfer() == "<9 bytes> = incoming!; AT#XSEND=<3 bytes> = qqq; <3 bytes>+++ = \"\"\"; ");
}

TEST_CASE("an APN is set only where it differs, and only if it is one") {
  const auto bring_up = [](std::string apn, std::string_view cfun) {
    auto m = std::make_unique<scripted_modem>(std::move(apn));
    m->answer("AT+CFUN?", "\r\n+CFUN: " + std::string(cfun) + "\r\n\r\nOK\r\n");
    m->answer("AT+CGDCONT?", "\r\n+CGDCONT: 0,\"IPV4V6\",\"old.example\",\"\",0,0\r\n\r\nOK\r\n");
    m->boot();
    return m;
  };
  CHECK(bring_up("iot.example", "0")->was_sent("AT+CGDCONT=0,\"IPV4V6\",\"iot.example\""));
  // On its network with another one: off it for a moment. With the same: not disturbed.
  CHECK(bring_up("iot.example", "1")->was_sent("AT+CFUN=4"));
  CHECK(bring_up("iot.example", "1")->was_sent("AT+CGDCONT=0"));
  CHECK(bring_up("iot.example", "1")->was_sent("AT+CFUN=1"));
  CHECK_FALSE(bring_up("old.example", "1")->was_sent("AT+CFUN=4"));
  CHECK_FALSE(bring_up("old.example", "0")->was_sent("AT+CGDCONT=0"));
  CHECK_FALSE(bring_up("", "0")->was_sent("AT+CGDCONT"));
  // As the modem has it: what it carries is changed only where that is configured too.
  scripted_modem plain("iot.example");
  plain.answer("AT+CFUN?", "\r\n+CFUN: 0\r\n\r\nOK\r\n");
  plain.answer("AT+CGDCONT?", "\r\n+CGDCONT: 0,\"IP\",\"old.example\",\"\",0,0\r\n\r\nOK\r\n");
  plain.boot();
  CHECK(plain.was_sent("AT+CGDCONT=0,\"IP\",\"iot.example\""));
  const auto bad = bring_up("x\",\"y", "0");
  CHECK(bad->driver.status().state == link_state::lost);
  CHECK(bad->driver.status().trouble.code == errc::invalid_argument);
}

TEST_CASE("the families are set as configured, with the APN that is there") {
  const auto defined = [](std::optional<pdn_families> wanted, std::string_view cfun,
                          std::string_view context) {
    engine_config config{"modem0", 115200, "", wanted};
    scripted_modem m(config);
    m.answer("AT+CFUN?", "\r\n+CFUN: " + std::string(cfun) + "\r\n\r\nOK\r\n");
    m.answer("AT+CGDCONT?", "\r\n+CGDCONT: 0," + std::string(context) + "\r\n\r\nOK\r\n");
    m.boot();
    CHECK(m.driver.status().state == link_state::ready);
    for (const auto& line : m.sent)
      if (line.starts_with("AT+CGDCONT=")) return line.substr(11);
    return std::string();
  };
  const std::string_view ip = "\"IP\",\"old.example\",\"\",0,0";
  CHECK(defined({}, "0", ip).empty());
  CHECK(defined(pdn_families::v4, "0", ip).empty());
  CHECK(defined(pdn_families::v6, "0", ip) == "0,\"IPV6\",\"old.example\"");
  CHECK(defined(pdn_families::v4v6, "0", ip) == "0,\"IPV4V6\",\"old.example\"");
  CHECK(defined(pdn_families::v4v6, "1", ip) == "0,\"IPV4V6\",\"old.example\"");
  CHECK(defined(pdn_families::v4v6, "0", "\"IPv4v6\",\"\",\"\",0,0").empty());
  // Nothing of the modem's gets out of its quotes.
  CHECK(defined(pdn_families::v6, "0", "\"IP\",a b,\"\",0,0") == "0,\"IPV6\",\"\"");
}

TEST_CASE("a port of its own choice is tried a few times, and is known then") {
  scripted_modem m;
  m.boot();
  const auto bind = [&](std::uint32_t id, std::uint64_t t, std::uint16_t port) {
    m.driver.declare(socket_id{id}, ip_family::v4, transport::datagram);
    m.driver.bind(ticket{t}, socket_id{id}, port, m.now);
    m.settle();
  };
  m.answer("AT#XBIND=" + std::to_string(ephemeral_port(ticket{1}, 0)), "\r\nERROR\r\n");
  bind(1, 1, 0);
  REQUIRE(m.count<outcome::bound>() == 1);
  const endpoint local{*parse_address("10.0.0.2"), ephemeral_port(ticket{1}, 1)};
  CHECK(m.all<outcome::bound>()[0].local == local);
  CHECK(m.driver.local_of(socket_id{1}) == local);
  CHECK(m.driver.status().handles_used == 1);
  // One that another socket of ours has is not even tried.
  bind(2, 20, ephemeral_port(ticket{2}, 0));
  m.sent.clear();
  bind(3, 2, 0);
  REQUIRE(m.count<outcome::bound>() == 3);
  CHECK_FALSE(m.was_sent("AT#XBIND=" + std::to_string(ephemeral_port(ticket{2}, 0))));
  m.driver.close(ticket{21}, socket_id{2}, m.now);
  m.settle();
  CHECK_FALSE(m.driver.local_of(socket_id{2}));
  // There is an end to it.
  m.answer("AT#XBIND", "\r\nERROR\r\n");
  for (unsigned nth = 0; nth < 4; ++nth)
    m.answer("AT#XBIND=" + std::to_string(ephemeral_port(ticket{4}, nth)), "\r\nERROR\r\n");
  m.sent.clear();
  bind(4, 4, 0);
  CHECK(std::count_if(m.sent.begin(), m.sent.end(),
                      [](const std::string& line) { return line.starts_with("AT#XBIND"); }) == 4);
  REQUIRE(m.count<outcome::failed>() == 1);
  CHECK(m.all<outcome::failed>()[0].why.code == errc::address_in_use);
  CHECK(m.driver.status().handles_used == 2);
  // And it may be tried again.
  m.answer("AT#XBIND=5683", "\r\nOK\r\n");
  m.driver.bind(ticket{5}, socket_id{4}, 5683, m.now);
  m.settle();
  CHECK(m.count<outcome::bound>() == 4);
}

TEST_CASE("a bind that is not answered leaves neither a port nor a handle behind") {
  scripted_modem m;
  m.boot();
  m.driver.declare(socket_id{1}, ip_family::v4, transport::datagram);
  m.answers_left = 1;  // the open
  m.driver.bind(ticket{1}, socket_id{1}, 5683, m.now);
  m.settle();
  m.pass(6s);
  REQUIRE(m.count<outcome::failed>() == 1);
  CHECK_FALSE(m.driver.local_of(socket_id{1}));
  m.answer("AT#XSOCKETSELECT?",
           "\r\n#XSOCKETSELECT: 0,1,0,2,-1,1,0\r\n\r\n#XSOCKETSELECT: 0\r\n\r\nOK\r\n");
  m.answers_left = 1000;
  m.sent.clear();
  m.feed("\r\nOK\r\n");  // far too late
  CHECK(m.was_sent("AT#XSOCKET=0"));
  m.driver.bind(ticket{2}, socket_id{1}, 5683, m.now);
  m.settle();
  CHECK(m.count<outcome::bound>() == 1);
}

TEST_CASE("another address breaks the sockets of its family only") {
  scripted_modem m;
  m.answer("AT+CGPADDR", "\r\n+CGPADDR: 0,\"10.0.0.2\",\"2001:db8::2\"\r\n\r\nOK\r\n");
  m.boot();
  CHECK(to_string(*m.driver.status().address) == "10.0.0.2");
  CHECK(to_string(*m.driver.status().address6) == "2001:db8::2");
  connect(m, 1, 1);
  m.driver.declare(socket_id{2}, ip_family::v6, transport::stream);
  m.driver.connect(ticket{2}, socket_id{2}, *parse_endpoint("[2001:db8::10]:7"), 10s, m.now);
  m.settle();
  REQUIRE(m.count<outcome::connected>() == 2);
  m.answer("AT+CGPADDR", "\r\n+CGPADDR: 0,\"10.0.0.2\"\r\n\r\nOK\r\n");
  m.feed("\r\n+CGEV: IPV6 FAIL 0\r\n");
  REQUIRE(m.count<outcome::socket_broken>() == 1);
  CHECK(m.all<outcome::socket_broken>()[0].id == socket_id{2});
  CHECK(m.all<outcome::socket_broken>()[0].why.code == errc::pdn_down);
  CHECK(m.driver.status().state == link_state::ready);
  CHECK_FALSE(m.driver.status().address6);
}

TEST_CASE("the port goes away in the middle of everything") {
  scripted_modem m;
  m.boot();
  connect(m, 1, 1);
  m.answers_left = 0;
  m.driver.resolve(ticket{2}, "a.example", {}, m.now);
  m.driver.run_at(ticket{3}, "AT+CGMR", 5s, m.now);
  m.settle();
  m.driver.port_closed(fail(errc::port_failed, "gone"), m.now);
  m.settle();
  REQUIRE(m.count<outcome::failed>() == 2);
  CHECK(m.all<outcome::failed>()[0].why.code == errc::port_failed);
  REQUIRE(m.count<outcome::socket_broken>() == 1);
  CHECK(m.all<outcome::socket_broken>()[0].why.code == errc::link_down);
  CHECK(m.driver.status().state == link_state::closed);
  CHECK(m.driver.status().trouble.code == errc::port_failed);
  CHECK_FALSE(m.driver.deadline());
  // And comes back.
  m.answers_left = 1000;
  m.boot();
  CHECK(m.driver.status().state == link_state::ready);
  m.driver.connect(ticket{4}, socket_id{1}, peer, 10s, m.now);
  m.settle();
  CHECK(m.count<outcome::connected>() == 2);
}

TEST_CASE("a port that cannot be opened is told") {
  scripted_modem m;
  m.driver.port_closed(fail(errc::port_missing, "/dev/x: no such device"), m.now);
  m.settle();
  REQUIRE(m.count<outcome::link_changed>() == 1);
  CHECK(m.all<outcome::link_changed>()[0].trouble.code == errc::port_missing);
}

TEST_CASE("closing before a connect began ends both") {
  scripted_modem m;
  m.boot();
  m.answers_left = 0;
  m.driver.run_at(ticket{1}, "AT+CCLK?", 5s, m.now);
  m.driver.declare(socket_id{1}, ip_family::v4, transport::stream);
  m.driver.connect(ticket{2}, socket_id{1}, peer, 10s, m.now);
  m.driver.close(ticket{3}, socket_id{1}, m.now);
  m.settle();
  CHECK(m.count<outcome::failed>() == 1);
  CHECK(m.count<outcome::closed>() == 1);
  m.answers_left = 100;
  m.feed("\r\nOK\r\n");
  CHECK_FALSE(m.was_sent("AT#XSOCKET=1"));
}

TEST_CASE("sockets the modem has and we do not know are closed after a resync") {
  scripted_modem m;
  m.boot();
  m.answer("AT#XSOCKETSELECT?",
           "\r\n#XSOCKETSELECT: 4,1,0,1,-1,1,0\r\n\r\n#XSOCKETSELECT: 4\r\n\r\nOK\r\n");
  m.driver.declare(socket_id{1}, ip_family::v4, transport::stream);
  m.answers_left = 0;
  // The open is answered far too late: nobody heard which handle it was.
  m.driver.connect(ticket{1}, socket_id{1}, peer, 10s, m.now);
  m.settle();
  m.pass(6s);
  CHECK(m.count<outcome::failed>() == 1);
  m.answers_left = 1000;
  m.feed("\r\n#XSOCKET: 4,1,6\r\n\r\nOK\r\n");
  CHECK(m.was_sent("AT#XSOCKETSELECT=4"));
  CHECK(m.was_sent("AT#XSOCKET=0"));
}

TEST_CASE("a link that is out of step says so until it is back, and then what it said before") {
  for (const bool on_network : {true, false}) {
    scripted_modem m;
    if (!on_network) m.answer("AT+CEREG?", "\r\n+CEREG: 5,2\r\n\r\nOK\r\n");
    m.boot();
    const auto state = m.driver.status().state;
    const auto before = m.driver.status().trouble;
    m.answers_left = 0;
    m.driver.run_at(ticket{1}, "AT+CCLK?", 5s, m.now);
    m.pass(5500ms);
    CHECK(m.driver.status().state == state);
    CHECK(m.driver.status().trouble.code == errc::no_answer);
    m.pass(10s);  // no late answer either
    CHECK(m.driver.status().uart.resyncs == 1);
    CHECK(m.driver.status().trouble.detail ==
          "the modem stopped answering; getting back into step");
    m.answers_left = 1000;
    m.pass(2s);
    CHECK(m.driver.status().state == state);
    CHECK(m.driver.status().trouble == before);
  }
}
