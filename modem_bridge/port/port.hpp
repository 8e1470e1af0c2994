// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "stack/link_status.hpp"
#include "stack/result.hpp"

/// The byte pipe towards a modem: the only way bytes reach it or come from it. UART, local socket,
/// TCP, a child process and the in-memory twin all keep this contract, so nothing above can tell
/// them apart.
namespace cellsock {

/// What a port tells its owner. Called on the loop thread, never from inside a call of the port.
class port_events {
public:
  virtual ~port_events() = default;
  /// Bytes can flow. Once per `open`. A port with modem lines has asserted DTR, and given the modem
  /// the time to switch its UART on.
  virtual void port_opened() = 0;
  /// At least one byte, in order. The span dies with the call.
  virtual void port_received(std::span<const std::byte> bytes) = 0;
  /// Everything written so far has been taken by the kernel (not necessarily sent: a pty and a USB
  /// adapter both hide kilobytes, so deadlines add bytes * 10 / baud).
  virtual void port_drained() = 0;
  /// The port failed to open, or ended. Nothing follows until the next `open`. `why.detail` says
  /// what to do.
  virtual void port_closed(const failure& why) = 0;
  /// A line is at another level than last told. RI is always followed while DTR is deasserted (it
  /// is then the modem's only voice); other changes may be noticed late. Never from a port without
  /// lines.
  virtual void port_lines(const modem_lines& lines) = 0;
};

/// Loop thread only. The events object must outlive the port or `close` must have been called.
class port {
public:
  virtual ~port() = default;
  /// Begins opening; answers with `port_opened` or `port_closed`. Not while open.
  virtual void open(port_events& owner) = 0;
  /// Queues bytes behind what is queued. Never blocks, never fails here: trouble is `port_closed`.
  /// Without effect while not open.
  virtual void write(std::span<const std::byte> bytes) = 0;
  /// Accepted by `write` and not yet taken by the kernel.
  [[nodiscard]] virtual std::size_t queued_bytes() const noexcept = 0;
  /// Drops what is queued, releases the device, reports nothing. Idempotent.
  virtual void close() noexcept = 0;
  /// Line rate in bits per second, for deadlines and schedules; 0 = no line (socket, memory).
  [[nodiscard]] virtual unsigned baud() const noexcept = 0;
  /// The line's rate from here on; the owner has nothing under way in either direction. Trouble is
  /// `port_closed`, and the next `open` starts at the configured rate again.
  virtual void set_baud(unsigned baud) = 0;
  /// The modem switches its UART by this level. Without effect where there are no lines.
  virtual void set_dtr(bool asserted) = 0;
  /// As of now; nothing where they are not known (a pty, a socket), or while not open.
  [[nodiscard]] virtual std::optional<modem_lines> lines() const = 0;
};

using port_ptr = std::unique_ptr<port>;

}  // namespace cellsock
