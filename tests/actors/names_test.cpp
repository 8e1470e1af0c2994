// SPDX-License-Identifier: Apache-2.0
// Names of one link: a bridge that only takes notes, and name servers played by the test.
#include "actors/names_actor.hpp"

#include <doctest/doctest.h>

#include "tests/support/actor_world.hpp"
#include "tests/support/dns_bytes.hpp"
#include "tests/support/fake_neighbours.hpp"

using namespace cellsock;
using namespace std::chrono_literals;
using test::dns_bytes;
using test::dns_ok;
namespace type = test::dns_type;

namespace {

const ip_address v4 = *parse_address("192.0.2.7");
const ip_address v6 = *parse_address("2001:db8::7");
const ip_address server = *parse_address("10.0.0.53");
const ip_address server6 = *parse_address("2001:db8::53");
const std::string v4_data{"\xc0\x00\x02\x07", 4};
const std::string v6_data{"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07", 16};

struct fixture : test::actor_world {
  test::notes book;
  bridge_handle bridge{system.spawn<test::fake_bridge>(std::ref(book))};
  names_handle names;
  std::uint32_t last_socket = 0;
  unsigned last_id = 0x100;
  std::size_t offers_seen = 0;

  fixture() {
    book.networks.all.push_back({"pdn0", pdn_id{0}, true, 1500, {v4, v6}, {}});
    book.networks.all.push_back({"pdn1", pdn_id{1}, true, 1500, {v4}, {server}});
    names_seed seed;
    seed.link = "modem0";
    seed.ids = [this] { return socket_id{++last_socket}; };
    seed.random = [this] { return ++last_id; };
    names = names_handle(system.spawn<names_actor>(std::move(seed)));
    link(7);
  }
  ~fixture() {
    caf::anon_send(names, msg::stop_all{});
    settle();
    book.socket = carried_handle{};
    book.networks = {};
    names = names_handle{};
    kill(bridge);
    CHECK(system.registry().running() == 0);
  }
  void link(std::size_t free, bool finds_both = true) {
    tell(msg::names_link{bridge, true, finds_both, free});
  }
  template <class Message>
  void tell(Message m) {
    caf::anon_send(names, std::move(m));
    settle();
  }
  void choose(std::optional<ip_address> which, ip_family family = ip_family::v4) {
    CHECK(call<msg::option_set>(names, msg::set_dns{family, which}));
  }

  /// A question under way; several may be.
  struct asked {
    std::optional<result<std::vector<ip_address>>> answer;
  };
  class asker final : public caf::event_based_actor {
  public:
    asker(caf::actor_config& config, names_handle whom, msg::resolve_name m,
          std::shared_ptr<asked> to)
        : caf::event_based_actor(config),
          whom_(std::move(whom)),
          m_(std::move(m)),
          to_(std::move(to)) {}
    caf::behavior make_behavior() override {
      ask(this, whom_, 1000s, m_, on<msg::name_resolved>([this](msg::name_resolved& r) {
            to_->answer.emplace(std::move(r.addresses));
            quit();
          }),
          [this](const failure& why) {
            to_->answer.emplace(why);
            quit();
          });
      return {[](const msg::stopped&) {}};
    }
    void on_exit() override { whom_ = names_handle{}; }

  private:
    names_handle whom_;
    msg::resolve_name m_;
    std::shared_ptr<asked> to_;
  };
  using question = std::shared_ptr<asked>;
  question ask_for(const std::string& host, std::optional<ip_family> family = ip_family::v4,
                   std::optional<unsigned> pdn = {}) {
    auto made = std::make_shared<asked>();
    msg::resolve_name m{host, family, {}};
    if (pdn) m.pdn = pdn_id{static_cast<std::uint8_t>(*pdn)};
    system.spawn<asker>(names, std::move(m), made);
    settle();
    return made;
  }
  static result<std::vector<ip_address>> answer_of(const question& to) {
    REQUIRE(to->answer);
    return *to->answer;
  }
  static bool open(const question& one) { return !one->answer; }

  /// The bridge takes what is offered; the number of datagrams that left.
  std::size_t carry() {
    std::size_t left = 0;
    while (book.offers.size() > offers_seen) {
      offers_seen = book.offers.size();
      const auto before = book.datagrams.size();
      caf::anon_send(book.socket, msg::give_chunk{512});
      settle();
      if (book.datagrams.size() == before) continue;
      ++left;
      caf::anon_send(book.socket, msg::chunk_sent{book.datagrams.back().payload.size()});
      settle();
    }
    return left;
  }
  void say(const dns_bytes& message, const endpoint& from) {
    caf::anon_send(book.socket, msg::received{message.take(), from});
    settle();
    carry();
  }
  unsigned id_of(const msg::datagram& d) {
    return std::to_integer<unsigned>(d.payload[0]) << 8 | std::to_integer<unsigned>(d.payload[1]);
  }
  dns_bytes address_for(const msg::datagram& d, unsigned ttl = 60,
                        std::string_view host = "a.example") {
    const auto kind = std::to_integer<unsigned>(d.payload[d.payload.size() - 3]);
    return dns_bytes()
        .header(id_of(d), dns_ok, 1)
        .question(host, kind)
        .same_name()
        .record(kind, ttl, kind == type::a ? v4_data : v6_data);
  }
  dns_bytes no_such_name(const msg::datagram& d) {
    return dns_bytes()
        .header(id_of(d), dns_ok | 3, 0, 1)
        .question("a.example", type::a)
        .name("example")
        .record(type::soa, 120, dns_bytes::soa(120));
  }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "the link's own resolver is asked where nothing speaks against it") {
  book.link_says = msg::name_resolved{{v4}};
  CHECK(*answer_of(ask_for("a.example")) == std::vector{v4});
  CHECK(*answer_of(ask_for("A.example", ip_family::v4, 0)) == std::vector{v4});
  CHECK(book.names_asked.size() == 1);  // remembered, whatever the case, and pdn0 is the default
  CHECK(book.declared.empty());
}

TEST_CASE_FIXTURE(fixture, "what many want to know is asked once") {
  const auto one = ask_for("a.example", ip_family::v4, 1);
  const auto other = ask_for("a.example", ip_family::v4, 1);
  CHECK(carry() == 1);
  say(address_for(book.datagrams[0]), {server, 53});
  CHECK(*answer_of(one) == std::vector{v4});
  CHECK(*answer_of(other) == std::vector{v4});
}

TEST_CASE_FIXTURE(fixture, "through another network: its servers, over a socket bound to it") {
  const auto one = ask_for("a.example", ip_family::v4, 1);
  REQUIRE(book.declared.size() == 1);
  CHECK(book.declared[0] == std::pair{socket_id{1}, pdn_id{1}});
  CHECK(book.wants == std::vector{true});
  CHECK(carry() == 1);
  CHECK(book.datagrams[0].peer == endpoint{server, 53});
  say(address_for(book.datagrams[0], 300), {server, 53});
  CHECK(*answer_of(one) == std::vector{v4});
  CHECK(book.names_asked.empty());
  // As long as its server says, not the minute of a modem.
  advance(299s);
  CHECK_FALSE(open(ask_for("a.example", ip_family::v4, 1)));
  advance(2s);
  CHECK(open(ask_for("a.example", ip_family::v4, 1)));
}

TEST_CASE_FIXTURE(fixture, "names: asking through a network that is down brings it up first") {
  book.network_woken = book.networks.all[1];
  book.networks.all[1] = {"pdn1", pdn_id{1}, false, 0, {}, {}};
  const auto one = ask_for("a.example", ip_family::v4, 1);
  REQUIRE(book.orders.size() == 1);
  CHECK(book.orders[0].which == pdn_id{1});
  CHECK(book.orders[0].up);
  CHECK_FALSE(book.orders[0].lasting);
  CHECK(carry() == 1);
  say(address_for(book.datagrams[0]), {server, 53});
  CHECK(*answer_of(one) == std::vector{v4});
}

TEST_CASE_FIXTURE(fixture, "names: a network that comes up without servers is not woken again") {
  book.networks.all[1] = book.network_woken = {"pdn1", pdn_id{1}, false, 0, {}, {}};
  CHECK(answer_of(ask_for("a.example", ip_family::v4, 1)).error().code == errc::name_try_again);
  CHECK(book.orders.size() == 1);
}

TEST_CASE_FIXTURE(fixture, "a network that is not there") {
  const auto said = answer_of(ask_for("a.example", ip_family::v4, 5));
  CHECK(said.error().code == errc::no_device);
}

TEST_CASE_FIXTURE(fixture, "no name server is known for it") {
  book.networks.all[1].name_servers.clear();
  CHECK(answer_of(ask_for("a.example", ip_family::v4, 1)).error().code == errc::name_try_again);
  choose(server);
  const auto one = ask_for("a.example", ip_family::v4, 1);
  CHECK(carry() == 1);
  CHECK(book.datagrams[0].peer == endpoint{server, 53});
}

TEST_CASE_FIXTURE(fixture, "the socket is kept for the next name, and closed soon") {
  for (const auto* host : {"a.example", "b.example"}) {
    const auto one = ask_for(host, ip_family::v4, 1);
    carry();
    say(address_for(book.datagrams.back(), 60, host), {server, 53});
    CHECK(answer_of(one));
    advance(4s);
  }
  CHECK(book.declared.size() == 1);
  CHECK(book.forgets == 0);
  advance(1s);
  CHECK(book.forgets == 1);
  ask_for("c.example", ip_family::v4, 1);
  CHECK(book.declared.size() == 2);
}

TEST_CASE_FIXTURE(fixture, "a chosen server is for a network that gave none") {
  choose(server);
  const auto one = ask_for("a.example");
  CHECK(book.names_asked.empty());
  CHECK(carry() == 1);
  say(address_for(book.datagrams[0]), {server, 53});
  CHECK(*answer_of(one) == std::vector{v4});
  // And forgotten again.
  choose(std::nullopt);
  book.link_says = msg::name_resolved{{v4}};
  CHECK(*answer_of(ask_for("a.example")) == std::vector{v4});
  CHECK(book.names_asked.size() == 1);
}

TEST_CASE_FIXTURE(fixture, "a chosen server is for a network whose own do not answer") {
  book.networks.all[0].name_servers = {server};
  choose(*parse_address("192.0.2.99"));
  book.link_says = fail(errc::name_not_found);
  CHECK(answer_of(ask_for("b.example")).error().code == errc::name_not_found);
  CHECK(book.declared.empty());
  book.link_says = fail(errc::name_try_again);
  const auto one = ask_for("a.example");
  CHECK(carry() == 1);
  say(address_for(book.datagrams[0]), {*parse_address("192.0.2.99"), 53});
  CHECK(*answer_of(one) == std::vector{v4});
}

TEST_CASE_FIXTURE(fixture,
                  "both families, which the modem cannot: ours, and the modem after trouble") {
  link(7, false);
  book.networks.all[0].name_servers = {server};
  const auto one = ask_for("a.example", std::nullopt);
  CHECK(carry() == 2);
  say(address_for(book.datagrams[1]), {server, 53});
  say(address_for(book.datagrams[0]), {server, 53});
  CHECK(*answer_of(one) == std::vector{v4, v6});
  CHECK(book.names_asked.empty());

  book.link_says = msg::name_resolved{{v6}};
  const auto other = ask_for("b.example", std::nullopt);
  CHECK(carry() == 2);
  CHECK(open(other));
  advance(2s);
  CHECK(*answer_of(other) == std::vector{v6});
  // Once silent: the next names need not wait for that.
  CHECK(*answer_of(ask_for("c.example", std::nullopt)) == std::vector{v6});
  CHECK(book.names_asked.size() == 2);
  advance(301s);
  CHECK(open(ask_for("d.example", std::nullopt)));
}

TEST_CASE_FIXTURE(fixture, "a server that drops the first question gets another") {
  const auto one = ask_for("a.example", ip_family::v4, 1);
  CHECK(carry() == 1);
  advance(2s);
  CHECK(carry() == 1);
  CHECK(book.datagrams[1].payload == book.datagrams[0].payload);
  say(address_for(book.datagrams[1]), {server, 53});
  CHECK(*answer_of(one) == std::vector{v4});
}

TEST_CASE_FIXTURE(fixture, "silence ends") {
  const auto one = ask_for("a.example", ip_family::v4, 1);
  for (const auto wait : {2s, 3s, 5s}) {
    CHECK(carry() == 1);
    CHECK(open(one));
    advance(wait);
  }
  CHECK(answer_of(one).error().code == errc::name_try_again);
  // Nothing is remembered of the name.
  CHECK(open(ask_for("a.example", ip_family::v4, 1)));
}

TEST_CASE_FIXTURE(fixture, "an answer that nobody asked for changes nothing") {
  const auto one = ask_for("a.example", ip_family::v4, 1);
  carry();
  auto forged = address_for(book.datagrams[0]);
  say(forged, {*parse_address("192.0.2.66"), 53});
  forged.bytes[0] ^= 1;
  say(forged, {server, 53});
  say(dns_bytes().text("garbage"), {server, 53});
  CHECK(open(one));
  say(address_for(book.datagrams[0]), {server, 53});
  CHECK(*answer_of(one) == std::vector{v4});
}

TEST_CASE_FIXTURE(fixture, "that a name does not exist is remembered as long as its zone says") {
  const auto one = ask_for("a.example", ip_family::v4, 1);
  carry();
  say(no_such_name(book.datagrams[0]), {server, 53});
  CHECK(answer_of(one).error().code == errc::name_not_found);
  advance(119s);
  CHECK(answer_of(ask_for("a.example", ip_family::v4, 1)).error().code == errc::name_not_found);
  CHECK(book.datagrams.size() == 1);
  advance(2s);
  CHECK(open(ask_for("a.example", ip_family::v4, 1)));
}

TEST_CASE_FIXTURE(fixture, "programs hold every socket: try again, and the modem is not asked") {
  link(0);
  CHECK(answer_of(ask_for("a.example", ip_family::v4, 1)).error().code == errc::name_try_again);
  CHECK(book.declared.empty());
}

TEST_CASE_FIXTURE(fixture, "a program that wants the last socket gets it") {
  link(1);
  const auto one = ask_for("a.example", ip_family::v4, 1);
  carry();
  CHECK(open(one));
  link(0);
  CHECK(book.forgets == 1);
  CHECK(answer_of(one).error().code == errc::name_try_again);
  link(1);
  const auto other = ask_for("a.example", ip_family::v4, 1);
  CHECK(carry() == 1);
  say(address_for(book.datagrams.back()), {server, 53});
  CHECK(answer_of(other));
}

TEST_CASE_FIXTURE(fixture, "the modem has no socket after all") {
  const auto one = ask_for("a.example", ip_family::v4, 1);
  caf::anon_send(book.socket, msg::give_chunk{512});
  settle();
  caf::anon_send(book.socket, msg::datagram_dropped{fail(errc::no_handle)});
  settle();
  CHECK(answer_of(one).error().code == errc::name_try_again);
  CHECK(book.forgets == 1);
}

TEST_CASE_FIXTURE(fixture, "the network goes away in the middle") {
  const auto one = ask_for("a.example", ip_family::v4, 1);
  carry();
  caf::anon_send(book.socket, msg::socket_broken{fail(errc::pdn_down)});
  settle();
  CHECK(answer_of(one).error().code == errc::pdn_down);
}

TEST_CASE_FIXTURE(fixture, "the bridge is started again in the middle") {
  const auto one = ask_for("a.example", ip_family::v4, 1);
  carry();
  tell(msg::names_link{bridge_handle{}, false, true, 7});
  CHECK(answer_of(one).error().code == errc::name_try_again);
  CHECK(answer_of(ask_for("a.example")).error().code == errc::link_down);
}

TEST_CASE_FIXTURE(fixture, "servers of both families: one socket at a time") {
  book.networks.all[1].addresses = {v4, v6};
  book.networks.all[1].name_servers = {server, server6};
  const auto one = ask_for("a.example", ip_family::v4, 1);
  CHECK(carry() == 1);
  advance(2s);
  CHECK(book.forgets == 1);
  CHECK(book.declared.size() == 2);
  CHECK(carry() == 1);
  CHECK(book.datagrams[1].peer == endpoint{server6, 53});
  say(address_for(book.datagrams[1]), {server6, 53});
  CHECK(*answer_of(one) == std::vector{v4});
}

TEST_CASE_FIXTURE(fixture, "a name that is none is refused without a socket") {
  CHECK(answer_of(ask_for("m\xc3\xbcnchen.example", ip_family::v4, 1)).error().code ==
        errc::name_not_found);
  CHECK(book.declared.empty());
}

TEST_CASE_FIXTURE(fixture, "a link that is not ready says itself what is wrong") {
  choose(server);
  tell(msg::names_link{bridge, false, true, 7});
  book.link_says = fail(errc::not_registered);
  CHECK(answer_of(ask_for("a.example")).error().code == errc::not_registered);
  CHECK(answer_of(ask_for("a.example", ip_family::v4, 1)).error().code == errc::link_down);
  CHECK(book.declared.empty());
}

TEST_CASE_FIXTURE(fixture, "an address is its own answer") {
  CHECK(*answer_of(ask_for("192.0.2.7", std::nullopt, 1)) == std::vector{v4});
  CHECK(answer_of(ask_for("192.0.2.7", ip_family::v6)).error().code == errc::name_not_found);
  CHECK(book.names_asked.empty());
}
