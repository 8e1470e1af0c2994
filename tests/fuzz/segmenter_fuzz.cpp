// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>

#include "modem_bridge/segmenter.hpp"

// Property: whatever the bytes, the pieces are legal, follow each other and cover everything.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cellsock;
  const auto& spoken = dialect::slm();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const unsigned baud : {0U, 115200U, 1000000U}) {
    std::size_t at = 0;
    for (const auto& piece : segment(spoken, bytes, cost_at(baud))) {
      if (piece.at != at || piece.bytes == 0) std::abort();
      const auto part = bytes.substr(piece.at, piece.bytes);
      if (piece.mode == send_mode::string ? !fits_string(spoken, part) : !fits_data(spoken, part))
        std::abort();
      at += piece.bytes;
    }
    if (at != bytes.size()) std::abort();
  }
  return 0;
}
