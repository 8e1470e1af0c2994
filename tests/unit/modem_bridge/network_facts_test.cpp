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
  CHECK(to_string(*facts.address) == "10.160.1.82");
  CHECK(facts.pdn_up());
  read_address("0,\"10.0.0.9 2001:db8::9\"", facts);
  CHECK(to_string(*facts.address) == "10.0.0.9");
  CHECK(to_string(*facts.address6) == "2001:db8::9");
  read_address("0,\"0.0.0.0\",\"2001:db8::1\"", facts);
  CHECK_FALSE(facts.address);
  CHECK(to_string(*facts.address6) == "2001:db8::1");
  CHECK(facts.pdn_up());
  read_address("0,\"10.0.0.9\",\"2001:db8::2\"", facts);
  CHECK(to_string(*facts.address) == "10.0.0.9");
  CHECK(to_string(*facts.address6) == "2001:db8::2");
  read_address("1,\"10.1.1.1\"", facts);
  CHECK(to_string(*facts.address) == "10.0.0.9");
  // Before the network announced its prefix.
  read_address("0,\"10.0.0.9\",\"fe80::1\"", facts);
  CHECK(facts.address);
  CHECK_FALSE(facts.address6);
  read_address("0", facts);
  CHECK_FALSE(facts.address);
  CHECK_FALSE(facts.pdn_up());
  read_dynamic_parameters("0,,\"iot.example\",\"\",\"\",\"1.1.1.1\",\"2.2.2.2\",,,,,1430", facts);
  CHECK(facts.mtu == 1430);
  read_dynamic_parameters("0,,\"iot.example\",\"\",\"\",\"1.1.1.1\",\"2.2.2.2\",,,,,", facts);
  CHECK(facts.mtu == 1430);
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
  CHECK(facts.pdn_active);
  read_activation("0,0", facts);
  CHECK_FALSE(facts.pdn_active);
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
  facts.address = *parse_address("10.0.0.9");
  CHECK_FALSE(facts.missing(ip_family::v4));
  CHECK(facts.missing(ip_family::v6)->code == errc::address_not_available);
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
    CHECK(facts.family_note == r.note);
  }
  (void)packet_event("ME PDN ACT 0,0", facts);
  CHECK(facts.missing(ip_family::v6)->detail ==
        "the network gave no IPv6 address: it allows IPv4 only");
  facts.pdn_lost();
  CHECK(facts.family_note.empty());
}

TEST_CASE("packet events of the default bearer only") {
  network_facts facts;
  const auto packet_event = [&](std::string_view text) {
    return cellsock::packet_event(text, facts);
  };
  CHECK(packet_event("IPV6 0") == packet_change::look);
  CHECK(packet_event("IPV6 1") == packet_change::none);
  CHECK(packet_event("IPV6 FAIL 0") == packet_change::look);
  CHECK(packet_event("ME PDN RESUMED 0") == packet_change::look);
  CHECK(packet_event("ME PDN DEACT 0") == packet_change::pdn_lost);
  CHECK(packet_event("NW PDN DEACT 0") == packet_change::pdn_lost);
  CHECK(packet_event("NW PDN DEACT 1") == packet_change::none);
  CHECK(packet_event("NW DETACH") == packet_change::pdn_lost);
  CHECK(packet_event("ME DETACH") == packet_change::pdn_lost);
  CHECK(packet_event("ME PDN ACT 0,0") == packet_change::look);
  CHECK(packet_event("ME PDN DEACT") == packet_change::none);
  CHECK(packet_event("something new") == packet_change::none);
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
