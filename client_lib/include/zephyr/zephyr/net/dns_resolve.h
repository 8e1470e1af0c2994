/* SPDX-License-Identifier: Apache-2.0 */
/* What zsock_getaddrinfo() returns besides 0. The numbers are those of the host's EAI_* too. */
#ifndef ZEPHYR_INCLUDE_NET_DNS_RESOLVE_H_
#define ZEPHYR_INCLUDE_NET_DNS_RESOLVE_H_

enum dns_resolve_status {
  DNS_EAI_BADFLAGS = -1,      /* hints.ai_flags asks for what is not supported */
  DNS_EAI_NONAME = -2,        /* no such name, or the service is no port from 1 to 65535 */
  DNS_EAI_AGAIN = -3,         /* the name server did not answer; try again */
  DNS_EAI_FAIL = -4,          /* the name server failed for good; no address in AI_NUMERICHOST */
  DNS_EAI_NODATA = -5,        /* the name has no address of the family asked for */
  DNS_EAI_FAMILY = -6,        /* hints.ai_family is not supported */
  DNS_EAI_SOCKTYPE = -7,      /* hints.ai_socktype is not supported */
  DNS_EAI_SERVICE = -8,       /* the service is not supported */
  DNS_EAI_ADDRFAMILY = -9,    /* the link does not carry hints.ai_family */
  DNS_EAI_MEMORY = -10,       /* out of memory */
  DNS_EAI_SYSTEM = -11,       /* errno says what failed */
  DNS_EAI_OVERFLOW = -12,     /* an argument is too long */
  DNS_EAI_INPROGRESS = -100,  /* a request is in progress */
  DNS_EAI_CANCELED = -101,    /* the request was cancelled */
  DNS_EAI_NOTCANCELED = -102, /* the request could not be cancelled */
  DNS_EAI_ALLDONE = -103,     /* all requests are done */
  DNS_EAI_IDN_ENCODE = -105   /* the name cannot be encoded */
};

#endif /* ZEPHYR_INCLUDE_NET_DNS_RESOLVE_H_ */
