// SPDX-License-Identifier: Apache-2.0
#include <nrf_modem_at.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <variant>

#include "client_lib/face/by_value.hpp"
#include "client_lib/nrf/at_text.hpp"
#include "client_lib/process.hpp"

namespace cellsock::client::nrf {
namespace {

/// What a modem's command line takes at most.
constexpr std::size_t command_bytes_max = 4096;

using formatted = std::variant<std::string, int>;  // or -errno

__attribute__((format(printf, 1, 0))) formatted format(const char* fmt, va_list arguments) {
  if (!process().modem.is_open()) return -EPERM;
  if (fmt == nullptr) return -EFAULT;
  std::string text(command_bytes_max + 1, '\0');
  const int length = std::vsnprintf(text.data(), text.size(), fmt, arguments);
  if (length <= 0) return -EINVAL;
  if (static_cast<std::size_t>(length) > command_bytes_max) return -E2BIG;
  text.resize(static_cast<std::size_t>(length));
  return text;
}

/// Gives the command; `use` makes the result of what was said.
template <class Use>
int give(const formatted& command, Use use) {
  if (const int* error = std::get_if<int>(&command)) return *error;
  auto reply = at_command(std::get<std::string>(command));
  return reply ? use(*reply) : -reply.why().error;
}

int copy_out(const v1::AtReply& reply, void* buffer, std::size_t room) {
  const auto text = response_text(reply);
  const auto count = std::min(text.size(), room - 1);
  std::memcpy(buffer, text.data(), count);
  static_cast<char*>(buffer)[count] = '\0';
  return count < text.size() ? -E2BIG : result_of(reply);
}

}  // namespace
}  // namespace cellsock::client::nrf

using namespace cellsock;
using namespace cellsock::client;

int nrf_modem_at_printf(const char* fmt, ...) {
  va_list arguments;
  va_start(arguments, fmt);
  const int result =
      face::by_value([&] { return nrf::give(nrf::format(fmt, arguments), nrf::result_of); });
  va_end(arguments);
  return result;
}

int nrf_modem_at_scanf(const char* cmd, const char* fmt, ...) {
  if (cmd == nullptr || fmt == nullptr) return -EFAULT;
  va_list values;
  va_start(values, fmt);
  const int result = face::by_value([&]() -> int {
    if (!process().modem.is_open()) return -EPERM;
    return nrf::give(std::string(cmd), [&](const v1::AtReply& reply) {
      if (const int error = nrf::result_of(reply); error != 0) return error;
      const int matched = std::vsscanf(nrf::response_text(reply).c_str(), fmt, values);
      return matched > 0 ? matched : -EBADMSG;
    });
  });
  va_end(values);
  return result;
}

int nrf_modem_at_cmd(void* buf, size_t len, const char* fmt, ...) {
  if (buf == nullptr) return -EFAULT;
  if (len == 0) return -EINVAL;
  va_list arguments;
  va_start(arguments, fmt);
  const int result = face::by_value([&] {
    return nrf::give(nrf::format(fmt, arguments),
                     [&](const v1::AtReply& reply) { return nrf::copy_out(reply, buf, len); });
  });
  va_end(arguments);
  return result;
}

int nrf_modem_at_cmd_async(nrf_modem_at_resp_handler_t resp_handler, const char* fmt, ...) {
  if (resp_handler == nullptr) return -EFAULT;
  va_list arguments;
  va_start(arguments, fmt);
  const int result = face::by_value([&]() -> int {
    auto command = nrf::format(fmt, arguments);
    if (const int* error = std::get_if<int>(&command)) return *error;
    return process().modem.command_async(
        std::get<std::string>(std::move(command)), [resp_handler](outcome<v1::AtReply> reply) {
          const auto text = reply ? nrf::response_text(*reply) : std::string("ERROR\r\n");
          resp_handler(text.c_str());
        });
  });
  va_end(arguments);
  return result;
}

int nrf_modem_at_notif_handler_set(nrf_modem_at_notif_handler_t callback) {
  return face::by_value([&]() -> int {
    modem_session::text_handler handler;
    if (callback != nullptr)
      handler = [callback](const char* line) {
        // As on the wire: with its line end.
        callback(std::string(line).append("\r\n").c_str());
      };
    return process().modem.set_notification_handler(std::move(handler));
  });
}
