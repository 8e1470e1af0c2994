// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "modem_bridge/at/command_queue.hpp"
#include "modem_bridge/dialect/dialect.hpp"
#include "stack/endpoint.hpp"
#include "stack/ids.hpp"
#include "stack/result.hpp"

namespace cellsock {

/// `#XSOCKET: <handle>,<type>,<protocol>` of a successful open.
[[nodiscard]] result<modem_handle> opened_handle(const at::reply& reply);
/// `#XACCEPT: <handle>,<cid>,"<address>",<port>`.
struct accepted_reply {
  modem_handle handle;
  endpoint peer = {};
};
[[nodiscard]] result<accepted_reply> accepted_connection(const at::reply& reply);
/// The number a command was asked for (the 5 of `#XSEND: 0,0,5`); empty: the modem printed none.
[[nodiscard]] std::optional<long> printed_number(const at::reply& reply, const dialect::verb& row);
/// Who sent a datagram: behind the count of its header. The port is missing on old firmware.
[[nodiscard]] std::optional<endpoint> printed_sender(const at::reply& reply,
                                                     const dialect::verb& row);
/// `<handle>,"0x0011"`, as a poll prints it for each socket that has news.
struct polled {
  modem_handle handle;
  unsigned events = 0;
};
[[nodiscard]] std::optional<polled> read_polled(std::string_view fields);

}  // namespace cellsock
