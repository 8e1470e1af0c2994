// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/port/uart_port.hpp"

#include <asio/steady_timer.hpp>
#include <chrono>

#include "modem_bridge/port/tty.hpp"

namespace cellsock {
namespace {

using namespace std::chrono_literals;

/// From DTR to a UART that listens: the modem debounces the line and starts its receiver.
constexpr auto dtr_settles = 50ms;
/// While DTR is deasserted RI is the modem's only voice, and in some firmware a pulse of 100 ms.
/// The kernel would wait for it (TIOCMIWAIT), but only on a thread of its own and not in every
/// driver; looking at it this often costs nothing beside a modem that sleeps.
constexpr auto ring_looked_for = 40ms;

/// One look after another, until DTR is asserted again or the session ends.
void follow_ring(const std::shared_ptr<stream_session>& session, bool rang) {
  auto timer = std::make_shared<asio::steady_timer>(session->loop(), ring_looked_for);
  timer->async_wait([session, rang, timer](const std::error_code& error) {
    if (error || !session->alive()) return;
    const auto now = tty_lines(session->descriptor());
    if (!now || now->dtr) return;
    if (now->ri != rang) session->tell_lines(*now);
    if (session->alive()) follow_ring(session, now->ri);
  });
}

}  // namespace

uart_port::uart_port(asio::io_context& loop, serial_uri where)
    : stream_port(loop, where.path, where.baud), where_(std::move(where)) {}

void uart_port::start(const std::shared_ptr<stream_session>& session) {
  auto device = open_tty(where_.path, {where_.baud, where_.rts_cts});
  if (!device) return session->refuse(device.error());
  session->before_close = release_tty;
  if (auto taken = session->take(*device); !taken) return session->refuse(taken.error());
  if (!tty_lines(*device)) return session->begin();
  set_tty_dtr(*device, true);
  auto timer = std::make_shared<asio::steady_timer>(loop_, dtr_settles);
  timer->async_wait([session, timer](const std::error_code& error) {
    if (!error && session->alive()) session->begin();
  });
}

void uart_port::set_baud(unsigned baud) {
  auto* session = open_session();
  if (session == nullptr) return;
  stream_port::set_baud(baud);
  if (auto set = set_tty_baud(session->descriptor(), where_.path, baud); !set)
    session->refuse(set.error());
}

void uart_port::set_dtr(bool asserted) {
  auto* session = open_session();
  if (session == nullptr) return;
  const auto before = tty_lines(session->descriptor());
  if (!before || before->dtr == asserted) return;
  set_tty_dtr(session->descriptor(), asserted);
  if (!asserted) follow_ring(session->shared_from_this(), before->ri);
}

std::optional<modem_lines> uart_port::lines() const {
  auto* session = open_session();
  return session == nullptr ? std::nullopt : tty_lines(session->descriptor());
}

}  // namespace cellsock
