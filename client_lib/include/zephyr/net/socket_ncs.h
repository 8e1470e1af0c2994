/* SPDX-License-Identifier: Apache-2.0 */
/* What the nRF Connect SDK adds to Zephyr's secure options: Nordic's, at numbers of their own. */
#ifndef CELLSOCK_NET_SOCKET_NCS_H_
#define CELLSOCK_NET_SOCKET_NCS_H_

#include <zephyr/net/socket.h>

#define NET_SOCKET_NCS_BASE 1000
#define TLS_DTLS_HANDSHAKE_TIMEO (NET_SOCKET_NCS_BASE + 18) /* int, seconds: the values below */
#define TLS_DTLS_CONN_SAVE (NET_SOCKET_NCS_BASE + 19)       /* any value */
#define TLS_DTLS_CONN_LOAD (NET_SOCKET_NCS_BASE + 20)       /* any value */
#define TLS_DTLS_HANDSHAKE_STATUS (NET_SOCKET_NCS_BASE + 21)

#define TLS_DTLS_HANDSHAKE_TIMEO_NONE 0
#define TLS_DTLS_HANDSHAKE_TIMEO_1S 1
#define TLS_DTLS_HANDSHAKE_TIMEO_3S 3
#define TLS_DTLS_HANDSHAKE_TIMEO_7S 7
#define TLS_DTLS_HANDSHAKE_TIMEO_15S 15
#define TLS_DTLS_HANDSHAKE_TIMEO_31S 31
#define TLS_DTLS_HANDSHAKE_TIMEO_63S 63
#define TLS_DTLS_HANDSHAKE_TIMEO_123S 123
#define TLS_DTLS_HANDSHAKE_STATUS_FULL 0
#define TLS_DTLS_HANDSHAKE_STATUS_CACHED 1

#endif /* CELLSOCK_NET_SOCKET_NCS_H_ */
