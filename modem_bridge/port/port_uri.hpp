// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "stack/result.hpp"

/// `--modem URI` in words.
namespace cellsock {

struct serial_uri {
  std::string path;
  unsigned baud = 115200;
  bool rts_cts = true;
};

/// `serial:/dev/ttyACM0?baud=115200&flow=rtscts|none`. errc::invalid_argument says what is wrong
/// and where; schemes that are known but not built yet are errc::unsupported_operation.
[[nodiscard]] result<serial_uri> parse_modem_uri(std::string_view uri);

}  // namespace cellsock
