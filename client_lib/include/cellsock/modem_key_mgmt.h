/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Credentials of secure sockets, source compatible with the nRF Connect SDK's
 * <modem/modem_key_mgmt.h>.
 *
 * There they are kept in the modem for good; here what a program writes is checked at once and
 * lives as long as the process and its forked children, and what the machine's operator keeps
 * (`cellsock creds`) can be read, compared and found but not changed. Certificates and keys are PEM
 * text or DER, a PSK is hexadecimal text. Results are 0 or negative; errno is untouched.
 */
#ifndef CELLSOCK_MODEM_KEY_MGMT_H_
#define CELLSOCK_MODEM_KEY_MGMT_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef uint32_t nrf_sec_tag_t;

enum modem_key_mgmt_cred_type {
  MODEM_KEY_MGMT_CRED_TYPE_CA_CHAIN = 0,
  MODEM_KEY_MGMT_CRED_TYPE_PUBLIC_CERT = 1,
  MODEM_KEY_MGMT_CRED_TYPE_PRIVATE_CERT = 2, /* the private key */
  MODEM_KEY_MGMT_CRED_TYPE_PSK = 3,
  MODEM_KEY_MGMT_CRED_TYPE_IDENTITY = 4
};

/* In place of what the program has written there before. -EINVAL: it cannot be used (the daemon's
 * log says what is wrong and where); -ENOMEM: too many, or too long; -EPERM; -ENETDOWN: no daemon.
 */
int modem_key_mgmt_write(nrf_sec_tag_t sec_tag, enum modem_key_mgmt_cred_type cred_type,
                         const void* buf, size_t len);
/* `len`: the room, then the length. -ENOENT; -ENOBUFS: the room is too small; -EPERM: private keys
 * and PSKs are never read back. */
int modem_key_mgmt_read(nrf_sec_tag_t sec_tag, enum modem_key_mgmt_cred_type cred_type, void* buf,
                        size_t* len);
/* 0: the same, 1: another; -ENOENT. */
int modem_key_mgmt_cmp(nrf_sec_tag_t sec_tag, enum modem_key_mgmt_cred_type cred_type,
                       const void* buf, size_t len);
/* SHA-256 of it as it was written: 32 bytes. -ENOENT; -ENOMEM: less room; -EPERM: of a PSK, which
 * might be guessed by it. */
int modem_key_mgmt_digest(nrf_sec_tag_t sec_tag, enum modem_key_mgmt_cred_type cred_type, void* buf,
                          size_t len);
/* What this program has written. -ENOENT; -EPERM: the operator's. */
int modem_key_mgmt_delete(nrf_sec_tag_t sec_tag, enum modem_key_mgmt_cred_type cred_type);
/* Whatever this program has written under the tag. */
int modem_key_mgmt_clear(nrf_sec_tag_t sec_tag);
int modem_key_mgmt_exists(nrf_sec_tag_t sec_tag, enum modem_key_mgmt_cred_type cred_type,
                          bool* exists);
typedef void (*modem_key_mgmt_list_cb_t)(nrf_sec_tag_t sec_tag,
                                         enum modem_key_mgmt_cred_type cred_type);
int modem_key_mgmt_list(modem_key_mgmt_list_cb_t list_cb);

#ifdef __cplusplus
}
#endif

#endif /* CELLSOCK_MODEM_KEY_MGMT_H_ */
