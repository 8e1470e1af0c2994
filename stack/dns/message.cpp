// SPDX-License-Identifier: Apache-2.0
#include "stack/dns/message.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "stack/dns/dns_limits.hpp"
#include "stack/dns/name.hpp"

namespace cellsock::dns {
namespace {

// RFC 1035 §3.2.2, RFC 3596 §2.1.
constexpr std::uint16_t type_a = 1;
constexpr std::uint16_t type_ns = 2;
constexpr std::uint16_t type_cname = 5;
constexpr std::uint16_t type_soa = 6;
constexpr std::uint16_t type_aaaa = 28;
constexpr std::uint16_t class_in = 1;

// RFC 1035 §4.1.1.
constexpr std::uint16_t flag_response = 0x8000;
constexpr std::uint16_t flags_opcode = 0x7800;
constexpr std::uint16_t flag_truncated = 0x0200;
constexpr std::uint16_t flag_recursion_desired = 0x0100;
constexpr std::uint16_t flags_rcode = 0x000f;

constexpr std::array<rcode_row, 16> rcodes{{
    {"NOERROR", verdict::addresses, errc::none},
    {"FORMERR", verdict::server_trouble, errc::name_failed},
    {"SERVFAIL", verdict::server_trouble, errc::name_try_again},
    {"NXDOMAIN", verdict::no_such_name, errc::name_not_found},
    {"NOTIMP", verdict::server_trouble, errc::name_failed},
    {"REFUSED", verdict::server_trouble, errc::name_try_again},
    {"YXDOMAIN", verdict::server_trouble, errc::name_failed},
    {"YXRRSET", verdict::server_trouble, errc::name_failed},
    {"NXRRSET", verdict::server_trouble, errc::name_failed},
    {"NOTAUTH", verdict::server_trouble, errc::name_failed},
    {"NOTZONE", verdict::server_trouble, errc::name_failed},
    {"DSOTYPENI", verdict::server_trouble, errc::name_failed},
    {"12", verdict::server_trouble, errc::name_failed},
    {"13", verdict::server_trouble, errc::name_failed},
    {"14", verdict::server_trouble, errc::name_failed},
    {"15", verdict::server_trouble, errc::name_failed},
}};

std::uint16_t type_of(ip_family family) {
  return family == ip_family::v4 ? type_a : type_aaaa;
}

void put16(std::vector<std::byte>& to, std::uint16_t value) {
  to.push_back(static_cast<std::byte>(value >> 8));
  to.push_back(static_cast<std::byte>(value & 0xff));
}

constexpr std::size_t address_bytes(ip_family family) {
  return family == ip_family::v4 ? 4 : 16;
}

std::vector<std::byte> question_section(const question& asked) {
  std::vector<std::byte> to;
  for (const char c : asked.name) to.push_back(static_cast<std::byte>(c));
  put16(to, type_of(asked.family));
  put16(to, class_in);
  return to;
}

/// Reads forward, and never past the end: what is not there makes the whole message malformed.
class reader {
public:
  explicit reader(std::span<const std::byte> bytes) : bytes_(bytes) {}
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::size_t at() const { return at_; }
  void give_up() { failed_ = true; }

  std::uint8_t u8() {
    if (!has(1)) return 0;
    return std::to_integer<std::uint8_t>(bytes_[at_++]);
  }
  std::uint16_t u16() {
    const auto high = u8();
    return static_cast<std::uint16_t>(high << 8 | u8());
  }
  std::uint32_t u32() {
    const auto high = u16();
    return static_cast<std::uint32_t>(high) << 16 | u16();
  }
  std::span<const std::byte> take(std::size_t count) {
    if (!has(count)) return {};
    at_ += count;
    return bytes_.subspan(at_ - count, count);
  }
  /// In lower case, with its pointers followed (RFC 1035 §4.1.4). Each must point before the piece
  /// it ends, so that a loop cannot be written.
  std::string name();

private:
  bool has(std::size_t count) {
    if (count > bytes_.size() - at_) failed_ = true;
    return !failed_;
  }

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

std::string reader::name() {
  std::string whole;
  std::optional<std::size_t> after;  // where the record goes on: behind the first pointer
  auto piece = at_;
  for (;;) {
    const auto length = u8();
    if ((length & 0xc0) == 0xc0) {
      const std::size_t target = static_cast<std::size_t>((length & 0x3f) << 8 | u8());
      if (failed_ || target >= piece) break;
      if (!after) after = at_;
      at_ = piece = target;
      continue;
    }
    if (failed_ || length > limits::label_bytes_max) break;
    const auto label = take(length);
    if (failed_ || whole.size() + length + 1 > limits::name_wire_bytes_max) break;
    whole += static_cast<char>(length);
    for (const auto b : label) whole += static_cast<char>(b);
    if (length > 0) continue;
    if (after) at_ = *after;
    return folded(std::move(whole));
  }
  failed_ = true;
  return {};
}

struct record {
  std::string owner;
  std::uint16_t type = 0;
  std::chrono::seconds ttl{0};
  std::string target = {};  // of an alias
  std::optional<ip_address> address = {};
  std::chrono::seconds minimum{0};  // of a zone: its SOA's last field
};

std::chrono::seconds life(std::uint32_t ttl) {
  return std::chrono::seconds(ttl > 0x7fffffff ? 0 : ttl);  // RFC 2181 §8
}

record read_record(reader& from) {
  record one;
  one.owner = from.name();
  one.type = from.u16();
  if (from.u16() != class_in) one.type = 0;
  one.ttl = life(from.u32());
  const auto length = from.u16();
  const auto end = from.at() + length;
  switch (one.type) {
    case type_cname: one.target = from.name(); break;
    case type_soa:
      (void)from.name();
      (void)from.name();
      from.take(16);
      one.minimum = life(from.u32());
      break;
    default: {
      const auto data = from.take(length);
      const auto family = one.type == type_aaaa ? ip_family::v6 : ip_family::v4;
      if (one.type != type_of(family) || data.size() != address_bytes(family)) break;
      one.address = ip_address{family, {}};
      std::transform(data.begin(), data.end(), one.address->bytes.begin(),
                     [](std::byte b) { return std::to_integer<std::uint8_t>(b); });
    }
  }
  if (from.at() != end) from.give_up();
  return one;
}

/// From the question over its aliases to addresses; in whatever order the records stand.
response follow(const std::vector<record>& records, const question& asked) {
  response found{verdict::no_data};
  auto owner = folded(asked.name);
  auto shortest = std::chrono::seconds::max();
  for (std::size_t alias = 0; alias <= limits::aliases_max; ++alias) {
    const record* next = nullptr;
    for (const auto& one : records) {
      if (one.owner != owner) continue;
      if (one.type == type_cname && next == nullptr) next = &one;
      if (!one.address || one.address->family != asked.family) continue;
      shortest = std::min(shortest, one.ttl);
      if (found.addresses.size() < limits::addresses_max) found.addresses.push_back(*one.address);
    }
    if (!found.addresses.empty()) {
      found.what = verdict::addresses;
      found.good_for = shortest;
      return found;
    }
    if (next == nullptr) return found;
    shortest = std::min(shortest, next->ttl);
    owner = next->target;
  }
  found.what = verdict::server_trouble;  // a circle of aliases, or as good as one
  return found;
}

/// Why there is nothing: how long that holds, or that another server must be asked.
void read_authority(reader& from, unsigned count, response& found) {
  bool referred = false;
  for (unsigned i = 0; i < count && i < limits::records_max; ++i) {
    const auto one = read_record(from);
    if (from.failed()) return;
    referred = referred || one.type == type_ns;
    if (one.type != type_soa) continue;
    found.good_for = std::min(one.ttl, one.minimum);
    return;
  }
  // Servers of the zone and no word of it: this one does not ask for us.
  if (referred && found.what == verdict::no_data) found.what = verdict::server_trouble;
}

}  // namespace

const rcode_row& rcode_meaning(std::uint8_t rcode) noexcept {
  return rcodes[rcode & flags_rcode];
}

std::vector<std::byte> write_query(const question& asked) {
  std::vector<std::byte> to;
  put16(to, asked.id);
  put16(to, flag_recursion_desired);
  put16(to, 1);  // questions
  for (int section = 0; section < 3; ++section) put16(to, 0);
  const auto section = question_section(asked);
  to.insert(to.end(), section.begin(), section.end());
  return to;
}

response read_response(std::span<const std::byte> bytes, const question& asked) {
  reader from(bytes);
  const auto id = from.u16();
  const auto flags = from.u16();
  const auto questions = from.u16();
  const unsigned answers = from.u16();
  const unsigned authorities = from.u16();
  from.u16();  // additional records are not looked at
  if (from.failed() || id != asked.id || (flags & flag_response) == 0 ||
      (flags & flags_opcode) != 0 || questions != 1)
    return {verdict::not_ours};
  const auto section = question_section(asked);
  const auto echoed = from.take(section.size());
  if (from.failed() || !std::equal(echoed.begin(), echoed.end(), section.begin()))
    return {verdict::not_ours};

  const auto rcode = static_cast<std::uint8_t>(flags & flags_rcode);
  const bool cut = (flags & flag_truncated) != 0;
  response found{rcode_meaning(rcode).what};
  found.rcode = rcode;
  if (found.what == verdict::server_trouble) return found;
  std::vector<record> records;
  for (unsigned i = 0; i < answers && i < limits::records_max; ++i) {
    auto one = read_record(from);
    if (from.failed()) break;
    records.push_back(std::move(one));
  }
  if (from.failed() && !cut) return {verdict::malformed};
  if (found.what == verdict::addresses) found = follow(records, asked);
  found.rcode = rcode;
  if (found.what == verdict::no_data && cut) found.what = verdict::truncated;
  const bool nothing = found.what == verdict::no_data || found.what == verdict::no_such_name;
  if (nothing && answers <= limits::records_max) read_authority(from, authorities, found);
  return found;
}

}  // namespace cellsock::dns
