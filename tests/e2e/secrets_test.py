#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Keys and PSKs that were brought, used and taken away: nothing of them is left in the daemon's memory, and nothing
of them ever was in what it says. The search is shown to find them while they are held.
"""
import contextlib
import json
import os
import pathlib
import re
import secrets
import socket
import subprocess
import unittest

import harness
from harness import Case, wait_until

CERT, KEY, PSK, IDENTITY = "2345"  # Zephyr's numbers
PIECE = 16  # of a secret, in bytes: nobody guesses the rest, and no chance makes them


def openssl(*words):
    return subprocess.run(["openssl", *map(str, words)], capture_output=True, check=True).stdout


def pieces(secret, size=PIECE):
    """Its beginning, middle and end."""
    return [secret[at:at + size] for at in (0, (len(secret) - size) // 2, len(secret) - size)]


class Secret:
    """What to look for. `patterns`: each of them would be too much."""

    def __init__(self, name, integers=(), raw=(), texts=()):
        self.name = name
        self.patterns = []
        for number in integers:  # as in DER, and as mbedTLS computes with them
            self.patterns += pieces(number) + [piece[::-1] for piece in pieces(number)]
        for data in raw:
            self.patterns += pieces(data)
            for text in (data.hex().encode(), data.hex().upper().encode()):
                self.patterns += pieces(text, 2 * PIECE)
        for text in texts:
            self.patterns += pieces(text, 2 * PIECE)

    def within(self, data):
        return any(pattern in data for pattern in self.patterns)


def integers_of(path):
    """The private ones of a key."""
    text = openssl("pkey", "-in", path, "-noout", "-text").decode()
    found = re.findall(r"^(privateExponent|prime1|prime2|priv):\n((?: +[0-9a-f:]+\n)+)", text, re.MULTILINE)
    return [bytes.fromhex(re.sub(r"[\s:]", "", digits)).lstrip(b"\0") for _, digits in found]


def key_secret(name, path):
    lines = pathlib.Path(path).read_bytes().split(b"\n")
    inner = [line for line in lines if len(line) == 64] or [max(lines, key=len)]
    made = Secret(name, integers_of(path), texts=inner)
    assert made.patterns and integers_of(path)
    return made


def memory_of(pid):
    """Whatever of it can be read, piece by piece."""
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            where, rights = line.split()[:2]
            if not rights.startswith("r") or line.rstrip().endswith(("[vvar]", "[vsyscall]", "[vvar_vclock]")):
                continue
            start, end = (int(number, 16) for number in where.split("-"))
            if end - start > 1 << 28:
                continue  # a sanitizer's shadow
            with contextlib.suppress(OSError):  # a device's, or gone meanwhile
                memory.seek(start)
                yield memory.read(end - start)


class Secrets(Case):
    world_options = {"daemon": ["--log-level", "debug", "--trace-at"]}

    def setUp(self):
        super().setUp()
        self.said = []  # whatever was said that is no file
        self.servers = []
        self.psk = secrets.token_bytes(32)
        self.known = {"psk": Secret("psk", raw=[self.psk])}
        for name, how in (("ec", ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
                          ("rsa", ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"])):
            key, cert = self.file(f"{name}.key"), self.file(f"{name}.crt")
            openssl("genpkey", "-algorithm", *how, "-out", key)
            openssl("req", "-x509", "-key", key, "-subj", f"/CN={name}", "-days", "30", "-sha256", "-out", cert)
            self.known[name] = key_secret(name, key)
        self.file("psk").write_bytes(self.psk)
        self.file("identity").write_bytes(b"gateway-7")
        self.tracing = self.world.spawn("cellsock", "trace", "--json", "--payload", stdout=self.world.log_file("trace"))

    def tearDown(self):
        for server in self.servers:
            self.world.end(server)
        super().tearDown()

    def file(self, name):
        return self.world.files / name

    def server(self, *arguments):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        process = self.world.spawn("openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-tls1_2", "-rev", *arguments,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.servers.append(process)
        while b"ACCEPT" not in process.stdout.readline():
            self.assertIsNone(process.poll())
        return port

    def psk_server(self):
        return self.server("-psk", self.psk.hex(), "-psk_identity", "gateway-7", "-nocert")

    def asking_server(self):
        """It wants the client's certificate, and takes any."""
        return self.server("-verify", "1", "-cert", self.file("ec.crt"), "-key", self.file("ec.key"))

    def in_memory(self):
        found = set()
        for data in memory_of(self.world.daemon.pid):
            found |= {name for name, secret in self.known.items() if secret.within(data)}
        return found

    def assert_forgotten(self):
        """A worker lets go of what it computed with just after it has said that it is done."""
        wait_until(lambda: not self.in_memory(), "nothing of a key is left in the daemon's memory")

    def program(self):
        process = self.world.client(script="creds_client.py", stdin=subprocess.PIPE)

        def do(*words):
            process.stdin.write(" ".join(map(str, words)) + "\n")
            process.stdin.flush()
            return process.stdout.readline().strip() or process.stderr.read()
        return process, do

    def listen_to_it(self):
        """All that `cellsock` says of it."""
        for words in (["status"], ["sockets"], ["creds", "list", "--all"], ["radio"], ["pdn", "list"]):
            for form in ([], ["--json"]):
                self.said.append(self.world.run("cellsock", *words, *form).stdout.encode())

    def no_sockets_left(self):
        wait_until(lambda: not json.loads(self.world.run("cellsock", "sockets", "--json").stdout)["sockets"],
                   "the sockets' ends")

    def check_nothing_was_said(self):
        for name in ("daemon.log", "emulator.log", "events.ndjson", "trace"):
            self.said.append((self.world.dir / name).read_bytes())
        self.assertGreater((self.world.dir / "daemon.log").stat().st_size, 1000)
        for text in self.said:
            for name, secret in self.known.items():
                self.assertFalse(secret.within(text), f"{name} in {text[:200]}")

    def bring(self, do):
        self.assertEqual(do("add", 1, CERT, self.file("ec.crt")), "ok")
        self.assertEqual(do("add", 1, KEY, self.file("ec.key")), "ok")
        self.assertEqual(do("add", 2, CERT, self.file("rsa.crt")), "ok")
        self.assertEqual(do("add", 2, KEY, self.file("rsa.key")), "ok")
        self.assertEqual(do("add", 3, PSK, self.file("psk")), "ok")
        self.assertEqual(do("add", 3, IDENTITY, self.file("identity")), "ok")

    def use(self, do):
        asking, psk = self.asking_server(), self.psk_server()
        for port, tag in ((asking, 1), (asking, 2), (psk, 3)):
            self.assertEqual(do("tls", port, tag), "ok")
            self.listen_to_it()
            self.assertEqual(do("close"), "ok")
        wait_until(lambda: (self.world.dir / "trace").stat().st_size > 10000, "the trace of it")

    def test_of_a_program_that_deletes_them(self):
        self.assert_forgotten()
        _, do = self.program()
        self.bring(do)
        self.use(do)
        self.no_sockets_left()
        self.assertEqual(self.in_memory(), {"ec", "rsa", "psk"})  # they can be found
        for tag, kind in ((1, KEY), (2, KEY), (3, PSK)):
            self.assertEqual(do("delete", tag, kind), "ok")
        self.assert_forgotten()
        self.check_nothing_was_said()

    def test_of_a_program_that_is_killed(self):
        process, do = self.program()
        self.bring(do)
        self.assertEqual(do("tls", self.psk_server(), 3), "ok")
        self.assertEqual(self.in_memory(), {"ec", "rsa", "psk"})
        process.kill()
        wait_until(lambda: "credential-session-ended" in (self.world.dir / "daemon.log").read_text(), "its session's end")
        self.no_sockets_left()
        self.assert_forgotten()
        self.check_nothing_was_said()

    def test_of_the_operator(self):
        def creds(*words):
            for form in ([], ["--json"]):
                self.said.append(self.world.run("cellsock", "creds", *words, *form, check=not form).stdout.encode())
        creds("add", "1", "cert", self.file("ec.crt"))
        creds("add", "1", "key", self.file("ec.key"))
        creds("add", "2", "cert", self.file("rsa.crt"))
        creds("add", "2", "key", self.file("rsa.key"))
        creds("add", "3", "psk", self.file("psk"))
        creds("add", "3", "psk-id", self.file("identity"))
        for tag in "123":
            creds("show", tag)
        _, do = self.program()
        self.use(do)
        self.no_sockets_left()
        self.assertEqual(self.in_memory(), {"ec", "rsa", "psk"})  # as long as they are kept
        creds("delete", "1", "key")
        creds("delete", "2", "key")
        creds("delete", "3", "psk")
        self.assert_forgotten()
        self.check_nothing_was_said()
        # On the disk neither, in files that are there.
        for path in (self.world.dir / "credentials").iterdir():
            for secret in self.known.values():
                self.assertFalse(secret.within(path.read_bytes()))

    def test_of_one_socket(self):
        _, do = self.program()
        psk, asking = self.psk_server(), self.asking_server()
        self.assertEqual(do("inline", psk, PSK, self.file("psk"), IDENTITY, self.file("identity")), "ok")
        self.assertEqual(do("inline", asking, CERT, self.file("ec.crt"), KEY, self.file("ec.key")), "ok")
        self.listen_to_it()
        self.assertEqual(self.in_memory(), {"ec", "psk"})
        self.assertEqual(do("close"), "ok")
        self.no_sockets_left()
        self.assert_forgotten()
        self.check_nothing_was_said()

    def test_of_what_is_refused(self):
        _, do = self.program()
        self.assertEqual(do("add", 1, CERT, self.file("ec.crt")), "ok")
        self.assertEqual(do("add", 1, KEY, self.file("rsa.key")), "EINVAL")  # not its
        self.file("long").write_bytes(self.psk + b"!")
        self.assertEqual(do("add", 2, PSK, self.file("long")), "EINVAL")
        self.file("cut").write_bytes(self.file("ec.key").read_bytes()[:-40])
        self.assertEqual(do("add", 3, KEY, self.file("cut")), "EINVAL")
        self.assert_forgotten()
        self.check_nothing_was_said()


if __name__ == "__main__":
    if not os.access("/proc/self/mem", os.R_OK):
        raise unittest.SkipTest("no /proc/PID/mem here")
    harness.main()
