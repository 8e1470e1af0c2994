// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "client_lib/cli/daemon_call.hpp"
#include "client_lib/cli/radio_text.hpp"
#include "client_lib/cli/verb.hpp"
#include "client_lib/limits.hpp"

namespace cellsock::cli {

exit_status run_radio(const options& given) {
  v1::Request request;
  request.mutable_radio_report();
  auto reply = call_daemon(given, request, client::deadline::after(client::limits::reply_max));
  if (!reply) return explain(given, reply.why());
  std::cout << (given.json ? radio_json(reply->radio_report()) : radio_text(reply->radio_report()));
  return exit_status::ok;
}

}  // namespace cellsock::cli
