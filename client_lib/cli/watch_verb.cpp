// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <csignal>
#include <iostream>

#include "client_lib/cli/daemon_call.hpp"
#include "client_lib/cli/event_text.hpp"
#include "client_lib/cli/verb.hpp"
#include "client_lib/limits.hpp"

namespace cellsock::cli {
namespace {

/// Ctrl-C is how a watch ends in order. Each event is written whole and at once, so nothing is left
/// to be done; and _exit is safe wherever the signal finds us.
void end_on_signals() {
  for (const int signal : {SIGINT, SIGTERM})
    std::signal(signal, [](int) { ::_exit(static_cast<int>(exit_status::ok)); });
}

using line_maker = std::string (*)(const v1::WatchEvent&);

exit_status follow(const options& given, const v1::WatchRequest& what, line_maker line) {
  end_on_signals();
  client::wait_registry waits;
  auto connection = client::control_connection::open(given.socket_path, waits);
  if (!connection) return explain(given, connection.why(), layout::one_line);
  v1::Request request;
  *request.mutable_watch() = what;
  auto reply =
      (*connection)->exchange(request, {client::deadline::after(client::limits::reply_max)});
  while (reply) {
    std::cout << line(reply->watch()) << std::flush;
    if (!std::cout) return exit_status::failed;
    reply = (*connection)->next({client::deadline::never()});
  }
  const bool daemon_ended = reply.why().who == client::failed_by::transport;
  const auto status = explain(given, reply.why(), layout::one_line);
  return daemon_ended ? exit_status::no_daemon : status;
}

}  // namespace

exit_status run_watch(const options& given) {
  v1::WatchRequest what;
  what.set_events(true);
  return follow(given, what, given.json ? event_json : event_text);
}

exit_status run_trace(const options& given) {
  v1::WatchRequest what;
  what.set_trace(true);
  what.set_trace_payload(given.trace_payload);
  what.set_link(given.modem);
  return follow(given, what, given.json ? event_json : trace_text);
}

}  // namespace cellsock::cli
