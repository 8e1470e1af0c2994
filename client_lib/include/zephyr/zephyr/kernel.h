/* SPDX-License-Identifier: Apache-2.0 */
/* Time from Zephyr's <zephyr/kernel.h>, with what it includes and socket programs rely on. Threads,
 * queues and work items are not here. */
#ifndef ZEPHYR_INCLUDE_KERNEL_H_
#define ZEPHYR_INCLUDE_KERNEL_H_

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <zephyr/sys/printk.h>
#include <zephyr/sys/util.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int64_t k_ticks_t;
typedef struct {
  k_ticks_t ticks; /* -1: for ever */
} k_timeout_t;

#ifdef __cplusplus
#define CELLSOCK_K_TIMEOUT(t) (k_timeout_t{(k_ticks_t)(t)})
#else
#define CELLSOCK_K_TIMEOUT(t) ((k_timeout_t){.ticks = (k_ticks_t)(t)})
#endif
#define CELLSOCK_TICKS_PER_MS (CONFIG_SYS_CLOCK_TICKS_PER_SEC / 1000)
#define K_NO_WAIT CELLSOCK_K_TIMEOUT(0)
#define K_FOREVER CELLSOCK_K_TIMEOUT(-1)
#define K_TICKS(t) CELLSOCK_K_TIMEOUT(t)
#define K_MSEC(ms) CELLSOCK_K_TIMEOUT((k_ticks_t)(ms)*CELLSOCK_TICKS_PER_MS)
#define K_SECONDS(s) K_MSEC((k_ticks_t)(s)*1000)
#define K_MINUTES(m) K_SECONDS((k_ticks_t)(m)*60)
#define K_HOURS(h) K_MINUTES((k_ticks_t)(h)*60)
#define K_TIMEOUT_EQ(a, b) ((a).ticks == (b).ticks)
#define MSEC_PER_SEC 1000U

static inline uint32_t k_ticks_to_ms_ceil32(k_ticks_t ticks) {
  return (uint32_t)((ticks + CELLSOCK_TICKS_PER_MS - 1) / CELLSOCK_TICKS_PER_MS);
}
static inline uint32_t k_ticks_to_ms_floor32(k_ticks_t ticks) {
  return (uint32_t)(ticks / CELLSOCK_TICKS_PER_MS);
}
static inline k_ticks_t k_ms_to_ticks_ceil64(uint64_t ms) {
  return (k_ticks_t)ms * CELLSOCK_TICKS_PER_MS;
}

/* Milliseconds of a clock that never jumps. */
int64_t zsock_uptime_ms(void);
static inline int64_t k_uptime_get(void) {
  return zsock_uptime_ms();
}
static inline uint32_t k_uptime_get_32(void) {
  return (uint32_t)zsock_uptime_ms();
}

/* What was left when a signal handler ran, else 0. */
static inline int32_t k_msleep(int32_t ms) {
  const int64_t until = zsock_uptime_ms() + (ms > 0 ? ms : 0);
  const int before = errno;
  int64_t left = 0;
  if (ms > 0 && poll(NULL, 0, ms) < 0) left = until - zsock_uptime_ms();
  errno = before;
  return left > 0 ? (int32_t)left : 0;
}
static inline int32_t k_sleep(k_timeout_t timeout) {
  if (timeout.ticks >= 0) {
    const uint32_t ms = k_ticks_to_ms_ceil32(timeout.ticks);
    return k_msleep(ms < (uint32_t)INT32_MAX ? (int32_t)ms : INT32_MAX);
  }
  while (poll(NULL, 0, -1) == 0) {
  }
  return INT32_MAX; /* a signal handler ran */
}

#ifdef __cplusplus
}
#endif

#endif /* ZEPHYR_INCLUDE_KERNEL_H_ */
