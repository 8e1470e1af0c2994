// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/close_jobs.hpp"

#include <algorithm>

#include "modem_bridge/at/args.hpp"

namespace cellsock {

using dialect::intent;

void close_job::start() {
  const auto* entry = core_.table.find(id_);
  if (entry == nullptr || !entry->handle) return report();
  core_.close_handle(*entry->handle, [this] { report(); });
}

void close_job::abandon(const failure&) {
  // The modem's side is closed when the channel works again, or is gone anyway.
  if (const auto* entry = core_.table.find(id_); entry != nullptr && entry->handle)
    core_.table.orphan(*entry->handle);
  report();
}

void close_job::report() {
  core_.table.erase(id_);
  core_.count_handles();
  core_.emit(outcome::closed{ticket_, id_});
  finish();
}

void orphan_job::start() {
  core_.close_handle(handle_, [this] { finish(); });
}

void stop_job::start() {
  if (!core_.can(intent::poll_stop)) return close_next();
  core_.run(intent::poll_stop, {}, [this](const at::reply&) { close_next(); });
}

void stop_job::close_next() {
  const auto open = core_.table.with_handle();
  if (!open.empty()) {
    auto* entry = core_.table.find(open.front());
    const auto handle = *entry->handle;
    entry->forget_modem_side();
    return core_.close_handle(handle, [this] { close_next(); });
  }
  if (!core_.table.orphans().empty())
    return core_.close_handle(core_.table.orphans().front(), [this] { close_next(); });
  report();
}

void stop_job::abandon(const failure&) {
  report();
}

void stop_job::report() {
  core_.emit(outcome::stopped{ticket_});
  finish();
}

void verify_job::start() {
  core_.run(intent::read_data_limit, {}, [this](const at::reply& reply) {
    for (const auto& line : reply.lines)
      if (const auto rest = at::after_prefix(line, "#XDATACTRL:")) {
        const auto limit = at::args(*rest).integer(0, 65535);
        // The restart ends this job: nothing of it may be touched after the call.
        if (limit && *limit == 0) return std::exchange(restarted_, nullptr)();
      }
    compare_sockets();
  });
}

void verify_job::list(intent which, std::function<void()> next) {
  core_.run(which, {}, [this, which, next = std::move(next)](const at::reply& reply) {
    if (!reply.ok()) return end();
    const auto prefix = dialect::find(*core_.spoken, which).prefix;
    for (const auto& line : reply.lines)
      if (const auto rest = at::after_prefix(line, prefix)) read_open_socket(*rest, core_.facts);
    next();
  });
}

void verify_job::compare_sockets() {
  core_.facts.open_sockets.clear();
  list(intent::list_sockets, [this] {
    if (core_.can(intent::list_secure))
      list(intent::list_secure, [this] { compare(); });
    else
      compare();
  });
}

void verify_job::compare() {
  const auto known = std::exchange(core_.facts.open_sockets, {});
  const auto listed = [&](modem_handle handle) {
    return std::any_of(known.begin(), known.end(),
                       [&](const stale_socket& row) { return row.handle == handle; });
  };
  for (const auto id : core_.table.with_handle()) {
    auto* entry = core_.table.find(id);
    if (listed(*entry->handle)) continue;
    entry->handle.reset();
    core_.break_socket(id, fail(errc::link_down, "the modem forgot this socket"));
  }
  for (const auto handle : std::vector(core_.table.orphans()))
    if (!listed(handle)) core_.table.orphan_gone(handle);
  for (const auto& row : known)
    if (core_.table.find(row.handle) == nullptr) core_.table.orphan(row.handle);
  core_.count_handles();
  end();
}

/// It is the modem of before, so what got lost, got lost on the line.
void verify_job::end() {
  for (const auto id : core_.table.with_handle())
    if (core_.table.find(id)->hole)
      core_.break_socket(
          id, fail(errc::stream_damaged, "a receive did not add up: bytes were lost on the line"));
    else if (core_.table.find(id)->listening)
      core_.emit(outcome::connection_waiting{id});  // its notice may have been lost there too
  finish();
}

}  // namespace cellsock
