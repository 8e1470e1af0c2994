/* SPDX-License-Identifier: Apache-2.0 */
/* LOG_ERR() and its like: lines on standard error, as "<inf> module: text". */
#ifndef ZEPHYR_INCLUDE_LOGGING_LOG_H_
#define ZEPHYR_INCLUDE_LOGGING_LOG_H_

#include <stdio.h>
#include <zephyr/sys/util.h>

#define LOG_LEVEL_NONE 0
#define LOG_LEVEL_ERR 1
#define LOG_LEVEL_WRN 2
#define LOG_LEVEL_INF 3
#define LOG_LEVEL_DBG 4

/* LOG_MODULE_REGISTER(name) or (name, level), once in a file that logs. */
#define LOG_MODULE_REGISTER(...) \
  CELLSOCK_LOG_MODULE(__VA_ARGS__, CONFIG_LOG_DEFAULT_LEVEL, CONFIG_LOG_DEFAULT_LEVEL)
#define LOG_MODULE_DECLARE(...) LOG_MODULE_REGISTER(__VA_ARGS__)
#define CELLSOCK_LOG_MODULE(name, level, ...) \
  enum { cellsock_log_level = (level) };      \
  __attribute__((unused)) static const char cellsock_log_module[] = #name

#define CELLSOCK_LOG(level, mark, ...)                         \
  do {                                                         \
    if ((level) <= cellsock_log_level) {                       \
      fprintf(stderr, "<" mark "> %s: ", cellsock_log_module); \
      fprintf(stderr, __VA_ARGS__);                            \
      fputc('\n', stderr);                                     \
    }                                                          \
  } while (0)
#define LOG_ERR(...) CELLSOCK_LOG(LOG_LEVEL_ERR, "err", __VA_ARGS__)
#define LOG_WRN(...) CELLSOCK_LOG(LOG_LEVEL_WRN, "wrn", __VA_ARGS__)
#define LOG_INF(...) CELLSOCK_LOG(LOG_LEVEL_INF, "inf", __VA_ARGS__)
#define LOG_DBG(...) CELLSOCK_LOG(LOG_LEVEL_DBG, "dbg", __VA_ARGS__)

#endif /* ZEPHYR_INCLUDE_LOGGING_LOG_H_ */
