// SPDX-License-Identifier: Apache-2.0
#include "stack/power_saving.hpp"

#include <doctest/doctest.h>

using namespace cellsock;
using namespace std::chrono_literals;

TEST_CASE("timers go to the nearest that can be said, and back") {
  struct row {
    power_timer which;
    std::chrono::seconds wanted;
    std::string_view bits;
    std::chrono::seconds said;
  };
  using t = power_timer;
  for (const auto& r :
       {row{t::t3412_ext, 3600s, "00000110", 3600s}, row{t::t3412_ext, 24h, "00111000", 24h},
        row{t::t3412_ext, 2s, "01100001", 2s},
        row{t::t3412_ext, 3600s * 320 * 31, "11011111", 3600s * 320 * 31},
        row{t::t3412_ext, 61s, "01111110", 60s},  // 60 and 62 are as near
        row{t::t3324, 10s, "00000101", 10s}, row{t::t3324, 0s, "00000000", 0s},
        row{t::t3324, 90s, "00011111", 62s}, row{t::t3324, 1h, "01001010", 1h},
        row{t::t3324, 100h, "01011111", 11160s}}) {
    CAPTURE(r.wanted.count());
    CHECK(timer_bits(r.which, r.wanted) == r.bits);
    CHECK(timer_of(r.which, r.bits) == r.said);
  }
  for (const char* none : {"11100000", "", "0000000", "000000000", "0000002x"}) {
    CHECK_FALSE(timer_of(power_timer::t3412_ext, none));
    CHECK_FALSE(timer_of(power_timer::t3324, none));
  }
}

TEST_CASE("what was said is read as what was said, for every count and unit") {
  for (unsigned value = 0; value < 256; ++value) {
    std::string bits;
    for (unsigned i = 8; i-- > 0;) bits += ((value >> i) & 1U) != 0 ? '1' : '0';
    for (const auto which : {power_timer::t3412_ext, power_timer::t3324})
      if (const auto time = timer_of(which, bits))
        CHECK(timer_of(which, timer_bits(which, *time)) == time);
  }
}

TEST_CASE("cycles differ between the radio systems") {
  CHECK(edrx_bits(edrx_system::ltem, 82s) == "0101");
  CHECK(edrx_bits(edrx_system::ltem, 60s) == "0100");
  CHECK(edrx_bits(edrx_system::nbiot, 60s) == "0011");
  CHECK(edrx_bits(edrx_system::nbiot, 1s) == "0010");
  CHECK(edrx_of(edrx_system::ltem, "0101") == 81920ms);
  CHECK(edrx_of(edrx_system::nbiot, "1111") == 10485760ms);
  CHECK_FALSE(edrx_of(edrx_system::nbiot, "0100"));
  CHECK_FALSE(edrx_of(edrx_system::ltem, "01010"));
}
