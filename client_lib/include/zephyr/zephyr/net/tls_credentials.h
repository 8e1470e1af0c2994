/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Credentials of secure sockets by security tag, source compatible with Zephyr's
 * <zephyr/net/tls_credentials.h>.
 *
 * What a program adds is copied, checked at once, and lives as long as the process and its forked
 * children: a second run starts afresh. Tags that the machine's operator keeps (`cellsock creds`)
 * are there to be used without adding anything. Errors are returned negatively; errno is untouched.
 */
#ifndef CELLSOCK_ZEPHYR_NET_TLS_CREDENTIALS_H_
#define CELLSOCK_ZEPHYR_NET_TLS_CREDENTIALS_H_

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum tls_credential_type {
  TLS_CREDENTIAL_NONE = 0,
  TLS_CREDENTIAL_CA_CERTIFICATE = 1,     /* one or many */
  TLS_CREDENTIAL_PUBLIC_CERTIFICATE = 2, /* the program's own, then its issuers */
  TLS_CREDENTIAL_SERVER_CERTIFICATE = TLS_CREDENTIAL_PUBLIC_CERTIFICATE,
  TLS_CREDENTIAL_PRIVATE_KEY = 3,
  TLS_CREDENTIAL_PSK = 4,   /* the bytes themselves */
  TLS_CREDENTIAL_PSK_ID = 5 /* text */
};

typedef int sec_tag_t; /* negative: reserved */

/* DER or PEM, whose length may include its final zero. -EEXIST: this program has added one of this
 * type under the tag; -EINVAL: it cannot be used (damaged, expired, too weak, ...: the daemon's log
 * says what and where); -ENOMEM: too many, or too long; -EACCES; -ENETDOWN: no daemon. */
int tls_credential_add(sec_tag_t tag, enum tls_credential_type type, const void* cred,
                       size_t credlen);

/* As it was added. `credlen`: the room, then the length. -ENOENT; -EFBIG: the room is too small;
 * -EACCES: private keys and PSKs are never read back. */
int tls_credential_get(sec_tag_t tag, enum tls_credential_type type, void* cred, size_t* credlen);

/* One that this program has added. -ENOENT; -EACCES: the operator's. */
int tls_credential_delete(sec_tag_t tag, enum tls_credential_type type);

#ifdef __cplusplus
}
#endif

#endif /* CELLSOCK_ZEPHYR_NET_TLS_CREDENTIALS_H_ */
