/* SPDX-License-Identifier: Apache-2.0 */
/* The host's: F_GETFL, F_SETFL and O_NONBLOCK have its numbers here. */
#ifndef ZEPHYR_INCLUDE_POSIX_FCNTL_H_
#define ZEPHYR_INCLUDE_POSIX_FCNTL_H_

#include <fcntl.h>

#endif /* ZEPHYR_INCLUDE_POSIX_FCNTL_H_ */
