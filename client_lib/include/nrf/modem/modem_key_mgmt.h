/* SPDX-License-Identifier: Apache-2.0 */
/* The path that the nRF Connect SDK has. */
#ifndef CELLSOCK_MODEM_MODEM_KEY_MGMT_H_
#define CELLSOCK_MODEM_MODEM_KEY_MGMT_H_

#include <cellsock/modem_key_mgmt.h>

#endif /* CELLSOCK_MODEM_MODEM_KEY_MGMT_H_ */
