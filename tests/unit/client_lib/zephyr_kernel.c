/* SPDX-License-Identifier: Apache-2.0 */
/* What socket programs use of Zephyr besides its sockets, in C11 by both generations of paths. */
#include <kernel.h>
#include <logging/log.h>
#include <net/net_ip.h>
#include <posix/fcntl.h>
#include <sys/printk.h>
#include <sys/util.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/net/socket.h>
#include <zephyr/posix/fcntl.h>
#include <zephyr/sys/printk.h>
#include <zephyr/sys/util.h>
#include <zephyr/types.h>

LOG_MODULE_REGISTER(zephyr_kernel, LOG_LEVEL_ERR);

#define CONFIG_MINE 1
#define CONFIG_OTHERS 0
_Static_assert(IS_ENABLED(CONFIG_NETWORKING) && IS_ENABLED(CONFIG_NET_TCP), "there");
_Static_assert(IS_ENABLED(CONFIG_NET_UDP) && IS_ENABLED(CONFIG_NET_SOCKETS), "there");
_Static_assert(IS_ENABLED(CONFIG_NET_IPV4) && IS_ENABLED(CONFIG_NET_IPV6), "there");
_Static_assert(IS_ENABLED(CONFIG_MINE) && !IS_ENABLED(CONFIG_OTHERS), "as defined");
_Static_assert(!IS_ENABLED(CONFIG_NET_SOCKETS_SOCKOPT_TLS), "not defined");
#if !IS_ENABLED(CONFIG_NET_SOCKETS) || IS_ENABLED(CONFIG_ABSENT)
#error "in the preprocessor too"
#endif
BUILD_ASSERT(NET_IPV4_ADDR_LEN == 16 && NET_IPV6_ADDR_LEN == 46, "room for text");
BUILD_ASSERT(BIT(4) == 16 && BIT_MASK(4) == 15);
BUILD_ASSERT(MIN(2, 3) == 2 && MAX(2, 3) == 3 && CLAMP(9, 1, 5) == 5);

static const u8_t four[] = {1, 2, 3, 4};

int zephyr_kernel(void);
int zephyr_kernel(void) {
  const k_timeout_t two_ms = K_MSEC(2);
  const int64_t before = k_uptime_get();
  struct sockaddr_storage address;
  char text[NET_IPV4_ADDR_LEN];
  struct in_addr plain;
  ARG_UNUSED(before);
  printk("%s", "");
  LOG_DBG("not shown %d", 1);
  LOG_INF("not shown");
  if (ARRAY_SIZE(four) != 4 || two_ms.ticks != 20) return 1;
  if (k_ticks_to_ms_ceil32(11) != 2 || k_ticks_to_ms_floor32(11) != 1) return 2;
  if (k_ms_to_ticks_ceil64(2) != 20 || !K_TIMEOUT_EQ(K_SECONDS(1), K_MSEC(1000))) return 3;
  if (K_FOREVER.ticks != -1 || K_NO_WAIT.ticks != 0) return 4;
  if (k_msleep(1) != 0 || k_sleep(two_ms) != 0 || k_sleep(K_NO_WAIT) != 0) return 5;
  if (k_uptime_get() - before < 3) return 6;
  if (net_addr_pton(AF_INET, "192.0.2.1", &plain) != 0) return 7;
  if (net_addr_pton(AF_INET, "192.0.2", &plain) != -EINVAL) return 8;
  if (strcmp(net_addr_ntop(AF_INET, &plain, text, sizeof text), "192.0.2.1") != 0) return 9;
  if (!net_ipaddr_parse("[2001:db8::1]:80 ", 16, (struct sockaddr*)&address)) return 10;
  if (net_sin6((struct sockaddr*)&address)->sin6_port != net_htons(80)) return 11;
  if (net_ipaddr_parse("host", 4, (struct sockaddr*)&address)) return 12;
  return 0;
}
