#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The interop matrix: programs on the library, through the daemon and the link, with OpenSSL and mbedTLS."""
import itertools

import harness
from secure_world import FACES, LINK, SERVER, TAKES_CONNECTIONS, VERIFY_NONE, VERIFY_REQUIRED, CallFailed, SecureCase
from tls_programs import PEERS, ROWS, free_port, kind_of

TO_PEER = b"hello from cellsock\n"
TO_US = b"hello from the peer\n"
PROTOCOLS = {"tls": "TLS 1.2", "dtls": "DTLS 1.2"}
ROLES = ("client", "server")


class Matrix(SecureCase):
    cells = {}

    @classmethod
    def tearDownClass(cls):
        columns = list(itertools.product(PEERS, ROLES))
        lines = [f"{'over ' + LINK:24}" + "".join(f"{f'{peer}, we {role}':24}" for peer, role in columns)]
        for protocol, name in PROTOCOLS.items():
            for keys in ROWS:
                cells = "".join(f"{cls.cells.get((protocol, keys, *column), 'not run'):24}" for column in columns)
                lines.append(f"{name:10}{keys:14}{cells}")
        print("\n" + "\n".join(line.rstrip() for line in lines), flush=True)

    def as_client(self, program, peer, protocol, theirs, ours):
        server, port = self.talking_server(peer, protocol, theirs, TO_PEER.decode(), TO_US.decode())
        fd = self.secured(program, protocol, ours)
        program.connect(fd, port)
        program.send_all(fd, TO_PEER)
        self.answer(peer, server, TO_PEER.decode(), TO_US.decode())
        self.assertEqual(program.recv_exactly(fd, len(TO_US)), TO_US)
        suite = program.get(fd, "SUITE_USED")
        if peer == "mbedTLS" and protocol == "tls":
            self.assertEqual(program.recv(fd), b"", "its close_notify is the end")
        program.close(fd)
        if peer == "mbedTLS":
            self.assertEqual(server.finish(), 0, server.text)
            self.assertIn("closed", server.text)
        return suite

    def as_server(self, program, peer, protocol, ours, theirs):
        port = free_port(kind_of(protocol))
        options = {"PEER_VERIFY": VERIFY_REQUIRED if ours.ca else VERIFY_NONE}
        fd = self.listening(program, protocol, port, ours, ROLE=SERVER, **options)
        coming = program.begin("recv" if protocol == "dtls" else "accept", fd)
        client = self.talking_client(peer, protocol, port, theirs, TO_US.decode(), TO_PEER.decode())
        if protocol == "dtls":
            connection = fd
            self.assertEqual(bytes.fromhex(coming.get()), TO_PEER)
        else:
            connection, _ = coming.get()
            self.addCleanup(self.closed, program, connection)
            self.assertEqual(program.recv_exactly(connection, len(TO_PEER)), TO_PEER)
        suite = program.get(connection, "SUITE_USED")  # a server of datagrams forgets who has left
        program.send_all(connection, TO_US)
        client.wait_for(TO_US.decode())
        if connection != fd:
            program.close(connection)
        if peer == "mbedTLS":
            self.assertEqual(client.finish(), 0, client.text)
        program.close(fd)
        return suite

    def test_everybody_with_everybody(self):
        for protocol, (keys, sides), peer, role in itertools.product(PROTOCOLS, ROWS.items(), PEERS, ROLES):
            cell = (protocol, keys, peer, role)
            if role == "server" and protocol == "tls" and not TAKES_CONNECTIONS:
                self.cells[cell] = "no server in firmware"
                continue
            self.cells[cell] = "ok"
            for face in FACES:
                with self.case(protocol=protocol, keys=keys, peer=peer, we=role, face=face):
                    verdict, self.cells[cell] = self.cells[cell], f"{face} FAILED"
                    suite = (self.as_client if role == "client" else self.as_server)(self.program(face), peer, protocol, *sides)
                    self.cells[cell] = f"ok {suite:#06x}" if verdict.startswith("ok") else verdict

    def test_versions_that_nobody_speaks_any_more(self):
        # Their numbers get 1.2 (docs/security.md).
        program = self.program("zsock")
        for old in ("tls1.0", "tls1.1"):
            _, port = self.openssl_server("tls", *ROWS["ECDSA P-256"][0].for_openssl("server"))
            fd = self.secured(program, old, ROWS["ECDSA P-256"][1])
            program.connect(fd, port)
            self.assertTrue(program.get(fd, "SUITE_USED") & 0xC000)

    def test_tls_1_3_is_spoken_or_refused_in_words(self):
        program = self.program("zsock")
        try:
            fd = self.secured(program, "tls1.3", ROWS["ECDSA P-256"][1])
        except CallFailed as problem:
            self.assertEqual(str(problem), "EPROTONOSUPPORT")
            self.wait_for_log("secure-refused", "TLS 1.3", "3.6")
            return
        _, port = self.openssl_server("tls1.3", *ROWS["ECDSA P-256"][0].for_openssl("server"))
        program.connect(fd, port)
        self.assertEqual(program.get(fd, "SUITE_USED") >> 8, 0x13)

    def test_where_the_firmware_has_no_server(self):
        if TAKES_CONNECTIONS:
            self.skipTest("it has one")
        for face in ("nrf", "zsock"):
            program = self.program(face)
            fd = self.secured(program, "tls", ROWS["PSK"][0], ROLE=SERVER)
            program.bind(fd, free_port())
            self.assert_fails("ENOTSUP", program.listen, fd)


if __name__ == "__main__":
    harness.main()
