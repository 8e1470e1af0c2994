// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <asio.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "modem_bridge/emulator/modem.hpp"
#include "stack/result.hpp"

namespace cellsock::emulator {

/// The control socket: one verb per connection, answered by `ok`, `error` or `usage`, a line end,
/// and text. The verb `watch` keeps its connection: after `ok` every line is a JSON object, what
/// was published or the reply to a further verb. Requests are cut off at 4096 bytes and connections
/// at 16, so garbage costs nothing.
class control_server {
public:
  using handler = std::function<control_reply(std::string_view request)>;

  /// Replaces a dead emulator's socket; refuses to take a living one's place.
  static result<std::unique_ptr<control_server>> make(asio::io_context& loop, std::string path,
                                                      handler run);
  ~control_server();

  /// One line for everybody who watches.
  void publish(std::string_view line);

private:
  struct session;

  control_server(asio::io_context& loop, std::string path, handler run);
  void accept();

  asio::local::stream_protocol::acceptor acceptor_;
  std::string path_;
  handler run_;
  std::shared_ptr<int> sessions_ = std::make_shared<int>(0);
  std::vector<std::weak_ptr<session>> watchers_;
};

}  // namespace cellsock::emulator
