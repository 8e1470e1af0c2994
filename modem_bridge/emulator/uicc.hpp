// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace cellsock::emulator {

/// The SIM card: there or not, powered or not, and locked by a PIN each time it is powered.
class uicc {
public:
  static constexpr int pin_tries = 3;
  static constexpr int puk_tries = 10;
  enum class state : std::uint8_t { absent, off, pin_wanted, puk_wanted, blocked, ready };

  /// An empty PIN: none is asked for.
  uicc(bool present, std::string pin, std::string puk)
      : present_(present), pin_(std::move(pin)), puk_(std::move(puk)) {}

  [[nodiscard]] state now() const;
  [[nodiscard]] bool present() const { return present_; }
  /// True if it was not so before.
  bool insert(bool present);
  void power(bool on);
  /// Cuts its power for a moment: a PIN is asked for again.
  void restart() { verified_ = false; }

  /// False: wrong, or nothing is asked for. The third wrong PIN wants the PUK, the tenth wrong PUK
  /// ends the card.
  bool enter_pin(std::string_view pin);
  bool enter_puk(std::string_view puk, std::string_view new_pin);

private:
  bool present_;
  std::string pin_;
  std::string puk_;
  bool powered_ = false;
  bool verified_ = false;
  int pins_left_ = pin_tries;
  int puks_left_ = puk_tries;
};

}  // namespace cellsock::emulator
