// SPDX-License-Identifier: Apache-2.0
#include "stack/dns/route.hpp"

#include <doctest/doctest.h>

using namespace cellsock;
using dns::source;

TEST_CASE("who is asked, by link, network and what is known") {
  struct row {
    const char* what;
    dns::circumstances now;
    std::vector<source> order;
  };
  constexpr auto modem = link_kind::modem;
  constexpr auto host = link_kind::host;
  // link, default network, both families, link finds both, network names servers, one is chosen
  const row rows[]{
      {"one family", {modem, true, false, false, true, false}, {source::link}},
      {"one family, nothing known", {modem, true, false, false, false, false}, {source::link}},
      {"one family, a server is chosen",
       {modem, true, false, false, true, true},
       {source::link, source::chosen}},
      {"the network gave none, and one is chosen",
       {modem, true, false, false, false, true},
       {source::chosen, source::link}},
      {"both, which the modem finds", {modem, true, true, true, true, false}, {source::link}},
      {"both, which it does not",
       {modem, true, true, false, true, false},
       {source::network, source::link}},
      {"both, one chosen",
       {modem, true, true, false, true, true},
       {source::network, source::chosen, source::link}},
      {"both, nobody known", {modem, true, true, false, false, false}, {source::link}},
      {"another network", {modem, false, false, false, true, false}, {source::network}},
      {"another network, one chosen",
       {modem, false, true, false, true, true},
       {source::network, source::chosen}},
      {"another network, nobody known", {modem, false, true, true, false, false}, {}},
      {"host", {host, true, true, true, true, false}, {source::link}},
      {"host, one chosen", {host, true, true, true, false, true}, {source::link, source::chosen}},
      {"host, another interface", {host, false, true, true, true, false}, {source::network}},
      {"host, another interface, one chosen",
       {host, false, true, true, true, true},
       {source::chosen, source::network}},
  };
  for (const auto& r : rows) {
    CAPTURE(r.what);
    CHECK(dns::route(r.now) == r.order);
  }
}

TEST_CASE("only trouble is worth another's word") {
  for (const auto code :
       {errc::name_try_again, errc::name_failed, errc::timed_out, errc::no_handle})
    CHECK(dns::worth_another(code));
  for (const auto code :
       {errc::name_not_found, errc::link_down, errc::not_registered, errc::stopping})
    CHECK_FALSE(dns::worth_another(code));
}
