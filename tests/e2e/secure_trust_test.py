#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Whom a secure socket does not talk to: the errno of each family of calls, and what the log says of it."""
import socket

import harness
from secure_world import (FACES, MISSING, REFUSED, SERVER, TAKES_CONNECTIONS, VERIFY_NONE, VERIFY_OPTIONAL,
                          VERIFY_REQUIRED, CallFailed, SecureCase)
from tls_networks import Stranger
from tls_programs import CLIENT_EC, SECRET, SERVER_EC, TRUSTS, Keys, free_port

EXPIRED = Keys("expired.cert.pem", key="expired.key.pem")
FUTURE = Keys("future.cert.pem", key="future.key.pem")
SELF_SIGNED = Keys("self_signed.cert.pem", key="self_signed.key.pem")
WRONG_ORDER = Keys("server_ec.cert.pem", "server_ec.wrong_order.pem", "server_ec.key.pem")
OTHER_CA = TRUSTS.but(ca="other_root_ec.cert.pem")
# What the server shows, what we trust, whom of the peers we ask, what the log says of certificate and reason.
UNTRUSTED = {
    "wrong host": (SERVER_EC, TRUSTS.but(name="other.test"), "OpenSSL", "is not for other.test"),
    "expired": (EXPIRED, TRUSTS, "mbedTLS", "expired on 2002-01-01"),
    "not yet valid": (FUTURE, TRUSTS, "OpenSSL", "is not valid before 2100-01-01"),
    "self-signed": (SELF_SIGNED, TRUSTS, "OpenSSL", "is signed by itself"),
    "unknown CA": (SERVER_EC, OTHER_CA, "mbedTLS", "leads to no CA of the tags"),
    "wrong chain order": (WRONG_ORDER, TRUSTS, "mbedTLS", "lower intermediate leads to no CA of the tags"),
}
GARBAGE = b"HTTP/1.0 400 Bad Request\r\n\r\n" + bytes(range(256)) * 4
TEXT = b"now it goes\n"


class Distrust(SecureCase):
    def server(self, peer, keys, protocol="tls"):
        if peer == "OpenSSL":
            return self.openssl_server(protocol, *keys.for_openssl("server"))
        # Without connections to count: it may be asked twice.
        return self.mbedtls_server(protocol, *keys.for_mbedtls(), "--do", "echo", "--connections", 9)

    def port(self, *what):
        return self.server(*what)[1]

    def refuse(self, face, protocol, reason):
        theirs, ours, peer, words = UNTRUSTED[reason]
        program = self.program(face)
        server, port = self.server(peer, theirs, protocol)
        fd = self.secured(program, protocol, ours)
        self.assert_fails(REFUSED[face], program.connect, fd, port)
        self.wait_for_log("secure-failed", "the certificate", "CN=", words)
        if peer == "mbedTLS":
            server.wait_for("failed ")  # it was told, in the handshake
            self.assertNotIn("open ", server.text)

    def test_certificates_that_are_refused(self):
        for reason in UNTRUSTED:
            for face in FACES:
                with self.case(reason=reason, face=face):
                    self.refuse(face, "tls", reason)

    def test_certificates_that_are_refused_by_datagrams(self):
        for reason in ("wrong host", "expired", "unknown CA"):
            with self.case(reason=reason):
                self.refuse("zsock", "dtls", reason)

    def test_what_else_verification_may_be(self):
        port = self.port("mbedTLS", EXPIRED)
        program = self.program("zsock")
        fd = self.secured(program, "tls", TRUSTS, PEER_VERIFY=VERIFY_OPTIONAL)
        program.connect(fd, port)
        self.assertEqual(program.get(fd, "VERIFY_RESULT") & 1, 1, "X.509's flag for expired")
        fd2 = self.secured(program, "tls", TRUSTS, PEER_VERIFY=VERIFY_NONE)
        program.close(fd)
        program.connect(fd2, port)
        self.assertEqual(program.get(fd2, "VERIFY_RESULT"), 0)
        program.send_all(fd2, TEXT)
        self.assertEqual(program.recv_exactly(fd2, len(TEXT)), TEXT)

    def test_a_host_that_was_never_named(self):
        for face, outcome in (("zsock", "ECONNABORTED"), ("nrf", None)):
            with self.case(face=face):
                program = self.program(face)
                fd = self.plain(program, "tls")
                program.set(fd, "TAGS", [self.provided(program, TRUSTS)])
                port = self.port("OpenSSL", SERVER_EC)
                if outcome:
                    self.assert_fails(outcome, program.connect, fd, port)
                else:
                    program.connect(fd, port)

    def test_a_tag_that_holds_nothing(self):
        for face in FACES:
            with self.case(face=face):
                program = self.program(face)
                fd = self.secured(program, "tls", TRUSTS, tag=77)
                self.assert_fails(MISSING[face], program.connect, fd, self.port("OpenSSL", SERVER_EC))
                self.wait_for_log("tag", "77")

    def test_it_can_be_tried_again_with_another_tag(self):
        for face in FACES:
            with self.case(face=face):
                program = self.program(face)
                port = self.port("mbedTLS", SERVER_EC)
                fd = self.secured(program, "tls", OTHER_CA)
                self.assert_fails(REFUSED[face], program.connect, fd, port)
                program.set(fd, "TAGS", [self.provided(program, TRUSTS)])
                program.connect(fd, port)
                program.send_all(fd, TEXT)
                self.assertEqual(program.recv_exactly(fd, len(TEXT)), TEXT)

    def test_keys_that_are_others(self):
        for protocol in ("tls", "dtls"):
            for face in FACES:
                with self.case(protocol=protocol, face=face):
                    program = self.program(face)
                    # Whether a peer says so in DTLS is its own choice: some only fall silent.
                    silent = {"HANDSHAKE_TIME_S": 3} if protocol == "dtls" else {}
                    outcomes = (REFUSED[face], "ETIMEDOUT") if protocol == "dtls" else (REFUSED[face],)
                    fd = self.secured(program, protocol, SECRET.but(psk="fedcba9876543210"), **silent)
                    with self.assertRaises(CallFailed) as caught:
                        program.connect(fd, self.port("mbedTLS", SECRET, protocol))
                    self.assertIn(str(caught.exception), outcomes)

    def test_no_suite_in_common(self):
        for face in FACES:
            with self.case(face=face):
                program = self.program(face)
                _, port = self.openssl_server("tls", *SERVER_EC.for_openssl("server"), "-cipher", "ECDHE-ECDSA-AES128-SHA")
                fd = self.secured(program, "tls", TRUSTS)
                self.assert_fails(REFUSED[face], program.connect, fd, port)
                fd = self.secured(program, "tls", TRUSTS, SUITES=[0xC009])
                program.connect(fd, port)
                self.assertEqual(program.get(fd, "SUITE_USED"), 0xC009)


class Strangers(SecureCase):
    def stranger(self, *arguments):
        made = Stranger(*arguments)
        self.addCleanup(made.close)
        return made

    def test_a_peer_that_speaks_something_else(self):
        for face in FACES:
            with self.case(face=face):
                program = self.program(face)
                fd = self.secured(program, "tls", TRUSTS)
                self.assert_fails(REFUSED[face], program.connect, fd, self.stranger(GARBAGE).port)
                self.wait_for_log("handshake-failed")

    def test_a_peer_that_says_nothing(self):
        for face in FACES:
            with self.case(face=face):
                program = self.program(face)
                fd = self.secured(program, "tls", TRUSTS)
                program.timeouts(fd, 0, 1000)
                self.assert_fails("ETIMEDOUT", program.connect, fd, self.stranger().port)

    def test_a_peer_of_datagrams_that_says_nothing(self):
        for face in FACES:
            with self.case(face=face):
                program = self.program(face)
                fd = self.secured(program, "dtls", TRUSTS, HANDSHAKE_TIME_S=1)
                self.assert_fails("ETIMEDOUT", program.connect, fd, self.stranger(b"", socket.SOCK_DGRAM).port)

    def test_a_peer_of_datagrams_that_speaks_something_else(self):
        # Who forges a datagram ends nothing: it is as if it were not there.
        program = self.program("zsock")
        fd = self.secured(program, "dtls", TRUSTS, HANDSHAKE_TIME_S=1)
        self.assert_fails("ETIMEDOUT", program.connect, fd, self.stranger(GARBAGE, socket.SOCK_DGRAM).port)


@harness.unittest.skipUnless(TAKES_CONNECTIONS, "this firmware takes no connections")
class Clients(SecureCase):
    """Of a server of ours."""

    def serve(self, program, keys, **options):
        port = free_port()
        return self.listening(program, "tls", port, keys, ROLE=SERVER, **options), port

    def served(self, program, listener, port, keys):
        """The next client that is as it should be is served as ever."""
        coming = program.begin("accept", listener)
        client = self.mbedtls_client("tls", port, *keys.for_mbedtls(), "--send", TEXT.decode(), "--expect", len(TEXT))
        connection, _ = coming.get()
        self.assertEqual(program.recv_exactly(connection, len(TEXT)), TEXT)
        program.send_all(connection, TEXT)
        client.wait_for("got " + TEXT.decode())
        program.close(connection)
        self.assertEqual(client.finish(), 0, client.text)

    def test_one_without_a_certificate(self):
        for face in FACES:
            with self.case(face=face):
                program = self.program(face)
                fd, port = self.serve(program, SERVER_EC.but(ca="roots.pem"), PEER_VERIFY=VERIFY_REQUIRED)
                coming = program.begin("accept", fd)
                client = self.mbedtls_client("tls", port, *TRUSTS.for_mbedtls(), "--expect", 1)
                self.assert_fails("ECONNABORTED", coming.get)
                self.assertEqual(client.finish(), 1, client.text)
                self.wait_for_log("certificate")
                self.served(program, fd, port, CLIENT_EC.but(ca="roots.pem", name="server.test"))

    def test_one_whose_certificate_nobody_knows(self):
        program = self.program("zsock")
        fd, port = self.serve(program, SERVER_EC.but(ca="other_root_ec.cert.pem"), PEER_VERIFY=VERIFY_REQUIRED)
        coming = program.begin("accept", fd)
        client = self.mbedtls_client("tls", port, *CLIENT_EC.for_mbedtls(), "--expect", 1)
        self.assert_fails("ECONNABORTED", coming.get)
        self.assertEqual(client.finish(), 1, client.text)
        self.wait_for_log("the certificate", "CN=client EC", "leads to no CA of the tags")

    def test_one_that_speaks_something_else(self):
        for face in FACES:
            with self.case(face=face):
                program = self.program(face)
                fd, port = self.serve(program, SERVER_EC, PEER_VERIFY=VERIFY_NONE)
                coming = program.begin("accept", fd)
                with socket.create_connection(("127.0.0.1", port), harness.DEADLINE) as stranger:
                    stranger.sendall(GARBAGE)
                    self.assert_fails("ECONNABORTED", coming.get)
                self.served(program, fd, port, TRUSTS)

    def test_one_that_says_nothing_and_another_that_does(self):
        for face in FACES:
            with self.case(face=face):
                program = self.program(face)
                fd, port = self.serve(program, SERVER_EC, PEER_VERIFY=VERIFY_NONE)
                with socket.create_connection(("127.0.0.1", port), harness.DEADLINE):
                    self.served(program, fd, port, TRUSTS)

    def test_one_that_has_another_key(self):
        program = self.program("nrf")
        fd, port = self.serve(program, SECRET, PEER_VERIFY=VERIFY_NONE)
        coming = program.begin("accept", fd)
        client = self.mbedtls_client("tls", port, *SECRET.but(psk="fedcba9876543210").for_mbedtls(), "--expect", 1)
        self.assert_fails("ECONNABORTED", coming.get)
        self.assertEqual(client.finish(), 1, client.text)
        self.served(program, fd, port, SECRET)


if __name__ == "__main__":
    harness.main()
