/* SPDX-License-Identifier: Apache-2.0 */
#include "client_lib/examples/http_reply.h"

#include <string.h>
#include <strings.h>

static void fail(struct http_reply* reply, const char* why) {
  reply->state = HTTP_BAD;
  reply->why = why;
}

static const char* field_value(const char* line, const char* name) {
  const size_t count = strlen(name);
  if (strncasecmp(line, name, count) != 0 || line[count] != ':') return NULL;
  return line + count + 1 + strspn(line + count + 1, " \t");
}

static int parse_number(const char* text, unsigned base, uint64_t* value) {
  static const char digits[] = "0123456789abcdef";
  const char* next = text;
  *value = 0;
  for (; *next != '\0'; ++next) {
    const char low = (char)(*next >= 'A' && *next <= 'F' ? *next - 'A' + 'a' : *next);
    const char* digit = strchr(digits, low);
    if (digit == NULL || (unsigned)(digit - digits) >= base) break;
    if (*value > (UINT64_MAX >> 5)) return -1;
    *value = *value * base + (uint64_t)(digit - digits);
  }
  const int ends_well = *next == '\0' || *next == ' ' || *next == '\t' || *next == ';';
  return next != text && ends_well ? 0 : -1;
}

static void after_head(struct http_reply* reply) {
  if (reply->status == 100) { /* "continue": the real reply follows */
    reply->status = 0;
    return;
  }
  if (reply->is_chunked)
    reply->state = HTTP_CHUNK_SIZE;
  else if (reply->status == 204 || reply->status == 304 ||
           (reply->has_length && reply->remaining == 0))
    reply->state = HTTP_DONE;
  else
    reply->state = reply->has_length ? HTTP_BODY_COUNT : HTTP_BODY_CLOSE;
}

static void status_line(struct http_reply* reply, const char* line) {
  const char* space = strchr(line, ' ');
  uint64_t status = 0;
  if (strncmp(line, "HTTP/1.", 7) != 0 || space == NULL)
    fail(reply, "the peer does not speak HTTP/1.x");
  else if (parse_number(space + 1, 10, &status) != 0 || status < 100 || status > 599)
    fail(reply, "bad status in the reply");
  else
    reply->status = (int)status;
}

static void head_line(struct http_reply* reply, const char* line) {
  if (reply->status == 0) {
    status_line(reply, line);
    return;
  }
  if (*line == '\0') {
    after_head(reply);
    return;
  }
  const char* value = field_value(line, "Content-Length");
  if (value != NULL) {
    reply->has_length = 1;
    if (parse_number(value, 10, &reply->remaining) != 0) fail(reply, "bad Content-Length");
  }
  value = field_value(line, "Transfer-Encoding");
  if (value != NULL) {
    reply->is_chunked = 1;
    if (strcasecmp(value, "chunked") != 0) fail(reply, "unsupported Transfer-Encoding");
  }
}

static void take_line(struct http_reply* reply, const char* line) {
  switch (reply->state) {
    case HTTP_HEAD: head_line(reply, line); break;
    case HTTP_CHUNK_SIZE:
      if (parse_number(line, 16, &reply->remaining) != 0)
        fail(reply, "bad chunk size");
      else
        reply->state = reply->remaining == 0 ? HTTP_TRAILER : HTTP_CHUNK_DATA;
      break;
    case HTTP_CHUNK_END:
      if (*line != '\0')
        fail(reply, "a chunk is longer than it said");
      else
        reply->state = HTTP_CHUNK_SIZE;
      break;
    default: /* HTTP_TRAILER */
      if (*line == '\0') reply->state = HTTP_DONE;
      break;
  }
}

static void take_line_byte(struct http_reply* reply, char byte) {
  if (byte != '\n') {
    if (reply->line_count + 1 >= sizeof reply->line)
      fail(reply, "a line of the reply is too long");
    else
      reply->line[reply->line_count++] = byte;
    return;
  }
  if (reply->line_count > 0 && reply->line[reply->line_count - 1] == '\r') --reply->line_count;
  reply->line[reply->line_count] = '\0';
  reply->line_count = 0;
  take_line(reply, reply->line);
}

static size_t take_body(struct http_reply* reply, const char* bytes, size_t count) {
  const int counted = reply->state != HTTP_BODY_CLOSE;
  if (counted && count > reply->remaining) count = (size_t)reply->remaining;
  if (reply->sink(reply->context, bytes, count) != 0) {
    fail(reply, "the body could not be written");
    return count;
  }
  reply->body_bytes += count;
  if (counted) {
    reply->remaining -= count;
    if (reply->remaining == 0)
      reply->state = reply->state == HTTP_CHUNK_DATA ? HTTP_CHUNK_END : HTTP_DONE;
  }
  return count;
}

void http_reply_begin(struct http_reply* reply,
                      int (*sink)(void* context, const void* bytes, size_t count), void* context) {
  memset(reply, 0, sizeof *reply);
  reply->sink = sink;
  reply->context = context;
}

long http_reply_feed(struct http_reply* reply, const char* bytes, size_t count) {
  size_t taken = 0;
  while (taken < count && reply->state != HTTP_DONE && reply->state != HTTP_BAD) {
    switch (reply->state) {
      case HTTP_BODY_COUNT:
      case HTTP_BODY_CLOSE:
      case HTTP_CHUNK_DATA: taken += take_body(reply, bytes + taken, count - taken); break;
      default: take_line_byte(reply, bytes[taken++]); break;
    }
  }
  return reply->state == HTTP_BAD ? -1 : (long)taken;
}

int http_reply_end(struct http_reply* reply) {
  if (reply->state == HTTP_BODY_CLOSE) reply->state = HTTP_DONE;
  if (reply->state == HTTP_DONE) return 0;
  if (reply->state != HTTP_BAD) fail(reply, "the connection ended before the reply was complete");
  return -1;
}
