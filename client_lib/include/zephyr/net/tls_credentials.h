/* SPDX-License-Identifier: Apache-2.0 */
/* The path that Zephyr had before 3.1. */
#ifndef CELLSOCK_NET_TLS_CREDENTIALS_H_
#define CELLSOCK_NET_TLS_CREDENTIALS_H_

#include <zephyr/net/tls_credentials.h>

#endif /* CELLSOCK_NET_TLS_CREDENTIALS_H_ */
