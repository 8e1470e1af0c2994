// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/port/memory_port.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace cellsock {

struct memory_port::wire {
  defer later;
  unsigned first_baud = 0;
  unsigned baud = 0;
  std::optional<modem_lines> levels;  // nothing: no lines
  port_events* owner = nullptr;       // null: closed
  unsigned opening = 0;  // counts opens: a deferred call of an earlier one does nothing
  std::vector<std::byte> written;
  std::size_t limit = std::numeric_limits<std::size_t>::max();
  std::optional<failure> next_open_fails;
  std::function<void()> on_written;

  static void tell(const std::shared_ptr<wire>& self, std::function<void(port_events&)> what) {
    self->later([self, what = std::move(what), opening = self->opening] {
      if (self->owner != nullptr && self->opening == opening) what(*self->owner);
    });
  }
  static void end(const std::shared_ptr<wire>& self, failure why) {
    tell(self, [self, why = std::move(why)](port_events& owner) {
      self->owner = nullptr;
      self->written.clear();
      owner.port_closed(why);
    });
  }
};

memory_port::memory_port(defer later, unsigned baud) : wire_(std::make_shared<wire>()) {
  wire_->later = std::move(later);
  wire_->first_baud = wire_->baud = baud;
  line_ = std::make_unique<memory_line>(wire_);
}

memory_port::~memory_port() {
  close();
}

void memory_port::open(port_events& owner) {
  wire_->owner = &owner;
  ++wire_->opening;
  wire_->baud = wire_->first_baud;
  if (wire_->levels) wire_->levels->dtr = true;
  wire_->written.clear();
  if (auto why = std::exchange(wire_->next_open_fails, std::nullopt)) {
    wire::end(wire_, std::move(*why));
    return;
  }
  wire::tell(wire_, [](port_events& events) { events.port_opened(); });
}

void memory_port::write(std::span<const std::byte> bytes) {
  if (wire_->owner == nullptr || bytes.empty()) return;
  wire_->written.insert(wire_->written.end(), bytes.begin(), bytes.end());
  wire_->later([self = wire_] {
    if (self->on_written) self->on_written();
  });
}

std::size_t memory_port::queued_bytes() const noexcept {
  return wire_->written.size();
}

void memory_port::close() noexcept {
  wire_->owner = nullptr;
  wire_->written.clear();
}

unsigned memory_port::baud() const noexcept {
  return wire_->baud;
}

void memory_port::set_baud(unsigned baud) {
  wire_->baud = baud;
}

void memory_port::set_dtr(bool asserted) {
  if (wire_->owner == nullptr || !wire_->levels) return;
  wire_->levels->dtr = asserted;
}

std::optional<modem_lines> memory_port::lines() const {
  return wire_->owner == nullptr ? std::nullopt : wire_->levels;
}

memory_line& memory_port::line() noexcept {
  return *line_;
}

std::vector<std::byte> memory_line::take_written() {
  auto& written = wire_->written;
  if (written.empty()) return {};
  const auto bytes = static_cast<std::ptrdiff_t>(std::min(wire_->limit, written.size()));
  std::vector<std::byte> taken(written.begin(), written.begin() + bytes);
  written.erase(written.begin(), written.begin() + bytes);
  if (written.empty())
    memory_port::wire::tell(wire_, [self = wire_](port_events& owner) {
      if (self->written.empty()) owner.port_drained();
    });
  return taken;
}

void memory_line::inject(std::span<const std::byte> bytes) {
  if (wire_->owner == nullptr) return;
  while (!bytes.empty()) {
    const auto slice = bytes.first(std::min(wire_->limit, bytes.size()));
    memory_port::wire::tell(wire_, [held = std::vector<std::byte>(slice.begin(), slice.end())](
                                       port_events& owner) { owner.port_received(held); });
    bytes = bytes.subspan(slice.size());
  }
}

void memory_line::on_written(std::function<void()> call) {
  wire_->on_written = std::move(call);
}
void memory_line::limit(std::size_t bytes_max) {
  wire_->limit = std::max<std::size_t>(bytes_max, 1);
}
void memory_line::fail_open(failure why) {
  wire_->next_open_fails = std::move(why);
}
void memory_line::set_lines(bool cts, bool ri) {
  const bool dtr = wire_->levels ? wire_->levels->dtr : wire_->owner != nullptr;
  wire_->levels = modem_lines{dtr, cts, ri};
  memory_port::wire::tell(
      wire_, [levels = *wire_->levels](port_events& owner) { owner.port_lines(levels); });
}
bool memory_line::dtr() const noexcept {
  return wire_->levels && wire_->levels->dtr;
}
unsigned memory_line::baud() const noexcept {
  return wire_->baud;
}
void memory_line::hang_up(failure why) {
  if (wire_->owner != nullptr) memory_port::wire::end(wire_, std::move(why));
}
bool memory_line::is_open() const noexcept {
  return wire_->owner != nullptr;
}

}  // namespace cellsock
