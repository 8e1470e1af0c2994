// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/secrets.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace cellsock {
namespace {

/// Everything after the first `fields_shown` fields is kept back.
struct row {
  std::string_view prefix;  // upper case
  std::size_t fields_shown;
};

constexpr std::array secret_commands{
    row{"AT+CPIN=", 0},   row{"AT+CPWD=", 0},      row{"AT+CLCK=", 2},     row{"AT+CGAUTH=", 2},
    row{"AT%CMNG=", 3},   row{"AT%XPMNG=", 0},     row{"AT%XSUDO=", 0},    row{"AT+CSIM=", 0},
    row{"AT%KEYGEN=", 0}, row{"AT%KEYINJECT=", 0}, row{"AT#XNRFCLOUD", 0},
};
constexpr std::array secret_responses{row{"%CMNG:", 3}, row{"+CGAUTH:", 2}, row{"+CSIM:", 0}};
constexpr std::array payload_commands{std::string_view("AT#XSEND="),
                                      std::string_view("AT#XSENDTO=")};
constexpr std::size_t shown_bytes_max = 512;

bool begins(std::string_view line, std::string_view prefix) {
  return line.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), line.begin(), [](char want, char got) {
           return want == static_cast<char>(std::toupper(static_cast<unsigned char>(got)));
         });
}

std::string first_fields(std::string_view line, std::size_t at, std::size_t fields) {
  bool in_quotes = false;
  for (; at < line.size() && fields > 0; ++at) {
    if (line[at] == '"') in_quotes = !in_quotes;
    if (line[at] == ',' && !in_quotes) --fields;
  }
  if (at >= line.size()) return std::string(line);
  return std::string(line.substr(0, at)) + "***";
}

std::string printable(std::string_view line) {
  std::string text(line.substr(0, shown_bytes_max));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, '.');
  if (line.size() > shown_bytes_max) text += "...";
  return text;
}

/// Where the payload's opening quote stands, if the command carries one. The last quoted text is
/// the payload: `AT#XSENDTO="192.0.2.1",7,"<17 bytes>"`.
std::size_t payload_quote(std::string_view line) {
  const auto command = std::find_if(payload_commands.begin(), payload_commands.end(),
                                    [&](std::string_view prefix) { return begins(line, prefix); });
  if (command == payload_commands.end()) return std::string_view::npos;
  std::size_t first = line.find('"');
  if (command->starts_with("AT#XSENDTO") && first != std::string_view::npos) {
    const auto host_end = line.find('"', first + 1);
    first = host_end == std::string_view::npos ? host_end : line.find('"', host_end + 1);
  }
  return first;
}

}  // namespace

std::string shown_bytes(std::size_t count) {
  return "<" + std::to_string(count) + " bytes>";
}

std::string text_of(std::span<const std::byte> payload) {
  return {reinterpret_cast<const char*>(payload.data()), payload.size()};
}

std::string_view payload_of(std::string_view line) {
  const auto first = payload_quote(line);
  if (first == std::string_view::npos) return {};
  const auto last = line.rfind('"');
  return line.substr(first + 1, last > first ? last - first - 1 : std::string_view::npos);
}

std::string shown_command(std::string_view line) {
  if (const auto first = payload_quote(line); first != std::string_view::npos)
    return std::string(line.substr(0, first)) + shown_bytes(payload_of(line).size());
  for (const auto& secret : secret_commands)
    if (begins(line, secret.prefix))
      return printable(first_fields(line, secret.prefix.size(), secret.fields_shown));
  return printable(line);
}

std::string shown_response(std::string_view line) {
  for (const auto& secret : secret_responses)
    if (begins(line, secret.prefix))
      return printable(first_fields(line, secret.prefix.size(), secret.fields_shown));
  return printable(line);
}

}  // namespace cellsock
