// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/dialect/dialect.hpp"

// Serial LTE Modem: one selected socket, unbounded data mode, all data fetched. NCS 3.1 tells by
// itself when there is some, older ones are asked. Meaning of each command: docs/at_dialects.md
// §5-§9; the waits: §11.2.
namespace cellsock::dialect {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;

constexpr std::string_view one_list = "the list of sockets holds TLS sockets too";
constexpr std::string_view no_hex = "payload goes as text or in data mode only";
constexpr std::string_view no_push = "received data is fetched";
/// And while it has one no readiness of any socket is told.
constexpr std::string_view one_peer =
    "this firmware's server has one peer at a time, without its port, and holds the modem while it "
    "waits for one";
constexpr std::string_view fixed_rate = "the rate is fixed when the firmware is built";

constexpr std::array rows{
    verb{intent::open, "AT#XSOCKET={family},{type},0{pdn}", "#XSOCKET:", 5s},
    verb{intent::select, "AT#XSOCKETSELECT={handle}", "#XSOCKETSELECT:", 5s},
    verb{intent::list_sockets, "AT#XSOCKETSELECT?", "#XSOCKETSELECT:", 5s},
    cannot(intent::list_secure, one_list),
    verb{intent::close, "AT#XSOCKET=0", "#XSOCKET:", 10s},
    verb{intent::close_secure, "AT#XSSOCKET=0", "#XSOCKET:", 10s},
    verb{intent::set_send_timeout, "AT#XSOCKETOPT=1,21,{seconds}", "", 5s},
    verb{intent::set_option, "AT#XSOCKETOPT=1,{option},{value}", "", 5s},
    verb{intent::get_option, "AT#XSOCKETOPT=0,{option}", "#XSOCKETOPT:", 5s},
    verb{intent::bind, "AT#XBIND={port}", "", 5s},
    // The connect's own limit is added: it is what the program asked for.
    verb{intent::connect, "AT#XCONNECT=\"{host}\",{port}", "#XCONNECT:", 10s},
    cannot(intent::listen, one_peer),
    cannot(intent::accept, one_peer),
    verb{intent::send_string, "AT#XSEND=\"{text}\"", "#XSEND:", 35s},
    cannot(intent::send_hex, no_hex),
    verb{intent::send_stream, "AT#XSEND", "#XSEND:", 35s},
    verb{intent::send_string_to, "AT#XSENDTO=\"{host}\",{port},\"{text}\"", "#XSENDTO:", 35s},
    cannot(intent::send_hex_to, no_hex),
    verb{intent::send_datagram_to, "AT#XSENDTO=\"{host}\",{port}", "#XSENDTO:", 35s},
    // 1 s at most, and 64: do not wait for data.
    verb{intent::receive, "AT#XRECV=1,64", "#XRECV:", 6s, true},
    verb{intent::receive_from, "AT#XRECVFROM=1,64", "#XRECVFROM:", 6s, true},
    verb{intent::receive_wait, "AT#XRECV=1", "#XRECV:", 6s, true},
    verb{intent::poll_start, "AT#XAPOLL=1,1", "", 5s},
    verb{intent::poll_stop, "AT#XAPOLL=0", "", 5s},
    // Starting again arms the notices of all sockets anew.
    verb{intent::notice_again, "AT#XAPOLL=1,1", "", 5s},
    cannot(intent::notice_end, "notices are of all sockets or of none"),
    verb{intent::poll_ask, "AT#XPOLL=0{handles}", "#XPOLL:", 5s},
    cannot(intent::push_start, no_push),
    cannot(intent::push_on, no_push),
    cannot(intent::push_off, no_push),
    verb{intent::read_data_limit, "AT#XDATACTRL?", "#XDATACTRL:", 5s},
    verb{intent::set_data_limit, "AT#XDATACTRL={ms}", "#XDATACTRL:", 5s},
    verb{intent::resolve, "AT#XGETADDRINFO=\"{host}\",{family}", "#XGETADDRINFO:", 60s},
    cannot(intent::set_rate, fixed_rate),
    cannot(intent::echo_off, "it never echoes"),
    verb{intent::rai_no_data, "AT#XSOCKETOPT=1,61,1", "", 5s},
    verb{intent::rai_last, "AT#XSOCKETOPT=1,61,2", "", 5s},
    verb{intent::rai_one_response, "AT#XSOCKETOPT=1,61,3", "", 5s},
    verb{intent::rai_ongoing, "AT#XSOCKETOPT=1,61,4", "", 5s},
    verb{intent::rai_wait_more, "AT#XSOCKETOPT=1,61,5", "", 5s},
};
static_assert(complete(rows));

constexpr std::string_view no_notices = "only #XPOLL tells what is there";
constexpr auto rows29 = with(rows, std::array{
                                       cannot(intent::poll_start, no_notices),
                                       cannot(intent::poll_stop, no_notices),
                                       cannot(intent::notice_again, no_notices),
                                   });
static_assert(complete(rows29));

/// Release assistance by an option of its own each; the value counts for nothing.
constexpr auto rows27 =
    with(rows29, std::array{
                     verb{intent::rai_no_data, "AT#XSOCKETOPT=1,50,0", "", 5s},
                     verb{intent::rai_last, "AT#XSOCKETOPT=1,51,0", "", 5s},
                     verb{intent::rai_one_response, "AT#XSOCKETOPT=1,52,0", "", 5s},
                     verb{intent::rai_ongoing, "AT#XSOCKETOPT=1,53,0", "", 5s},
                     verb{intent::rai_wait_more, "AT#XSOCKETOPT=1,54,0", "", 5s},
                 });
static_assert(complete(rows27));

constexpr auto rows24 =
    with(rows27, std::array{verb{intent::set_rate, "AT#XSLMUART={baud}", "", 5s}});
static_assert(complete(rows24));

/// The parser up to 2.7 is not known to take a comma or bytes from 0x80 on between quotes.
constexpr auto cautious = [] {
  std::array<char, 5 + 128> bytes{'"', '\0', '\x08', '\x7f', ','};
  for (std::size_t i = 0; i < 128; ++i) bytes[5 + i] = static_cast<char>(0x80 + i);
  return bytes;
}();

constexpr table slm_table{
    .name = "slm",
    .flavour = "3.1",
    .known_by = {.lists = {"#XSOCKETSELECT", "#XAPOLL"}},
    .verbs = rows,
    .handles_max = 7,
    .string_bytes_max = 1024,
    .forbidden_in_string = "\"\0\x08\x7f"sv,
    .data_buffer_bytes = 4096,
    .data_bytes_max = 8192,
    .data_terminator = "+++",
    .string_cost = {13 + 12 + 4 + 6, 1},
    .data_cost = {10 + 3 + 23, 2},
    .receive_bytes_max = 2048,
    .end_seen_since_library = {2, 6, 1},
    .binds_to_first = true,
};

constexpr table slm29_table = [] {
  table made = slm_table;
  made.flavour = "2.9";
  made.known_by = {.lists = {"#XSOCKETSELECT", "#XPOLL"}, .application_from = {2, 8, 0}};
  made.verbs = rows29;
  made.handles_max = 8;
  made.readiness = notices::asked;
  made.verify_sent = true;
  return made;
}();

constexpr table slm27_table = [] {
  table made = slm29_table;
  made.flavour = "2.7";
  made.known_by = {.lists = {"#XSOCKETSELECT", "#XPOLL"}};
  made.verbs = rows27;
  made.forbidden_in_string = {cautious.data(), cautious.size()};
  return made;
}();

constexpr table slm24_table = [] {
  table made = slm27_table;
  made.flavour = "2.4";
  made.known_by = {.lists = {"#XSOCKETSELECT", "#XPOLL", "#XSLMUART"}};
  made.verbs = rows24;
  // Its reception is off while a command runs and its matcher was not read: give it the terminator
  // alone, in one piece.
  made.terminator_pause = 100ms;
  return made;
}();

}  // namespace

const table& slm() {
  return slm_table;
}
const table& slm29() {
  return slm29_table;
}
const table& slm27() {
  return slm27_table;
}
const table& slm24() {
  return slm24_table;
}

}  // namespace cellsock::dialect
