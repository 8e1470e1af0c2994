// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/segmenter.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

using namespace cellsock;

namespace {

const dialect::table& slm = dialect::slm();

double price(const std::vector<piece>& pieces, line_cost cost) {
  double sum = 0;
  for (const auto& p : pieces) sum += cost_of(slm, p.mode, p.bytes, cost);
  return sum;
}

void check_legal(const std::string& bytes, const std::vector<piece>& pieces) {
  std::size_t at = 0;
  for (const auto& p : pieces) {
    REQUIRE(p.at == at);
    REQUIRE(p.bytes > 0);
    const auto part = std::string_view(bytes).substr(p.at, p.bytes);
    if (p.mode == send_mode::string) {
      REQUIRE(part.size() <= 1024);
      REQUIRE(part.find_first_of(std::string_view("\"\0\x08\x7f", 4)) == std::string_view::npos);
    } else {
      REQUIRE(part.size() <= 4096);
      REQUIRE(part.find("+++") == std::string_view::npos);
      REQUIRE(part.back() != '+');
    }
    at += p.bytes;
  }
  REQUIRE(at == bytes.size());
}

/// The cheapest of all, by trying every cut: for short inputs.
double cheapest(const std::string& bytes, line_cost cost) {
  std::vector<double> best(bytes.size() + 1, 1e18);
  best[0] = 0;
  for (std::size_t from = 0; from < bytes.size(); ++from)
    for (std::size_t to = from + 1; to <= bytes.size(); ++to) {
      const auto part = std::string_view(bytes).substr(from, to - from);
      if (fits_string(slm, part))
        best[to] = std::min(best[to], best[from] + price({{send_mode::string, 0, 1}}, cost));
      if (fits_data(slm, part))
        best[to] = std::min(best[to], best[from] + price({{send_mode::data, 0, 1}}, cost));
    }
  return best[bytes.size()];
}

}  // namespace

TEST_CASE("the mode follows content and size") {
  const auto cost = cost_at(115200);
  const auto modes = [&](const std::string& bytes) {
    std::string made;
    for (const auto& p : segment(slm, bytes, cost)) made += p.mode == send_mode::string ? 's' : 'd';
    return made;
  };
  CHECK(modes("").empty());
  CHECK(modes("hello") == "s");
  CHECK(modes("say \"hi\"") == "d");
  CHECK(modes("+") == "s");
  CHECK(modes("a+++b") == "s");
  CHECK(modes(std::string(1024, 'x')) == "s");
  CHECK(modes(std::string(1025, 'x')) == "d");
  CHECK(modes(std::string(4096, 'x')) == "d");
  CHECK(modes(std::string(4095, 'x') + "+") == "ds");
  CHECK(modes(std::string(1, '\0') + "++") == "ds");
  CHECK(modes(std::string(1, '\0') + "+++" + std::string(1, '\0')) == "dsd");
  CHECK(modes(std::string(4096, '+')) == "ssss");
}

TEST_CASE("every cutting is legal, whole and as cheap as can be") {
  std::mt19937 random(7);
  const std::string alphabet = std::string("+++++a\"") + '\0';
  for (int round = 0; round < 3000; ++round) {
    std::string bytes(random() % 24, ' ');
    for (char& c : bytes) c = alphabet[random() % alphabet.size()];
    for (const unsigned baud : {115200U, 1000000U}) {
      const auto cost = cost_at(baud);
      const auto pieces = segment(slm, bytes, cost);
      check_legal(bytes, pieces);
      REQUIRE(price(pieces, cost) == doctest::Approx(cheapest(bytes, cost)));
    }
  }
}

TEST_CASE("long and hostile inputs are cut legally") {
  std::mt19937 random(11);
  const std::vector<std::string> pool{"+",
                                      "++",
                                      "+++",
                                      "++++",
                                      "\"",
                                      std::string(1, '\0'),
                                      "text ",
                                      "\r\nOK\r\n",
                                      "AT+CFUN=0\r\n",
                                      std::string(300, 'x')};
  for (int round = 0; round < 200; ++round) {
    std::string bytes;
    while (bytes.size() < 4096) bytes += pool[random() % pool.size()];
    bytes.resize(4096);
    check_legal(bytes, segment(slm, bytes, cost_at(115200)));
  }
}

TEST_CASE("a full buffer of plain bytes costs what the arithmetic says") {
  const auto pieces = segment(slm, std::string(4096, '\xaa'), cost_at(115200));
  REQUIRE(pieces.size() == 1);
  CHECK(pieces.front() == piece{send_mode::data, 0, 4096});
  // 10 + 4096 + 3 up, 23 down, two turnarounds of 3 ms: 97 % of the line.
  const double seconds = (4096 + 36) / 11520.0 + 2 * 0.003;
  CHECK(4096 / seconds / 11520.0 > 0.97);
}

TEST_CASE("counted payload: no piece holds a terminator, any may end in its first byte") {
  const auto& sm = dialect::sm1();
  const auto cost = cost_at(115200);
  const auto modes = [&](const std::string& bytes) {
    std::string made;
    for (const auto& p : segment(sm, bytes, cost)) {
      made += p.mode == send_mode::string ? 's' : p.mode == send_mode::hex ? 'h' : 'd';
      made += std::to_string(p.bytes);
    }
    return made;
  };
  const std::string nul(1, '\0');
  CHECK(modes("hello") == "s5");
  CHECK(modes(nul + "hello") == "h6");
  // Twice the bytes against one turnaround of 35 bytes.
  CHECK(modes(nul + std::string(32, 'x')) == "h33");
  CHECK(modes(nul + std::string(39, '"')) == "d40");
  CHECK(modes(nul + std::string(2000, 'x') + "++") == "d2003");
  CHECK(modes(std::string(90, '\0') + "+++" + std::string(90, '\0')) == "d92d91");
  CHECK(modes(std::string(8192, 'x')) == "d8192");

  std::mt19937 random(5);
  const std::string alphabet = std::string("++++a\"") + '\0';
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 200, ' ');
    for (char& c : bytes) c = alphabet[random() % alphabet.size()];
    std::size_t at = 0;
    for (const auto& p : segment(sm, bytes, cost)) {
      const auto part = std::string_view(bytes).substr(p.at, p.bytes);
      REQUIRE(p.at == at);
      if (p.mode == send_mode::string) REQUIRE(fits_string(sm, part));
      if (p.mode == send_mode::hex) REQUIRE(fits_hex(sm, part));
      if (p.mode == send_mode::data) REQUIRE(part.find("+++") == std::string_view::npos);
      at += p.bytes;
    }
    REQUIRE(at == bytes.size());
  }
}

TEST_CASE("a datagram goes whole, by the cheapest mode that carries it") {
  const auto& sm = dialect::sm1();
  const auto cost = cost_at(115200);
  const std::string nul(1, '\0');
  CHECK(whole_mode(sm, "text", cost) == send_mode::string);
  CHECK(whole_mode(sm, nul + "x", cost) == send_mode::hex);
  CHECK(whole_mode(sm, std::string(1200, '\0'), cost) == send_mode::data);
  CHECK(whole_mode(sm, nul + "+++" + std::string(1396, 'x'), cost) == send_mode::hex);
  CHECK_FALSE(whole_mode(sm, nul + "+++" + std::string(1397, 'x'), cost));
  CHECK(whole_mode(slm, std::string(1200, '\0'), cost) == send_mode::data);
  CHECK_FALSE(whole_mode(slm, nul + "+++", cost));
  CHECK_FALSE(whole_mode(slm, nul + "+", cost));
  CHECK(to_hex(nul + "z\xff") == "007AFF");
}

TEST_CASE("what a counted chunk costs is what the arithmetic says") {
  // 16 + 4 up, OK and result down, two turnarounds of 3 ms.
  const auto share = [](std::size_t bytes, double baud) {
    const double rate = baud / 10;
    return static_cast<double>(bytes) / ((static_cast<double>(bytes) + 43) / rate + 2 * 0.003) /
           rate;
  };
  CHECK(share(dialect::chunk_bytes(dialect::sm1(), 115200), 115200) > 0.97);
  CHECK(share(dialect::chunk_bytes(dialect::sm1(), 1000000), 1000000) > 0.92);
}
