/* SPDX-License-Identifier: Apache-2.0 */
/* The path that Zephyr had before 3.1. */
#ifndef CELLSOCK_NET_NET_IP_H_
#define CELLSOCK_NET_NET_IP_H_

#include <zephyr/net/net_ip.h>

#endif /* CELLSOCK_NET_NET_IP_H_ */
