// SPDX-License-Identifier: Apache-2.0
#include "client_lib/nrf/at_text.hpp"

#include <nrf_modem_at.h>

#include <array>
#include <charconv>
#include <string_view>

namespace cellsock::client::nrf {
namespace {

struct error_form {
  std::string_view prefix;
  int type;
};
constexpr std::array forms{
    error_form{"+CME ERROR: ", NRF_MODEM_AT_CME_ERROR},
    error_form{"+CMS ERROR: ", NRF_MODEM_AT_CMS_ERROR},
};
constexpr int type_shift = 16;
constexpr int code_max = 0xFFFF;

}  // namespace

std::string response_text(const v1::AtReply& reply) {
  std::string text;
  for (const auto& line : reply.lines()) text.append(line).append("\r\n");
  return text.append(reply.final_result()).append("\r\n");
}

int result_of(const v1::AtReply& reply) {
  if (reply.ok()) return 0;
  for (const auto& form : forms) {
    std::string_view said = reply.final_result();
    if (!said.starts_with(form.prefix)) continue;
    said.remove_prefix(form.prefix.size());
    int code = 0;
    std::from_chars(said.data(), said.data() + said.size(), code);
    // A code in words, or none that fits: the type alone.
    return form.type << type_shift | (code > 0 && code <= code_max ? code : 0);
  }
  return NRF_MODEM_AT_ERROR << type_shift;
}

}  // namespace cellsock::client::nrf
