// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/board.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "modem_bridge/emulator/name_service.hpp"
#include "modem_bridge/emulator/uplink.hpp"

namespace cellsock::emulator {
namespace {

constexpr std::uint16_t name_server_port = 53;

/// What the network calls a name server is really where the configuration says.
void translate_name_servers(board& b) {
  for (const auto& [cid, outside] : b.config.outsides) {
    if (!outside.name_server) continue;
    const auto shown = b.radio.name_servers(cid, outside.name_server->address.family).front();
    if (const auto address = parse_address(shown))
      b.stack.translation().add(cid, {*address, name_server_port}, *outside.name_server);
  }
}

/// Its own name servers, where nothing is said of them.
bool answer_names(const board& b, int cid, const endpoint& remote, std::span<const std::byte> query,
                  std::optional<std::vector<std::byte>>& answer) {
  const auto outside = b.config.outsides.find(cid);
  const bool elsewhere = outside != b.config.outsides.end() && outside->second.name_server;
  if (remote.port != name_server_port || elsewhere) return false;
  const auto servers = b.radio.name_servers(cid, remote.address.family);
  if (std::none_of(servers.begin(), servers.end(), [&](const std::string& one) {
        const auto address = parse_address(one);
        return address && *address == remote.address;
      }))
    return false;
  answer = answer_query(b.config.names, query);
  return true;
}

}  // namespace

board::board(const modem_config& configuration, network& behind, event_log& events,
             time_point start)
    : config(configuration),
      log(events),
      radio(configuration, start),
      stack(behind, bearer, configuration.network_delay,
            std::max<std::size_t>(1, configuration.application->accept_backlog)),
      sockets(configuration.first_handle, configuration.application->sockets_max),
      mode(configuration.application->ring_rewound),
      now(start),
      line_baud(configuration.baud),
      boot_baud(configuration.baud) {
  stack.set_dead_bits(config.pdn_loss_bits);
  translate_name_servers(*this);
  stack.set_resident([this](int cid, const endpoint& remote, std::span<const std::byte> query,
                            std::optional<std::vector<std::byte>>& answer) {
    return answer_names(*this, cid, remote, query, answer);
  });
  radio.on_context_lost = [this](int cid) {
    log.add(now, "pdn-lost", -1, 0, std::to_string(cid));
    stack.kill_closing(cid);
    kill_sockets(radio.contexts().at(cid).pdn_id, false);
  };
  // What was kept open goes on with the context that it named, whatever its PDN is called now.
  radio.on_context_up = [this](int cid) {
    for (modem_socket* socket : sockets.all())
      if (socket->kept_open() && socket->context == cid)
        socket->cid = radio.contexts().at(cid).pdn_id;
  };
}

// ---- the radio and the sockets ----

bool board::antenna::carries(int cid) const {
  return board_.radio.carries(cid);
}

bool board::antenna::hears(int cid) const {
  return board_.radio.carries(cid) && board_.radio.rrc().reachable();
}

time_point board::antenna::leaves(pcb socket, std::size_t bytes, time_point now) {
  return board_.radio.rrc().uplink(
      {rrc_model::cause::uplink, board_.sockets.handle_of(socket), bytes, board_.take_hint(socket)},
      now);
}

time_point board::antenna::arrives(pcb socket, std::size_t bytes, time_point now) {
  return board_.radio.rrc().downlink(
      {rrc_model::cause::downlink, board_.sockets.handle_of(socket), bytes}, now);
}

release_hint board::take_hint(pcb target) {
  modem_socket* socket = sockets.find(sockets.handle_of(target));
  return socket ? std::exchange(socket->hint, release_hint::none) : release_hint::none;
}

/// A question up and its answer down.
std::optional<duration> board::ask_network(int cid) {
  constexpr std::size_t question_bytes = 60;
  constexpr std::size_t answer_bytes = 120;
  if (!radio.carries(cid)) return {};
  const rrc_model::packet question{rrc_model::cause::lookup, rrc_model::no_handle, question_bytes};
  const rrc_model::packet answer{rrc_model::cause::lookup, rrc_model::no_handle, answer_bytes};
  const time_point back = radio.rrc().uplink(question, now) + 2 * stack.delay();
  return radio.rrc().downlink(answer, back) - now;
}

void board::bind_to_pdn(modem_socket& socket, int pdn_id) {
  socket.cid = pdn_id;
  socket.context = context_of(pdn_id);
  stack.move_to(socket.id, socket.context);
}

void board::kill_sockets(int pdn_id, bool kept_open_too) {
  for (modem_socket* socket : sockets.all()) {
    if (socket->cid != pdn_id || (socket->kept_open() && !kept_open_too)) continue;
    stack.kill(socket->id);
    if (socket->peer) stack.kill(*socket->peer);
  }
}

void board::say(std::string_view text) {
  output += "\r\n";
  output += text;
  output += "\r\n";
}

void board::raw(std::span<const std::byte> bytes) {
  output.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

verdict board::wait(std::optional<time_point> deadline, std::function<verdict()> resume) {
  pending = std::move(resume);
  pending_deadline = deadline;
  return verdict::blocked;
}

void board::print_poll_events() {
  const bool heard = mode.current() != data_mode::state::payload;
  for (const auto& [handle, events] : watch.collect(sockets, stack, now)) {
    if (!heard) continue;
    const std::string text = "#XAPOLL: " + std::to_string(handle) + "," + std::to_string(events);
    say(text);
    log.add(now, "urc", handle, 0, text);
  }
}

void board::injection_point(urc_injection here) {
  if (injection == here || injection == urc_injection::both) print_poll_events();
}

unsigned board::time_limit_ms_min() const {
  const unsigned baud = rules().limit_follows_speed ? line_baud : config.baud;
  return data_mode::limit_ms_min(baud, uplink::buffer_bytes);
}

bool board::library_older_than(int major, int minor, int patch) const {
  std::array<int, 3> parts{};
  const char* at = config.library_version.data();
  const char* end = at + config.library_version.size();
  for (int& part : parts) {
    at = std::from_chars(at, end, part).ptr;
    if (at == end || *at != '.') break;
    ++at;
  }
  return parts < std::array{major, minor, patch};
}

int board::current_handle() {
  const modem_socket* socket = sockets.current();
  return socket ? socket->handle : -1;
}

void board::rearm(modem_socket& socket, unsigned bits) {
  if (rules().syntax == command_syntax::handle)
    channel_watch::rearm(socket, bits);
  else
    watch.rearm(socket, bits);
}

void board::enter_data_mode(int handle, std::size_t count) {
  if (time_limit_ms == 0) time_limit_ms = time_limit_ms_min();
  mode.enter(count);
  data_handle = handle;
  log.add(now, "data-mode", handle, count, "entered");
}

bool board::network_up(const modem_socket& socket) const {
  const auto cid = radio.cid_of_pdn(socket.cid);
  return cid && radio.reaches(*cid, socket.ip());
}

void board::close_all_sockets() {
  stack.close_all();
  sockets.clear();
  watch.stop();
  readiness.reset();
  owed.clear();
}

void board::reboot() {
  close_all_sockets();
  radio.reboot(now);
  mode.leave();
  cme_errors = false;
  time_limit_ms = 0;
  send_flags = 0;
  send_host.clear();
  data_handle = -1;
  echo = false;
  silence_all = false;
  speed_change.reset();
  output.clear();
  power.reset();
  pending = nullptr;
  pending_deadline.reset();
}

}  // namespace cellsock::emulator
