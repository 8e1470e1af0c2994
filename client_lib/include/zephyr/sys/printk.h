/* SPDX-License-Identifier: Apache-2.0 */
/* The path that Zephyr had before 3.1. */
#ifndef CELLSOCK_SYS_PRINTK_H_
#define CELLSOCK_SYS_PRINTK_H_

#include <zephyr/sys/printk.h>

#endif /* CELLSOCK_SYS_PRINTK_H_ */
