// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/network_facts.hpp"

#include <doctest/doctest.h>

using namespace cellsock;

TEST_CASE("registration in words") {
  struct row {
    std::string_view fields;
    registration meaning;
  };
  for (const auto& r :
       {row{"0", registration::off}, row{"1,\"002F\",\"0012BEEF\",7", registration::home},
        row{"2", registration::searching}, row{"3", registration::denied},
        row{"4,,,,", registration::no_coverage}, row{"5", registration::roaming},
        row{"8", registration::emergency_only}, row{"90", registration::no_sim},
        row{"77", registration::unknown}}) {
    CAPTURE(r.fields);
    network_facts facts;
    registration_changed(r.fields, facts);
    CHECK(facts.network == r.meaning);
  }
  network_facts facts;
  facts.network = registration::home;
  registration_changed("nonsense", facts);
  CHECK(facts.network == registration::home);
  read_registration_reply("5,5,\"002F\",\"0012BEEF\",9", facts);
  CHECK(facts.network == registration::roaming);
  CHECK(facts.access_technology == "NB-IoT");
}

TEST_CASE("every way not to be attached says why") {
  network_facts facts;
  CHECK(facts.trouble().code == errc::not_registered);
  facts.network = registration::denied;
  CHECK(facts.trouble().code == errc::registration_denied);
  facts.network = registration::home;
  CHECK(facts.trouble().code == errc::pdn_down);
  facts.sim_trouble = sim_failure(10);
  CHECK(facts.trouble().code == errc::no_sim);
  for (int i = 0; i < static_cast<int>(registration::count_); ++i) {
    network_facts any;
    any.network = static_cast<registration>(i);
    CHECK_FALSE(any.trouble().detail.empty());
  }
  CHECK_FALSE(sim_failure(50));
}

TEST_CASE("address, MTU, operator and signal are read from what is there") {
  network_facts facts;
  read_activation("0,1", facts);
  read_address("0,\"10.160.1.82\"", facts);
  CHECK(to_string(*facts.first().address) == "10.160.1.82");
  CHECK(facts.first().up());
  read_address("0,\"10.0.0.9 2001:db8::9\"", facts);
  CHECK(to_string(*facts.first().address) == "10.0.0.9");
  CHECK(to_string(*facts.first().address6) == "2001:db8::9");
  read_address("0,\"0.0.0.0\",\"2001:db8::1\"", facts);
  CHECK_FALSE(facts.first().address);
  CHECK(to_string(*facts.first().address6) == "2001:db8::1");
  CHECK(facts.first().up());
  read_address("0,\"10.0.0.9\",\"2001:db8::2\"", facts);
  CHECK(to_string(*facts.first().address) == "10.0.0.9");
  CHECK(to_string(*facts.first().address6) == "2001:db8::2");
  read_address("1,\"10.1.1.1\"", facts);
  CHECK(to_string(*facts.first().address) == "10.0.0.9");
  // Before the network announced its prefix.
  read_address("0,\"10.0.0.9\",\"fe80::1\"", facts);
  CHECK(facts.first().address);
  CHECK_FALSE(facts.first().address6);
  read_address("0", facts);
  CHECK_FALSE(facts.first().address);
  CHECK_FALSE(facts.first().up());
  read_dynamic_parameters("0,,\"iot.example\",\"\",\"\",\"1.1.1.1\",\"2.2.2.2\",,,,,1430", facts);
  CHECK(facts.first().mtu == 1430);
  read_dynamic_parameters("0,,\"iot.example\",\"\",\"\",\"1.1.1.1\",\"2.2.2.2\",,,,,", facts);
  CHECK(facts.first().mtu == 1430);
  read_operator("0,2,\"26201\",7", facts);
  CHECK(facts.operator_plmn == "26201");
  read_operator("0", facts);
  CHECK(facts.operator_plmn.empty());
  read_signal("99,99,255,255,31,62", facts);
  CHECK(facts.rsrp_dbm == -79);
  read_signal("99,99,255,255,31,-3", facts);
  CHECK(facts.rsrp_dbm == -143);
  read_signal("99,99,255,255,255,255", facts);
  CHECK_FALSE(facts.rsrp_dbm);
  read_activation("1,0", facts);
  CHECK(facts.first().active);
  read_activation("0,0", facts);
  CHECK_FALSE(facts.first().active);
}

TEST_CASE("SIM states") {
  network_facts facts;
  read_sim_state("\"SIM PIN\"", facts);
  CHECK(facts.sim_trouble->code == errc::no_sim);
  read_sim_state("READY", facts);
  CHECK_FALSE(facts.sim_trouble);
  sim_changed("0", facts);
  CHECK(facts.sim_trouble);
  sim_changed("1", facts);
  CHECK_FALSE(facts.sim_trouble);
}

TEST_CASE("the family the network does not give is missed with what it said") {
  network_facts facts;
  facts.first().address = *parse_address("10.0.0.9");
  CHECK_FALSE(facts.first().missing(ip_family::v4));
  CHECK(facts.first().missing(ip_family::v6)->code == errc::address_not_available);
  struct row {
    std::string_view event;
    std::string_view note;
  };
  for (const auto& r :
       {row{"ME PDN ACT 0,0", "it allows IPv4 only"}, row{"ME PDN ACT 0,1", "it allows IPv6 only"},
        row{"ME PDN ACT 0", ""}, row{"IPV6 FAIL 0", "it announced no IPv6 prefix"},
        row{"IPV6 FAIL 1", "it announced no IPv6 prefix"},  // not ours
        row{"IPV6 0", ""}, row{"ME PDN ACT 0,7", ""}}) {
    CAPTURE(r.event);
    (void)packet_event(r.event, facts);
    CHECK(facts.first().family_note == r.note);
  }
  (void)packet_event("ME PDN ACT 0,0", facts);
  CHECK(facts.first().missing(ip_family::v6)->detail ==
        "the network gave no IPv6 address: it allows IPv4 only");
  facts.first().lost();
  CHECK(facts.first().family_note.empty());
}

TEST_CASE("packet events of one context or of all") {
  network_facts facts;
  const auto check = [&](std::string_view text, packet_change what, std::optional<cid> context) {
    CAPTURE(text);
    const auto news = packet_event(text, facts);
    CHECK(news.what == what);
    CHECK(news.context == context);
  };
  const cid second{1};
  check("IPV6 0", packet_change::look, first_context);
  check("IPV6 1", packet_change::look, second);
  check("IPV6 FAIL 0", packet_change::look, first_context);
  check("ME PDN SUSPENDED 1", packet_change::suspended, second);
  check("ME PDN RESUMED 0", packet_change::resumed, first_context);
  check("ME PDN DEACT 0", packet_change::lost, first_context);
  check("NW PDN DEACT 0", packet_change::lost, first_context);
  check("NW PDN DEACT 1", packet_change::lost, second);
  check("NW DETACH", packet_change::lost, std::nullopt);
  check("ME DETACH", packet_change::lost, std::nullopt);
  check("ME PDN ACT 0,0", packet_change::look, first_context);
  check("ME PDN ACT 10", packet_change::look, cid{10});
  for (const auto* nothing : {"ME PDN DEACT", "NW PDN DEACT 11", "something new"})
    check(nothing, packet_change::none, std::nullopt);
}

TEST_CASE("each context has its own facts") {
  network_facts facts;
  const cid second{1};
  read_context("1,\"ipv4v6\",\"iot.example\",\"\",0,0", facts);
  CHECK(facts.at(second).type_defined == "IPV4V6");
  CHECK(facts.at(second).apn_defined == "iot.example");
  CHECK(facts.first().type_defined.empty());
  read_activation("1,1", facts);
  CHECK_FALSE(facts.at(second).up());
  read_pdn_id("3", facts.at(second));
  CHECK(facts.at(second).id == pdn_id{3});
  read_address("1,\"10.1.0.9\"", facts);
  CHECK(facts.at(second).up());
  CHECK_FALSE(facts.first().up());
  // A line for each family; the same server twice is one.
  read_dynamic_parameters("1,,\"iot.example\",\"\",\"\",\"192.0.2.53\",\"192.0.2.54\",,,,,1400",
                          facts);
  read_dynamic_parameters("1,,\"iot.example\",\"\",\"\",\"192.0.2.53\",\"2001:db8::53\",,,,,1400",
                          facts);
  CHECK(facts.at(second).name_servers.size() == 3);
  CHECK(facts.at(second).mtu == 1400);
  refusal_explained("27,1", facts);
  CHECK(facts.at(second).refused_for == 27U);
  facts.at(second).lost();
  CHECK_FALSE(facts.at(second).id);
  CHECK(facts.at(second).name_servers.empty());
  CHECK(facts.at(second).apn_defined == "iot.example");
  // None of its contexts is ours: nothing to write to.
  read_activation("11,1", facts);
  read_address("11,\"10.1.0.9\"", facts);
  read_context("-1,\"IP\",\"a\"", facts);
}

TEST_CASE("sockets left by an earlier owner") {
  network_facts facts;
  read_open_socket("0,1,0,1,-1,1,0", facts);
  read_open_socket("3,1,0,1,42,2,0", facts);
  read_open_socket("3", facts);
  REQUIRE(facts.open_sockets.size() == 2);
  CHECK_FALSE(facts.open_sockets[0].secure);
  CHECK(facts.open_sockets[1].secure);
}
