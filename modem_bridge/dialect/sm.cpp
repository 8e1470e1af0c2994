// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/dialect/dialect.hpp"

// Serial Modem: the handle stands in every command, data mode counts its payload, received data
// comes by itself. Meaning of each command: docs/at_dialects.md §15.
namespace cellsock::dialect {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;

constexpr std::string_view no_server = "this firmware has no TCP server";

constexpr std::array rows{
    verb{intent::open, "AT#XSOCKET={family},{type},0{pdn}", "#XSOCKET:", 5s},
    cannot(intent::select, "every command names its socket"),
    verb{intent::list_sockets, "AT#XSOCKET?", "#XSOCKET:", 5s},
    verb{intent::list_secure, "AT#XSSOCKET?", "#XSSOCKET:", 5s},
    verb{intent::close, "AT#XCLOSE={handle}", "#XCLOSE:", 10s},
    verb{intent::close_secure, "AT#XCLOSE={handle}", "#XCLOSE:", 10s},
    verb{intent::set_send_timeout, "AT#XSOCKETOPT={handle},1,21,{seconds}", "", 5s},
    verb{intent::set_option, "AT#XSOCKETOPT={handle},1,{option},{value}", "", 5s},
    verb{intent::get_option, "AT#XSOCKETOPT={handle},0,{option}", "#XSOCKETOPT:", 5s, false, 1},
    verb{intent::bind, "AT#XBIND={handle},{port}", "", 5s},
    // The connect's own limit is added: it is what the program asked for.
    verb{intent::connect, "AT#XCONNECT={handle},\"{host}\",{port}", "#XCONNECT:", 10s},
    cannot(intent::listen, no_server),
    cannot(intent::accept, no_server),
    verb{intent::send_string, "AT#XSEND={handle},0,{flags},\"{text}\"", "#XSEND:", 35s, false, 2},
    verb{intent::send_hex, "AT#XSEND={handle},1,{flags},\"{text}\"", "#XSEND:", 35s, false, 2},
    verb{intent::send_stream, "AT#XSEND={handle},2,{flags},{length}", "#XSEND:", 40s, false, 2},
    verb{intent::send_string_to, "AT#XSENDTO={handle},0,{flags},\"{host}\",{port},\"{text}\"",
         "#XSENDTO:", 35s, false, 2},
    verb{intent::send_hex_to, "AT#XSENDTO={handle},1,{flags},\"{host}\",{port},\"{text}\"",
         "#XSENDTO:", 35s, false, 2},
    verb{intent::send_datagram_to, "AT#XSENDTO={handle},2,{flags},\"{host}\",{port},{length}",
         "#XSENDTO:", 40s, false, 2},
    // 64: do not wait for data.
    verb{intent::receive, "AT#XRECV={handle},0,64,1", "#XRECV:", 6s, true, 2},
    verb{intent::receive_from, "AT#XRECVFROM={handle},0,64,1", "#XRECVFROM:", 6s, true, 2},
    verb{intent::receive_wait, "AT#XRECV={handle},0,0,1", "#XRECV:", 6s, true, 2},
    // Only the end of a socket is told: its data comes unasked. No line of theirs has a prefix: one
    // that comes meanwhile is a notice.
    verb{intent::poll_start, "AT#XAPOLL=,1,0", "", 5s},
    verb{intent::poll_stop, "AT#XAPOLL=,0", "", 5s},
    verb{intent::notice_again, "AT#XAPOLL={handle},1,1", "", 5s},
    verb{intent::notice_end, "AT#XAPOLL={handle},1,0", "", 5s},
    cannot(intent::poll_ask, "the modem tells by itself"),
    verb{intent::push_start, "AT#XRECVCFG=,1,0", "#XRECVCFG:", 5s},
    verb{intent::push_on, "AT#XRECVCFG={handle},1,0", "#XRECVCFG:", 5s},
    verb{intent::push_off, "AT#XRECVCFG={handle},0", "#XRECVCFG:", 5s},
    verb{intent::read_data_limit, "AT#XDATACTRL?", "#XDATACTRL:", 5s},
    verb{intent::set_data_limit, "AT#XDATACTRL={ms}", "#XDATACTRL:", 5s},
    verb{intent::resolve, "AT#XGETADDRINFO=\"{host}\",{family}", "#XGETADDRINFO:", 60s},
    verb{intent::set_rate, "AT+IPR={baud}", "", 5s},
    verb{intent::echo_off, "ATE0", "", 5s},
    verb{intent::rai_no_data, "AT#XSOCKETOPT={handle},1,61,1", "", 5s},
    verb{intent::rai_last, "AT#XSOCKETOPT={handle},1,61,2", "", 5s},
    verb{intent::rai_one_response, "AT#XSOCKETOPT={handle},1,61,3", "", 5s},
    verb{intent::rai_ongoing, "AT#XSOCKETOPT={handle},1,61,4", "", 5s},
    verb{intent::rai_wait_more, "AT#XSOCKETOPT={handle},1,61,5", "", 5s},
};
static_assert(complete(rows));

constexpr auto rows2 = with(rows, std::array{
                                      verb{intent::listen, "AT#XLISTEN={handle}", "", 5s},
                                      verb{intent::accept, "AT#XACCEPT={handle}", "#XACCEPT:", 6s},
                                  });
static_assert(complete(rows2));

constexpr std::array pushes{push_row{"#XRECV:", false}, push_row{"#XRECVFROM:", true}};

constexpr table sm1_table{
    .name = "sm",
    .flavour = "1",
    .known_by = {.lists = {"#XCLOSE", "#XRECVCFG", "#XAPOLL"}, .lacks = {"#XSOCKETSELECT"}},
    .verbs = rows,
    .handles_max = 7,
    // About 4000 would fit; beyond this the counted form is the cheaper one anyway.
    .string_bytes_max = 1024,
    .forbidden_in_string = "\"\0\x08\x7f"sv,
    .hex_bytes_max = 1400,
    .data_buffer_bytes = 4096,
    .data_bytes_max = 8192,
    .data_terminator = "+++",
    .ends = data_end::counted,
    .failure_kind = data_failure::reported,
    .string_cost = {18 + 16 + 4 + 6, 1},
    .hex_cost = {18 + 16 + 4 + 6, 1},
    .data_cost = {16 + 4 + 23, 2},
    .addressed = addressing::in_command,
    .receive_bytes_max = 2048,
    .pushes = pushes,
    .intrusions = false,
    .notices_lost_in_data_mode = false,
    .names_pdn = pdn_naming::context,
    .has_address_refresh = true,
};

constexpr table sm2_table = [] {
  table made = sm1_table;
  made.flavour = "2";
  made.known_by.lists = {"#XCLOSE", "#XRECVCFG", "#XAPOLL", "#XLISTEN"};
  made.verbs = rows2;
  made.handles_max = 8;
  made.resolver_repeats_first = false;
  return made;
}();

}  // namespace

const table& sm1() {
  return sm1_table;
}
const table& sm2() {
  return sm2_table;
}

}  // namespace cellsock::dialect
