# SPDX-License-Identifier: Apache-2.0
"""Other people's TLS: OpenSSL's programs and `mbedtls_peer`, told in one vocabulary; and a bad network."""
import contextlib
import os
import random
import select
import socket
import subprocess
import threading

import harness

PKI = harness.ROOT / "tests" / "support" / "pki"
MBEDTLS_PEER = harness.BUILD / "tests" / "mbedtls_peer"
PSK = "0123456789abcdef"
IDENTITY = "meter-17"
PATIENCE = harness.DEADLINE
PEERS = ("OpenSSL", "mbedTLS")


def pki(name):
    return str(PKI / name)


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Program:
    """A child whose output is read as it comes."""

    def __init__(self, *command, **options):
        self.command = [str(c) for c in command]
        # A peer's input stays open: OpenSSL's take its end for their own.
        self.child = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, **options)
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
        with contextlib.suppress(OSError):  # what was still to be said
            self.child.communicate()


class Keys:
    """What one side shows, and what it wants to see; both peers' words for it."""

    def __init__(self, certificate=None, chain=None, key=None, psk=None, ca=None, name=None, verify=None):
        self.certificate, self.chain, self.key = certificate, chain or certificate, key
        self.psk, self.ca, self.name = psk, ca, name
        self.verify = ca is not None if verify is None else verify

    def but(self, **changes):
        made = Keys()
        made.__dict__.update(self.__dict__, **changes)
        if "ca" in changes and "verify" not in changes:
            made.verify = made.ca is not None
        return made

    def for_openssl(self, role):
        words = []
        if self.certificate:
            words += ["-cert", pki(self.certificate), "-key", pki(self.key)]
            # A certificate on its own is no chain: OpenSSL would build one from what it trusts.
            words += ["-cert_chain", pki(self.chain)]
        if self.psk:
            words += ["-psk", self.psk.encode().hex(), "-psk_identity", IDENTITY, "-cipher", "PSK"]
            words += ["-nocert"] if role == "server" and not self.certificate else []
        if self.verify:
            words += ["-CAfile", pki(self.ca), "-verify_return_error"]
            words += ["-Verify", "3"] if role == "server" else []
        if self.name:
            words += ["-verify_hostname", self.name]
        return words

    def for_mbedtls(self):
        words = []
        if self.certificate:
            words += ["--cert", pki(self.chain), "--key", pki(self.key)]
        if self.psk:
            words += ["--psk", self.psk, "--identity", IDENTITY]
        if self.ca:
            words += ["--ca", pki(self.ca)]
        if self.name:
            words += ["--name", self.name]
        return words + ["--verify", "required" if self.verify else "none"]


SERVER_RSA = Keys("server_rsa.cert.pem", key="server_rsa.key.pem")
SERVER_EC = Keys("server_ec.cert.pem", "server_ec.chain.pem", "server_ec.key.pem")
CLIENT_RSA = Keys("client_rsa.cert.pem", key="client_rsa.key.pem")
CLIENT_EC = Keys("client_ec.cert.pem", key="client_ec.key.pem")
TRUSTS = Keys(ca="roots.pem", name="server.test")
SECRET = Keys(psk=PSK)

# name -> (what the server has, what the client has)
ROWS = {
    "RSA-2048": (SERVER_RSA, TRUSTS),
    "ECDSA P-256": (SERVER_EC, TRUSTS),
    "PSK": (SECRET, SECRET),
    "mutual RSA": (SERVER_RSA.but(ca="roots.pem"), CLIENT_RSA.but(ca="roots.pem", name="server.test")),
    "mutual ECDSA": (SERVER_EC.but(ca="roots.pem"), CLIENT_EC.but(ca="roots.pem", name="server.test")),
}

VERSIONS = {"tls": "-tls1_2", "tls1.3": "-tls1_3", "dtls": "-dtls1_2"}


def kind_of(protocol):
    return socket.SOCK_DGRAM if protocol == "dtls" else socket.SOCK_STREAM


class Peers:
    """For a TestCase: the far ends it starts are gone at its end."""

    def start(self, *command, **options):
        program = Program(*command, **options)
        self.addCleanup(program.close)
        return program

    def openssl_server(self, protocol, *arguments, **options):
        port = free_port(kind_of(protocol))
        server = self.start("openssl", "s_server", "-accept", f"127.0.0.1:{port}", VERSIONS[protocol],
                            *(["-timeout"] if protocol == "dtls" else []), *arguments, **options)
        server.wait_for("ACCEPT")
        return server, port

    def openssl_client(self, protocol, port, *arguments):
        return self.start("openssl", "s_client", "-connect", f"127.0.0.1:{port}", VERSIONS[protocol],
                          *(["-timeout"] if protocol == "dtls" else []), *arguments)

    def mbedtls_server(self, protocol, *arguments):
        server = self.start(MBEDTLS_PEER, "server", "--protocol", protocol, *arguments)
        server.wait_for("\n")
        return server, int(server.text.split()[1])

    def mbedtls_client(self, protocol, port, *arguments):
        return self.start(MBEDTLS_PEER, "client", "--protocol", protocol, "--port", port, *arguments)

    # -- a conversation of two sentences, whoever the peer is --

    def talking_server(self, peer, protocol, keys, heard, said):
        if peer == "OpenSSL":
            return self.openssl_server(protocol, *keys.for_openssl("server"))
        return self.mbedtls_server(protocol, *keys.for_mbedtls(), "--send", said, "--expect", len(heard))

    def talking_client(self, peer, protocol, port, keys, heard, said):
        if peer == "OpenSSL":
            client = self.openssl_client(protocol, port, *keys.for_openssl("client"))
            client.say(said)
            return client
        return self.mbedtls_client(protocol, port, *keys.for_mbedtls(), "--send", said, "--expect", len(heard))

    @staticmethod
    def answer(peer, program, heard, said):
        """A server's part once the client has spoken."""
        program.wait_for(heard)
        if peer == "OpenSSL":
            program.say(said)


class Relay(threading.Thread):
    """Datagrams both ways between a client and a server; some are lost, some overtaken, some come
    twice, by a seed."""

    def __init__(self, server_port, seed, lost=0.1, late=0.1, twice=0.0):
        super().__init__(daemon=True)
        self.luck = random.Random(seed)
        self.lose, self.hold, self.repeat = lost, lost + late, lost + late + twice
        self.client = None
        self.near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.near.bind(("127.0.0.1", 0))
        self.far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.far.connect(("127.0.0.1", server_port))
        self.port = self.near.getsockname()[1]
        self.stop_reader, self.stop_writer = os.pipe()
        self.lost = self.late = self.repeated = 0

    def run(self):
        held = None
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
                    self.client = sender
                fate = self.luck.random()
                if fate < self.lose:
                    self.lost += 1
                    continue
                if fate < self.hold and held is None:
                    self.late += 1
                    held = (end, data)
                    continue
                self.pass_on(end, data)
                if self.hold <= fate < self.repeat:
                    self.repeated += 1
                    self.pass_on(end, data)
                if held is not None:
                    self.pass_on(*held)
                    held = None

    def pass_on(self, end, data):
        with contextlib.suppress(ConnectionError):
            if end is self.near:
                self.far.send(data)
            elif self.client is not None:
                self.near.sendto(data, self.client)

    def tell_client(self, data):
        """As if the server had said it."""
        self.near.sendto(data, self.client)

    def stop(self):
        os.write(self.stop_writer, b"x")
        self.join()
        for end in (self.near, self.far):
            end.close()
        for end in (self.stop_reader, self.stop_writer):
            os.close(end)
