// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/name_service.hpp"

#include <string>

namespace cellsock::emulator {
namespace {

// RFC 1035 §4.1.
constexpr std::size_t header_bytes = 12;
constexpr std::size_t flags_at = 2;
constexpr std::size_t questions_at = 4;
constexpr std::size_t answers_at = 6;
constexpr unsigned is_response = 0x8000;
constexpr unsigned opcode_bits = 0x7800;
constexpr unsigned recursion_desired = 0x0100;
constexpr unsigned recursion_available = 0x0080;
constexpr unsigned no_such_name = 3;
constexpr unsigned not_implemented = 4;
constexpr unsigned type_a = 1;
constexpr unsigned type_aaaa = 28;
constexpr unsigned class_in = 1;
constexpr unsigned name_of_question = 0xC000 | header_bytes;  // a pointer to it
constexpr unsigned label_bytes_max = 63;
constexpr unsigned life_s = 300;
// What fits into 512 bytes (RFC 1035 §4.2.1) behind a name of any length.
constexpr std::size_t answers_max = 8;

class writer {
public:
  explicit writer(std::vector<std::byte>& to) : to_(to) {}
  void two(unsigned value) {
    to_.push_back(static_cast<std::byte>(value >> 8 & 0xFF));
    to_.push_back(static_cast<std::byte>(value & 0xFF));
  }

private:
  std::vector<std::byte>& to_;
};

unsigned two_at(std::span<const std::byte> bytes, std::size_t at) {
  return std::to_integer<unsigned>(bytes[at]) << 8 | std::to_integer<unsigned>(bytes[at + 1]);
}

struct asked {
  std::string name;
  unsigned type = 0;
  unsigned of_class = 0;
  std::size_t end = 0;  // of the question
};

std::optional<asked> read_question(std::span<const std::byte> query) {
  asked made;
  std::size_t at = header_bytes;
  for (;;) {
    if (at >= query.size()) return std::nullopt;
    const auto length = std::to_integer<unsigned>(query[at++]);
    if (length == 0) break;
    if (length > label_bytes_max || at + length > query.size()) return std::nullopt;
    if (!made.name.empty()) made.name += '.';
    for (unsigned i = 0; i < length; ++i)
      made.name += static_cast<char>(std::to_integer<unsigned char>(query[at + i]));
    at += length;
  }
  if (at + 4 > query.size()) return std::nullopt;
  made.type = two_at(query, at);
  made.of_class = two_at(query, at + 2);
  made.end = at + 4;
  return made;
}

void put_two(std::vector<std::byte>& message, std::size_t at, unsigned value) {
  message[at] = static_cast<std::byte>(value >> 8 & 0xFF);
  message[at + 1] = static_cast<std::byte>(value & 0xFF);
}

}  // namespace

std::optional<std::vector<std::byte>> answer_query(const name_table& names,
                                                   std::span<const std::byte> query) {
  if (query.size() < header_bytes) return std::nullopt;
  const unsigned flags = two_at(query, flags_at);
  if ((flags & is_response) != 0 || two_at(query, questions_at) != 1) return std::nullopt;
  const auto question = read_question(query);
  if (!question) return std::nullopt;

  const auto end = static_cast<std::ptrdiff_t>(question->end);
  std::vector<std::byte> message(query.begin(), query.begin() + end);
  for (std::size_t at = answers_at; at < header_bytes; at += 2) put_two(message, at, 0);
  unsigned code = 0;
  unsigned answers = 0;
  if ((flags & opcode_bits) != 0 || question->of_class != class_in) {
    code = not_implemented;
  } else {
    const auto addresses = resolve(names, question->name);
    if (addresses.empty()) code = no_such_name;
    writer out(message);
    for (const auto& address : addresses) {
      const bool four = address.family == ip_family::v4;
      if (question->type != (four ? type_a : type_aaaa) || answers == answers_max) continue;
      const std::size_t length = four ? 4 : 16;
      out.two(name_of_question);
      out.two(question->type);
      out.two(class_in);
      out.two(0);
      out.two(life_s);
      out.two(static_cast<unsigned>(length));
      for (std::size_t i = 0; i < length; ++i)
        message.push_back(static_cast<std::byte>(address.bytes[i]));
      ++answers;
    }
  }
  put_two(message, flags_at,
          is_response | (flags & recursion_desired) | recursion_available | code);
  put_two(message, answers_at, answers);
  return message;
}

}  // namespace cellsock::emulator
