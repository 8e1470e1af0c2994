/* SPDX-License-Identifier: Apache-2.0 */
/* printk(): standard output, at once. */
#ifndef ZEPHYR_INCLUDE_SYS_PRINTK_H_
#define ZEPHYR_INCLUDE_SYS_PRINTK_H_

#include <stdarg.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

__attribute__((format(printf, 1, 0))) static inline void vprintk(const char* fmt,
                                                                 va_list arguments) {
  vprintf(fmt, arguments);
  fflush(stdout);
}

__attribute__((format(printf, 1, 2))) static inline void printk(const char* fmt, ...) {
  va_list arguments;
  va_start(arguments, fmt);
  vprintk(fmt, arguments);
  va_end(arguments);
}

#ifdef __cplusplus
}
#endif

#endif /* ZEPHYR_INCLUDE_SYS_PRINTK_H_ */
