// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "modem_bridge/engine.hpp"

/// An engine with a modem of stock answers behind it, in virtual time. Any answer can be replaced,
/// and the modem can fall silent after n commands. (Not a model of the protocol: the transcripts
/// and the emulator are.)
namespace cellsock::test {

class scripted_modem {
public:
  explicit scripted_modem(std::string apn = {}, std::function<trace_detail()> trace_wanted = {});
  explicit scripted_modem(engine_config config);

  engine driver;
  time_point now{std::chrono::seconds(1000)};
  std::vector<engine_outcome> happened;
  std::vector<std::string> sent;  // commands, and payloads in <…>
  /// Commands answered from here on; the rest meet silence.
  int answers_left = 1'000'000;
  int answered = 0;

  /// The answer to commands that begin so, from now on; the latest fitting one counts.
  void answer(std::string begins, std::string reply);
  /// Opens the port and brings the link up.
  void boot();
  void feed(std::string_view bytes);
  /// Lets the driver and the modem talk until nothing is due now.
  void settle();
  void pass(std::chrono::milliseconds time);

  template <class Outcome>
  [[nodiscard]] std::vector<Outcome> all() const {
    std::vector<Outcome> found;
    for (const auto& o : happened)
      if (const auto* it = std::get_if<Outcome>(&o)) found.push_back(*it);
    return found;
  }
  template <class Outcome>
  [[nodiscard]] int count() const {
    return static_cast<int>(all<Outcome>().size());
  }
  [[nodiscard]] bool was_sent(std::string_view begins) const;

  /// It becomes a Serial Modem of the given lists; call before `boot`.
  void be_serial_modem();
  /// The line's rate, and the one rate at which this modem hears; 0: any.
  unsigned line_rate = 115200;
  unsigned hears_at = 0;

  /// Answers want_chunk; empty: nobody answers.
  std::function<void(const outcome::want_chunk&)> on_want;
  std::function<void(const trace_event&)> on_trace;
  /// How many bytes of payload follow a command and its OK; empty: this modem counts none.
  std::function<std::size_t(const std::string& command)> payload_after;
  /// The answer to a counted payload.
  std::string payload_reply = "\r\n#XDATAMODE: 0\r\n";

private:
  void take_output();
  [[nodiscard]] std::string reply_to(const std::string& command);

  std::vector<std::pair<std::string, std::string>> answers_;
  std::string typed_;
  bool data_mode_ = false;
  std::size_t payload_due_ = 0;
  int next_handle_ = 0;
};

}  // namespace cellsock::test
