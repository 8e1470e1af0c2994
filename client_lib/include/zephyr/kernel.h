/* SPDX-License-Identifier: Apache-2.0 */
/* The path that Zephyr had before 3.1. */
#ifndef CELLSOCK_KERNEL_H_
#define CELLSOCK_KERNEL_H_

#include <zephyr/kernel.h>

#endif /* CELLSOCK_KERNEL_H_ */
