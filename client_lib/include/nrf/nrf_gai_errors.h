/* SPDX-License-Identifier: Apache-2.0 */
/* What nrf_getaddrinfo() returns besides 0. The numbers are those of the host's EAI_* too. */
#ifndef NRF_GAI_ERRORS_H__
#define NRF_GAI_ERRORS_H__

#define NRF_EAI_BADFLAGS (-1)     /* hints.ai_flags asks for what is not supported */
#define NRF_EAI_NONAME (-2)       /* no such name */
#define NRF_EAI_AGAIN (-3)        /* the name server did not answer; try again */
#define NRF_EAI_FAIL (-4)         /* the name server failed for good */
#define NRF_EAI_NODATA (-5)       /* the name has no address of the family asked for */
#define NRF_EAI_FAMILY (-6)       /* hints.ai_family is not supported */
#define NRF_EAI_SOCKTYPE (-7)     /* hints.ai_socktype is not supported */
#define NRF_EAI_SERVICE (-8)      /* the service is not a port number */
#define NRF_EAI_ADDRFAMILY (-9)   /* the name has no address in hints.ai_family */
#define NRF_EAI_MEMORY (-10)      /* out of memory */
#define NRF_EAI_SYSTEM (-11)      /* errno says what failed */
#define NRF_EAI_INPROGRESS (-100) /* a request is in progress */

#endif /* NRF_GAI_ERRORS_H__ */
