// SPDX-License-Identifier: Apache-2.0
#include "client_lib/cli/sockets_text.hpp"

#include "client_lib/cli/address_text.hpp"
#include "client_lib/cli/credential_text.hpp"
#include "client_lib/cli/plain_text.hpp"
#include "client_lib/cli/status_text.hpp"

namespace cellsock::cli {
namespace {

std::string known(const std::string& text) {
  return text.empty() ? "-" : printable(text);
}

/// A line for each secure socket: what a table has no room for.
std::string secure_text(const v1::SocketStatus& one) {
  const auto& secure = one.secure();
  auto text = "socket " + std::to_string(one.id()) + ": " + printable(secure.protocol()) + ", " +
              printable(secure.phase());
  if (!secure.suite().empty())
    text += ", " + printable(secure.suite()) + (secure.resumed() ? ", resumed" : "");
  if (!secure.peer_subject().empty())
    text += ", peer " + printable(secure.peer_subject()) + " until " +
            date_text(secure.peer_until_unix_s());
  if (!secure.alpn().empty()) text += ", ALPN " + printable(secure.alpn());
  if (!secure.verified().empty()) text += ", verified: " + printable(secure.verified());
  return text + '\n';
}

}  // namespace

std::string sockets_text(const v1::StatusReply& status) {
  std::vector<std::vector<std::string>> rows{{"SOCKET", "MODEM", "TYPE", "STATE", "LOCAL", "PEER",
                                              "HANDLE", "SENT", "RECEIVED", "QUEUED", "DROPPED",
                                              "AGE", "PID", "UID", "PROGRAM"}};
  for (const auto& one : status.sockets())
    rows.push_back({std::to_string(one.id()), known(one.link()), known(one.type()),
                    known(one.state()), known(text_of(one.local())), known(text_of(one.peer())),
                    one.modem_handle() >= 0 ? std::to_string(one.modem_handle()) : "-",
                    std::to_string(one.bytes_sent()), std::to_string(one.bytes_received()),
                    std::to_string(one.bytes_queued()), std::to_string(one.datagrams_dropped()),
                    span_text(one.age_ms()), std::to_string(one.owner_pid()),
                    std::to_string(one.owner_uid()), known(one.owner_program())});
  if (rows.size() == 1) return "no sockets\n";
  auto text = table_text(rows) + left_out_text(status.sockets_left_out());
  for (const auto& one : status.sockets())
    if (one.has_secure()) text += secure_text(one);
  return text;
}

}  // namespace cellsock::cli
