/* SPDX-License-Identifier: Apache-2.0 */
#include "client_lib/examples/http_url.h"

#include <stddef.h>
#include <string.h>

static int copy(char* to, size_t room, const char* from, size_t count) {
  if (count >= room) return -1;
  memcpy(to, from, count);
  to[count] = '\0';
  return 0;
}

static int is_port(const char* text, size_t count) {
  unsigned value = 0;
  if (count == 0 || count > 5) return 0;
  for (size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return 0;
    value = value * 10 + (unsigned)(text[i] - '0');
  }
  return value >= 1 && value <= 65535;
}

/* What follows the scheme. */
static int parse(const char* host, const char* default_port, struct http_url* url,
                 const char** why) {
  const char* path = host + strcspn(host, "/?#");
  const size_t authority = (size_t)(path - host);
  /* An IPv6 address stands in brackets, because of its colons. */
  const char* bracket = *host == '[' ? memchr(host, ']', authority) : NULL;
  const char* after = bracket != NULL ? bracket + 1 : host;
  const char* colon = memchr(after, ':', (size_t)(path - after));
  const size_t host_count = colon != NULL ? (size_t)(colon - host) : authority;
  const int trails = bracket != NULL && after != host + host_count;
  if (host_count == 0 || trails || memchr(host, '@', authority) != NULL ||
      copy(url->host, sizeof url->host, host, host_count) != 0) {
    *why = "the URL has no usable host name";
    return -1;
  }
  const char* port = colon != NULL ? colon + 1 : default_port;
  const size_t port_count = colon != NULL ? (size_t)(path - port) : strlen(default_port);
  if (!is_port(port, port_count) || copy(url->port, sizeof url->port, port, port_count) != 0) {
    *why = "the URL's port is not a number from 1 to 65535";
    return -1;
  }
  const size_t path_count = strcspn(path, "#");
  const size_t slash = *path == '/' ? 0 : 1; /* "http://host?query" asks for "/?query" */
  url->path[0] = '/';
  if (strcspn(path, " \r\n\t") < path_count ||
      copy(url->path + slash, sizeof url->path - slash, path, path_count) != 0) {
    *why = "the URL's path is too long, or has characters that must be encoded";
    return -1;
  }
  return 0;
}

int http_url_parse(const char* text, struct http_url* url, const char** why) {
  static const char scheme[] = "http://";
  if (strncmp(text, scheme, sizeof scheme - 1) == 0)
    return parse(text + sizeof scheme - 1, "80", url, why);
  *why = "the URL must begin with http://";
  return -1;
}

int https_url_parse(const char* text, struct http_url* url, const char** why) {
  static const char scheme[] = "https://";
  if (strncmp(text, scheme, sizeof scheme - 1) == 0)
    return parse(text + sizeof scheme - 1, "443", url, why);
  *why = "the URL must begin with https://";
  return -1;
}
