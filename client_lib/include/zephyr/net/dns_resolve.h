/* SPDX-License-Identifier: Apache-2.0 */
/* The path that Zephyr had before 3.1. */
#ifndef CELLSOCK_NET_DNS_RESOLVE_H_
#define CELLSOCK_NET_DNS_RESOLVE_H_

#include <zephyr/net/dns_resolve.h>

#endif /* CELLSOCK_NET_DNS_RESOLVE_H_ */
