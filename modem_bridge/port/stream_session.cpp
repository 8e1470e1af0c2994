// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/port/stream_session.hpp"

#include <unistd.h>

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/post.hpp>
#include <utility>

namespace cellsock {
namespace {

/// The engine writes a chunk and waits; a far end that lets this much gather has stopped for good.
constexpr std::size_t queue_bytes_max = 1024 * 1024;

}  // namespace

stream_session::stream_session(asio::io_context& loop, port_events& owner, std::string name)
    : loop_(loop), owner_(&owner), name_(std::move(name)), stream_(loop) {}

status stream_session::take(int descriptor) {
  std::error_code error;
  stream_.assign(descriptor, error);
  if (!error) return done{};
  if (before_close) before_close(descriptor);
  ::close(descriptor);
  return fail(errc::port_failed, name_ + ": " + error.message());
}

void stream_session::begin() {
  asio::post(loop_, [self = shared_from_this()] {
    if (self->owner_ == nullptr) return;
    self->begun_ = true;
    self->owner_->port_opened();
    if (self->owner_ != nullptr) self->read();
  });
}

void stream_session::refuse(failure why) {
  asio::post(loop_, [self = shared_from_this(), why = std::move(why)] { self->fail_now(why); });
}

int stream_session::descriptor() {
  return stream_.is_open() ? stream_.native_handle() : -1;
}

void stream_session::read() {
  stream_.async_read_some(
      asio::buffer(incoming_),
      [self = shared_from_this()](const std::error_code& error, std::size_t got) {
        if (self->owner_ == nullptr) return;
        if (error) return self->broken(error);
        if (got > 0) self->owner_->port_received(std::span(self->incoming_).first(got));
        if (self->owner_ != nullptr) self->read();
      });
}

void stream_session::write(std::span<const std::byte> bytes) {
  if (owner_ == nullptr || !begun_) return;
  if (queued_bytes() + bytes.size() > queue_bytes_max)
    return refuse(fail(errc::port_failed, name_ + ": the far end takes no bytes any more"));
  auto& queue = writing_ ? next_ : outgoing_;
  queue.insert(queue.end(), bytes.begin(), bytes.end());
  write_next();
}

void stream_session::write_next() {
  if (writing_ || outgoing_.empty()) return;
  writing_ = true;
  stream_.async_write_some(
      asio::buffer(outgoing_.data() + taken_, outgoing_.size() - taken_),
      [self = shared_from_this()](const std::error_code& error, std::size_t put) {
        self->writing_ = false;
        if (self->owner_ == nullptr) return;
        if (error) return self->broken(error);
        self->taken_ += put;
        if (self->taken_ == self->outgoing_.size()) {
          self->outgoing_ = std::exchange(self->next_, {});
          self->taken_ = 0;
        }
        if (self->outgoing_.empty()) return self->owner_->port_drained();
        self->write_next();
      });
}

std::size_t stream_session::queued_bytes() const noexcept {
  return owner_ == nullptr ? 0 : outgoing_.size() - taken_ + next_.size();
}

void stream_session::broken(const std::error_code& error) {
  if (on_broken) return on_broken(error);
  // A hang-up reads as end of file on a tty or socket, and as EIO on a pty.
  const bool gone = error == asio::error::eof || error.value() == EIO || error.value() == ENODEV;
  fail_now(fail(errc::port_failed,
                name_ + ": " + (gone ? "the far end went away (hang-up)" : error.message())));
}

void stream_session::fail_now(const failure& why) {
  auto* told = std::exchange(owner_, nullptr);
  if (told == nullptr) return;
  end();
  told->port_closed(why);
}

void stream_session::tell_lines(const modem_lines& lines) {
  if (owner_ != nullptr && begun_) owner_->port_lines(lines);
}

void stream_session::end() noexcept {
  owner_ = nullptr;
  on_broken = {};
  if (!stream_.is_open()) return;
  if (before_close) before_close(stream_.native_handle());
  before_close = {};
  std::error_code ignored;
  stream_.close(ignored);
}

}  // namespace cellsock
