// SPDX-License-Identifier: Apache-2.0
#include "actors/radio_desk.hpp"

#include "actors/log.hpp"

namespace cellsock {
namespace {

radio_program program_of(const msg::owner& who) {
  return {static_cast<std::uint32_t>(who.uid),
          who.executable.empty() ? who.program : who.executable, who.unit};
}

std::string_view base_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace

bool radio_desk::guesses(const msg::owner& who) const {
  return !seed_.unguessed.contains(who.program) &&
         !seed_.unguessed.contains(std::string(base_name(who.executable)));
}

void radio_desk::opened(socket_id id, transport kind, const msg::owner& who) {
  members_[id] = {program_of(who), who.program};
  arbiter_.opened(id, kind, guesses(who));
}

void radio_desk::closed(socket_id id, time_point now) {
  if (members_.erase(id) == 0) return;
  arbiter_.closed(id, now);
  ledger_.closed(id);
  settle(now);
}

void radio_desk::news(const msg::radio_news& m, time_point now) {
  const auto known = members_.find(m.id);
  if (known == members_.end()) return;
  using way = radio_ledger::way;
  if (m.bytes_sent > 0) ledger_.payload(m.id, known->second.who, way::sent, m.bytes_sent, now);
  if (m.bytes_received > 0)
    ledger_.payload(m.id, known->second.who, way::received, m.bytes_received, now);
  switch (m.what) {
    case msg::radio_fact::queued: arbiter_.queued(m.id); break;
    case msg::radio_fact::nothing: arbiter_.nothing_queued(m.id); break;
    case msg::radio_fact::sent: arbiter_.sent(m.id, true, now); break;
    case msg::radio_fact::not_sent: arbiter_.sent(m.id, false, now); break;
    case msg::radio_fact::received: arbiter_.received(m.id, now); break;
    case msg::radio_fact::connected:
      if (m.peer) arbiter_.joined(m.id, *m.peer);
      arbiter_.connect_ended(m.id, true, now);
      break;
    case msg::radio_fact::not_connected: arbiter_.connect_ended(m.id, false, now); break;
    case msg::radio_fact::joined:
      if (m.peer) arbiter_.joined(m.id, *m.peer);
      break;
    case msg::radio_fact::parted: arbiter_.parted(m.id); break;
    case msg::radio_fact::ended: arbiter_.closed(m.id, now); break;
  }
  settle(now);
}

msg::radio_word radio_desk::word(const msg::ask_radio& m, time_point now) {
  using about = msg::ask_radio::about;
  rai_word said;
  switch (m.what) {
    case about::chunk:
      said = arbiter_.before_chunk(m.id, m.said, m.empties, m.to, now);
      say(said, m.id);
      settle(now);
      return {said.tell};
    case about::connect:
      if (const auto known = members_.find(m.id); known != members_.end())
        ledger_.payload(m.id, known->second.who, radio_ledger::way::sent, 0, now);
      said = arbiter_.connecting(m.id, now);
      break;
    case about::no_data: said = arbiter_.no_data(m.id, now); break;
  }
  say(said, m.id);
  tell_alone(said);
  settle(now);
  return {};
}

void radio_desk::lookup_begins(const msg::owner& who, time_point now) {
  ledger_.payload(std::nullopt, program_of(who), radio_ledger::way::sent, 0, now);
  const auto said = arbiter_.lookup_begins(now);
  say(said, std::nullopt);
  tell_alone(said);
  settle(now);
}

void radio_desk::lookup_ends(const msg::owner& who, time_point now) {
  ledger_.payload(std::nullopt, program_of(who), radio_ledger::way::received, 0, now);
  arbiter_.lookup_ends(guesses(who), now);
  settle(now);
}

void radio_desk::radio(bool connected, time_point now) {
  ledger_.radio(connected, now);
  arbiter_.radio(connected, now);
  settle(now);
}

void radio_desk::refused(std::optional<socket_id> id, rai_hint hint, time_point now) {
  arbiter_.refused(hint, now);
  say({.wanted = hint, .why = rai_reason::refused, .through = id}, id);
}

void radio_desk::untold(std::optional<socket_id> id, rai_hint hint) {
  arbiter_.untold();
  say({.wanted = hint, .why = rai_reason::no_socket, .through = id}, id);
}

void radio_desk::due(time_point now) {
  armed_for_.reset();
  settle(now);
}

void radio_desk::settle(time_point now) {
  for (const auto& said : arbiter_.due(now)) {
    say(said, said.through);
    tell_alone(said);
  }
  const auto next = arbiter_.wake(now);
  if (!next || (armed_for_ && *armed_for_ <= *next)) return;
  armed_for_ = next;
  seed_.wake_in(std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(*next - now)));
}

void radio_desk::tell_alone(const rai_word& word) {
  if (word.tell != rai_hint::none) seed_.tell(word.through, word.tell);
}

void radio_desk::say(const rai_word& word, std::optional<socket_id> about) const {
  const auto text_of = [](std::optional<socket_id> id) {
    return id ? std::to_string(number(*id)) : std::string("-");
  };
  const auto known = about ? members_.find(*about) : members_.end();
  const std::string program = known == members_.end() ? "" : known->second.program;
  const bool keeps = word.tell != rai_hint::none && word.tell != word.wanted;
  if (word.tell != rai_hint::none) {
    const auto why = keeps ? rai_reason::keep_for_other : word.why;
    log::debug("rai-told", {{"link", seed_.link},
                            {"socket", text_of(word.through)},
                            {"program", program},
                            {"hint", name(word.tell)},
                            {"why", name(why)},
                            {"detail", row_of(why).text}});
  }
  if (word.wanted == rai_hint::none || word.tell == word.wanted) return;
  log::debug("rai-withheld", {{"link", seed_.link},
                              {"socket", text_of(about)},
                              {"program", program},
                              {"hint", name(word.wanted)},
                              {"why", name(word.why)},
                              {"because", text_of(word.because)},
                              {"detail", row_of(word.why).text}});
}

msg::radio_report radio_desk::report(time_point now) const {
  return {.link = seed_.link,
          .automatic = seed_.automatic,
          .verdict = arbiter_.verdict(),
          .ledger = ledger_.read(now)};
}

}  // namespace cellsock
