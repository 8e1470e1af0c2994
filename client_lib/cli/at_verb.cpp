// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <nlohmann/json.hpp>

#include "client_lib/cli/daemon_call.hpp"
#include "client_lib/cli/verb.hpp"
#include "client_lib/limits.hpp"

namespace cellsock::cli {
namespace {

client::deadline patience_of(const options& given) {
  namespace limits = client::limits;
  if (!given.at_timeout_s) return client::deadline::after(limits::at_max);
  return client::deadline::after(std::chrono::seconds(*given.at_timeout_s) + limits::at_slack);
}

void print_json(const options& given, const v1::AtReply& reply) {
  nlohmann::ordered_json said{{"command", given.at_command},
                              {"ok", reply.ok()},
                              {"result", reply.final_result()},
                              {"lines", nlohmann::ordered_json::array()}};
  for (const auto& line : reply.lines()) said["lines"].push_back(line);
  // A modem may answer bytes that are no UTF-8.
  std::cout << said.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

}  // namespace

exit_status run_at(const options& given) {
  v1::Request request;
  request.mutable_at()->set_command(given.at_command);
  request.mutable_at()->set_timeout_ms(given.at_timeout_s.value_or(0) * 1000);
  request.mutable_at()->set_link(given.modem);
  auto reply = call_daemon(given, request, patience_of(given));
  if (!reply) return explain(given, reply.why());
  const auto& said = reply->at();
  if (given.json) {
    print_json(given, said);
  } else {
    for (const auto& line : said.lines()) std::cout << line << '\n';
    std::cout << said.final_result() << '\n';
  }
  return said.ok() ? exit_status::ok : exit_status::failed;
}

}  // namespace cellsock::cli
