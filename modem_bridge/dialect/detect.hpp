// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "modem_bridge/dialect/dialect.hpp"
#include "stack/result.hpp"

/// Finds out what answers on a port, from any state an earlier owner may have left it in: bring the
/// modem back to a command prompt (docs/at_dialects.md §3.1), then ask who it is (§3.2).
/// Table-driven and pure: lines and time come in, bytes come out.
namespace cellsock::dialect {

using time_point = std::chrono::steady_clock::time_point;

struct identity {
  const table* spoken = nullptr;
  std::string firmware;            // the application's version
  version application = {};        // the same in numbers
  version library = {};            // the modem library's, where the modem tells it (else 0.0.0)
  std::string terminator;          // exactly what ends a command
  std::set<std::string> commands;  // as the modem lists them, without `AT`
  [[nodiscard]] bool has(std::string_view command) const {
    return commands.contains(std::string(command));
  }
};

/// Whether `who` is what `one` describes.
[[nodiscard]] bool matches(const table& one, const identity& who);

class detector {
public:
  enum class goal {
    identify,  // everything
    resync,    // the modem is known, only the prompt is lost
  };
  /// What became known; `done` is returned once.
  struct progress {
    bool synced = false;     // it answers AT
    bool finished = false;   // see `found`
    bool restarted = false;  // it said Ready meanwhile
  };

  /// Dialects to recognise, in this order; what other rates to try when nothing answers at `rate`.
  void speaks(std::vector<const table*> spoken) { spoken_ = std::move(spoken); }
  void line_rates(unsigned rate, std::vector<unsigned> others);
  /// `counted`: the modem may wait for the rest of a counted payload.
  void begin(goal wanted, std::string terminator, time_point now, bool counted = false);
  /// Any line that came, whatever it looks like.
  void line(std::string_view text, time_point now);
  void expire(time_point now);
  [[nodiscard]] std::optional<time_point> deadline() const { return deadline_; }
  /// Bytes to write now. The wait for an answer starts when they are on the wire: call `sent`.
  [[nodiscard]] std::string take_output();
  void sent(time_point on_wire);
  /// The line's rate to change to before anything else is written.
  [[nodiscard]] std::optional<unsigned> take_rate() { return std::exchange(rate_wanted_, {}); }

  [[nodiscard]] bool synced() const noexcept { return synced_; }
  [[nodiscard]] bool finished() const noexcept { return finished_; }
  [[nodiscard]] bool restarted() const noexcept { return restarted_; }
  [[nodiscard]] bool rate_changed() const noexcept { return rate_ != first_rate_; }
  /// Valid when finished. Errors: no_answer, wrong_modem, unsupported_dialect.
  [[nodiscard]] const result<identity>& found() const { return *found_; }
  /// Of what is known so far, also when the dialect is not supported: for `status`.
  [[nodiscard]] const std::string& dialect_name() const noexcept { return dialect_name_; }
  [[nodiscard]] const std::string& firmware() const noexcept { return identity_.firmware; }

private:
  enum class phase {
    quiet,
    probe,
    remedy,
    rate,  // changed, not settled yet
    quote,
    settle,
    ask,
    terminator_cr,
    terminator_lf,
    over
  };

  void send(std::string bytes, std::chrono::milliseconds wait);
  void enter(phase next);
  void probe(time_point now);
  void probe_silent(time_point now);
  void next_remedy(time_point now);
  void start_remedy(time_point now);
  void try_rate(unsigned rate, time_point now);
  void give_up();
  void remedy_over(time_point now);
  void answered(bool ok, time_point now);
  void ask(std::size_t question, time_point now);
  void asked(bool ok, time_point now);
  void read_version();
  void recognise();
  void finish(result<identity> what);

  std::vector<const table*> spoken_;
  unsigned rate_ = 0, first_rate_ = 0;
  std::vector<unsigned> rates_;  // not tried yet
  std::optional<unsigned> rate_wanted_;
  goal goal_ = goal::identify;
  bool counted_ = false;
  bool filled_first_ = false;  // the other remedies are still to come
  std::string typed_;          // the line sent last: what an echo would be
  phase phase_ = phase::over;
  std::string output_;
  std::chrono::milliseconds wait_{};
  std::optional<time_point> deadline_;
  int errors_in_a_row_ = 0;
  std::size_t remedy_ = 0;
  int remedy_round_ = 0;
  int quote_tries_ = 0;
  bool disturbed_ = false;
  std::size_t question_ = 0;
  int silences_ = 0;
  std::vector<std::string> lines_;
  identity identity_;
  std::string dialect_name_;
  bool synced_ = false;
  bool finished_ = false;
  bool restarted_ = false;
  std::optional<result<identity>> found_;
};

}  // namespace cellsock::dialect
