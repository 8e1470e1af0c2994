// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cstdio>
#include <set>
#include <sstream>
#include <string>

namespace {

std::string output_of(const std::string& command) {
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string all;
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) all.push_back(static_cast<char>(c));
  ::pclose(pipe);
  return all;
}

TEST_CASE("the library exports its public calls and nothing else") {
  std::istringstream lines(output_of("nm -D --defined-only --format=posix " CELLSOCK_BINARY_DIR
                                     "/client_lib/libcellsock.so"));
  std::set<std::string> names;
  for (std::string line; std::getline(lines, line);) {
    auto name = line.substr(0, line.find_first_of(" @"));
    // Sanitizers put marks of their own beside data.
    if (!name.starts_with("__odr_asan") && name != "CELLSOCK_0") names.insert(name);
  }
  const std::set<std::string> expected{"ZSOCK_FD_CLR",
                                       "ZSOCK_FD_ISSET",
                                       "ZSOCK_FD_SET",
                                       "ZSOCK_FD_ZERO",
                                       "cellsock_secure_alpn",
                                       "cellsock_secure_peer_certificate",
                                       "cellsock_secure_protocol",
                                       "cellsock_secure_set_credential",
                                       "cellsock_secure_set_fragment_max",
                                       "cellsock_secure_set_rsa_bits_min",
                                       "cellsock_secure_set_sha1_allowed",
                                       "cellsock_version",
                                       "modem_key_mgmt_clear",
                                       "modem_key_mgmt_cmp",
                                       "modem_key_mgmt_delete",
                                       "modem_key_mgmt_digest",
                                       "modem_key_mgmt_exists",
                                       "modem_key_mgmt_list",
                                       "modem_key_mgmt_read",
                                       "modem_key_mgmt_write",
                                       "net_addr_ntop",
                                       "net_addr_pton",
                                       "net_ipaddr_parse",
                                       "nrf_accept",
                                       "nrf_bind",
                                       "nrf_close",
                                       "nrf_connect",
                                       "nrf_fcntl",
                                       "nrf_freeaddrinfo",
                                       "nrf_freeifaddrs",
                                       "nrf_getaddrinfo",
                                       "nrf_getifaddrs",
                                       "nrf_getsockopt",
                                       "nrf_in6addr_any",
                                       "nrf_inaddr_any",
                                       "nrf_inet_ntop",
                                       "nrf_inet_pton",
                                       "nrf_listen",
                                       "nrf_modem_at_cmd",
                                       "nrf_modem_at_cmd_async",
                                       "nrf_modem_at_notif_handler_set",
                                       "nrf_modem_at_printf",
                                       "nrf_modem_at_scanf",
                                       "nrf_modem_build_version",
                                       "nrf_modem_init",
                                       "nrf_modem_is_initialized",
                                       "nrf_modem_shutdown",
                                       "nrf_poll",
                                       "nrf_recv",
                                       "nrf_recvfrom",
                                       "nrf_send",
                                       "nrf_sendto",
                                       "nrf_setdnsaddr",
                                       "nrf_setsockopt",
                                       "nrf_socket",
                                       "tls_credential_add",
                                       "tls_credential_delete",
                                       "tls_credential_get",
                                       "zsock_accept",
                                       "zsock_bind",
                                       "zsock_close",
                                       "zsock_connect",
                                       "zsock_fcntl",
                                       "zsock_freeaddrinfo",
                                       "zsock_gai_strerror",
                                       "zsock_getaddrinfo",
                                       "zsock_gethostname",
                                       "zsock_getnameinfo",
                                       "zsock_getpeername",
                                       "zsock_getsockname",
                                       "zsock_getsockopt",
                                       "zsock_inet_ntop",
                                       "zsock_inet_pton",
                                       "zsock_ioctl",
                                       "zsock_listen",
                                       "zsock_poll",
                                       "zsock_posix_close",
                                       "zsock_posix_ioctl",
                                       "zsock_recv",
                                       "zsock_recvfrom",
                                       "zsock_recvmsg",
                                       "zsock_select",
                                       "zsock_send",
                                       "zsock_sendmsg",
                                       "zsock_sendto",
                                       "zsock_setsockopt",
                                       "zsock_shutdown",
                                       "zsock_socket",
                                       "zsock_socketpair",
                                       "zsock_uptime_ms"};
  CHECK(names == expected);
}

}  // namespace
