// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/port/emulator_lines.hpp"

#include <fcntl.h>

#include <asio/buffer.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/read_until.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>
#include <chrono>
#include <utility>

namespace cellsock {
namespace {

using namespace std::chrono_literals;
using stream = asio::local::stream_protocol;

/// An object of the emulator has a hundred bytes; one that grows past this is none of its own.
constexpr std::size_t line_bytes_max = 4096;
constexpr auto tried_again_after = 50ms;
constexpr int tries_max = 60;  // an emulator that starts on a loaded machine has 3 s

/// `"dtr":1` in a flat object.
std::optional<bool> level(std::string_view object, std::string_view name) {
  const auto key = '"' + std::string(name) + "\":";
  const auto at = object.find(key);
  if (at == std::string_view::npos || at + key.size() >= object.size()) return std::nullopt;
  const char digit = object[at + key.size()];
  if (digit != '0' && digit != '1') return std::nullopt;
  return digit == '1';
}

}  // namespace

std::optional<modem_lines> parse_lines(std::string_view object) {
  // First, as the emulator writes it: a reply quotes such an object as text, and is not one.
  if (!object.starts_with("{\"event\":\"lines\"")) return std::nullopt;
  const auto dtr = level(object, "dtr");
  const auto cts = level(object, "cts");
  const auto ri = level(object, "ri");
  if (!dtr || !cts || !ri) return std::nullopt;
  return modem_lines{*dtr, *cts, *ri};
}

struct emulator_lines::state {
  state(asio::io_context& loop, const std::string& where)
      : path(where), socket(loop), again(loop) {}
  std::string path;
  stream::socket socket;
  asio::steady_timer again;
  int tries = 0;
  bool asserted = true;
  bool closed = false;
  std::string incoming;
  std::string outgoing;  // not yet begun
  std::string writing;
  listener changed;
  std::optional<modem_lines> now;
};

emulator_lines::emulator_lines(std::unique_ptr<state> made) : state_(std::move(made)) {}
emulator_lines::~emulator_lines() = default;

std::shared_ptr<emulator_lines> emulator_lines::open(asio::io_context& loop,
                                                     const std::string& path, listener changed) {
  auto made = std::make_unique<state>(loop, path);
  made->changed = std::move(changed);
  std::shared_ptr<emulator_lines> lines(new emulator_lines(std::move(made)));
  lines->connect();
  return lines;
}

void emulator_lines::connect() {
  auto& s = *state_;
  // A Unix connect stands at once or fails at once, if it may not wait for a place in the queue.
  std::error_code error;
  s.socket.open(stream(), error);
  if (!error) ::fcntl(s.socket.native_handle(), F_SETFD, FD_CLOEXEC);
  if (!error) s.socket.non_blocking(true, error);
  if (!error) s.socket.connect(stream::endpoint(s.path), error);
  if (!error) {
    s.outgoing = "watch\n";
    set_dtr(s.asserted);
    return read();
  }
  std::error_code ignored;
  s.socket.close(ignored);
  if (++s.tries >= tries_max) return;
  s.again.expires_after(tried_again_after);
  s.again.async_wait([self = shared_from_this()](const std::error_code& stopped) {
    if (!stopped && !self->state_->closed) self->connect();
  });
}

void emulator_lines::set_dtr(bool asserted) {
  auto& s = *state_;
  s.asserted = asserted;
  if (!s.socket.is_open()) return;
  s.outgoing += asserted ? "lines dtr=1\n" : "lines dtr=0\n";
  if (!s.writing.empty()) return;
  s.writing = std::exchange(s.outgoing, {});
  asio::async_write(s.socket, asio::buffer(s.writing),
                    [self = shared_from_this()](const std::error_code& error, std::size_t) {
                      auto& now = *self->state_;
                      now.writing.clear();
                      if (error || now.outgoing.empty()) return;
                      now.outgoing.clear();  // only the last level counts
                      self->set_dtr(now.asserted);
                    });
}

void emulator_lines::read() {
  asio::async_read_until(
      state_->socket, asio::dynamic_buffer(state_->incoming, line_bytes_max), '\n',
      [self = shared_from_this()](const std::error_code& error, std::size_t bytes) {
        auto& s = *self->state_;
        if (error) {
          s.now.reset();
          return self->close();
        }
        const auto line = s.incoming.substr(0, bytes - 1);
        s.incoming.erase(0, bytes);
        self->heard(line);
        if (s.socket.is_open()) self->read();
      });
}

void emulator_lines::heard(std::string_view line) {
  const auto told = parse_lines(line);
  if (!told || told == state_->now) return;
  state_->now = told;
  if (state_->changed) state_->changed(*told);
}

const std::optional<modem_lines>& emulator_lines::now() const noexcept {
  return state_->now;
}

void emulator_lines::close() noexcept {
  state_->closed = true;
  state_->again.cancel();
  state_->changed = {};
  std::error_code ignored;
  state_->socket.close(ignored);
}

}  // namespace cellsock
