// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "stack/endpoint.hpp"
#include "stack/result.hpp"

/// What lies behind the emulated radio. Nothing here blocks and nothing calls back: whoever runs
/// the loop learns that something changed (a descriptor, or a test that just pushed bytes) and says
/// so with `modem::network_changed`. Two implementations: the host's own sockets (`host_network`)
/// and a scripted one in memory (`memory_network`). A flow has one address family and reaches that
/// one alone; the port spaces of the two are apart.
namespace cellsock::emulator {

/// One TCP connection, one listener or one UDP port of the network. Never reused.
enum class flow_id : std::uint32_t {};

/// The modem's end of a flow: its port (0: any), and the data context whose address it has.
struct local_end {
  local_end(std::uint16_t local_port, int context = 0) : port(local_port), cid(context) {}
  std::uint16_t port;
  int cid;
};

enum class flow_stage : std::uint8_t { connecting, open, failed };

struct flow_status {
  flow_stage stage = flow_stage::failed;
  errc why = errc::none;  // set when failed: connection_refused, connection_reset, timed_out, …
};

struct stream_read {
  std::size_t bytes = 0;  // 0 and not ended: nothing there now
  bool ended = false;     // the peer sent its FIN and everything before it was read
};

struct arrived_connection {
  flow_id flow{};
  endpoint peer;
};

struct arrived_datagram {
  endpoint peer;
  std::vector<std::byte> payload;
};

class network {
public:
  virtual ~network() = default;

  // ---- streams ----
  /// Begins a TCP connect; `look` tells how it goes.
  virtual result<flow_id> connect(const endpoint& remote, local_end from) = 0;
  virtual result<flow_id> listen(ip_family family, local_end at) = 0;
  /// The oldest connection waiting at a listener.
  virtual std::optional<arrived_connection> accept(flow_id listener) = 0;
  [[nodiscard]] virtual flow_status look(flow_id flow) = 0;
  /// How many bytes were taken; 0 means not now. Errors: the connection is dead.
  virtual result<std::size_t> send(flow_id flow, std::span<const std::byte> bytes) = 0;
  virtual result<stream_read> receive(flow_id flow, std::span<std::byte> into) = 0;

  // ---- datagrams ----
  virtual result<flow_id> open_datagram(ip_family family, local_end at) = 0;
  /// Best effort: a datagram the network cannot take now is lost.
  virtual status send_to(flow_id flow, const endpoint& remote,
                         std::span<const std::byte> payload) = 0;
  virtual std::optional<arrived_datagram> receive_from(flow_id flow) = 0;

  /// Ends any kind of flow; `abort` sends a reset instead of a FIN. Unknown flows are ignored.
  virtual void close(flow_id flow, bool abort) = 0;
};

}  // namespace cellsock::emulator
