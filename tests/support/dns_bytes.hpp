// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Messages of the domain name system, put together by hand: a second reading of RFC 1035.
namespace cellsock::test {

struct dns_bytes {
  std::string bytes;

  dns_bytes& u8(unsigned value) {
    bytes += static_cast<char>(value & 0xff);
    return *this;
  }
  dns_bytes& u16(unsigned value) { return u8(value >> 8).u8(value); }
  dns_bytes& u32(unsigned value) { return u16(value >> 16).u16(value); }
  dns_bytes& text(std::string_view more) {
    bytes += more;
    return *this;
  }
  dns_bytes& name(std::string_view dotted) {
    while (!dotted.empty()) {
      const auto label = dotted.substr(0, dotted.find('.'));
      u8(static_cast<unsigned>(label.size())).text(label);
      dotted.remove_prefix(std::min(label.size() + 1, dotted.size()));
    }
    return u8(0);
  }
  /// Where the question's name stands.
  dns_bytes& same_name() { return u16(0xc00c); }
  dns_bytes& header(unsigned id, unsigned flags, unsigned answers, unsigned authorities = 0) {
    return u16(id).u16(flags).u16(1).u16(answers).u16(authorities).u16(0);
  }
  dns_bytes& question(std::string_view dotted, unsigned type) {
    return name(dotted).u16(type).u16(1);
  }
  dns_bytes& record(unsigned type, unsigned ttl, std::string_view data) {
    return u16(type).u16(1).u32(ttl).u16(static_cast<unsigned>(data.size())).text(data);
  }
  [[nodiscard]] std::vector<std::byte> take() const {
    const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
    return {first, first + bytes.size()};
  }

  static std::string soa(unsigned minimum) {
    dns_bytes data;
    data.name("ns").name("root").u32(1).u32(2).u32(3).u32(4).u32(minimum);
    return data.bytes;
  }
};

namespace dns_type {
inline constexpr unsigned a = 1, ns = 2, cname = 5, soa = 6, aaaa = 28;
}
/// Response, recursion desired and available, and the code.
inline constexpr unsigned dns_ok = 0x8180, dns_cut = 0x8380;

}  // namespace cellsock::test
