// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/dialect/detect.hpp"

#include "modem_bridge/at/args.hpp"
#include "modem_bridge/at/urc_router.hpp"
#include "modem_bridge/modem_limits.hpp"

namespace cellsock::dialect {
namespace {

using namespace std::chrono_literals;

constexpr auto probe_wait = 500ms;
constexpr auto quote_wait = 200ms;
constexpr auto settle_quiet = 100ms;
constexpr auto terminator_wait = 200ms;
constexpr auto rate_settles = 100ms;
constexpr int silences_max = 2;

/// Ways back to a prompt, gentlest first; each is followed by a probe.
enum class kind { bytes, rates };
struct remedy {
  std::string_view name;
  char byte;
  std::size_t bytes;  // per round
  int rounds;
  std::chrono::milliseconds pause;  // after each round
  bool closes_quote = false;        // ends with a `"` probe
  std::string_view unsupported = {};
  kind how = kind::bytes;
};
constexpr std::array remedies{
    remedy{"leave data mode", '+', 3, 1, 300ms},
    // Erases a half-typed line even inside an open quote, executing nothing. The longest line this
    // driver types is about 1100 bytes, the longest any owner can is 8192.
    remedy{"erase a half-typed line", '\x7f', 1280, 1, 10ms, true},
    remedy{"erase a very long line", '\x7f', 8192, 1, 10ms, true},
    // As many as the longest payload that is ever announced.
    remedy{"fill a counted data mode", '\r', 256, 32, 60ms},
    remedy{"leave CMUX", 0, 0, 0, 0ms, false, "CMUX is not supported yet"},
    remedy{"try other baud rates", 0, 0, 0, 0ms, false, {}, kind::rates},
    remedy{"leave PPP", 0, 0, 0, 0ms, false, "PPP is not supported yet"},
    remedy{"reset by hardware", 0, 0, 0, 0ms, false, "no reset line is wired"},
};
constexpr std::size_t fill_counted = 3;
static_assert(remedies[fill_counted].byte == '\r');
static_assert(remedies[fill_counted].bytes * remedies[fill_counted].rounds >=
              modem_limits::counted_payload_max);

/// Who is it? Asked in order; `on_error` is the next question, or the end.
enum class on_error { next_question, wrong_modem };
struct question {
  std::string_view command;
  std::string_view prefix;
  std::chrono::milliseconds wait;
  on_error refused;
};
constexpr std::array questions{
    question{"AT#XSMVER", "#XSMVER:", 2s, on_error::next_question},
    question{"AT#XSLMVER", "#XSLMVER:", 2s, on_error::wrong_modem},
    question{"AT#XCLAC", "", 5s, on_error::wrong_modem},
};
constexpr std::size_t ask_sm = 0;
constexpr std::size_t ask_commands = 2;

}  // namespace

void detector::line_rates(unsigned rate, std::vector<unsigned> others) {
  rate_ = rate;
  rates_ = std::move(others);
}

void detector::begin(goal wanted, std::string terminator, time_point now, bool counted) {
  detector fresh;
  fresh.spoken_ = std::move(spoken_);
  fresh.rate_ = fresh.first_rate_ = rate_;
  fresh.rates_ = std::move(rates_);
  *this = std::move(fresh);
  goal_ = wanted;
  counted_ = counted;
  identity_.terminator = std::move(terminator);
  if (goal_ == goal::resync) {
    // The tail of whatever went wrong must not be taken for an answer.
    enter(phase::quiet);
    deadline_ = now + modem_limits::resync_quiet;
    return;
  }
  probe(now);
}

std::string detector::take_output() {
  return std::exchange(output_, {});
}

void detector::sent(time_point on_wire) {
  if (phase_ != phase::over) deadline_ = on_wire + wait_;
}

void detector::enter(phase next) {
  phase_ = next;
}

void detector::send(std::string bytes, std::chrono::milliseconds wait) {
  typed_ = bytes.substr(0, bytes.find_first_of("\r\n"));
  output_ += bytes;
  wait_ = wait;
  deadline_.reset();  // `sent` sets it
}

void detector::probe(time_point) {
  enter(phase::probe);
  send("AT" + identity_.terminator, probe_wait);
}

void detector::line(std::string_view text, time_point now) {
  const auto routed = at::route_urc(text);
  if (routed && routed->meaning == at::urc::ready) {
    // It has just started: nothing of before counts.
    restarted_ = true;
    errors_in_a_row_ = 0;
    if (goal_ == goal::identify) identity_.terminator = "\r\n";
    if (phase_ != phase::over) probe(now);
    return;
  }
  if (!typed_.empty() && text == typed_) return;  // its echo
  const bool ok = text == "OK";
  const bool error = text == "ERROR" || text.starts_with("+CME ERROR:");
  switch (phase_) {
    case phase::quiet: deadline_ = now + modem_limits::resync_quiet; return;
    case phase::probe:
      if (ok || error) return answered(ok, now);
      disturbed_ = true;
      return;
    case phase::remedy:
      disturbed_ = true;
      if (remedies[remedy_].byte == '\r' && routed && routed->meaning == at::urc::data_mode_ended)
        remedy_over(now);
      return;
    case phase::quote:
      if (error || ok) remedy_over(now);
      return;
    case phase::rate: return;  // still of the old one
    case phase::settle: deadline_ = now + settle_quiet; return;
    case phase::ask:
      if (ok || error) return asked(ok, now);
      if (lines_.size() < modem_limits::response_lines_max) lines_.emplace_back(text);
      return;
    case phase::terminator_cr:
      if (!ok && !error) return;
      identity_.terminator = "\r";
      finish(identity_);
      return;
    case phase::terminator_lf:
      if (!ok && !error) return;
      identity_.terminator = "\r\n";
      finish(identity_);
      return;
    case phase::over: return;
  }
}

void detector::answered(bool ok, time_point now) {
  if (!ok) {
    disturbed_ = true;
    // An ERROR may belong to a half-typed line that our probe completed; twice in a row means that
    // the CR is taken as part of the line: a build that ends lines with LF alone.
    if (++errors_in_a_row_ == 2 && goal_ == goal::identify) identity_.terminator = "\n";
    if (errors_in_a_row_ > 3) return next_remedy(now);
    return probe(now);
  }
  errors_in_a_row_ = 0;
  if (disturbed_) {
    // Old commands may still be answered one after the other; wait until nothing comes any more.
    disturbed_ = false;
    enter(phase::settle);
    deadline_ = now + settle_quiet;
    return;
  }
  synced_ = true;
  if (goal_ == goal::resync) return finish(identity_);
  ask(ask_sm, now);
}

void detector::probe_silent(time_point now) {
  // LF alone was a guess after two errors; a build that wants CR LF stays silent at it.
  if (goal_ == goal::identify) identity_.terminator = "\r\n";
  next_remedy(now);
}

void detector::next_remedy(time_point now) {
  errors_in_a_row_ = 0;
  disturbed_ = true;
  if (phase_ == phase::probe && (remedy_ > 0 || remedy_round_ > 0)) ++remedy_;
  while (remedy_ < remedies.size() && (!remedies[remedy_].unsupported.empty() ||
                                       (remedies[remedy_].how == kind::rates && rates_.empty())))
    ++remedy_;
  if (remedy_ >= remedies.size()) return give_up();
  start_remedy(now);
}

void detector::give_up() {
  finish(fail(errc::no_answer,
              "nothing that speaks AT answers; tried AT, leaving data mode, erasing the line, "
              "filling a counted data mode and other rates of the line (is the baud rate right, is "
              "the modem powered, is it in CMUX or PPP?)"));
}

void detector::try_rate(unsigned rate, time_point now) {
  rate_ = rate;
  rate_wanted_ = rate;
  enter(phase::rate);
  deadline_ = now + rate_settles;
}

void detector::start_remedy(time_point now) {
  const auto& row = remedies[remedy_];
  if (row.how == kind::rates) {
    --remedy_;  // it stays the next one while there are rates left
    remedy_round_ = 1;
    const unsigned rate = rates_.front();
    rates_.erase(rates_.begin());
    return try_rate(rate, now);
  }
  remedy_round_ = 1;
  quote_tries_ = 0;
  enter(phase::remedy);
  send(std::string(row.bytes, row.byte), row.pause);
}

void detector::remedy_over(time_point now) {
  if (std::exchange(filled_first_, false)) remedy_ = static_cast<std::size_t>(remedy_round_ = 0);
  probe(now);
}

void detector::expire(time_point now) {
  if (!deadline_ || now < *deadline_) return;
  deadline_.reset();
  switch (phase_) {
    case phase::quiet:
      if (!std::exchange(counted_, false)) return probe(now);
      // It waits for the rest of a payload: what was probed now would be sent.
      remedy_ = fill_counted;
      filled_first_ = true;
      disturbed_ = true;
      return start_remedy(now);
    case phase::rate: return probe(now);
    case phase::settle: return probe(now);
    case phase::probe: return probe_silent(now);
    case phase::remedy: {
      const auto& row = remedies[remedy_];
      if (remedy_round_ < row.rounds) {
        ++remedy_round_;
        return send(std::string(row.bytes, row.byte), row.pause);
      }
      if (!row.closes_quote) return remedy_over(now);
      // Some firmwares forget to leave the quote when its `"` is deleted: a line of one `"` either
      // ends in ERROR, or opened a quote that a second one closes.
      ++quote_tries_;
      enter(phase::quote);
      return send("\"" + identity_.terminator, quote_wait);
    }
    case phase::quote:
      if (++quote_tries_ > 2) return remedy_over(now);
      return send("\"" + identity_.terminator, quote_wait);
    case phase::ask:
      if (++silences_ <= silences_max) {
        disturbed_ = true;
        return probe(now);
      }
      return finish(fail(errc::no_answer, "the modem answers AT, then falls silent at " +
                                              std::string(questions[question_].command)));
    case phase::terminator_cr: enter(phase::terminator_lf); return send("\n", probe_wait);
    case phase::terminator_lf:
      return finish(
          fail(errc::no_answer, "the modem ends commands neither with CR nor with CR LF"));
    case phase::over: return;
  }
}

void detector::ask(std::size_t which, time_point) {
  question_ = which;
  lines_.clear();
  enter(phase::ask);
  send(std::string(questions[which].command) + identity_.terminator, questions[which].wait);
}

void detector::asked(bool ok, time_point now) {
  const auto& row = questions[question_];
  if (!ok) {
    if (row.refused == on_error::next_question) return ask(question_ + 1, now);
    return finish(
        fail(errc::wrong_modem,
             "it answers AT but neither AT#XSMVER nor AT#XSLMVER: not an nRF91 with Serial "
             "LTE Modem or Serial Modem firmware"));
  }
  if (question_ == ask_commands) return recognise();
  read_version();
  ask(ask_commands, now);
}

void detector::read_version() {
  const auto& row = questions[question_];
  dialect_name_ = question_ == ask_sm ? "sm" : "slm";
  for (const auto& text : lines_)
    if (const auto rest = at::after_prefix(text, row.prefix)) {
      at::args fields(*rest);
      if (const auto text_of_it = fields.text()) {
        identity_.firmware = std::string(*text_of_it);
        identity_.application = version_in(*text_of_it).value_or(version{});
      }
      if (const auto library = fields.text())
        identity_.library = version_in(*library).value_or(version{});
    }
}

bool matches(const table& one, const identity& who) {
  const auto listed = [&](std::string_view name) { return who.has(name); };
  const auto named = [](std::string_view name) { return !name.empty(); };
  for (const auto name : one.known_by.lists)
    if (named(name) && !listed(name)) return false;
  for (const auto name : one.known_by.lacks)
    if (named(name) && listed(name)) return false;
  return who.application >= one.known_by.application_from;
}

void detector::recognise() {
  for (const auto& text : lines_)
    if (text.starts_with("AT") && text.size() > 2) identity_.commands.insert(text.substr(2));
  const auto fits = [this](const table* one) { return matches(*one, identity_); };
  const auto found = std::find_if(spoken_.begin(), spoken_.end(), fits);
  if (found == spoken_.end())
    return finish(
        fail(errc::unsupported_dialect,
             "firmware " + identity_.firmware +
                 " lists neither #XSOCKETSELECT with #XAPOLL or #XPOLL (Serial LTE Modem) "
                 "nor #XCLOSE with #XRECVCFG (Serial Modem): not a socket syntax known "
                 "here"));
  identity_.spoken = *found;
  dialect_name_ = std::string((*found)->name);
  if (identity_.terminator == "\n") return finish(identity_);
  // A build that ends commands with CR would take a further LF as the first byte of a payload.
  enter(phase::terminator_cr);
  send("AT\r", terminator_wait);
}

void detector::finish(result<identity> what) {
  enter(phase::over);
  deadline_.reset();
  finished_ = true;
  found_.emplace(std::move(what));
}

}  // namespace cellsock::dialect
