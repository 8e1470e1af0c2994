// SPDX-License-Identifier: Apache-2.0
// Verbs that wait for the network: `wait`, and `modem on` after the radio is on.
#include <cerrno>
#include <iostream>
#include <nlohmann/json.hpp>

#include "client_lib/cli/daemon_call.hpp"
#include "client_lib/cli/links.hpp"
#include "client_lib/cli/plain_text.hpp"
#include "client_lib/cli/verb.hpp"
#include "client_lib/limits.hpp"

namespace cellsock::cli {
namespace {

client::failure no_modem(const std::string& name) {
  return {client::failed_by::daemon, EIO, v1::ERROR_CODE_NO_DEVICE,
          name.empty() ? "there is no modem" : "there is no modem \"" + name + '"'};
}

void print(const options& given, const v1::LinkStatus& link) {
  if (given.json)
    std::cout << nlohmann::ordered_json{{"link", link.name()},
                                        {"registration", link.registration()},
                                        {"operator", link.operator_plmn()},
                                        {"access_technology", link.access_technology()}}
                     .dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
              << '\n';
  else
    std::cout << printable(link.name()) << " is registered: " << network_text(link) << '\n';
}

/// Looks each time something happens, for a state may change without its event being seen: the
/// watch begins before the first look.
exit_status await_registration(const options& given) {
  const auto until = client::deadline::after(std::chrono::seconds(given.wait_timeout_s));
  client::wait_registry waits;
  auto events = client::control_connection::open(given.socket_path, waits);
  if (!events) return explain(given, events.why());
  v1::Request watch;
  watch.mutable_watch()->set_events(true);
  watch.mutable_watch()->set_link(given.modem);
  auto heard = (*events)->exchange(watch, {client::deadline::after(client::limits::reply_max)});
  std::string said;
  while (heard) {
    auto reply = ask_status(given);
    if (!reply) return explain(given, reply.why());
    const auto* link = find_link(reply->status(), given.modem);
    if (link == nullptr) return explain(given, no_modem(given.modem));
    if (is_registered(*link)) {
      print(given, *link);
      return exit_status::ok;
    }
    if (const auto now = network_text(*link); now != said) {
      said = now;
      std::cerr << printable(link->name()) << ": " << now << '\n';
    }
    // What concerns sockets alone changes nothing here.
    do heard = (*events)->next({until});
    while (heard && heard->watch().event() != "registration-changed" &&
           heard->watch().event() != "link-state");
  }
  if (heard.why().who == client::failed_by::deadline)
    return explain(given, {client::failed_by::daemon, EIO, v1::ERROR_CODE_NOT_REGISTERED,
                           "not registered within " + std::to_string(given.wait_timeout_s) +
                               " s; last: " + said});
  return explain(given, heard.why());
}

}  // namespace

exit_status run_wait(const options& given) {
  if (given.wait_registered) return await_registration(given);
  std::cerr << "cellsock: say what to wait for: cellsock wait --registered\n";
  return exit_status::usage;
}

exit_status run_modem(const options& given) {
  v1::Request request;
  request.mutable_radio()->set_link(given.modem);
  request.mutable_radio()->set_mode(given.action == "on"       ? v1::RADIO_MODE_ON
                                    : given.action == "flight" ? v1::RADIO_MODE_FLIGHT
                                                               : v1::RADIO_MODE_OFF);
  std::cerr << "asking the modem\n";
  auto reply = call_daemon(given, request, client::deadline::after(client::limits::order_max));
  if (!reply) return explain(given, reply.why());
  if (given.action == "on" && given.wait_timeout_s > 0) return await_registration(given);
  const std::string state = given.action == "on" ? "searching" : given.action;
  if (given.json)
    std::cout << nlohmann::ordered_json{{"modem", state}}.dump(2) << '\n';
  else
    std::cout << (given.action == "off"      ? "the modem is off: its power may go"
                  : given.action == "flight" ? "the radio is off"
                                             : "the radio is on")
              << '\n';
  return exit_status::ok;
}

}  // namespace cellsock::cli
