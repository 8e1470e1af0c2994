/* SPDX-License-Identifier: Apache-2.0 */
/* Until modem library 2.3 the limits had a header of their own. */
#ifndef NRF_MODEM_LIMITS_H__
#define NRF_MODEM_LIMITS_H__

#include <nrf_socket.h>

#endif /* NRF_MODEM_LIMITS_H__ */
