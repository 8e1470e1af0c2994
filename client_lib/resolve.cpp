// SPDX-License-Identifier: Apache-2.0
#include "client_lib/resolve.hpp"

#include <cerrno>

#include "client_lib/control_calls.hpp"
#include "client_lib/limits.hpp"

namespace cellsock::client {
namespace {

failure refused(wire::ErrorCode code, int error) {
  return {failed_by::daemon, error, code};
}

}  // namespace

outcome<std::vector<endpoint>> resolve(const std::string& host, wire::Family family,
                                       std::optional<std::uint32_t> pdn) {
  if (const auto known = literal(host)) {
    if (family != wire::FAMILY_UNSPECIFIED && family != known->family)
      return refused(wire::ERROR_CODE_UNSUPPORTED_FAMILY, EAFNOSUPPORT);
    return std::vector{*known};
  }
  wire::Request request;
  request.mutable_resolve()->set_host(host);
  request.mutable_resolve()->set_family(family);
  if (pdn) request.mutable_resolve()->set_pdn(*pdn);
  auto reply = ask(request, {deadline::after(limits::resolve_max)});
  if (!reply) return reply.why();
  std::vector<endpoint> found;
  for (const auto& bytes : reply->reply.resolve().addresses()) {
    wire::Endpoint entry;
    entry.set_address(bytes);
    if (const auto address = from_wire(entry)) found.push_back(*address);
  }
  if (found.empty()) return refused(wire::ERROR_CODE_NAME_NOT_FOUND, ENOENT);
  return found;
}

}  // namespace cellsock::client
