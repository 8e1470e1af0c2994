// SPDX-License-Identifier: Apache-2.0
// The table of keys; docs/configuration.md is compared with it.
#include <array>

#include "actors/config.hpp"

namespace cellsock::config {
namespace {

constexpr std::int64_t socket_path_max = 107;  // sockaddr_un, less its final zero
constexpr std::int64_t text_max = 255;
constexpr std::int64_t apn_max = 100;                    // 3GPP TS 23.003 §9
constexpr std::int64_t login_max = 64;                   // what the modem takes
constexpr std::int64_t t3412_ext_max = 31 * 320 * 3600;  // 3GPP TS 24.008 §10.5.7.4a
constexpr std::int64_t t3324_max = 31 * 360;             // and §10.5.7.4
constexpr const char* families = "default ip ipv4 ipv6 ipv4v6";
constexpr const char* logins = "none pap chap";

pdn_choice& pdn_of(settings& to) {
  return to.modems.back().pdns.back();
}

constexpr std::array rows{
    key_row{"socket.path", type::text, 1, socket_path_max, "", "\"/run/cellsock/cellsock.sock\"",
            "the control socket; its directory must exist",
            [](settings& to, const value& from) { to.socket_path = from.text; }},
    key_row{"socket.group", type::text, 0, 32, "", "\"\"",
            "group of the control socket: whoever is in it may use the modem; empty: the daemon's "
            "own group",
            [](settings& to, const value& from) { to.socket_group = from.text; }},
    key_row{"socket.mode", type::mode, 0, 0777, "", "\"0660\"", "permissions of the control socket",
            [](settings& to, const value& from) {
              to.socket_mode = static_cast<unsigned>(from.number);
            }},
    key_row{"modem.uri", type::text, 1, text_max, "", "\"\"",
            "the modem's port; there is no default: a file or a command line must name it",
            [](settings& to, const value& from) { to.modems.back().uri = from.text; }},
    key_row{"modem.name", type::word, 0, 15, "", "\"\"",
            "what programs call it (SO_BINDTODEVICE); empty: modem0, modem1, … by its place",
            [](settings& to, const value& from) { to.modems.back().name = from.text; }},
    key_row{"modem.apn", type::apn, 0, apn_max, "", "\"\"",
            "access point name; empty: the network's default",
            [](settings& to, const value& from) { to.modems.back().apn = from.text; }},
    key_row{"modem.pdn_family", type::choice, 0, 0, families, "\"default\"",
            "what its packet network is to carry; default: as the modem has it",
            [](settings& to, const value& from) { to.modems.back().pdn_family = from.text; }},
    key_row{"modem.authentication", type::choice, 0, 0, logins, "\"none\"",
            "how its APN wants to be told user and password",
            [](settings& to, const value& from) { to.modems.back().authentication = from.text; }},
    key_row{"modem.user", type::quoted, 0, login_max, "", "\"\"", "user, with authentication",
            [](settings& to, const value& from) { to.modems.back().user = from.text; }},
    key_row{"modem.password_file", type::text, 0, text_max, "", "\"\"",
            "file with the password and nothing else, readable by its owner alone",
            [](settings& to, const value& from) { to.modems.back().password_file = from.text; }},
    key_row{
        "modem.pin_file", type::text, 0, text_max, "", "\"\"",
        "file with the SIM card's PIN and nothing else, readable by its owner alone; tried once "
        "per start, never as the last try",
        [](settings& to, const value& from) { to.modems.back().pin_file = from.text; }},
    key_row{"modem.system_mode", type::choice, 0, 0,
            "default ltem nbiot ltem+nbiot ltem+gnss nbiot+gnss ltem+nbiot+gnss", "\"default\"",
            "radio systems to use; default: as the modem has it",
            [](settings& to, const value& from) { to.modems.back().system_mode = from.text; }},
    key_row{
        "modem.system_preference", type::choice, 0, 0, "none ltem nbiot home-ltem home-nbiot",
        "\"none\"",
        "which of two systems to look for first; home-: but the operator's own network first",
        [](settings& to, const value& from) { to.modems.back().system_preference = from.text; }},
    key_row{"modem.psm", type::choice, 0, 0, "default off on", "\"default\"",
            "power saving mode (sleep between tracking area updates); default: as the modem has it",
            [](settings& to, const value& from) { to.modems.back().psm = from.text; }},
    key_row{"modem.psm_t3412_ext_s", type::integer, 2, t3412_ext_max, "", "3600",
            "time between two tracking area updates that is asked for, in seconds",
            [](settings& to, const value& from) {
              to.modems.back().psm_t3412_ext_s = static_cast<unsigned>(from.number);
            }},
    key_row{"modem.psm_t3324_s", type::integer, 0, t3324_max, "", "10",
            "time to stay reachable before each sleep that is asked for, in seconds",
            [](settings& to, const value& from) {
              to.modems.back().psm_t3324_s = static_cast<unsigned>(from.number);
            }},
    key_row{"modem.edrx", type::choice, 0, 0, "default off on", "\"default\"",
            "extended discontinuous reception; default: as the modem has it",
            [](settings& to, const value& from) { to.modems.back().edrx = from.text; }},
    key_row{"modem.edrx_s", type::integer, 5, 10486, "", "82",
            "its cycle that is asked for, in seconds",
            [](settings& to, const value& from) {
              to.modems.back().edrx_s = static_cast<unsigned>(from.number);
            }},
    key_row{"modem.rai", type::choice, 0, 0, "off auto", "\"auto\"",
            "release assistance that programs do not give themselves: guessed, or not",
            [](settings& to, const value& from) { to.modems.back().rai = from.text; }},
    key_row{"modem.rai_unguessed", type::text, 0, text_max, "", "\"\"",
            "programs for which nothing is guessed: names of executables with spaces between",
            [](settings& to, const value& from) { to.modems.back().rai_unguessed = from.text; }},
    key_row{
        "modem.pdn.id", type::integer, 1, 10, "", "0",
        "a packet network beside the first: what programs call it (pdn1), until the modem gives "
        "it another number; there is no default",
        [](settings& to, const value& from) {
          pdn_of(to).id = static_cast<unsigned>(from.number);
        }},
    key_row{"modem.pdn.cid", type::integer, 0, 10, "", "0",
            "its context in the modem; 0: the same as its id",
            [](settings& to, const value& from) {
              pdn_of(to).cid = static_cast<unsigned>(from.number);
            }},
    key_row{"modem.pdn.apn", type::apn, 0, apn_max, "", "\"\"",
            "its access point name; empty: the network's default",
            [](settings& to, const value& from) { pdn_of(to).apn = from.text; }},
    key_row{"modem.pdn.family", type::choice, 0, 0, families, "\"default\"",
            "what it is to carry; default: as the modem has it",
            [](settings& to, const value& from) { pdn_of(to).family = from.text; }},
    key_row{"modem.pdn.authentication", type::choice, 0, 0, logins, "\"none\"",
            "how its APN wants to be told user and password",
            [](settings& to, const value& from) { pdn_of(to).authentication = from.text; }},
    key_row{"modem.pdn.user", type::quoted, 0, login_max, "", "\"\"", "user, with authentication",
            [](settings& to, const value& from) { pdn_of(to).user = from.text; }},
    key_row{"modem.pdn.password_file", type::text, 0, text_max, "", "\"\"",
            "file with the password and nothing else, readable by its owner alone",
            [](settings& to, const value& from) { pdn_of(to).password_file = from.text; }},
    key_row{"modem.pdn.activate", type::choice, 0, 0, "start use", "\"use\"",
            "when it is activated: with the modem, or by the first socket that uses it",
            [](settings& to, const value& from) { pdn_of(to).activate = from.text; }},
    key_row{"modem.pdn.linger_s", type::integer, 0, 86400, "", "30",
            "how long it stays after its last socket, if it was activated by use",
            [](settings& to, const value& from) {
              pdn_of(to).linger_s = static_cast<unsigned>(from.number);
            }},
    key_row{
        "credentials.directory", type::text, 1, text_max, "", "\"/var/lib/cellsock/credentials\"",
        "where durable credentials are kept; made when the first is added, nobody else's to read",
        [](settings& to, const value& from) { to.credentials = from.text; }},
    key_row{"log.level", type::choice, 0, 0, "debug info warn error", "\"info\"",
            "the least important lines that are logged",
            [](settings& to, const value& from) { to.log_level = from.text; }},
    key_row{"log.trace", type::boolean, 0, 0, "", "false",
            "log the AT dialogue too, payload as lengths and secrets as ***",
            [](settings& to, const value& from) { to.log_trace = from.flag; }},
    key_row{"limits.sockets_per_uid_max", type::integer, 1, limits::sockets_configured_max, "",
            "64", "sockets of one user at once, on each modem",
            [](settings& to, const value& from) {
              to.sockets_per_uid_max = static_cast<std::size_t>(from.number);
            }},
    key_row{"limits.sockets_max", type::integer, 1, limits::sockets_configured_max, "", "1024",
            "sockets of all users at once, on each modem (which has 7 or 8 itself)",
            [](settings& to, const value& from) {
              to.sockets_max = static_cast<std::size_t>(from.number);
            }},
};

}  // namespace

std::span<const key_row> keys() {
  return rows;
}

}  // namespace cellsock::config
