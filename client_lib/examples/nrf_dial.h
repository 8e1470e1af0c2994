/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NRF_DIAL_H_
#define NRF_DIAL_H_

#include <stddef.h>

/* Resolves `host` (a name or an address), makes a socket of `type` (NRF_SOCK_STREAM,
 * NRF_SOCK_DGRAM) and connects it; 0 seconds: the daemon's own timeout. Returns the descriptor, or
 * -1 after one line on stderr. */
int nrf_dial(const char* host, const char* port, int type, unsigned timeout_s);

/* As nrf_dial, with a protocol of its own (0: the type's) and something to do before the connect:
 * `prepare` returns 0, or -1 with errno. */
int nrf_dial_prepared(const char* host, const char* port, int type, int protocol,
                      unsigned timeout_s, int (*prepare)(int fd, const void* context),
                      const void* context);

/* nrf_send() until all of it is taken. 0, or -1 with errno. */
int nrf_send_all(int fd, const void* bytes, size_t count);

/* Monotonic seconds, for rates. */
double seconds_now(void);

#endif
