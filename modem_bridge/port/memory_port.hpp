// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "modem_bridge/port/port.hpp"

/// The in-memory twin of a serial port: same contract, no descriptor, no clock. What stands in for
/// the modem holds the `memory_line` end.
namespace cellsock {

/// Runs a call later, on the loop thread: port events never come from inside a call of the port.
using defer = std::function<void(std::function<void()>)>;

class memory_line;

class memory_port final : public port {
public:
  /// `baud` 0: no line. It is only reported; pacing is the far end's affair.
  explicit memory_port(defer later, unsigned baud = 0);
  ~memory_port() override;

  void open(port_events& owner) override;
  void write(std::span<const std::byte> bytes) override;
  [[nodiscard]] std::size_t queued_bytes() const noexcept override;
  void close() noexcept override;
  [[nodiscard]] unsigned baud() const noexcept override;
  void set_baud(unsigned baud) override;
  void set_dtr(bool asserted) override;
  [[nodiscard]] std::optional<modem_lines> lines() const override;

  /// The modem's end; lives as long as the port.
  [[nodiscard]] memory_line& line() noexcept;

private:
  friend class memory_line;
  struct wire;
  std::shared_ptr<wire> wire_;
  std::unique_ptr<memory_line> line_;
};

/// The modem's end of a memory_port.
class memory_line {
public:
  explicit memory_line(std::shared_ptr<memory_port::wire> wire) : wire_(std::move(wire)) {}

  /// Everything written and not yet taken; at most `limit` bytes per call. Taking all of it is what
  /// drains the port.
  [[nodiscard]] std::vector<std::byte> take_written();
  /// Towards the driver. Without effect while the port is not open.
  void inject(std::span<const std::byte> bytes);
  /// Called (deferred) when there is something to take.
  void on_written(std::function<void()> call);
  /// Short reads and short writes: at most this many bytes per event and per take.
  void limit(std::size_t bytes_max);
  /// The next `open` fails with `why`.
  void fail_open(failure why);
  /// This port has lines: the modem's own levels. DTR is the port's, asserted by `open`.
  void set_lines(bool cts, bool ri);
  /// As the port holds it; false without lines.
  [[nodiscard]] bool dtr() const noexcept;
  [[nodiscard]] unsigned baud() const noexcept;
  /// The device goes away.
  void hang_up(failure why);
  [[nodiscard]] bool is_open() const noexcept;

private:
  std::shared_ptr<memory_port::wire> wire_;
};

}  // namespace cellsock
