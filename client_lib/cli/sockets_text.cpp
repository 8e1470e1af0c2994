// SPDX-License-Identifier: Apache-2.0
#include "client_lib/cli/sockets_text.hpp"

#include "client_lib/cli/address_text.hpp"
#include "client_lib/cli/plain_text.hpp"
#include "client_lib/cli/status_text.hpp"

namespace cellsock::cli {
namespace {

std::string known(const std::string& text) {
  return text.empty() ? "-" : printable(text);
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
  return rows.size() == 1 ? "no sockets\n"
                          : table_text(rows) + left_out_text(status.sockets_left_out());
}

}  // namespace cellsock::cli
