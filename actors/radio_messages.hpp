// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "stack/endpoint.hpp"
#include "stack/ids.hpp"
#include "stack/radio/ledger.hpp"
#include "stack/rai/cell_verdict.hpp"
#include "stack/rai/hint.hpp"

/// About the radio that all sockets of a link share. Who is answered how: interfaces.hpp.
namespace cellsock::msg {

// ---- socket actor -> supervisor: the radio that all sockets share ----
/// Told when something changes, not with each chunk.
enum class radio_fact : std::uint8_t {
  queued,     // the program wrote, and nothing had waited
  nothing,    // nothing waits after all
  sent,       // a chunk that was asked about has left
  not_sent,   // it did not
  received,   // every datagram; of a stream now and then
  connected,  // a stream's connection stands
  not_connected,
  joined,  // a datagram socket has a peer in the modem
  parted,
  ended,  // it carries nothing any more
};
struct radio_news {
  socket_id id;
  radio_fact what;
  std::optional<endpoint> peer = {};
  std::uint64_t bytes_sent = 0;  // since the last news
  std::uint64_t bytes_received = 0;
};
/// Before something that uses the radio; answered at once.
struct ask_radio {
  enum class about : std::uint8_t { chunk, connect, no_data };
  socket_id id;
  about what = about::chunk;
  rai_hint said = rai_hint::none;  // by the program
  bool empties = true;             // nothing waits behind this chunk
  std::optional<endpoint> to = {};
};
struct radio_word {
  rai_hint tell = rai_hint::none;  // with the chunk
};

// ---- supervisor <-> bridge ----
/// Through this socket, or through none of a program's. Goes with no payload.
struct tell_hint {
  std::optional<socket_id> through;
  rai_hint hint;
};
/// The modem did not take a hint that came with a chunk.
struct hint_refused {
  socket_id id;
  rai_hint hint;
};
/// By the modem's word.
struct radio_changed {
  bool connected = false;
};
struct radio_tick {
  std::uint64_t generation = 0;
};
struct get_radio_report {};
struct radio_report {
  std::string link = {};
  bool automatic = false;
  bool has_radio = true;
  cell_verdict verdict = {};
  radio_ledger::report ledger = {};
};

}  // namespace cellsock::msg
