// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>

#include "modem_bridge/emulator/network.hpp"

namespace cellsock::emulator {

/// The emulated network reaches what this computer's own sockets reach. Non-blocking throughout;
/// one epoll descriptor becomes readable when anything changed. Listeners are bound to the loopback
/// address of their family: the emulated modem has no address of its own out there. An IPv6 flow
/// reaches IPv6 alone, as in the modem; the host's own default would map IPv4 into it.
class host_network : public network {
public:
  host_network();
  ~host_network() override;
  host_network(const host_network&) = delete;
  host_network& operator=(const host_network&) = delete;

  /// Wait for readability on this, then call `collect` and tell the modem.
  [[nodiscard]] int event_descriptor() const { return epoll_; }
  /// What uses this data context has this address here; by default any.
  void set_source(int cid, const ip_address& source) { sources_[{cid, source.family}] = source; }
  /// Fetches what changed. True if anything did.
  bool collect();

  result<flow_id> connect(const endpoint& remote, local_end from) override;
  result<flow_id> listen(ip_family family, local_end at) override;
  std::optional<arrived_connection> accept(flow_id listener) override;
  flow_status look(flow_id flow) override;
  result<std::size_t> send(flow_id flow, std::span<const std::byte> bytes) override;
  result<stream_read> receive(flow_id flow, std::span<std::byte> into) override;
  result<flow_id> open_datagram(ip_family family, local_end at) override;
  status send_to(flow_id flow, const endpoint& remote, std::span<const std::byte> payload) override;
  std::optional<arrived_datagram> receive_from(flow_id flow) override;
  void close(flow_id flow, bool abort) override;

private:
  /// Readiness as epoll last told it (edge-triggered), so that idle flows cost no system call.
  struct entry {
    int descriptor = -1;
    bool readable = false;
    bool writable = false;
    flow_stage stage = flow_stage::open;
    errc why = errc::none;
  };

  result<flow_id> open(ip_family family, int type, local_end at, bool loopback);
  flow_id adopt(int descriptor, flow_stage stage);
  entry* find(flow_id flow);

  int epoll_ = -1;
  std::uint32_t next_ = 1;
  std::map<flow_id, entry> flows_;
  std::map<std::pair<int, ip_family>, ip_address> sources_;
};

}  // namespace cellsock::emulator
