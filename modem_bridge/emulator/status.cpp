// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/status.hpp"

#include <array>

#include "modem_bridge/emulator/json_object.hpp"

namespace cellsock::emulator {
namespace {

std::string_view power_name(const executor& queue) {
  if (queue.hung()) return "hung";
  constexpr std::array<std::string_view, 4> names{"booting", "running", "asleep", "off"};
  return names[static_cast<std::size_t>(queue.state())];
}

std::string_view stage_name(ip_stack::stage at) {
  constexpr std::array<std::string_view, 4> names{"idle", "connecting", "connected", "failed"};
  return names[static_cast<std::size_t>(at)];
}

std::string sockets_json(board& b) {
  std::string list;
  const modem_socket* current = b.sockets.current();
  for (const modem_socket* socket : b.sockets.all()) {
    json_object one;
    one.add("handle", socket->handle);
    one.add("type", socket->stream() ? "tcp" : "udp");
    one.add("family", socket->ip() == ip_family::v6 ? "ipv6" : "ipv4");
    one.add("role", socket->role == 0 ? "client" : "server");
    one.add("pdn_id", socket->cid);
    one.add("stage", stage_name(b.stack.stage_of(socket->id)));
    one.add("poll", static_cast<std::uint64_t>(b.stack.poll(socket->id, b.now)));
    one.add("readable_bytes",
            static_cast<std::uint64_t>(b.stack.readable_bytes(socket->id, b.now)));
    one.add("sent_bytes", socket->sent_bytes);
    one.add("received_bytes", socket->received_bytes);
    one.add("send_timeout_s", socket->send_timeout_s);
    one.add("current", socket == current);
    list += (list.empty() ? "" : ",") + one.text();
  }
  return "[" + list + "]";
}

std::string contexts_json(board& b) {
  std::string list;
  for (const auto& [cid, context] : b.radio.contexts()) {
    json_object one;
    one.add("cid", cid);
    one.add("apn", context.apn);
    one.add("type", context.type);
    one.add("active", context.active);
    one.add("pdn_id", context.pdn_id);
    one.add("address", context.address);
    one.add("address6", context.address6);
    if (context.suspended) one.add("suspended", true);
    list += (list.empty() ? "" : ",") + one.text();
  }
  return "[" + list + "]";
}

}  // namespace

std::string status_json(const control_target& target) {
  board& b = target.parts;
  constexpr std::array<std::string_view, 3> modes{"at", "data", "null"};
  json_object all;
  const flavour& build = b.rules();
  all.add("dialect", build.syntax == command_syntax::handle ? "sm" : "slm");
  all.add("firmware", build.name);
  all.add("model", b.config.model);
  all.add("baud", static_cast<std::uint64_t>(b.line_baud));
  all.add("power", power_name(target.queue));
  all.add("mode", modes[static_cast<std::size_t>(b.mode.current())]);
  all.add("busy", target.queue.busy());
  all.add("cfun", b.radio.functional_mode());
  all.add("sim", b.radio.card().present());
  all.add("registration", static_cast<int>(b.radio.state()));
  all.add("rrc_connected", b.radio.rrc().connected());
  all.raw("radio", to_json(b.radio.rrc().sums(b.now)));
  all.raw("contexts", contexts_json(b));
  all.raw("sockets", sockets_json(b));
  all.add("poll_running", b.watch.running());
  all.add("send_blocked", b.stack.sending_blocked());
  all.add("host_held", target.line.holding_host());
  all.raw("lines", to_json(target.whole.lines()));
  all.add("dropped_bytes", target.whole.dropped_bytes());
  all.add("last_event", target.log.last_number());
  return all.text();
}

}  // namespace cellsock::emulator
