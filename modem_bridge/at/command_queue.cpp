// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/at/command_queue.hpp"

#include <algorithm>
#include <limits>

#include "modem_bridge/at/args.hpp"
#include "modem_bridge/modem_limits.hpp"

namespace cellsock::at {
namespace {

constexpr std::string_view data_mode_prefix = "#XDATAMODE:";

/// The byte count in a header such as `#XRECV: 7` or `#XRECVFROM: 7,"192.0.2.1",7`.
std::optional<std::size_t> counted_bytes(std::string_view line, const command& what) {
  const auto fields_text = after_prefix(line, what.prefix);
  if (!fields_text) return std::nullopt;
  args fields(*fields_text);
  for (unsigned i = 0; i < what.value_at; ++i) fields.skip();
  const auto bytes = fields.integer(1, modem_limits::counted_bytes_max);
  if (!bytes) return std::nullopt;
  return static_cast<std::size_t>(*bytes);
}

}  // namespace

std::chrono::nanoseconds command_queue::line_time(std::size_t bytes) const noexcept {
  if (baud_ == 0) return {};
  return std::chrono::nanoseconds(bytes * 10 * 1'000'000'000ull / baud_);
}

void command_queue::start(command next, time_point now) {
  write(next.line, now);
  write(terminator_, now);
  flight f;
  f.so_far.on_wire = line_free_at_;
  f.deadline = line_free_at_ + next.wait;
  f.what = std::move(next);
  in_flight_ = std::move(f);
}

void command_queue::write(std::span<const std::byte> bytes, time_point now) {
  output_.insert(output_.end(), bytes.begin(), bytes.end());
  line_free_at_ = std::max(line_free_at_, now) + line_time(bytes.size());
  kernel_has_all_ = false;
}

void command_queue::write(std::string_view text, time_point now) {
  write(std::as_bytes(std::span(text)), now);
}

void command_queue::await_data_mode_end(std::chrono::milliseconds wait, time_point now,
                                        std::string_view broken_by, bool counted) {
  flight f;
  f.data_mode = true;
  f.counted_data = counted;
  reader_.watch(broken_by);
  f.so_far.on_wire = std::max(line_free_at_, now);
  f.deadline = f.so_far.on_wire + wait;
  in_flight_ = std::move(f);
}

std::vector<std::byte> command_queue::take_output() {
  return std::exchange(output_, {});
}

void command_queue::drained_to_kernel(time_point now) {
  if (kernel_has_all_ || !output_.empty()) return;
  kernel_has_all_ = true;
  if (baud_ == 0 || now <= line_free_at_) return;
  const auto late = now - line_free_at_;
  line_free_at_ = now;
  if (in_flight_) {
    in_flight_->so_far.on_wire = now;
    in_flight_->deadline += late;
  }
}

void command_queue::feed(std::span<const std::byte> bytes, time_point now) {
  if (bytes.empty()) return;
  last_heard_ = now;
  quiet_at_.reset();
  reader_.feed(bytes);
}

std::optional<command_queue::event> command_queue::next(time_point now) {
  for (;;) {
    if (!due_.empty()) {
      event first = std::move(due_.front());
      due_.erase(due_.begin());
      return first;
    }
    auto got = reader_.next();
    if (!got) {
      if (reader_.wants_quiet() && !quiet_at_) quiet_at_ = now + modem_limits::counted_quiet;
      return std::nullopt;
    }
    if (auto* text = std::get_if<line_reader::line>(&*got)) {
      if (auto made = on_line(std::move(text->text), now)) return made;
      continue;
    }
    if (auto* whole = std::get_if<line_reader::payload>(&*got)) {
      for (auto& notice : whole->notices)
        due_.emplace_back(unsolicited{std::move(notice), line_kind::urc});
      if (!in_flight_) continue;  // cannot be: counting ends with the flight
      in_flight_->so_far.payload = std::move(whole->bytes);
      in_flight_->so_far.repaired = whole->repaired;
      // Notices that stood inside the receive were written before its OK.
      due_.push_back(finish(ending::ok, "OK", now));
      continue;
    }
    if (auto* whole = std::get_if<line_reader::frame>(&*got)) {
      if (auto made = on_frame(std::move(*whole), now)) return made;
      continue;
    }
    if (std::holds_alternative<line_reader::broken_off>(*got)) {
      reader_.watch({});
      if (!in_flight_ || !in_flight_->data_mode) continue;
      in_flight_->broken = true;
      return data_broken{};
    }
    if (const auto whose = std::exchange(frame_, std::nullopt)) return push_damaged{whose->handle};
    if (in_flight_) return finish(ending::damaged, {}, now);
  }
}

void command_queue::keep(std::string text) {
  if (in_flight_->so_far.lines.size() < modem_limits::response_lines_max)
    in_flight_->so_far.lines.push_back(std::move(text));
}

/// A read of such data is in flight, or its late answer is awaited.
bool command_queue::expects_frame() const {
  return drain_until_.has_value() ||
         (in_flight_ && in_flight_->what.counted && !in_flight_->header_seen);
}

bool command_queue::begins_frame(const std::string& text) {
  frame_ = read_push_header(pushes_, text);
  if (!frame_) return false;
  frame_line_ = text;
  reader_.count_frame(frame_->bytes, expects_frame());
  return true;
}

std::optional<command_queue::event> command_queue::on_frame(line_reader::frame whole,
                                                            time_point now) {
  auto header = *std::exchange(frame_, std::nullopt);
  if (!whole.is_reply) return pushed{std::move(header), std::move(whole.bytes)};
  if (drain_until_) {
    drain_until_.reset();
    return drained{};
  }
  // The read that it answers was given up: its bytes are nobody's.
  if (!in_flight_) return push_damaged{header.handle};
  keep(std::move(frame_line_));
  in_flight_->so_far.payload = std::move(whole.bytes);
  return finish(ending::ok, "OK", now);
}

std::optional<command_queue::event> command_queue::on_line(std::string text, time_point now) {
  if (begins_frame(text)) return std::nullopt;
  const auto is_push = [&](const dialect::push_row& row) { return text.starts_with(row.prefix); };
  if (std::any_of(pushes_.begin(), pushes_.end(), is_push)) return push_damaged{};
  if (drain_until_) return in_drain(text);
  if (!in_flight_) {
    const auto meaning = classify(text, nullptr);
    return unsolicited{std::move(text), meaning.kind};
  }
  if (in_flight_->data_mode) {
    if (const auto rest = after_prefix(text, data_mode_prefix)) {
      args fields(*rest);
      const auto code = fields.integer(-65535, 65535);
      in_flight_->so_far.code = code ? static_cast<int>(*code) : -1;
      if (in_flight_->broken) in_flight_->so_far.code = std::min(*in_flight_->so_far.code, -1);
      return finish(ending::ok, std::move(text), now);
    }
    const auto meaning = classify(text, nullptr);
    return unsolicited{std::move(text), meaning.kind};
  }
  const auto& what = in_flight_->what;
  const bool read = !what.line.empty() && what.line.back() == '?';
  const expectation expected{what.prefix, what.bare, read};
  const auto meaning = classify(text, &expected);
  switch (meaning.kind) {
    case line_kind::ok: return finish(ending::ok, std::move(text), now);
    case line_kind::error:
      in_flight_->so_far.code = meaning.code;
      return finish(ending::error, std::move(text), now);
    case line_kind::information:
      if (what.counted && !in_flight_->header_seen) {
        const auto bytes = counted_bytes(text, what);
        if (!bytes) return finish(ending::damaged, std::move(text), now);
        in_flight_->header_seen = true;
        keep(std::move(text));
        reader_.count(*bytes);
        return std::nullopt;
      }
      keep(std::move(text));
      return std::nullopt;
    default: return unsolicited{std::move(text), meaning.kind};
  }
}

std::optional<command_queue::event> command_queue::in_drain(const std::string& text) {
  const auto meaning = classify(text, nullptr);
  const bool ended = drain_data_mode_
                         ? text.starts_with(data_mode_prefix)
                         : meaning.kind == line_kind::ok || meaning.kind == line_kind::error;
  if (ended) {
    drain_until_.reset();
    return drained{};
  }
  // Facts about sockets and network hold whatever the channel's state is.
  if (meaning.kind == line_kind::urc) return unsolicited{text, meaning.kind};
  return std::nullopt;
}

command_queue::event command_queue::finish(ending end, std::string final_line, time_point now) {
  if (in_flight_->data_mode) reader_.watch({});
  reply done = std::move(in_flight_->so_far);
  in_flight_.reset();
  done.end = end;
  done.final_line = std::move(final_line);
  done.at = now;
  return done;
}

std::optional<time_point> command_queue::deadline() const {
  std::optional<time_point> earliest;
  const auto consider = [&](std::optional<time_point> when) {
    if (when && (!earliest || *when < *earliest)) earliest = when;
  };
  if (in_flight_) consider(in_flight_->deadline);
  consider(drain_until_);
  consider(quiet_at_);
  if (frame_) consider(last_heard_ + modem_limits::push_silence_max);
  return earliest;
}

void command_queue::expire(time_point now) {
  if (quiet_at_ && now >= *quiet_at_) {
    quiet_at_.reset();
    reader_.settle();
    return;  // what that completed is taken first
  }
  if (frame_ && now >= last_heard_ + modem_limits::push_silence_max) {
    due_.emplace_back(push_damaged{std::exchange(frame_, std::nullopt)->handle});
    reader_.reset();
    return;
  }
  if (in_flight_ && now >= in_flight_->deadline) {
    if (in_flight_->what.probe) {
      due_.push_back(finish(ending::silent, {}, now));
      return;
    }
    const bool counting = reader_.counting();
    const bool counted_data = in_flight_->counted_data;
    drain_data_mode_ = in_flight_->data_mode;
    due_.push_back(finish(ending::timed_out, {}, now));
    if (counted_data) {
      // Bytes were lost on the way: the modem waits for them, and nothing else will come.
      out_of_step_ = true;
      due_.emplace_back(stuck{true});
    } else if (counting) {
      // Payload may read like any final result: only silence can tell where it ends.
      if (const auto whose = std::exchange(frame_, std::nullopt))
        due_.emplace_back(push_damaged{whose->handle});
      reader_.reset();
      out_of_step_ = true;
      due_.emplace_back(stuck{});
    } else {
      drain_until_ = now + modem_limits::drain_max;
    }
    return;
  }
  if (drain_until_ && now >= *drain_until_) {
    drain_until_.reset();
    out_of_step_ = true;
    due_.emplace_back(stuck{});
  }
}

void command_queue::abandon() {
  in_flight_.reset();
  drain_until_.reset();
  quiet_at_.reset();
  out_of_step_ = false;
  reader_.watch({});
}

void command_queue::reset() {
  abandon();
  frame_.reset();
  due_.clear();
  reader_.reset();
}

}  // namespace cellsock::at
