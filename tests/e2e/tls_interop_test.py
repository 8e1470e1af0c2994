#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The TLS engine against OpenSSL's own programs and a bare mbedTLS, both ways round, over the loopback; no daemon."""
import os
import shutil
import socket
import tempfile
import unittest

from harness import BUILD
from tls_programs import IDENTITY, PATIENCE, PEERS, PSK, ROWS, SERVER_EC, Peers, Relay, pki

PEER = BUILD / "tests" / "tls_peer"
TO_PEER = "hello from cellsock\n"
TO_US = "hello from the peer\n"


def ours(keys):
    """What `tls_peer` is told: as mbedtls_peer, and the tag's other words."""
    words = []
    if keys.certificate:
        words += ["--cert", pki(keys.chain), "--key", pki(keys.key)]
    if keys.psk:
        words += ["--psk", PSK, "--identity", IDENTITY]
    if keys.ca:
        words += ["--ca", pki(keys.ca)]
    if keys.name:
        words += ["--name", keys.name]
    return words + ([] if keys.verify or keys.psk else ["--verify", "none"])


def opened(text):
    """What a peer says of its connection."""
    return next(line for line in text.split("\n") if line.startswith("open "))[5:]


@unittest.skipUnless(shutil.which("openssl"), "no openssl program")
class Interop(Peers, unittest.TestCase):
    def our_client(self, protocol, port, *arguments):
        return self.start(PEER, "client", "--protocol", protocol, "--port", port, *arguments)

    def our_server(self, protocol, *arguments):
        server = self.start(PEER, "server", "--protocol", protocol, *arguments)
        server.wait_for("\n")
        return server, server.text.split()[1]

    def check_as_client(self, peer, protocol, keys_of_server, keys_of_client):
        server, port = self.talking_server(peer, protocol, keys_of_server, TO_PEER, TO_US)
        client = self.our_client(protocol, port, "--send", TO_PEER, "--expect", len(TO_US), *ours(keys_of_client))
        self.answer(peer, server, TO_PEER, TO_US)
        self.assertEqual(client.finish(), 0, client.text)
        self.assertIn("got " + TO_US, client.text)
        self.assertIn("closed", client.text)
        return client.text

    def check_as_server(self, peer, protocol, keys_of_server, keys_of_client):
        server, port = self.our_server(protocol, "--send", TO_US, "--expect", len(TO_PEER), *ours(keys_of_server))
        client = self.talking_client(peer, protocol, port, keys_of_client, TO_US, TO_PEER)
        client.wait_for(TO_US)
        self.assertEqual(server.finish(), 0, server.text)
        self.assertIn("got " + TO_PEER, server.text)
        return server.text

    def test_the_matrix(self):
        for protocol in ("tls", "dtls"):
            for name, sides in ROWS.items():
                for peer in PEERS:
                    for role, check in (("client", self.check_as_client), ("server", self.check_as_server)):
                        with self.subTest(protocol=protocol, keys=name, peer=peer, we=role):
                            said = opened(check(peer, protocol, *sides)).split(" alpn")[0]
                            print(f"{protocol:5} {name:12} {peer:8} {role} {said}")

    def test_what_a_client_does_not_trust(self):
        good = ["--ca", pki("roots.pem"), "--name", "server.test"]
        rows = [
            ("server_ec", ["--ca", pki("roots.pem"), "--name", "other.test"], "is not for other.test"),
            ("expired", good, "expired on 2002-01-01"),
            ("future", good, "is not valid before 2100-01-01"),
            ("self_signed", good, "is signed by itself"),
            ("client_ec", ["--ca", pki("other_root_ec.cert.pem")], "leads to no CA of the tags"),
        ]
        for name, arguments, words in rows:
            with self.subTest(certificate=name):
                _, port = self.openssl_server("tls", "-cert", pki(f"{name}.cert.pem"), "-key", pki(f"{name}.key.pem"),
                                              *(["-cert_chain", pki("server_ec.chain.pem")] if name == "server_ec" else []))
                client = self.our_client("tls", port, *arguments)
                self.assertEqual(client.finish(), 1)
                self.assertIn("failed peer-not-trusted: the certificate ", client.text)
                self.assertIn(words, client.text)

    def test_a_client_comes_back(self):
        for by, arguments in (("ticket", []), ("id", ["-no_ticket"])):
            with self.subTest(by=by):
                _, port = self.openssl_server("tls", *SERVER_EC.for_openssl("server"), *arguments)
                client = self.our_client("tls", port, "--ca", pki("roots.pem"), "--name", "server.test",
                                         "--connections", "2", "--resume")
                self.assertEqual(client.finish(), 0, client.text)
                self.assertEqual([l.split("resumed=")[1][0] for l in client.text.split("\n") if "resumed=" in l],
                                 ["0", "1"])

    def test_our_clients_come_back(self):
        with tempfile.TemporaryDirectory() as folder:
            session = os.path.join(folder, "session.pem")
            server, port = self.our_server("tls", "--cert", pki("server_ec.chain.pem"), "--key",
                                           pki("server_ec.key.pem"), "--verify", "none", "--connections", "2",
                                           "--resume", "--send", TO_US, "--expect", len(TO_PEER))
            for argument in ("-sess_out", "-sess_in"):
                client = self.openssl_client("tls", port, argument, session)
                client.say(TO_PEER)
                client.wait_for(TO_US)
                client.finish()
            self.assertEqual(server.finish(), 0, server.text)
            self.assertEqual([l.split("resumed=")[1][0] for l in server.text.split("\n") if "resumed=" in l],
                             ["0", "1"])

    def test_a_server_that_is_killed_is_no_end_of_file(self):
        server, port = self.openssl_server("tls", *SERVER_EC.for_openssl("server"))
        client = self.our_client("tls", port, "--ca", pki("roots.pem"), "--send", TO_PEER, "--expect", 1000)
        server.wait_for(TO_PEER)
        server.child.kill()
        self.assertEqual(client.finish(), 1, client.text)
        self.assertIn("failed secure-stream-broken: the stream ended without close_notify", client.text)

    def test_renegotiation_is_refused(self):
        server, port = self.openssl_server("tls", *SERVER_EC.for_openssl("server"))
        client = self.our_client("tls", port, "--ca", pki("roots.pem"), "--send", TO_PEER, "--expect", 1000)
        server.wait_for(TO_PEER)
        server.say("r\n")
        server.wait_for("no renegotiation")
        client.close()

        server, port = self.our_server("tls", "--cert", pki("server_ec.chain.pem"), "--key",
                                       pki("server_ec.key.pem"), "--verify", "none", "--send", TO_US,
                                       "--expect", "1000")
        client = self.openssl_client("tls", port)
        client.wait_for(TO_US)
        client.say("R\n")
        client.wait_for("no renegotiation")

    def test_alpn(self):
        _, port = self.openssl_server("tls", *SERVER_EC.for_openssl("server"), "-alpn", "http/1.1,h2")
        client = self.our_client("tls", port, "--ca", pki("roots.pem"), "--alpn", "coap", "--alpn", "h2")
        self.assertEqual(client.finish(), 0, client.text)
        self.assertIn("alpn=h2", client.text)

    def test_a_lossy_relay(self):
        for seed in range(1, 4):
            for name in ("ECDSA P-256", "mutual RSA", "PSK"):
                with self.subTest(seed=seed, keys=name):
                    theirs, mine = ROWS[name]
                    _, port = self.openssl_server("dtls", *theirs.for_openssl("server"))
                    relay = Relay(port, seed)
                    relay.start()
                    client = self.our_client("dtls", relay.port, "--send", TO_PEER, "--expect", len(TO_US), *ours(mine))
                    client.wait_for("open ")
                    relay.stop()

    def test_tls_1_3(self):
        with socket.create_server(("127.0.0.1", 0)) as nobody:
            probe = self.our_client("tls1.3", nobody.getsockname()[1], "--ca", pki("roots.pem"))
            peer, _ = nobody.accept()
            peer.settimeout(PATIENCE)
            with peer:
                hello = peer.recv(16)
        probe.finish()
        if not hello:
            self.assertIn("failed unsupported-protocol: TLS 1.3 is not in mbedTLS 2", probe.text)
            self.skipTest("this mbedTLS has no TLS 1.3")
        for name, sides in ROWS.items():
            if name == "PSK":  # OpenSSL's own names its pre-shared keys by another rule
                continue
            with self.subTest(keys=name):
                print("tls1.3", name, self.check_as_client("OpenSSL", "tls1.3", *sides).split("\n")[0])
                self.check_as_server("OpenSSL", "tls1.3", *sides)


if __name__ == "__main__":
    unittest.main(verbosity=2)
