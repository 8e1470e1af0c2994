// SPDX-License-Identifier: Apache-2.0
#include <nrf_modem.h>

#include <cerrno>

#include "cellsock/version.h"
#include "client_lib/face/by_value.hpp"
#include "client_lib/process.hpp"

using namespace cellsock::client;

int nrf_modem_init(const struct nrf_modem_init_params* init_params) {
  if (init_params == nullptr) return -EFAULT;
  return face::by_value([] { return process().modem.open(); });
}

int nrf_modem_shutdown(void) {
  return face::by_value([] { return process().modem.close(); });
}

bool nrf_modem_is_initialized(void) {
  return face::by_value([] { return process().modem.is_open() ? 1 : 0; }) == 1;
}

const char* nrf_modem_build_version(void) {
  return CELLSOCK_VERSION;
}
