/* SPDX-License-Identifier: Apache-2.0 */
/* The path that Zephyr had before 3.1. */
#ifndef CELLSOCK_POSIX_FCNTL_H_
#define CELLSOCK_POSIX_FCNTL_H_

#include <zephyr/posix/fcntl.h>

#endif /* CELLSOCK_POSIX_FCNTL_H_ */
