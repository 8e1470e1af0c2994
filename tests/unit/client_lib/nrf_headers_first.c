/* SPDX-License-Identifier: Apache-2.0 */
/* Compiles, or the headers broke their promise. */
#include <nrf_socket.h>
