// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/dialect/dialect.hpp"

// Serial LTE Modem, NCS 3.1: one selected socket, unbounded data mode, pull receive, #XAPOLL.
// Meaning of each command: docs/at_dialects.md §5-§9; the waits: §11.2.
namespace cellsock::dialect {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;

constexpr std::array rows{
    verb{intent::open, "AT#XSOCKET={family},{type},0", "#XSOCKET:", 5s},
    verb{intent::select, "AT#XSOCKETSELECT={handle}", "#XSOCKETSELECT:", 5s},
    verb{intent::list_sockets, "AT#XSOCKETSELECT?", "#XSOCKETSELECT:", 5s},
    verb{intent::close, "AT#XSOCKET=0", "#XSOCKET:", 10s, true},
    verb{intent::close_secure, "AT#XSSOCKET=0", "#XSOCKET:", 10s, true},
    verb{intent::set_send_timeout, "AT#XSOCKETOPT=1,21,{seconds}", "", 5s, true},
    verb{intent::bind, "AT#XBIND={port}", "", 5s, true},
    // The connect's own limit is added: it is what the program asked for.
    verb{intent::connect, "AT#XCONNECT=\"{host}\",{port}", "#XCONNECT:", 10s, true},
    verb{intent::send_string, "AT#XSEND=\"{text}\"", "#XSEND:", 35s, true},
    verb{intent::send_stream, "AT#XSEND", "#XSEND:", 35s, true},
    verb{intent::send_string_to, "AT#XSENDTO=\"{host}\",{port},\"{text}\"", "#XSENDTO:", 35s, true},
    verb{intent::send_datagram_to, "AT#XSENDTO=\"{host}\",{port}", "#XSENDTO:", 35s, true},
    // 1 s at most, and 64: do not wait for data.
    verb{intent::receive, "AT#XRECV=1,64", "#XRECV:", 6s, true, true},
    verb{intent::receive_from, "AT#XRECVFROM=1,64", "#XRECVFROM:", 6s, true, true},
    verb{intent::poll_start, "AT#XAPOLL=1,1", "#XAPOLL:", 5s},
    verb{intent::poll_stop, "AT#XAPOLL=0", "#XAPOLL:", 5s},
    verb{intent::read_data_limit, "AT#XDATACTRL?", "#XDATACTRL:", 5s},
    verb{intent::set_data_limit, "AT#XDATACTRL={ms}", "#XDATACTRL:", 5s},
    verb{intent::resolve, "AT#XGETADDRINFO=\"{host}\",{family}", "#XGETADDRINFO:", 60s},
};
static_assert(complete(rows));

constexpr table slm_table{
    .name = "slm",
    .verbs = rows,
    .terminator = "\r\n",
    .handles_max = 7,
    .string_bytes_max = 1024,
    .forbidden_in_string = "\"\0\x08\x7f"sv,
    .data_buffer_bytes = 4096,
    .data_terminator = "+++",
    .receive_bytes_max = 2048,
    .string_overhead_bytes = 13 + 12 + 4 + 6,
    .string_turnarounds = 1,
    .data_overhead_bytes = 10 + 3 + 23,
    .data_turnarounds = 2,
};

}  // namespace

const table& slm() {
  return slm_table;
}

}  // namespace cellsock::dialect
