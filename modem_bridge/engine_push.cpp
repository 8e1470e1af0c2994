// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/engine_impl.hpp"
#include "modem_bridge/modem_limits.hpp"

// Data that the modem sends by itself: told or kept, and who gets it that way.
namespace cellsock {

void engine::impl::on_pushed(at::command_queue::pushed& push) {
  core.trace(
      trace_event::direction::from_modem,
      [&] {
        return "handle " + std::to_string(number(push.header.handle)) + " receives " +
               shown_bytes(push.bytes.size());
      },
      [&] { return text_of(push.bytes); });
  // A handle that is being closed, or is nobody's, still has old data under way.
  auto* entry = core.table.find(push.header.handle);
  if (entry == nullptr || entry->closing || entry->ended || entry->hole) return;
  if (entry->held_bytes + push.bytes.size() > modem_limits::push_held_bytes_max) {
    ++core.link.uart.receives_damaged;
    if (entry->kind == transport::stream)
      core.break_socket(
          entry->id,
          fail(errc::stream_damaged, "the modem goes on sending what the program does not read"));
    return;
  }
  core.deliver(*entry, std::move(push.bytes), push.header.from);
  update_turns(*entry);
}

/// Bytes were lost on the line. Whose stream has a hole now may not be known; and whether it is not
/// the modem that went away in the middle shows when it is back in step.
void engine::impl::on_push_damaged(std::optional<modem_handle> handle) {
  ++core.link.uart.receives_damaged;
  for (const auto id : core.table.with_handle()) {
    auto* entry = core.table.find(id);
    const bool hit = handle ? entry->handle == *handle : entry->pushed;
    if (hit && entry->kind == transport::stream) entry->hole = true;
    update_turns(*entry);
  }
  if (!detecting) begin_resync("pushed data did not add up");
}

/// A socket whose data should come the other way from now on.
std::optional<socket_id> engine::impl::to_switch() const {
  if (!core.can(dialect::intent::push_on)) return std::nullopt;
  for (const auto id : core.table.with_handle()) {
    const auto* entry = std::as_const(core.table).find(id);
    const bool alive = !entry->closing && !entry->hung_up && !entry->ended;
    if (alive && !entry->push_fixed && entry->pushed != core.shares.push(id)) return id;
  }
  return std::nullopt;
}

/// One receive's worth at a time: between two, its owner can say that it has no more room.
void engine::impl::hand_out(modem_socket& entry) {
  std::size_t given = 0;
  while (
      entry.wanted && !entry.held.empty() &&
      (given == 0 || given + entry.held.front().bytes.size() <= core.spoken->receive_bytes_max)) {
    auto first = std::move(entry.held.front());
    entry.held.pop_front();
    entry.held_bytes -= first.bytes.size();
    given += first.bytes.size();
    core.emit(outcome::received{entry.id, std::move(first.bytes), first.from});
  }
  if (entry.wanted && !entry.held.empty()) hand_out_at = core.now() + modem_limits::hand_out_pause;
  update_turns(entry);
}

void engine::impl::hand_out_all() {
  for (const auto id : core.table.with_handle()) {
    auto* entry = core.table.find(id);
    if (entry->wanted && !entry->held.empty()) hand_out(*entry);
  }
}

}  // namespace cellsock
