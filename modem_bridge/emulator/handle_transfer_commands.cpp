// SPDX-License-Identifier: Apache-2.0
// Connecting, sending and receiving in the syntax where every command names its handle.
#include <array>

#include "modem_bridge/emulator/commands.hpp"
#include "modem_bridge/emulator/outgoing.hpp"
#include "modem_bridge/emulator/transfer.hpp"

namespace cellsock::emulator {
namespace {

constexpr std::size_t hex_bytes_max = 1400;  // decoded
constexpr std::size_t string_bytes_max = 4096;
constexpr int string_mode = 0;
constexpr int hex_mode = 1;
constexpr int data_mode_mode = 2;

verdict connect_verb(board& b, const command& c) {
  const modem_socket* socket = b.named(c);
  const auto host = c.text(1, transfer::host_bytes_max);
  const auto port = c.number(2, 0, 65535);
  if (!c.is_set() || !socket || !host || !port) return verdict::error;
  if (b.rules().role_checked && socket->role != 0) return verdict::error;
  return run_connect(b, socket->handle, *host, *port, "#XCONNECT: " + numbers({socket->handle, 1}));
}

// ---- send ----

std::optional<unsigned> digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return {};
}

std::optional<std::vector<std::byte>> decode_hex(std::string_view text) {
  if (text.size() % 2 != 0 || text.size() > 2 * hex_bytes_max) return {};
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = digit(text[i]);
    const auto low = digit(text[i + 1]);
    if (!high || !low) return {};
    bytes.push_back(static_cast<std::byte>(*high << 4U | *low));
  }
  return bytes;
}

std::optional<std::vector<std::byte>> payload_of(const command& c, int mode, std::size_t at) {
  const auto text = c.text(at, string_bytes_max);
  if (!text || text->empty()) return {};
  if (mode == hex_mode) return decode_hex(*text);
  return bytes_of(*text);
}

/// What both send commands share behind their addresses: `at` is the place of the data, or of the
/// length that data mode may be given.
verdict send(board& b, const command& c, std::string_view name, std::string host, int mode,
             std::size_t at) {
  const int handle = *c.number(0);
  if (mode == data_mode_mode) {
    const auto length =
        c.count() > at ? c.number(at, 0, 2'147'483'647) : std::optional<std::int32_t>(0);
    if (!length) return verdict::error;
    b.enter_data_mode(handle, static_cast<std::size_t>(*length));
    return verdict::ok;
  }
  auto payload = payload_of(c, mode, at);
  if (!payload) return verdict::error;
  outgoing op(b, handle, std::move(*payload), std::move(host), b.send_port, b.send_flags);
  const bool notify = (b.send_flags & transfer::notify) != 0;
  return run_send(b, std::move(op), std::string(name) + numbers({handle, notify ? 1 : 0}) + ",",
                  notify);
}

/// Handle, mode and flags, which begin both commands; empty: refused.
std::optional<int> send_head(board& b, const command& c) {
  const modem_socket* socket = b.named(c);
  const auto mode = c.number(1, string_mode, data_mode_mode);
  const auto flags = c.number(2);
  if (!c.is_set() || !socket || !mode || !flags) return {};
  if ((*flags & ~(transfer::wait_for_ack | transfer::notify)) != 0) return {};
  b.send_flags = *flags;
  return mode;
}

verdict send_verb(board& b, const command& c) {
  const auto mode = send_head(b, c);
  if (!mode) return verdict::error;
  // A host left behind by a refused send-to is used by data mode only, whichever comes next.
  return send(b, c, "#XSEND: ", {}, *mode, 3);
}

verdict send_to_verb(board& b, const command& c) {
  const auto mode = send_head(b, c);
  if (!mode) return verdict::error;
  const auto host = c.text(3, transfer::host_bytes_max);
  if (!host) return verdict::error;
  b.send_host = *host;  // kept even if what follows is refused
  const auto port = c.number(4, 0, 65535);
  if (!port) return verdict::error;
  b.send_port = *port;
  std::string to(*host);
  const verdict how = send(b, c, "#XSENDTO: ", std::move(to), *mode, 5);
  if (how != verdict::error && *mode != data_mode_mode) b.send_host.clear();
  return how;
}

// ---- receive ----

verdict receive(board& b, const command& c, bool with_address) {
  modem_socket* socket = b.named(c);
  const auto mode = c.number(1, 0, 1);
  const auto flags = c.number(2);
  const auto timeout = c.number(3, 0, 1'000'000);
  const auto length = c.count() > 4 ? c.number(4, 1, transfer::receive_bytes_max)
                                    : std::optional<std::int32_t>(transfer::receive_bytes_max);
  receive_request want;
  if (!c.is_set() || !socket || !mode || !flags || !timeout || !length ||
      !read_receive_flags(want, *flags))
    return verdict::error;
  socket->receive_timeout_s = *timeout;
  want.handle = socket->handle;
  want.source = socket->id;
  want.prefix =
      (with_address ? "#XRECVFROM: " : "#XRECV: ") + numbers({socket->handle, *mode}) + ",";
  want.with_address = with_address;
  want.hex = *mode == 1;
  want.bytes_max = static_cast<std::size_t>(*length);
  if (*timeout > 0) want.deadline = b.now + std::chrono::seconds(*timeout);
  return run_receive(b, want);
}

verdict receive_verb(board& b, const command& c) {
  return receive(b, c, false);
}
verdict receive_from_verb(board& b, const command& c) {
  return receive(b, c, true);
}

constexpr std::array verbs{
    verb{"XCONNECT", connect_verb, in::sm},       verb{"XSEND", send_verb, in::sm},
    verb{"XRECV", receive_verb, in::sm},          verb{"XSENDTO", send_to_verb, in::sm},
    verb{"XRECVFROM", receive_from_verb, in::sm},
};

}  // namespace

std::span<const verb> handle_transfer_verbs() {
  return verbs;
}

}  // namespace cellsock::emulator
