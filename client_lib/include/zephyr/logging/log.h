/* SPDX-License-Identifier: Apache-2.0 */
/* The path that Zephyr had before 3.1. */
#ifndef CELLSOCK_LOGGING_LOG_H_
#define CELLSOCK_LOGGING_LOG_H_

#include <zephyr/logging/log.h>

#endif /* CELLSOCK_LOGGING_LOG_H_ */
