/* SPDX-License-Identifier: Apache-2.0 */
#ifndef READ_FILE_H_
#define READ_FILE_H_

#include <stddef.h>

/* The whole of a file of at most `room` bytes; its length, or 0 after a line on stderr. */
size_t read_file(const char* path, void* bytes, size_t room);

/* The bytes of hexadecimal text; how many, or 0 if it is none or more than `room`. */
size_t read_hex(const char* text, unsigned char* bytes, size_t room);

#endif
