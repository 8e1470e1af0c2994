#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The TLS engine against OpenSSL's own programs, both ways round, over the loopback; no daemon."""
import os
import pathlib
import random
import select
import shutil
import socket
import subprocess
import tempfile
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("CELLSOCK_BUILD", ROOT / "build" / "dev")).resolve()
PEER = BUILD / "tests" / "tls_peer"
PKI = ROOT / "tests" / "support" / "pki"
PSK = "0123456789abcdef"
TO_OPENSSL = "hello from cellsock\n"
TO_US = "hello from openssl\n"
PATIENCE = 30

# name -> (what OpenSSL's server is told, what ours is told as a client)
SERVER_KEYS = {
    "RSA-2048": "server_rsa.cert.pem server_rsa.cert.pem server_rsa.key.pem".split(),
    "ECDSA P-256": "server_ec.cert.pem server_ec.chain.pem server_ec.key.pem".split(),
}


def pki(name):
    return str(PKI / name)


class Program:
    """A child whose output is read as it comes."""

    def __init__(self, *command):
        self.command = [str(c) for c in command]
        self.child = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT)
        self.text = ""

    def wait_for(self, words):
        while words not in self.text:
            ready, _, _ = select.select([self.child.stdout], [], [], PATIENCE)
            part = os.read(self.child.stdout.fileno(), 65536) if ready else b""
            if not part:
                raise AssertionError(f"{words!r} never came from {' '.join(self.command)}:\n{self.text}")
            self.text += part.decode(errors="replace")
        return self.text

    def say(self, words):
        self.child.stdin.write(words.encode())
        self.child.stdin.flush()

    def finish(self):
        out, _ = self.child.communicate(timeout=PATIENCE)
        self.text += out.decode(errors="replace")
        return self.child.returncode

    def close(self):
        if self.child.poll() is None:
            self.child.kill()
        self.child.communicate()


class Relay(threading.Thread):
    """Datagrams both ways between a client and a server; some are lost, some overtaken, by a seed."""

    def __init__(self, server_port, seed):
        super().__init__(daemon=True)
        self.luck = random.Random(seed)
        self.near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.near.bind(("127.0.0.1", 0))
        self.far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.far.connect(("127.0.0.1", server_port))
        self.port = self.near.getsockname()[1]
        self.stop_reader, self.stop_writer = os.pipe()
        self.lost = self.late = 0

    def run(self):
        client, held = None, None
        while True:
            ready, _, _ = select.select([self.near, self.far, self.stop_reader], [], [])
            if self.stop_reader in ready:
                return
            for end in ready:
                try:
                    data, sender = end.recvfrom(65536)
                except ConnectionError:
                    continue
                if end is self.near:
                    client = sender
                fate = self.luck.random()
                if fate < 0.1:
                    self.lost += 1
                    continue
                if fate < 0.2 and held is None:
                    self.late += 1
                    held = (end, data)
                    continue
                self.pass_on(end, data, client)
                if held is not None:
                    self.pass_on(*held, client)
                    held = None

    def pass_on(self, end, data, client):
        try:
            if end is self.near:
                self.far.send(data)
            elif client is not None:
                self.near.sendto(data, client)
        except ConnectionError:
            pass

    def stop(self):
        os.write(self.stop_writer, b"x")
        self.join()
        for end in (self.near, self.far):
            end.close()
        for end in (self.stop_reader, self.stop_writer):
            os.close(end)


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@unittest.skipUnless(shutil.which("openssl"), "no openssl program")
class Interop(unittest.TestCase):
    def start(self, *command):
        program = Program(*command)
        self.addCleanup(program.close)
        return program

    def openssl_server(self, protocol, *arguments):
        port = free_port(socket.SOCK_DGRAM if protocol == "dtls" else socket.SOCK_STREAM)
        version = {"tls": "-tls1_2", "tls1.3": "-tls1_3", "dtls": "-dtls1_2"}[protocol]
        server = self.start("openssl", "s_server", "-accept", f"127.0.0.1:{port}", version,
                            *(["-timeout"] if protocol == "dtls" else []), *arguments)
        server.wait_for("ACCEPT")
        return server, port

    def with_key(self, name):
        leaf, chain, key = SERVER_KEYS[name]
        return ["-cert", pki(leaf), "-cert_chain", pki(chain), "-key", pki(key)]

    def our_client(self, protocol, port, *arguments):
        return self.start(PEER, "client", "--protocol", protocol, "--port", port, *arguments)

    def our_server(self, protocol, *arguments):
        server = self.start(PEER, "server", "--protocol", protocol, *arguments)
        server.wait_for("\n")
        return server, server.text.split()[1]

    def openssl_client(self, protocol, port, *arguments):
        version = {"tls": "-tls1_2", "tls1.3": "-tls1_3", "dtls": "-dtls1_2"}[protocol]
        return self.start("openssl", "s_client", "-connect", f"127.0.0.1:{port}", version, *arguments)

    def rows(self):
        """(name, OpenSSL's server, our client, our server, OpenSSL's client)"""
        verify = ["-CAfile", pki("roots.pem"), "-verify_return_error"]
        for name, (_, chain, key) in SERVER_KEYS.items():
            yield (name, self.with_key(name), ["--ca", pki("roots.pem"), "--name", "server.test"],
                   ["--cert", pki(chain), "--key", pki(key), "--verify", "none"],
                   [*verify, "-verify_hostname", "server.test"])
        secret = ["-psk", PSK.encode().hex(), "-psk_identity", "meter-17"]
        ours = ["--psk", PSK, "--identity", "meter-17"]
        yield ("PSK", ["-nocert", "-cipher", "PSK", *secret[:2], "-psk_identity", "meter-17"], ours,
               [*ours, "--verify", "none"], ["-cipher", "PSK", *secret])
        for kind in ("rsa", "ec"):
            name = "RSA-2048" if kind == "rsa" else "ECDSA P-256"
            _, chain, key = SERVER_KEYS[name]
            mine = ["--cert", pki(f"client_{kind}.cert.pem"), "--key", pki(f"client_{kind}.key.pem")]
            theirs = ["-cert", pki(f"client_{kind}.cert.pem"), "-key", pki(f"client_{kind}.key.pem")]
            yield (f"mutual {name}", [*self.with_key(name), "-Verify", "3", *verify],
                   ["--ca", pki("roots.pem"), "--name", "server.test", *mine],
                   ["--cert", pki(chain), "--key", pki(key), "--ca", pki("roots.pem")], [*verify, *theirs])

    def check_as_client(self, protocol, server_arguments, client_arguments, relay_seed=None):
        server, port = self.openssl_server(protocol, *server_arguments)
        relay = None
        if relay_seed is not None:
            relay = Relay(port, relay_seed)
            relay.start()
            port = relay.port
        client = self.our_client(protocol, port, "--send", TO_OPENSSL, "--expect", len(TO_US),
                                 *client_arguments)
        if relay is None:
            server.wait_for(TO_OPENSSL)
            server.say(TO_US)
            self.assertEqual(client.finish(), 0, client.text)
            self.assertIn("got " + TO_US, client.text)
            self.assertIn("closed", client.text)
        else:
            client.wait_for("open ")
            relay.stop()
        return client.text

    def check_as_server(self, protocol, server_arguments, client_arguments):
        server, port = self.our_server(protocol, "--send", TO_US, "--expect", len(TO_OPENSSL),
                                       *server_arguments)
        client = self.openssl_client(protocol, port, *client_arguments)
        client.say(TO_OPENSSL)
        client.wait_for(TO_US)
        self.assertEqual(server.finish(), 0, server.text)
        self.assertIn("got " + TO_OPENSSL, server.text)
        return server.text, client.text

    def test_the_matrix(self):
        for protocol in ("tls", "dtls"):
            for name, their_server, our_client, our_server, their_client in self.rows():
                with self.subTest(protocol=protocol, keys=name, we="client"):
                    said = self.check_as_client(protocol, their_server, our_client)
                    line = next(l for l in said.split("\n") if l.startswith("open "))
                    print(f"{protocol:5} {name:18} client {line[5:].split(' alpn')[0]}")
                with self.subTest(protocol=protocol, keys=name, we="server"):
                    said, _ = self.check_as_server(protocol, our_server, their_client)
                    line = next(l for l in said.split("\n") if l.startswith("open "))
                    print(f"{protocol:5} {name:18} server {line[5:].split(' alpn')[0]}")

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
                _, port = self.openssl_server("tls", *self.with_key("ECDSA P-256"), *arguments)
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
                                           "--resume", "--send", TO_US, "--expect", len(TO_OPENSSL))
            for argument in ("-sess_out", "-sess_in"):
                client = self.openssl_client("tls", port, argument, session)
                client.say(TO_OPENSSL)
                client.wait_for(TO_US)
                client.finish()
            self.assertEqual(server.finish(), 0, server.text)
            self.assertEqual([l.split("resumed=")[1][0] for l in server.text.split("\n") if "resumed=" in l],
                             ["0", "1"])

    def test_a_server_that_is_killed_is_no_end_of_file(self):
        server, port = self.openssl_server("tls", *self.with_key("ECDSA P-256"))
        client = self.our_client("tls", port, "--ca", pki("roots.pem"), "--send", TO_OPENSSL, "--expect", 1000)
        server.wait_for(TO_OPENSSL)
        server.child.kill()
        self.assertEqual(client.finish(), 1, client.text)
        self.assertIn("failed secure-stream-broken: the stream ended without close_notify", client.text)

    def test_renegotiation_is_refused(self):
        server, port = self.openssl_server("tls", *self.with_key("ECDSA P-256"))
        client = self.our_client("tls", port, "--ca", pki("roots.pem"), "--send", TO_OPENSSL, "--expect", 1000)
        server.wait_for(TO_OPENSSL)
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
        _, port = self.openssl_server("tls", *self.with_key("ECDSA P-256"), "-alpn", "http/1.1,h2")
        client = self.our_client("tls", port, "--ca", pki("roots.pem"), "--alpn", "coap", "--alpn", "h2")
        self.assertEqual(client.finish(), 0, client.text)
        self.assertIn("alpn=h2", client.text)

    def test_a_lossy_relay(self):
        for seed in range(1, 4):
            for name, their_server, our_client, *_ in self.rows():
                if name not in ("ECDSA P-256", "mutual RSA-2048", "PSK"):
                    continue
                with self.subTest(seed=seed, keys=name):
                    self.check_as_client("dtls", their_server, our_client, relay_seed=seed)

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
        for name, their_server, our_client, our_server, their_client in self.rows():
            if name == "PSK":  # OpenSSL's own names its pre-shared keys by another rule
                continue
            with self.subTest(keys=name):
                print("tls1.3", name, self.check_as_client("tls1.3", their_server, our_client).split("\n")[0])
                self.check_as_server("tls1.3", our_server, their_client)


if __name__ == "__main__":
    unittest.main(verbosity=2)
