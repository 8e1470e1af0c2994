// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "cellsock/v1/error.pb.h"

namespace cellsock::client {

namespace wire = cellsock::v1;

/// Who failed a call to the daemon. Socket calls only need `error`; the command line tells people.
enum class failed_by : std::uint8_t {
  daemon,     // it answered: `code` and `detail` are its own words
  absence,    // nobody listens at the control socket
  access,     // the control socket, or a descriptor sent through it, is not ours to use
  transport,  // the connection broke, or what came over it was not our protocol
  deadline,   // no answer in time
  interrupt,  // a signal, or the socket was closed meanwhile
  system,     // this process: no descriptors, no memory
};

struct failure {
  failed_by who = failed_by::system;
  int error = 0;  // errno, never 0
  wire::ErrorCode code = wire::ERROR_CODE_UNSPECIFIED;
  std::string detail = {};
};

/// Either a value or why there is none.
template <class T>
class [[nodiscard]] outcome {
public:
  outcome(T value) : held_(std::in_place_index<0>, std::move(value)) {}
  outcome(failure why) : held_(std::in_place_index<1>, std::move(why)) {}

  [[nodiscard]] explicit operator bool() const noexcept { return held_.index() == 0; }
  [[nodiscard]] T& operator*() & { return std::get<0>(held_); }
  [[nodiscard]] T&& operator*() && { return std::get<0>(std::move(held_)); }
  [[nodiscard]] T* operator->() { return &std::get<0>(held_); }
  [[nodiscard]] const failure& why() const { return std::get<1>(held_); }

private:
  std::variant<T, failure> held_;
};

}  // namespace cellsock::client
