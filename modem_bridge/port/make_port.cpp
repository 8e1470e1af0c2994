// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/port/make_port.hpp"

#include "modem_bridge/port/emulator_port.hpp"
#include "modem_bridge/port/tcp_port.hpp"
#include "modem_bridge/port/uart_port.hpp"
#include "modem_bridge/port/unix_port.hpp"

namespace cellsock {
namespace {

struct maker {
  asio::io_context& loop;
  std::function<void(std::string_view line)> said;

  port_ptr operator()(const serial_uri& uri) const {
    return std::make_unique<uart_port>(loop, uri);
  }
  port_ptr operator()(const unix_uri& uri) const { return std::make_unique<unix_port>(loop, uri); }
  port_ptr operator()(const tcp_uri& uri) const { return std::make_unique<tcp_port>(loop, uri); }
  port_ptr operator()(const emulator_uri& uri) const {
    return std::make_unique<emulator_port>(loop, uri, said);
  }
  port_ptr operator()(const host_uri&) const { return {}; }
};

}  // namespace

port_ptr make_port(asio::io_context& loop, const modem_uri& uri,
                   std::function<void(std::string_view line)> said) {
  return std::visit(maker{loop, std::move(said)}, uri);
}

}  // namespace cellsock
