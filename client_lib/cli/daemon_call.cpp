// SPDX-License-Identifier: Apache-2.0
#include "client_lib/cli/daemon_call.hpp"

#include <iostream>
#include <nlohmann/json.hpp>

#include "client_lib/errno_table.hpp"

namespace cellsock::cli {
namespace {

using client::failed_by;

std::string_view name(const client::failure& why) {
  switch (why.who) {
    case failed_by::daemon: return client::name_of(why.code);
    case failed_by::absence: return "no-daemon";
    case failed_by::access: return "no-permission";
    case failed_by::transport: return "connection-broken";
    case failed_by::deadline: return "no-answer-in-time";
    case failed_by::interrupt: return "interrupted";
    case failed_by::system: break;
  }
  return "system";
}

std::string_view advice(const client::failure& why) {
  switch (why.who) {
    case failed_by::daemon: return client::meaning_of(why.code);
    case failed_by::absence:
      return "Start one for a modem:\n"
             "  cellsockd --modem serial:/dev/ttyACM0\n"
             "or, without one, for an emulated modem:\n"
             "  nrf91-emulator --link /tmp/modem &\n"
             "  cellsockd --modem serial:/tmp/modem --socket /tmp/cellsock.sock\n"
             "and name its socket by --socket PATH or CELLSOCK_SOCKET if it is not the usual one.";
    case failed_by::access: return "Run as root or as a member of the socket's group.";
    case failed_by::transport: return "The daemon ended or broke off; its log says more.";
    case failed_by::deadline: return "The daemon may be busy or hung; try again, then see its log.";
    case failed_by::interrupt:
    case failed_by::system: break;
  }
  return "";
}

}  // namespace

client::outcome<v1::Reply> call_daemon(const options& given, v1::Request& request,
                                       const client::deadline& until) {
  client::wait_registry waits;
  auto connection = client::control_connection::open(given.socket_path, waits);
  if (!connection) return connection.why();
  return (*connection)->exchange(request, {until});
}

exit_status explain(const options& given, const client::failure& why, layout form) {
  const auto advised = advice(why);
  if (given.json) {
    const nlohmann::ordered_json said{
        {"error", {{"name", name(why)}, {"detail", why.detail}, {"advice", advised}}}};
    std::cout << said.dump(form == layout::pretty ? 2 : -1) << '\n';
  } else {
    std::cerr << "cellsock: " << (why.detail.empty() ? name(why) : std::string_view(why.detail))
              << '\n';
    if (!advised.empty()) std::cerr << advised << '\n';
  }
  return why.who == failed_by::absence ? exit_status::no_daemon : exit_status::failed;
}

}  // namespace cellsock::cli
