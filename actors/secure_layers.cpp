// SPDX-License-Identifier: Apache-2.0
#include "actors/secure_layer.hpp"
#include "actors/secure_stream_layer.hpp"

namespace cellsock {

layer_handle spawn_layer(caf::local_actor& parent, layer_seed seed) {
  return parent.spawn<secure_stream_layer>(std::move(seed));
}

datagram_rules secured(const datagram_rules& link) {
  return link;
}

}  // namespace cellsock
