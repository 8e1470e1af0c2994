/* SPDX-License-Identifier: Apache-2.0 */
/* Fetches a page by HTTP over the cellular modem: zsock_ calls that block. */
#include <stdio.h>
#include <zephyr/net/socket.h>

#include "client_lib/examples/http_url.h"
#include "client_lib/examples/zsock_dial.h"
#include "client_lib/examples/zsock_fetch.h"

enum { TIMEOUT_S = 60 };

int main(int argc, char** argv) {
  struct http_url url;
  const char* why = "one URL, please";
  if (argc != 2 || http_url_parse(argv[1], &url, &why) != 0) {
    fprintf(stderr,
            "%s\nusage: zsock_http_get URL\nWrites the body of http://host[:port]/path to standard "
            "output.\nexample: zsock_http_get http://[2001:db8::1]:8080/index.html\n",
            why);
    return 2;
  }
  const int sock = zsock_dial(url.host, url.port, SOCK_STREAM, TIMEOUT_S);
  if (sock < 0) return 1;
  return zsock_fetch(sock, &url, argv[1]);
}
