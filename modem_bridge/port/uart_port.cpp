// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/port/uart_port.hpp"

#include <array>
#include <asio/buffer.hpp>
#include <asio/post.hpp>
#include <asio/serial_port.hpp>
#include <utility>
#include <vector>

#include "modem_bridge/port/tty.hpp"

namespace cellsock {
namespace {

/// One read: two counted receives, so that a burst costs few wake-ups.
constexpr std::size_t read_bytes_max = 4096;

}  // namespace

/// One opening of the device. Outlives the port only until the reactor has let go of its handlers,
/// and then has no owner to tell.
struct uart_port::session : std::enable_shared_from_this<session> {
  session(asio::io_context& loop, port_events& events, std::string device)
      : tty(loop), owner(&events), path(std::move(device)) {}

  void read() {
    tty.async_read_some(asio::buffer(incoming),
                        [self = shared_from_this()](const std::error_code& error, std::size_t got) {
                          if (self->owner == nullptr) return;
                          if (error) return self->fail_with(error);
                          if (got > 0)
                            self->owner->port_received(std::span(self->incoming).first(got));
                          if (self->owner != nullptr) self->read();
                        });
  }

  void write_next() {
    if (writing || outgoing.empty()) return;
    writing = true;
    tty.async_write_some(
        asio::buffer(outgoing.data() + taken, outgoing.size() - taken),
        [self = shared_from_this()](const std::error_code& error, std::size_t put) {
          self->writing = false;
          if (self->owner == nullptr) return;
          if (error) return self->fail_with(error);
          self->taken += put;
          if (self->taken == self->outgoing.size()) {
            self->outgoing = std::exchange(self->next, {});
            self->taken = 0;
          }
          if (self->outgoing.empty()) {
            self->change_rate();
            if (self->owner != nullptr) self->owner->port_drained();
            return;
          }
          self->write_next();
        });
  }

  /// The kernel has everything; what it still holds leaves at the old rate only if its owner waited
  /// for the answer to it, as the engine does.
  void change_rate() {
    const unsigned rate = std::exchange(next_rate, 0U);
    if (rate == 0) return;
    std::error_code error;
    tty.set_option(asio::serial_port::baud_rate(rate), error);
    if (error) fail_with(error);
  }

  void fail_with(const std::error_code& error) {
    auto* told = std::exchange(owner, nullptr);
    end();
    // A hang-up reads as end of file on a tty and as EIO on a pty: the device or emulator went.
    const bool gone = error == asio::error::eof || error.value() == EIO || error.value() == ENODEV;
    told->port_closed(fail(errc::port_failed, gone ? path + ": the device went away (hang-up)"
                                                   : path + ": " + error.message()));
  }

  void end() noexcept {
    owner = nullptr;
    if (!tty.is_open()) return;
    release_tty(tty.native_handle());
    std::error_code ignored;
    tty.close(ignored);
  }

  asio::serial_port tty;
  port_events* owner;
  std::string path;
  std::array<std::byte, read_bytes_max> incoming{};
  // Not touched while a write is under way; what comes meanwhile waits in `next`.
  std::vector<std::byte> outgoing;
  std::vector<std::byte> next;
  std::size_t taken = 0;
  bool writing = false;
  bool opened = false;
  unsigned next_rate = 0;  // 0: none is asked for
};

uart_port::uart_port(asio::io_context& loop, serial_uri where)
    : loop_(loop), where_(std::move(where)) {}

uart_port::~uart_port() {
  close();
}

void uart_port::open(port_events& owner) {
  close();
  auto made = std::make_shared<session>(loop_, owner, where_.path);
  session_ = made;
  auto device = open_tty(where_.path, {where_.baud, where_.rts_cts});
  failure why{errc::none, {}};
  if (!device) {
    why = device.error();
  } else {
    std::error_code error;
    made->tty.assign(*device, error);
    if (error) {
      close_tty(*device);
      why = fail(errc::port_failed, where_.path + ": " + error.message());
    }
  }
  asio::post(loop_, [made, why] {
    if (made->owner == nullptr) return;
    if (why.code != errc::none) return std::exchange(made->owner, nullptr)->port_closed(why);
    made->opened = true;
    made->owner->port_opened();
    if (made->owner != nullptr) made->read();
  });
}

void uart_port::write(std::span<const std::byte> bytes) {
  if (!session_ || session_->owner == nullptr || !session_->opened) return;
  auto& queue = session_->writing ? session_->next : session_->outgoing;
  queue.insert(queue.end(), bytes.begin(), bytes.end());
  session_->write_next();
}

std::size_t uart_port::queued_bytes() const noexcept {
  if (!session_ || session_->owner == nullptr) return 0;
  return session_->outgoing.size() - session_->taken + session_->next.size();
}

void uart_port::close() noexcept {
  if (session_) session_->end();
  session_.reset();
}

void uart_port::set_baud(unsigned baud) {
  if (!session_ || session_->owner == nullptr || !session_->opened) return;
  session_->next_rate = baud;
  // Trouble is told later: never from inside a call of the port.
  if (session_->outgoing.empty())
    asio::post(loop_, [made = session_] {
      if (made->owner != nullptr && made->outgoing.empty()) made->change_rate();
    });
}

unsigned uart_port::baud() const noexcept {
  return where_.baud;
}

}  // namespace cellsock
