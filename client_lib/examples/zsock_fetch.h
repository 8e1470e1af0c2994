/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ZSOCK_FETCH_H_
#define ZSOCK_FETCH_H_

#include "client_lib/examples/http_url.h"

/* GETs `url`'s path over a connected stream, plain or secure, and closes it. The body goes to
 * standard output; stderr gets one line, headed `shown` if something went wrong. What main returns:
 * 0 for a 2xx reply. A connection that is cut off is an error, not an end. */
int zsock_fetch(int sock, const struct http_url* url, const char* shown);

#endif
