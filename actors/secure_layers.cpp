// SPDX-License-Identifier: Apache-2.0
#include "actors/secure_datagram_layer.hpp"
#include "actors/secure_stream_layer.hpp"

namespace cellsock {

layer_handle spawn_layer(caf::local_actor& parent, layer_seed seed) {
  if (seed.kind == transport::datagram) return parent.spawn<secure_datagram_layer>(std::move(seed));
  return parent.spawn<secure_stream_layer>(std::move(seed));
}

}  // namespace cellsock
