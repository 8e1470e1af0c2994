// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <array>
#include <iostream>

#include "cellsock/version.h"
#include "client_lib/cli/creds_arguments.hpp"
#include "client_lib/cli/verb.hpp"
#include "client_lib/dial.hpp"

namespace {

using namespace cellsock::cli;

/// A verb: its name and help, the arguments it takes, and what it does.
struct verb_row {
  const char* name;
  const char* purpose;
  const char* examples;
  void (*add_arguments)(CLI::App& app, options& given);
  exit_status (*run)(const options& given);
};

void add_no_arguments(CLI::App&, options&) {}

void add_modem(CLI::App& app, options& given, const char* meaning) {
  app.add_option("--modem", given.modem, meaning)->type_name("NAME");
}

void add_at_arguments(CLI::App& app, options& given) {
  app.add_option("command", given.at_command, "AT command, quoted for the shell")->required();
  app.add_option("--timeout", given.at_timeout_s, "seconds to wait for the modem")
      ->type_name("S")
      ->check(CLI::Range(1, 3600));
  add_modem(app, given, "which modem, as `cellsock status` names it [the first]");
}

void add_trace_arguments(CLI::App& app, options& given) {
  app.add_flag("--payload", given.trace_payload,
               "show payload too (root and the daemon's own user only)");
  add_modem(app, given, "this modem's alone, as `cellsock status` names it");
}

void add_pdn_arguments(CLI::App& app, options& given) {
  app.add_option("action", given.action, "list, up or down")
      ->required()
      ->check(CLI::IsMember({"list", "up", "down"}));
  app.add_option("pdn", given.pdn, "which, as `list` names it: pdn1")->type_name("PDN");
  add_modem(app, given, "which modem, as `cellsock status` names it [the first; list: all]");
}

void add_timeout(CLI::App& app, options& given, int least) {
  app.add_option("--timeout", given.wait_timeout_s, "seconds to wait for the network")
      ->type_name("S")
      ->check(CLI::Range(least, 86400))
      ->capture_default_str();
}

void add_wait_arguments(CLI::App& app, options& given) {
  app.add_flag("--registered", given.wait_registered, "until the modem is registered");
  add_timeout(app, given, 1);
  add_modem(app, given, "which modem, as `cellsock status` names it [the first]");
}

void add_radio_arguments(CLI::App& app, options& given) {
  app.add_option("mode", given.action, "on, flight or off")
      ->required()
      ->check(CLI::IsMember({"on", "flight", "off"}));
  add_timeout(app, given, 0);
  add_modem(app, given, "which modem, as `cellsock status` names it [the first]");
}

constexpr std::array verbs{
    verb_row{"status", "Show every modem, its network and every socket",
             "Examples:\n"
             "  cellsock status\n"
             "  cellsock status --json | jq '.links[0].registration'",
             add_no_arguments, run_status},
    verb_row{"sockets", "Show every socket, with all that is known of it",
             "Examples:\n"
             "  cellsock sockets\n"
             "  cellsock sockets --json | jq '.sockets[] | select(.owner.uid == 1000)'",
             add_no_arguments, run_sockets},
    verb_row{
        "radio",
        "Show what the radio costs and whom: seconds connected, and of them the tail after the "
        "last payload",
        "Examples:\n"
        "  cellsock radio\n"
        "  cellsock radio --json | jq '.links[0].programs[] | {executable, tail_ms}'",
        add_no_arguments, run_radio},
    verb_row{"pdn",
             "Show the packet networks, bring one up or take it down.\n"
             "Down holds until `up`, whatever programs do; its sockets end with ENETDOWN",
             "Examples:\n"
             "  cellsock pdn list\n"
             "  cellsock pdn up pdn1\n"
             "  cellsock pdn list --json | jq '.pdns[] | select(.state == \"up\") | .addresses'\n"
             "They are configured as [[modem.pdn]]: docs/configuration.md",
             add_pdn_arguments, run_pdn},
    verb_row{"wait", "Wait until the modem is on its network; say on stderr what it waits for",
             "Examples:\n"
             "  cellsock wait --registered && ./report\n"
             "  cellsock wait --registered --timeout 300 --modem roof\n"
             "Exit status 1 if it is not in time, with the reason",
             add_wait_arguments, run_wait},
    verb_row{
        "modem",
        "Switch the radio, for every program: on (and wait for the network), flight (radio\n"
        "off), off (the modem stores what it keeps; its power may go then)",
        "Examples:\n"
        "  cellsock modem flight\n"
        "  cellsock modem on                waits for the network; --timeout 0: does not\n"
        "  cellsock modem off               before the power is cut: spares the modem's count\n"
        "                                   of resets, which would keep it off the network",
        add_radio_arguments, run_modem},
    verb_row{"watch",
             "Show what happens, as it happens, until Ctrl-C (exit 0) or the daemon ends (exit 3)",
             "Examples:\n"
             "  cellsock watch\n"
             "  cellsock watch --json | jq -c 'select(.event == \"link-state\") | .fields'\n"
             "Names and fields of events: docs/events.md",
             add_no_arguments, run_watch},
    verb_row{
        "trace",
        "Show the AT dialogue, as it happens, until Ctrl-C (exit 0) or the daemon ends (exit 3).\n"
        "Payload is shown as its length and secrets as ***",
        "Examples:\n"
        "  cellsock trace\n"
        "  cellsock trace --json > modem.ndjson\n"
        "  sudo cellsock trace --payload    every byte of every program: mind who reads it",
        add_trace_arguments, run_trace},
    verb_row{
        "at",
        "Send one AT command through the daemon's queue and print the answer.\n"
        "Commands that would break the daemon's view of the modem are refused, with the reason",
        "Examples:\n"
        "  cellsock at 'AT+CEREG?'          registration\n"
        "  cellsock at 'AT+CESQ'            signal\n"
        "  cellsock at --timeout 180 'AT+COPS=?'",
        add_at_arguments, run_at},
    verb_row{"creds",
             "Keep certificates, keys and PSKs for secure sockets, by security tag.\n"
             "They outlive programs and daemon; private parts are used, never shown",
             "Programs name the tag (NRF_SO_SEC_TAG_LIST, TLS_SEC_TAG_LIST) and bring nothing.\n"
             "Another user's or a group's credentials: as root.\n"
             "Each action has help and examples: cellsock creds add --help",
             add_creds_arguments, run_creds},
};

constexpr auto footer =
    "Examples:\n"
    "  cellsock status                  is the modem registered, who uses it?\n"
    "  cellsock watch                   who opens what, what does the network do?\n"
    "  cellsock at 'AT+CGSN=1'          talk to the modem without taking it from anybody\n"
    "\n"
    "exit status: 0 ok, 1 failed, 2 usage, 3 no daemon";

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Sockets over one cellular modem, for every program on this machine", "cellsock");
  options given;
  given.socket_path = cellsock::client::control_socket_path();
  app.add_option("--socket", given.socket_path, "the daemon's control socket ($CELLSOCK_SOCKET)")
      ->type_name("PATH")
      ->capture_default_str();
  app.add_flag("--json", given.json, "print JSON (docs/cli.md lists the fields)");
  app.set_version_flag("--version", "cellsock " CELLSOCK_VERSION);
  app.footer(footer);
  app.require_subcommand(1);
  app.fallthrough();

  const verb_row* chosen = nullptr;
  for (const auto& row : verbs) {
    auto* verb = app.add_subcommand(row.name, row.purpose);
    row.add_arguments(*verb, given);
    verb->footer(row.examples);
    verb->fallthrough();
    verb->callback([&chosen, &row] { chosen = &row; });
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success);
    app.exit(error);
    return static_cast<int>(asked ? exit_status::ok : exit_status::usage);
  }
  return static_cast<int>(chosen->run(given));
}
