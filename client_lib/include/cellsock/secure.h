/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cellsock's own: what may be said of a secure socket beyond what the nRF modem library and Zephyr
 * have options for. Takes sockets of either family; programs that use it run nowhere else. 0, or -1
 * with errno: ENOPROTOOPT on a plain socket, EINVAL out of range, EISCONN or EALREADY once there is
 * a handshake.
 */
#ifndef CELLSOCK_SECURE_H_
#define CELLSOCK_SECURE_H_

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The least RSA key in the peer's chain: 1024 to 16384 bits; 2048 unless set. */
int cellsock_secure_set_rsa_bits_min(int sock, int bits);
/* Whether SHA-1 may have signed certificates of the peer's chain; not, unless set. */
int cellsock_secure_set_sha1_allowed(int sock, int allowed);
/* The longest record's payload that is agreed on (RFC 6066): 512, 1024, 2048, 4096 bytes; 0: no
 * such agreement. */
int cellsock_secure_set_fragment_max(int sock, int bytes);

/* A credential for this socket alone, without a tag; one of each type. Checked at once: EINVAL.
 * The types are those of <zephyr/net/tls_credentials.h>. */
enum cellsock_credential {
  CELLSOCK_CREDENTIAL_CA_CERTIFICATE = 1,
  CELLSOCK_CREDENTIAL_OWN_CERTIFICATE = 2,
  CELLSOCK_CREDENTIAL_PRIVATE_KEY = 3,
  CELLSOCK_CREDENTIAL_PSK = 4,
  CELLSOCK_CREDENTIAL_PSK_IDENTITY = 5
};
int cellsock_secure_set_credential(int sock, enum cellsock_credential type, const void* content,
                                   size_t length);

/* After the handshake, before it ENOTCONN. `length`: the room, then the length, 0 where there is
 * none; ENOBUFS: the room is too small, and `length` says what it takes. */
int cellsock_secure_alpn(int sock, char* name, size_t* length); /* no final zero */
int cellsock_secure_peer_certificate(int sock, void* der, size_t* length);
/* "TLS 1.2" and so on. NULL: errno says why. */
const char* cellsock_secure_protocol(int sock);

#ifdef __cplusplus
}
#endif

#endif /* CELLSOCK_SECURE_H_ */
