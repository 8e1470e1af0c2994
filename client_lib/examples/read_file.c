/* SPDX-License-Identifier: Apache-2.0 */
#include "client_lib/examples/read_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

size_t read_file(const char* path, void* bytes, size_t room) {
  FILE* file = fopen(path, "rb");
  if (file == NULL) {
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    return 0;
  }
  const size_t count = fread(bytes, 1, room, file);
  const int whole = count > 0 && fgetc(file) == EOF && !ferror(file);
  fclose(file);
  if (whole) return count;
  fprintf(stderr, "%s: empty, unreadable, or of more than %zu bytes\n", path, room);
  return 0;
}

size_t read_hex(const char* text, unsigned char* bytes, size_t room) {
  static const char digits[] = "00112233445566778899aAbBcCdDeEfF";
  size_t count = 0;
  for (; text[0] != '\0' && text[1] != '\0' && count < room; text += 2) {
    const char* high = strchr(digits, text[0]);
    const char* low = strchr(digits, text[1]);
    if (high == NULL || low == NULL) return 0;
    bytes[count++] = (unsigned char)(((high - digits) / 2) * 16 + (low - digits) / 2);
  }
  return text[0] == '\0' ? count : 0;
}
