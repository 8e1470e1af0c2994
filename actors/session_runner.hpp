// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>

#include "actors/secure_kit.hpp"

namespace cellsock {

/// Runs a secure layer's session: handshake steps aside, on a worker; everything else, which takes
/// microseconds, at once. While steps are taken aside the session must not be touched: `session()`
/// is null, what comes waits with the layer, and msg::session_stepped says when it is back.
class session_runner {
public:
  session_runner(layer_handle::base& self, secure_kit kit) : self_(self), kit_(std::move(kit)) {}

  void begin(tls::settings how);
  /// Null: none was begun, or it is away.
  [[nodiscard]] tls::session* session() const { return away_ ? nullptr : session_.get(); }
  [[nodiscard]] bool begun() const noexcept { return session_ != nullptr; }
  /// Lets it do what can be done now. False: it went away for that.
  [[nodiscard]] bool step();
  /// True: it is back, look at its queues.
  [[nodiscard]] bool returned(const msg::session_stepped& m);
  /// True: a timer of its own; step it.
  [[nodiscard]] bool due(const msg::session_due& m);
  /// Lets go of it: what is away is wiped where it is.
  void end();

private:
  void arm();
  [[nodiscard]] tls::moment now() const;

  layer_handle::base& self_;
  secure_kit kit_;
  std::shared_ptr<tls::session> session_;
  bool away_ = false;
  std::uint64_t generation_ = 0;  // of sessions and their trips
  std::uint64_t timer_ = 0;
  std::optional<tls::session::time_point> armed_;
};

}  // namespace cellsock
