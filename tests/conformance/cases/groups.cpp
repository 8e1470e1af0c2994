// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/cases/groups.hpp"

namespace cellsock::conformance {

std::span<const group> all_groups() {
  static const group groups[]{
      {"open", opening_cases()},
      {"connect", connect_cases()},
      {"bind", bind_cases()},
      {"listen", listen_cases()},
      {"send", send_cases()},
      {"recv", receive_cases()},
      {"flags", flag_cases()},
      {"poll", poll_cases()},
      {"select", select_cases()},
      {"control", control_cases()},
      {"sockopt", socket_option_cases()},
      {"ipopt", protocol_option_cases()},
      {"shutdown", shutdown_cases()},
      {"names", name_cases()},
      {"inet", text_cases()},
      {"datagram", datagram_cases()},
      {"nonblock", nonblocking_cases()},
      {"timeout", timeout_cases()},
      {"threads", thread_cases()},
      {"pollcb", callback_cases()},
      {"machine", machine_cases()},
      {"modem", modem_cases()},
      {"secure", secure_cases()},
  };
  return groups;
}

}  // namespace cellsock::conformance
