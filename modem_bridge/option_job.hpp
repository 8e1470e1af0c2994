// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "modem_bridge/engine_core.hpp"
#include "modem_bridge/job.hpp"
#include "stack/socket_options.hpp"

namespace cellsock {

/// The modem's number of an option it has; empty: it has none such.
[[nodiscard]] std::optional<unsigned> modem_option(const dialect::table& spoken,
                                                   socket_option option) noexcept;
/// Options that are the modem's rather than a socket's: any open socket will do.
[[nodiscard]] bool is_modem_wide(socket_option option) noexcept;

/// Sets or reads one option. A modem-wide one of a modem without open sockets takes a socket that
/// is opened for it.
class option_job final : public job {
public:
  /// `value` empty: read it.
  option_job(engine_core& core, ticket t, socket_id id, unsigned number,
             std::optional<std::int64_t> value, bool wide)
      : job(id), core_(core), ticket_(t), number_(number), value_(value), wide_(wide) {}

  void start() override;
  void abandon(const failure& why) override;
  [[nodiscard]] bool needs_handle() const override { return core_.table.with_handle().empty(); }

private:
  [[nodiscard]] std::optional<modem_handle> any_handle() const;
  void ask(modem_handle handle);
  void answered(const at::reply& reply);
  void end(engine_outcome how);

  engine_core& core_;
  ticket ticket_;
  unsigned number_;
  std::optional<std::int64_t> value_;
  bool wide_;
  std::optional<modem_handle> borrowed_ = {};  // to be closed again
};

}  // namespace cellsock
