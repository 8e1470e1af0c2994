// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/at/line_reader.hpp"

#include "modem_bridge/at/counted_receive.hpp"
#include "modem_bridge/at/push_frame.hpp"
#include "modem_bridge/modem_limits.hpp"

namespace cellsock::at {

void line_reader::feed(std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  held_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  wants_quiet_ = settled_ = false;
}

std::optional<line_reader::event> line_reader::next() {
  if (counted_) return as_frame_ ? next_frame() : next_counted();
  return next_line();
}

void line_reader::count_frame(std::size_t bytes, bool may_be_reply) {
  count(bytes);
  as_frame_ = true;
  may_be_reply_ = may_be_reply;
}

void line_reader::count(std::size_t bytes) {
  counted_ = bytes;
  as_frame_ = false;
  wants_quiet_ = settled_ = false;
}

void line_reader::drop_front(std::size_t bytes) {
  held_.erase(0, bytes);
  searched_ = 0;
}

std::optional<line_reader::event> line_reader::next_line() {
  for (;;) {
    if (!watched_.empty() && takes_watched()) return broken_off{};
    const auto end = held_.find('\n', searched_);
    if (end == std::string::npos) {
      searched_ = held_.size();
      if (!discarding_ && held_.size() > modem_limits::line_bytes_max) {
        discarding_ = true;
        ++lines_dropped_;
      }
      if (discarding_) drop_front(held_.size());
      return std::nullopt;
    }
    std::string text = held_.substr(0, end);
    drop_front(end + 1);
    while (!text.empty() && text.back() == '\r') text.pop_back();
    const bool rest_of_dropped = std::exchange(discarding_, false);
    if (rest_of_dropped || text.empty()) continue;
    if (text.size() > modem_limits::line_bytes_max) {
      ++lines_dropped_;
      continue;
    }
    return line{std::move(text)};
  }
}

std::optional<line_reader::event> line_reader::next_counted() {
  using verdict = counted_parse::verdict;
  const auto parse = parse_counted(held_, *counted_, settled_);
  if (parse.outcome == verdict::need_more) return std::nullopt;
  if (parse.outcome == verdict::need_quiet) {
    wants_quiet_ = true;
    return std::nullopt;
  }
  const std::size_t bytes = *counted_;
  counted_.reset();
  wants_quiet_ = settled_ = false;
  if (parse.outcome == verdict::damaged) {
    held_.clear();
    searched_ = 0;
    return damage{};
  }
  payload whole;
  const auto* first = reinterpret_cast<const std::byte*>(held_.data()) + parse.payload_at;
  whole.bytes.assign(first, first + bytes);
  for (const auto& [at, length] : parse.notices) whole.notices.push_back(held_.substr(at, length));
  whole.repaired = parse.repaired(bytes);
  drop_front(parse.consumed);
  return whole;
}

std::optional<line_reader::event> line_reader::next_frame() {
  using verdict = push_parse::verdict;
  const auto parse = parse_push(held_, *counted_, may_be_reply_);
  if (parse.outcome == verdict::need_more) return std::nullopt;
  const std::size_t bytes = *counted_;
  counted_.reset();
  if (parse.outcome == verdict::damaged) {
    held_.clear();
    searched_ = 0;
    return damage{};
  }
  const auto* first = reinterpret_cast<const std::byte*>(held_.data());
  frame whole{{first, first + bytes}, parse.outcome == verdict::reply};
  drop_front(parse.consumed);
  return whole;
}

/// At the beginning of a line only; a part of it waits for the rest.
bool line_reader::takes_watched() {
  const auto begin = held_.find_first_not_of("\r\n");
  if (begin == std::string::npos || held_.compare(begin, watched_.size(), watched_) != 0)
    return false;
  drop_front(begin + watched_.size());
  return true;
}

void line_reader::reset() {
  held_.clear();
  searched_ = 0;
  discarding_ = false;
  counted_.reset();
  watched_.clear();
  wants_quiet_ = settled_ = false;
}

}  // namespace cellsock::at
