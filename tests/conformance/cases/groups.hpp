// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "tests/conformance/context.hpp"

/// One file per function group; groups.cpp names them.
namespace cellsock::conformance {

std::span<const test_case> opening_cases();
std::span<const test_case> connect_cases();
std::span<const test_case> bind_cases();
std::span<const test_case> listen_cases();
std::span<const test_case> send_cases();
std::span<const test_case> receive_cases();
std::span<const test_case> flag_cases();
std::span<const test_case> poll_cases();
std::span<const test_case> select_cases();
std::span<const test_case> control_cases();
std::span<const test_case> socket_option_cases();
std::span<const test_case> protocol_option_cases();
std::span<const test_case> shutdown_cases();
std::span<const test_case> name_cases();
std::span<const test_case> text_cases();
std::span<const test_case> datagram_cases();
std::span<const test_case> nonblocking_cases();
std::span<const test_case> timeout_cases();
std::span<const test_case> thread_cases();
std::span<const test_case> callback_cases();
std::span<const test_case> machine_cases();
std::span<const test_case> modem_cases();
std::span<const test_case> secure_cases();

}  // namespace cellsock::conformance
