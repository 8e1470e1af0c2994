// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <iostream>
#include <nlohmann/json.hpp>

#include "client_lib/cli/daemon_call.hpp"
#include "client_lib/cli/links.hpp"
#include "client_lib/cli/plain_text.hpp"
#include "client_lib/cli/status_json.hpp"
#include "client_lib/cli/verb.hpp"
#include "client_lib/limits.hpp"

namespace cellsock::cli {
namespace {

std::string joined(const google::protobuf::RepeatedPtrField<std::string>& parts) {
  std::string all;
  for (const auto& part : parts) all += (all.empty() ? "" : " ") + part;
  return all.empty() ? "-" : printable(all);
}

void print_table(const v1::StatusReply& status, const std::string& modem) {
  std::vector<std::vector<std::string>> rows{
      {"MODEM", "PDN", "CID", "STATE", "APN", "ADDRESSES", "NAME SERVERS", "MTU", "WHY"}};
  for (const auto& link : status.links()) {
    if (!modem.empty() && link.name() != modem) continue;
    for (const auto& pdn : link.pdns())
      rows.push_back({printable(link.name()), "pdn" + std::to_string(pdn.id()),
                      std::to_string(pdn.cid()), pdn.state(),
                      pdn.apn().empty() ? "-" : printable(pdn.apn()), joined(pdn.addresses()),
                      joined(pdn.name_servers()), pdn.mtu() == 0 ? "-" : std::to_string(pdn.mtu()),
                      pdn.trouble().detail().empty() ? "-" : printable(pdn.trouble().detail())});
  }
  std::cout << (rows.size() == 1 ? "no packet networks\n" : table_text(rows));
}

exit_status list(const options& given) {
  auto reply = ask_status(given);
  if (!reply) return explain(given, reply.why());
  if (find_link(reply->status(), given.modem) == nullptr)
    return explain(given, {client::failed_by::daemon, EIO, v1::ERROR_CODE_NO_DEVICE,
                           "there is no modem \"" + given.modem + '"'});
  if (given.json)
    std::cout << pdns_json(reply->status(), given.modem);
  else
    print_table(reply->status(), given.modem);
  return exit_status::ok;
}

}  // namespace

exit_status run_pdn(const options& given) {
  if (given.action == "list") return list(given);
  const auto number = pdn_number(given.pdn);
  if (!number) {
    std::cerr << "cellsock: name the packet network, as in: cellsock pdn " << given.action
              << " pdn1\n";
    return exit_status::usage;
  }
  const bool up = given.action == "up";
  std::cerr << "pdn" << *number << ": " << (up ? "asking the network for it" : "letting it go")
            << "; this may take a minute\n";
  v1::Request request;
  request.mutable_pdn()->set_link(given.modem);
  request.mutable_pdn()->set_pdn(*number);
  request.mutable_pdn()->set_up(up);
  auto reply = call_daemon(given, request, client::deadline::after(client::limits::order_max));
  if (!reply) return explain(given, reply.why());
  if (given.json)
    std::cout << nlohmann::ordered_json{{"pdn", *number}, {"up", up}}.dump(2) << '\n';
  else
    std::cout << "pdn" << *number << " is " << (up ? "up" : "down") << '\n';
  return exit_status::ok;
}

}  // namespace cellsock::cli
