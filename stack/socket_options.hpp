// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

/// Socket options by our own names; values are integers, as in socket.proto.
namespace cellsock {

enum class socket_option : std::uint8_t {
  error,
  recv_timeout_ms,
  send_timeout_ms,
  reuse_address,
  reuse_port,
  broadcast,
  priority,
  linger_s,
  send_buffer,
  receive_buffer,
  keep_alive,
  keep_alive_idle_s,
  keep_alive_interval_s,
  keep_alive_count,
  no_delay,
  server_session_timeout_s,
  type_of_service,
  time_to_live,
  dont_fragment,
  mtu,
  v6_only,
  hop_limit,
  traffic_class,
  pdn,
  keep_open,
  exceptional_data,
  release_assistance,
  silence_all,
  echo_reply,
  echo_reply6,
  delayed_address_refresh,
  count_
};

/// What is below a socket.
enum class link_kind : std::uint8_t { modem, host, count_ };

}  // namespace cellsock
