# SPDX-License-Identifier: Apache-2.0
"""What the tests of secure sockets share: a daemon over the link that CELLSOCK_DIALECT names (a firmware, or
`host`), one for each file, and programs on the library that are led call by call."""
import contextlib
import itertools
import json
import pathlib
import subprocess
import sys
import threading
import unittest

import harness
from tls_programs import IDENTITY, Peers, pki

LINK = harness.DIALECT
# Of the firmwares, one takes connections (docs/at_dialects.md, Servers); datagrams can be served over each.
TAKES_CONNECTIONS = LINK in ("host", "sm-2")
FACES = ("nrf", "zsock")
# As the families document it (docs/errors.md).
REFUSED = {"nrf": "ECONNREFUSED", "zsock": "ECONNABORTED"}
MISSING = {"nrf": "ECONNREFUSED", "zsock": "ENOENT"}

POLLIN, POLLOUT, POLLERR, POLLHUP = 1, 4, 8, 16
SHUT_WR = 1
VERIFY_NONE, VERIFY_OPTIONAL, VERIFY_REQUIRED = range(3)
SERVER = 1

shared = {}


def the_world(baud):
    """One for each file and speed of line."""
    if ("world", baud) not in shared:
        link = {"port": "host"} if LINK == "host" else {"dialect": LINK, "baud": baud}
        shared["world", baud] = harness.World(**link)
        unittest.addModuleCleanup(shared.clear)
        unittest.addModuleCleanup(shared["world", baud].close)
    return shared["world", baud]


class CallFailed(Exception):
    """With an errno's name."""


class Answer:
    def __init__(self):
        self.there = threading.Event()
        self.content = {}

    def get(self, deadline=harness.DEADLINE):
        if not self.there.wait(deadline):
            raise AssertionError("no answer: the call hangs")
        if "errno" in self.content:
            raise CallFailed(self.content["errno"])
        return self.content["value"]

    def end(self, why):
        self.content = {"errno": why}
        self.there.set()


class Caller:
    """A program of one family of calls: `caller.connect(fd, port)`; `begin("accept", fd)` goes on meanwhile."""

    def __init__(self, world, face):
        self.face = face
        self.process = world.client(face, script="secure_client.py", stdin=subprocess.PIPE)
        self.numbers = itertools.count()
        self.waiting = {}
        threading.Thread(target=self.hear, daemon=True).start()

    def hear(self):
        for line in self.process.stdout:
            said = json.loads(line)
            answer = self.waiting.pop(said["id"])
            answer.content = said
            answer.there.set()
        for answer in list(self.waiting.values()):
            answer.end("the program ended")

    def begin(self, call, *args):
        answer, number = Answer(), next(self.numbers)
        if self.process.poll() is not None:
            answer.end("the program ended")
            return answer
        self.waiting[number] = answer
        words = [word.hex() if isinstance(word, bytes) else word for word in args]
        self.process.stdin.write(json.dumps({"id": number, "call": call, "args": words}) + "\n")
        self.process.stdin.flush()
        return answer

    def __getattr__(self, call):
        if call.startswith("_"):
            raise AttributeError(call)
        return lambda *args: self.begin(call, *args).get()

    def recv(self, *args):
        return bytes.fromhex(self.begin("recv", *args).get())

    def recv_exactly(self, *args):
        return bytes.fromhex(self.begin("recv_exactly", *args).get())

    def raw_read(self, *args):
        return bytes.fromhex(self.begin("raw_read", *args).get())


class SecureCase(Peers, unittest.TestCase):
    """Sockets that a test opens are closed at its end."""
    baud = 1000000

    def setUp(self):
        self.world = the_world(self.baud)
        self.log_path = self.world.dir / "daemon.log"
        self.log_begins = self.log_path.stat().st_size

    def run(self, result=None):
        before = len(result.failures) + len(result.errors) if result else 0
        super().run(result)
        if result and len(result.failures) + len(result.errors) > before and hasattr(self, "world"):
            sys.stderr.write(f"--- {self.id()}, the daemon's log:\n{self.log_said()[-6000:]}")

    def log_said(self):
        """By the daemon, since the test began."""
        with self.log_path.open(errors="replace") as log:
            log.seek(self.log_begins)
            return log.read()

    def wait_for_log(self, *words):
        """A line with all of them."""
        return harness.wait_until(
            lambda: next((line for line in self.log_said().split("\n") if all(word in line for word in words)), None),
            f"a line with {words}", 20)

    @contextlib.contextmanager
    def case(self, **words):
        """A subtest at whose end is closed what was opened: a modem has few sockets."""
        with self.subTest(**words):
            self.log_begins = self.log_path.stat().st_size
            try:
                yield
            finally:
                self.doCleanups()

    # -- programs and their sockets --

    def program(self, face):
        """One for the whole world; its credentials have tags of their own."""
        if (face, self.baud) not in shared:
            shared[face, self.baud] = Caller(self.world, face)
        return shared[face, self.baud]

    def provided(self, program, keys):
        """The tag under which `keys` are now."""
        tag = next(shared.setdefault("tags", itertools.count(100)))
        files = {"ca": keys.ca, "certificate": keys.chain, "key": keys.key}
        for kind, name in files.items():
            if name:
                program.credential(tag, kind, pathlib.Path(pki(name)).read_bytes())
        if keys.psk:
            program.credential(tag, "psk", keys.psk.encode())
            program.credential(tag, "identity", IDENTITY.encode())
        return tag

    def plain(self, program, protocol):
        fd = program.socket(protocol)
        self.addCleanup(self.closed, program, fd)
        return fd

    def secured(self, program, protocol, keys, tag=None, **options):
        """A socket that has the keys and what else is said."""
        fd = self.plain(program, protocol)
        program.set(fd, "TAGS", [self.provided(program, keys) if tag is None else tag])
        program.set(fd, "HOSTNAME", keys.name)
        for name, value in options.items():
            program.set(fd, name, value)
        return fd

    def listening(self, program, protocol, port, keys, **options):
        fd = self.secured(program, protocol, keys, **options)
        program.bind(fd, port)
        if protocol != "dtls":
            program.listen(fd)
        return fd

    @staticmethod
    def closed(program, fd):
        try:
            program.close(fd)
        except CallFailed:
            pass  # the test has done it, or ended the program

    def assert_fails(self, wanted, call, *args):
        with self.assertRaises(CallFailed) as caught:
            value = call(*args)
            raise AssertionError(f"{wanted} was expected, and it worked: {value!r}")
        self.assertEqual(str(caught.exception), wanted)

    # -- what the daemon shows --

    def alone(self, face):
        """A program none of whose sockets, of tests before, is still closing."""
        program = self.program(face)
        harness.wait_until(lambda: not self.shown(program), "its sockets are gone")
        return program

    def shown(self, program):
        """The secure sockets of a program, by `cellsock sockets --json`."""
        done = self.world.run("cellsock", "sockets", "--json")
        return [one["secure"] | {"link": one["link"]} for one in json.loads(done.stdout)["sockets"]
                if one["secure"] and one["owner"]["pid"] == program.process.pid]
