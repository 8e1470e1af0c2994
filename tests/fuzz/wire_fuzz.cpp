// SPDX-License-Identifier: Apache-2.0
// A program's messages: requests and datagrams. What is accepted survives a round trip.
#include <cstdint>
#include <cstdlib>

#include "actors/translate.hpp"

using namespace cellsock;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  if (const auto datagram = wire::datagram_of(bytes)) {
    const auto again = wire::datagram_of(wire::packet_of(datagram->peer, datagram->payload));
    if (!again || again->peer != datagram->peer || again->payload != datagram->payload)
      std::abort();
  }
  v1::Request request;
  if (!request.ParseFromArray(data, static_cast<int>(size))) return 0;
  if (request.has_socket()) (void)wire::shape_of(request.socket());
  if (request.has_connect()) {
    if (const auto peer = wire::endpoint_of(request.connect().peer())) {
      v1::Endpoint again;
      wire::set_endpoint(again, *peer);
      if (*wire::endpoint_of(again) != *peer) std::abort();
    }
  }
  (void)wire::option_of(request.get_option().option());
  (void)wire::printable(request.at().command());
  return 0;
}
