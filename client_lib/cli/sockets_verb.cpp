// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "client_lib/cli/daemon_call.hpp"
#include "client_lib/cli/sockets_text.hpp"
#include "client_lib/cli/status_json.hpp"
#include "client_lib/cli/verb.hpp"
#include "client_lib/limits.hpp"

namespace cellsock::cli {

exit_status run_sockets(const options& given) {
  v1::Request request;
  request.mutable_status();
  auto reply = call_daemon(given, request, client::deadline::after(client::limits::reply_max));
  if (!reply) return explain(given, reply.why());
  std::cout << (given.json ? sockets_json(reply->status()) : sockets_text(reply->status()));
  return exit_status::ok;
}

}  // namespace cellsock::cli
