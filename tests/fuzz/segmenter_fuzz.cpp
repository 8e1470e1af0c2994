// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>

#include "modem_bridge/segmenter.hpp"

// Property: whatever the bytes and the dialect, the pieces are legal, follow each other and cover
// everything; and no data piece holds a whole terminator, counted or not.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cellsock;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const auto* spoken : dialect::all())
    for (const unsigned baud : {0U, 115200U, 1000000U}) {
      std::size_t at = 0;
      for (const auto& piece : segment(*spoken, bytes, cost_at(baud))) {
        if (piece.at != at || piece.bytes == 0) std::abort();
        const auto part = bytes.substr(piece.at, piece.bytes);
        bool legal = false;
        switch (piece.mode) {
          case send_mode::string: legal = fits_string(*spoken, part); break;
          case send_mode::hex: legal = fits_hex(*spoken, part); break;
          case send_mode::data:
            legal = fits_data(*spoken, part) && part.find("+++") == std::string_view::npos;
            break;
        }
        if (!legal) std::abort();
        at += piece.bytes;
      }
      if (at != bytes.size()) std::abort();
    }
  return 0;
}
