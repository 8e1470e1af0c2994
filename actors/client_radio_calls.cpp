// SPDX-License-Identifier: Apache-2.0
// What a control connection asks of the radio: what it cost, and whom.
#include <algorithm>

#include "actors/ask.hpp"
#include "actors/client_actor.hpp"
#include "actors/translate.hpp"
#include "stack/limits.hpp"

namespace cellsock {
namespace {

/// Of a reply, for its rows: a frame's 64 KiB less the links.
constexpr std::size_t rows_bytes_max = 48 * 1024;

std::uint64_t ms_of(std::chrono::milliseconds span) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(span.count(), 0));
}

void set_share(v1::RadioShare& to, const radio_share& from) {
  to.set_bytes_sent(from.bytes_sent);
  to.set_bytes_received(from.bytes_received);
  to.set_wakeups(from.wakeups);
  to.set_connected_ms(ms_of(from.connected));
  to.set_tail_ms(ms_of(from.tail));
}

void set_head(v1::RadioLink& to, const msg::radio_report& from) {
  to.set_name(from.link);
  to.set_known(from.ledger.known);
  to.set_connected(from.ledger.connected);
  to.set_observed_ms(ms_of(from.ledger.observed));
  to.set_automatic(from.automatic);
  set_share(*to.mutable_total(), from.ledger.total);
  set_share(*to.mutable_others(), from.ledger.others);
  for (const auto& row : rai_rows) {
    if (!row.releases) continue;
    auto& verdict = *to.add_verdicts();
    verdict.set_hint(std::string(row.name));
    verdict.set_heeded(from.verdict.of(row.hint).heeded);
    verdict.set_ignored(from.verdict.of(row.hint).ignored);
  }
}

v1::RadioProgram row_of_program(const radio_ledger::program_row& from) {
  v1::RadioProgram to;
  to.set_uid(from.who.uid);
  to.set_executable(wire::printable(from.who.executable));
  to.set_unit(wire::printable(from.who.unit));
  set_share(*to.mutable_share(), from.share);
  return to;
}

v1::RadioSocket row_of_socket(const radio_ledger::socket_row& from) {
  v1::RadioSocket to;
  to.set_id(number(from.id));
  to.set_uid(from.who.uid);
  to.set_executable(wire::printable(from.who.executable));
  set_share(*to.mutable_share(), from.share);
  return to;
}

/// Adds a row while there is room for it.
template <class Row, class Rows>
void add_row(Row one, Rows& rows, std::size_t& room, v1::RadioReportReply& reply) {
  const auto size = one.ByteSizeLong() + 4;  // tag and length
  if (size > room) return reply.set_rows_left_out(reply.rows_left_out() + 1);
  room -= size;
  rows.Add()->Swap(&one);
}

}  // namespace

struct client_actor::radio_in_progress {
  std::vector<msg::radio_report> of_link;  // in the configuration's order, whoever answers first
  std::size_t open = 0;
};

void client_actor::radio_report(request_id id) {
  auto job = std::make_shared<radio_in_progress>();
  job->of_link.resize(seed_.links.size());
  job->open = seed_.links.size();
  const auto one_less = [this, job, id] {
    if (--job->open > 0) return;
    v1::Reply answer;
    auto& to = *answer.mutable_radio_report();
    std::size_t room = rows_bytes_max;
    for (const auto& report : job->of_link) {
      if (!report.has_radio) continue;
      auto& link = *to.add_links();
      set_head(link, report);
      for (const auto& row : report.ledger.programs)
        add_row(row_of_program(row), *link.mutable_programs(), room, to);
      for (const auto& row : report.ledger.sockets)
        add_row(row_of_socket(row), *link.mutable_sockets(), room, to);
    }
    reply(id, answer);
  };
  for (std::size_t i = 0; i < seed_.links.size(); ++i)
    ask(this, seed_.links[i].actor, limits::actor_reply_max, msg::get_radio_report{},
        on<msg::radio_report>([job, one_less, i](msg::radio_report& one) {
          job->of_link[i] = std::move(one);
          one_less();
        }),
        // A link that does not answer hides no other.
        [job, one_less, i](const failure&) {
          job->of_link[i].has_radio = false;
          one_less();
        });
}

}  // namespace cellsock
