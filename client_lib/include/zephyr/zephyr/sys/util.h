/* SPDX-License-Identifier: Apache-2.0 */
/* The macros of Zephyr's <zephyr/sys/util.h> that socket programs use. */
#ifndef ZEPHYR_INCLUDE_SYS_UTIL_H_
#define ZEPHYR_INCLUDE_SYS_UTIL_H_

#include <zephyr/autoconf.h>
#include <zephyr/types.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#endif
#ifndef BIT
#define BIT(n) (1UL << (n))
#endif
#define BIT_MASK(n) (BIT(n) - 1UL)
#ifndef MIN
#define MIN(a, b) (((a) < (b)) ? (a) : (b))
#endif
#ifndef MAX
#define MAX(a, b) (((a) > (b)) ? (a) : (b))
#endif
#ifndef CLAMP
#define CLAMP(value, low, high) (((value) <= (low)) ? (low) : MIN(value, high))
#endif
#define ARG_UNUSED(x) (void)(x)

#ifdef __cplusplus
#define BUILD_ASSERT(condition, ...) static_assert(condition, "" __VA_ARGS__)
#else
#define BUILD_ASSERT(condition, ...) _Static_assert(condition, "" __VA_ARGS__)
#endif

/* 1 if the option is defined as 1, else 0, as an expression and in the preprocessor. An option that
 * is 1 makes the argument before it two arguments. */
#define IS_ENABLED(option) CELLSOCK_ENABLED_1(option)
#define CELLSOCK_ENABLED_1(value) CELLSOCK_ENABLED_2(CELLSOCK_ENABLED_SHIFT_##value)
#define CELLSOCK_ENABLED_SHIFT_1 0,
#define CELLSOCK_ENABLED_2(shifted) CELLSOCK_ENABLED_3(shifted 1, 0)
#define CELLSOCK_ENABLED_3(ignored, value, ...) value

#endif /* ZEPHYR_INCLUDE_SYS_UTIL_H_ */
