// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>

#include "modem_bridge/emulator/time.hpp"

namespace cellsock::emulator {

/// A socket inside the modem's own TCP/IP stack. Never reused.
enum class pcb : std::uint32_t {};

/// The radio as the packets of the IP stack meet it.
class air {
public:
  virtual ~air() = default;
  /// What a socket of this data context has to send can cross now, or as soon as there is a radio
  /// connection. If not it waits.
  [[nodiscard]] virtual bool carries(int cid) const = 0;
  /// The network can reach the modem. What comes for one that sleeps waits in the network.
  [[nodiscard]] virtual bool hears(int cid) const = 0;
  /// A packet of this socket goes up: when the radio takes it.
  virtual time_point leaves(pcb socket, std::size_t bytes, time_point now) = 0;
  /// A packet for this socket is in the network: when the radio brings it.
  virtual time_point arrives(pcb socket, std::size_t bytes, time_point now) = 0;
};

}  // namespace cellsock::emulator
