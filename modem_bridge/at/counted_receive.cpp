// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/at/counted_receive.hpp"

#include <algorithm>

#include "modem_bridge/modem_limits.hpp"

namespace cellsock::at {
namespace {

constexpr std::string_view tail = "\r\nOK\r\n";
constexpr std::string_view line_end = "\r\n";
constexpr std::string_view notice_name = "#XAPOLL: ";

enum class match { no, partly, whole };

match match_text(std::string_view window, std::size_t at, std::string_view text) {
  const auto there = window.substr(std::min(at, window.size()), text.size());
  if (there != text.substr(0, there.size())) return match::no;
  return there.size() == text.size() ? match::whole : match::partly;
}

struct token {
  match fits = match::no;
  std::size_t end = 0;
};

token match_digits(std::string_view window, std::size_t at, std::size_t digits_max) {
  std::size_t end = at;
  while (end < window.size() && end - at < digits_max && window[end] >= '0' && window[end] <= '9')
    ++end;
  if (end == at) return {at >= window.size() ? match::partly : match::no, end};
  return {match::whole, end};
}

/// `#XAPOLL: <handle>,<events>` and its line end.
token match_notice(std::string_view window, std::size_t at) {
  if (const auto fits = match_text(window, at, notice_name); fits != match::whole)
    return {fits, at};
  const auto handle = match_digits(window, at + notice_name.size(), 2);
  if (handle.fits != match::whole) return handle;
  if (const auto fits = match_text(window, handle.end, ","); fits != match::whole)
    return {fits, at};
  const auto events = match_digits(window, handle.end + 1, 3);
  if (events.fits != match::whole) return events;
  return {match_text(window, events.end, line_end), events.end + line_end.size()};
}

/// The other thread writes CR LF, notice, CR LF, notice, …; `open` says that its CR LF is out and
/// the notice is due. Which of the two comes first in the window depends on what came before it.
token match_next(std::string_view window, std::size_t at, bool open) {
  if (open) return match_notice(window, at);
  return {match_text(window, at, line_end), at + line_end.size()};
}

class reader {
public:
  reader(std::string_view window, std::size_t payload_bytes)
      : window_(window), payload_bytes_(payload_bytes) {}

  void read() {
    before_payload(0, false, {});
    before_payload(0, true, {});
  }
  [[nodiscard]] bool pending() const { return pending_; }
  [[nodiscard]] const std::vector<counted_parse>& fits() const { return fits_; }

private:
  using notices = std::vector<std::pair<std::size_t, std::size_t>>;

  void before_payload(std::size_t at, bool open, notices seen) {
    after_payload(at, at + payload_bytes_, open, seen);
    advance(at, open, seen,
            [this](std::size_t end, bool next, notices more) { before_payload(end, next, more); });
  }
  void after_payload(std::size_t payload_at, std::size_t at, bool open, notices seen) {
    if (at >= window_.size()) {
      pending_ = true;
      return;
    }
    const auto ended = match_text(window_, at, tail);
    if (ended == match::partly) pending_ = true;
    if (ended == match::whole) keep(payload_at, at + tail.size(), seen);
    advance(at, open, seen, [&](std::size_t end, bool next, notices more) {
      after_payload(payload_at, end, next, std::move(more));
    });
  }
  template <class Then>
  void advance(std::size_t at, bool open, const notices& seen, const Then& then) {
    if (seen.size() >= modem_limits::intrusions_max) return;
    const auto next = match_next(window_, at, open);
    if (next.fits == match::partly) pending_ = true;
    if (next.fits != match::whole) return;
    notices more = seen;
    if (open) more.emplace_back(at, next.end - line_end.size() - at);
    then(next.end, !open, std::move(more));
  }
  void keep(std::size_t payload_at, std::size_t consumed, const notices& seen) {
    const auto same = [&](const counted_parse& known) {
      return known.payload_at == payload_at && known.consumed == consumed;
    };
    if (std::any_of(fits_.begin(), fits_.end(), same)) return;
    fits_.push_back({counted_parse::verdict::accepted, payload_at, consumed, seen});
  }

  std::string_view window_;
  std::size_t payload_bytes_;
  bool pending_ = false;
  std::vector<counted_parse> fits_;
};

}  // namespace

counted_parse parse_counted(std::string_view window, std::size_t payload_bytes, bool quiet) {
  using verdict = counted_parse::verdict;
  if (window.size() <= payload_bytes) return {};
  reader all(window, payload_bytes);
  all.read();
  if (all.fits().size() > 1) return {verdict::damaged, 0, 0, {}};
  if (all.fits().empty()) return {all.pending() ? verdict::need_more : verdict::damaged, 0, 0, {}};
  if (all.pending() && !quiet) return {verdict::need_quiet, 0, 0, {}};
  return all.fits().front();
}

}  // namespace cellsock::at
