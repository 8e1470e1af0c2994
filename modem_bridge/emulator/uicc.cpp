// SPDX-License-Identifier: Apache-2.0
#include "modem_bridge/emulator/uicc.hpp"

namespace cellsock::emulator {

uicc::state uicc::now() const {
  if (!present_) return state::absent;
  if (!powered_) return state::off;
  if (pin_.empty() || verified_) return state::ready;
  if (puks_left_ == 0) return state::blocked;
  return pins_left_ == 0 ? state::puk_wanted : state::pin_wanted;
}

bool uicc::insert(bool present) {
  if (present_ == present) return false;
  present_ = present;
  verified_ = false;
  return true;
}

void uicc::power(bool on) {
  if (powered_ && !on) verified_ = false;
  powered_ = on;
}

bool uicc::enter_pin(std::string_view pin) {
  if (now() != state::pin_wanted) return false;
  if (pin != pin_) {
    --pins_left_;
    return false;
  }
  verified_ = true;
  pins_left_ = pin_tries;
  return true;
}

bool uicc::enter_puk(std::string_view puk, std::string_view new_pin) {
  if (now() != state::puk_wanted) return false;
  if (puk != puk_) {
    --puks_left_;
    return false;
  }
  pin_ = new_pin;
  verified_ = true;
  pins_left_ = pin_tries;
  puks_left_ = puk_tries;
  return true;
}

}  // namespace cellsock::emulator
