/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_REPLY_H_
#define HTTP_REPLY_H_

#include <stddef.h>
#include <stdint.h>

/* An HTTP/1.x reply, fed in any pieces. No I/O: body bytes go to `sink`. */

enum http_state {
  HTTP_HEAD,       /* status line and header fields */
  HTTP_BODY_COUNT, /* Content-Length bytes */
  HTTP_BODY_CLOSE, /* until the connection ends */
  HTTP_CHUNK_SIZE, /* Transfer-Encoding: chunked: a size line */
  HTTP_CHUNK_DATA,
  HTTP_CHUNK_END, /* the line end after a chunk */
  HTTP_TRAILER,
  HTTP_DONE,
  HTTP_BAD /* `why` says what */
};

struct http_reply {
  enum http_state state;
  int status;          /* 200, ...; 0 before the head is complete */
  uint64_t body_bytes; /* given to the sink so far */
  uint64_t remaining;  /* of the body or chunk */
  int has_length;
  int is_chunked;
  size_t line_count;
  char line[2048]; /* the line being collected */
  const char* why;
  int (*sink)(void* context, const void* bytes, size_t count); /* 0, or not to stop */
  void* context;
};

void http_reply_begin(struct http_reply* reply,
                      int (*sink)(void* context, const void* bytes, size_t count), void* context);
/* Takes all of it, unless the reply is complete before: returns how much it took, -1 when bad. */
long http_reply_feed(struct http_reply* reply, const char* bytes, size_t count);
/* The connection ended in order. 0 if the reply is complete by that, -1 if something is missing. */
int http_reply_end(struct http_reply* reply);

#endif
