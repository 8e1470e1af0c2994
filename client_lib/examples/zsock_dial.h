/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ZSOCK_DIAL_H_
#define ZSOCK_DIAL_H_

#include <zephyr/net/socket.h>

/* Resolves `host` (a name, an address, an IPv6 address in brackets) and connects a socket of `type`
 * to the first of its addresses that answers, in the order of zsock_getaddrinfo(): IPv4 first.
 * `timeout_s` bounds each attempt and each later receive and send. Returns the socket, or -1 after
 * one line on stderr for each address tried. */
int zsock_dial(const char* host, const char* port, int type, int timeout_s);

/* As zsock_dial, with a protocol of its own (0: the type's) and something to do before each
 * connect: `prepare` returns 0, or -1 with errno. */
int zsock_dial_prepared(const char* host, const char* port, int type, int protocol, int timeout_s,
                        int (*prepare)(int sock, const void* context), const void* context);

/* zsock_send() until all of it is taken. 0, or -1 with errno. */
int zsock_send_all(int sock, const void* bytes, size_t count);

#endif
