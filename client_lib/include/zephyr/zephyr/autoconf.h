/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration that Zephyr's build would generate, as far as socket programs ask for it. What
 * a program wants otherwise it defines itself: CONFIG_NET_SOCKETS_POSIX_NAMES above all. */
#ifndef CELLSOCK_ZEPHYR_AUTOCONF_H_
#define CELLSOCK_ZEPHYR_AUTOCONF_H_

#define CONFIG_NETWORKING 1
#define CONFIG_NET_IPV4 1
#define CONFIG_NET_IPV6 1
#define CONFIG_NET_TCP 1
#define CONFIG_NET_UDP 1
#define CONFIG_NET_SOCKETS 1
#define CONFIG_DNS_RESOLVER 1
#define CONFIG_PRINTK 1
#define CONFIG_LOG 1
#ifndef CONFIG_LOG_DEFAULT_LEVEL
#define CONFIG_LOG_DEFAULT_LEVEL 3
#endif
#define CONFIG_SYS_CLOCK_TICKS_PER_SEC 10000

#endif /* CELLSOCK_ZEPHYR_AUTOCONF_H_ */
