/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AT commands, source compatible with <nrf_modem_at.h>. They go through the daemon's queue, between
 * the commands of its sockets, and obey its rules: a command that would break its view of the modem
 * is refused with -NRF_EPERM.
 *
 * 0: the modem said OK. Negative: -NRF_E*; the library or the daemon failed. Positive: the modem
 * said ERROR, +CME ERROR or +CMS ERROR: nrf_modem_at_err_type() tells which, nrf_modem_at_err() the
 * number. errno is left alone. Before nrf_modem_init(): -NRF_EPERM.
 */
#ifndef NRF_MODEM_AT_H__
#define NRF_MODEM_AT_H__

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NRF_MODEM_AT_ERROR 1
#define NRF_MODEM_AT_CME_ERROR 2
#define NRF_MODEM_AT_CMS_ERROR 3

#define NRF_MODEM_AT_FORMAT(string, first) __attribute__((format(printf, string, first)))

typedef void (*nrf_modem_at_notif_handler_t)(const char* notif);
typedef void (*nrf_modem_at_resp_handler_t)(const char* resp);

/* Of a positive result. */
static inline int nrf_modem_at_err_type(int error) {
  return (error & 0x00ff0000) >> 16;
}
static inline int nrf_modem_at_err(int error) {
  return error & 0x0000ffff;
}

/* -NRF_EFAULT without format, -NRF_E2BIG for a command longer than 4096 bytes, -NRF_EINVAL for one
 * that cannot be formatted. */
int nrf_modem_at_printf(const char* fmt, ...) NRF_MODEM_AT_FORMAT(1, 2);

/* The number of values read from the response by scanf's rules; -NRF_EBADMSG if none was. */
int nrf_modem_at_scanf(const char* cmd, const char* fmt, ...) __attribute__((format(scanf, 2, 3)));

/* The response, with its final result, as text: each line ends with "\r\n". -NRF_E2BIG if it does
 * not fit; what fits is there. */
int nrf_modem_at_cmd(void* buf, size_t len, const char* fmt, ...) NRF_MODEM_AT_FORMAT(3, 4);

/* Returns at once; the handler gets the response on a thread of the library. -NRF_EINPROGRESS while
 * one is under way. A command that could not be given gets "ERROR\r\n". */
int nrf_modem_at_cmd_async(nrf_modem_at_resp_handler_t resp_handler, const char* fmt, ...)
    NRF_MODEM_AT_FORMAT(2, 3);

/* Who hears the modem's unsolicited lines, on a thread of the library; NULL: nobody. After it
 * returned, the handler before is not called any more (unless it is the caller). */
int nrf_modem_at_notif_handler_set(nrf_modem_at_notif_handler_t callback);

#ifdef __cplusplus
}
#endif

#endif /* NRF_MODEM_AT_H__ */
