/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_URL_H_
#define HTTP_URL_H_

/* Parts of http://host[:port][/path] or https://…, each terminated. */
struct http_url {
  char host[256];  /* an IPv6 address with its brackets */
  char port[6];    /* "80" or "443" if the text has none */
  char path[1024]; /* "/" if the text has none; no fragment */
};

/* 0, or -1 with a reason in `*why` (static storage). Each takes its own scheme alone. */
int http_url_parse(const char* text, struct http_url* url, const char** why);
int https_url_parse(const char* text, struct http_url* url, const char** why);

#endif
