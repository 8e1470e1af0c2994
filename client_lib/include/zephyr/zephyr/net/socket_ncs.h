/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Socket options that nRF Connect SDK adds to Zephyr's, source compatible with its
 * <zephyr/net/socket_ncs.h>: those that are carried here.
 */
#ifndef ZEPHYR_INCLUDE_NET_SOCKET_NCS_H_
#define ZEPHYR_INCLUDE_NET_SOCKET_NCS_H_

/* Release assistance (set; level SOL_SOCKET): what the radio is still needed for. */
#define SO_RAI 1061

#define RAI_NO_DATA 1   /* nothing more, either way */
#define RAI_LAST 2      /* what is sent next is the last */
#define RAI_ONE_RESP 3  /* one reply to what is sent next */
#define RAI_ONGOING 4   /* more will be sent */
#define RAI_WAIT_MORE 5 /* more will be received */

#endif
