// SPDX-License-Identifier: Apache-2.0
#include "client_lib/cli/links.hpp"

#include <charconv>

#include "client_lib/cli/daemon_call.hpp"
#include "client_lib/cli/plain_text.hpp"
#include "client_lib/limits.hpp"

namespace cellsock::cli {

const v1::LinkStatus* find_link(const v1::StatusReply& status, const std::string& name) {
  for (const auto& link : status.links())
    if (name.empty() || link.name() == name) return &link;
  return nullptr;
}

client::outcome<v1::Reply> ask_status(const options& given) {
  v1::Request request;
  request.mutable_status();
  return call_daemon(given, request, client::deadline::after(client::limits::reply_max));
}

bool is_registered(const v1::LinkStatus& link) {
  return link.registration() == "home" || link.registration() == "roaming";
}

std::string network_text(const v1::LinkStatus& link) {
  std::string text = link.registration();
  if (link.state() != "ready" && link.state() != "searching") text = link.state();
  if (is_registered(link)) {
    if (!link.operator_plmn().empty()) text += ", operator " + link.operator_plmn();
    if (!link.access_technology().empty()) text += ", " + link.access_technology();
  } else if (!link.trouble().detail().empty()) {
    text += ": " + link.trouble().detail();
  }
  return printable(text);
}

std::optional<std::uint32_t> pdn_number(const std::string& text) {
  std::string_view digits = text;
  if (digits.starts_with("pdn")) digits.remove_prefix(3);
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  constexpr std::uint32_t id_max = 255;
  if (error != std::errc() || end != digits.data() + digits.size() || number > id_max)
    return std::nullopt;
  return number;
}

}  // namespace cellsock::cli
