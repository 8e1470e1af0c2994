# SPDX-License-Identifier: Apache-2.0
"""The real thing for end-to-end tests: daemon, emulator on a pty, real servers, real programs.

Every wait is for a condition, with a deadline; nothing sleeps, nothing judges by the clock.
"""
import contextlib
import hashlib
import json
import os
import pathlib
import random
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("CELLSOCK_BUILD", ROOT / "build" / "release"))
# The firmware the emulated modem has, unless a test asks for one.
DIALECT = os.environ.get("CELLSOCK_DIALECT", "slm")
# How the emulator logs data that goes to the host: fetched, or pushed.
ARRIVALS = ("received", "pushed")
DEADLINE = float(os.environ.get("CELLSOCK_DEADLINE", "60"))

PROGRAMS = {
    "cellsockd": BUILD / "actors" / "cellsockd",
    "cellsock": BUILD / "client_lib" / "cli" / "cellsock",
    "nrf91-emulator": BUILD / "modem_bridge" / "emulator" / "nrf91-emulator",
    "nrf_http_get": BUILD / "client_lib" / "examples" / "nrf_http_get",
    "zsock_http_get": BUILD / "client_lib" / "examples" / "zsock_http_get",
    "zsock_echo_client": BUILD / "client_lib" / "examples" / "zsock_echo_client",
    "nrf_udp_echo": BUILD / "client_lib" / "examples" / "nrf_udp_echo",
    "nrf_tcp_xfer": BUILD / "client_lib" / "examples" / "nrf_tcp_xfer",
}


def wait_until(condition, what, deadline=DEADLINE):
    """Polls `condition` (cheap, or itself waiting) until it is true."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"timed out after {deadline:.0f} s: {what}")
        select.select([], [], [], 0.02)


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def preload_for(library):
    """What an ordinary program needs in its environment to load `library` (a sanitizer's runtime first)."""
    needs = subprocess.run(["ldd", str(library)], capture_output=True, text=True, check=True).stdout
    runtimes = [line.split("=>")[1].split()[0] for line in needs.split("\n") if "libasan" in line or "libtsan" in line]
    return {"LD_PRELOAD": " ".join(runtimes), "ASAN_OPTIONS": "detect_leaks=0"} if runtimes else {}


def random_bytes(size, seed=1):
    return random.Random(seed).randbytes(size)


def nasty_bytes(size=16384):
    """Everything that ever confused an AT parser, back to back."""
    pieces = [b"+++", b"++++++", b"+", b"++", b'"', b'""', b"\x00", b"\x08", b"\x7f", b"\r\n", b"\r", b"\n",
              b"\r\nOK\r\n", b"\r\nERROR\r\n", b"\r\n#XRECV: 5\r\n", b"\r\n#XAPOLL: 0,1\r\n",
              b"\r\n#XAPOLL: 1,17\r\n", b"AT+CFUN=0\r\n", b"+++\r\nAT+CFUN=0\r\n", b"\r\n#XDATAMODE: 0\r\n",
              b"\r\nReady\r\n", b"\r\n+CEREG: 0\r\n", b"\r\n+CGEV: ME PDN DEACT 0\r\n", b"AT#XSOCKET=0\r\n",
              b'"+++"', b"\x00+++\x00", b"x+++", b"+++y", bytes(range(256)), b"\x1a\x1b\xff\xfe"]
    chosen = random.Random(2)
    out = b"".join(pieces)
    while len(out) < size:
        out += chosen.choice(pieces)
    return out[:size]


def subprocess_in(world, env, *words, **options):
    process = subprocess.Popen([str(w) for w in words], env=env, **options)
    world.processes.append(process)
    return process


class Relay:
    """A serial server: one TCP client at a time, carried to the Unix socket of an emulator."""

    def __init__(self, target):
        self.target = str(target)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.accepted = 0
        self.pair = ()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                host, _ = self.listening.accept()
                modem = socket.socket(socket.AF_UNIX)
                try:
                    modem.connect(self.target)
                except OSError:
                    host.close()
                    continue
                self.pair = (host, modem)
                self.accepted += 1
                ways = [threading.Thread(target=self.carry, args=way, daemon=True)
                        for way in ((host, modem), (modem, host))]
                for way in ways:
                    way.start()
                for way in ways:
                    way.join()
                host.close()
                modem.close()

    def carry(self, source, target):
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                target.sendall(piece)
        self.drop((source, target))

    def drop(self, pair=None):
        for end in pair or self.pair:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.drop()
        with contextlib.suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()


class World:
    """Emulated modems (one, unless more are asked for), one daemon and the servers, in a directory of
    their own. `port` is how the daemon reaches each modem: serial, unix, tcp or
    emulator (its child); or no modem: host, or a whole host: URI."""

    def __init__(self, baud=1000000, emulator=(), daemon=(), start=True, modems=1, port="serial", dialect=DIALECT):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="cellsock-e2e-"))
        self.files = self.dir / "files"
        self.files.mkdir()
        self.modems = modems
        self.dialect = dialect
        self.port = port
        self.link = self.dir / "modem"
        self.ctl_path = self.dir / "emulator.ctl"
        self.relays = {}
        self.emulators = {}
        self.socket = self.dir / "cellsock.sock"
        self.events_path = self.dir / "events.ndjson"
        self.baud = baud
        self.emulator_options = ["--dialect", dialect, *emulator]
        self.daemon_options = list(daemon)
        self.processes = []
        self.log_files = []
        self.emulator = self.daemon = self.peers = None
        self.ports = {}
        self.env = dict(os.environ, CELLSOCK_SOCKET=str(self.socket))
        if start:
            self.start_peers()
            for modem in range(modems):
                self.start_emulator(modem)
            self.start_daemon()
            self.wait_ready()

    # -- processes --

    def spawn(self, name, *arguments, **options):
        program = [str(PROGRAMS.get(name, name))] + [str(a) for a in arguments]
        process = subprocess.Popen(program, env=self.env, **options)
        self.processes.append(process)
        return process

    def log_file(self, name):
        file = (self.dir / name).open("ab")
        self.log_files.append(file)
        return file

    def start_peers(self):
        self.peers = self.spawn("/usr/bin/python3", ROOT / "deploy" / "peers.py", "--dir", self.files,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.ports = json.loads(self.peers.stdout.readline())

    def path(self, kind, modem=0):
        """Of the first modem: the names that most tests know."""
        first = {"link": self.link, "ctl": self.ctl_path, "events": self.events_path}[kind]
        return first if modem == 0 else first.with_name(f"{first.name}{modem}")

    def start_emulator(self, modem=0):
        if self.port == "emulator" or self.port.startswith("host"):
            return  # the daemon does it, or there is none
        link = self.path("link", modem)
        where = ["--link", link] if self.port == "serial" else ["--listen", f"unix:{link}"]
        process = self.spawn(
            "nrf91-emulator", "--baud", self.baud, *where, "--ctl", self.path("ctl", modem),
            "--events", self.path("events", modem), "--dns", "peer.test=127.0.0.1", "--dns", "six.test=::1",
            *self.emulator_options, stdout=subprocess.PIPE, stderr=self.log_file("emulator.log"))
        self.emulators[modem] = process
        if modem == 0:
            self.emulator = process
        ready = process.stdout.readline()
        if not ready.startswith(b"ready "):
            raise AssertionError("emulator did not start: " + (self.dir / "emulator.log").read_text())

    def uri(self, modem=0):
        link = self.path("link", modem)
        if self.port.startswith("host"):
            return self.port if ":" in self.port else "host:"
        if self.port == "serial":
            return f"serial:{link}?baud={self.baud}"
        if self.port == "unix":
            return f"unix:{link}?baud={self.baud}"
        if self.port == "tcp":
            if modem not in self.relays:
                self.relays[modem] = Relay(link)
            return f"tcp:127.0.0.1:{self.relays[modem].port}?baud={self.baud}"
        return (f"emulator:?dialect={self.dialect}&baud={self.baud}&ctl={self.path('ctl', modem)}&events={self.path('events', modem)}"
                "&dns=peer.test=127.0.0.1")

    def start_daemon(self):
        modems = [word for modem in range(self.modems) for word in ("--modem", self.uri(modem))]
        self.daemon = self.spawn("cellsockd", *modems, "--socket", self.socket,
                                 "--credentials", self.dir / "credentials", *self.daemon_options,
                                 stderr=self.log_file("daemon.log"))

    def wait_ready(self):
        wait_until(lambda: all(self.link_state(modem) == "ready" for modem in range(self.modems)),
                   "link ready\n" + self.logs())

    def link_state(self, modem=0):
        status = self.status(check=False)
        return status["links"][modem]["state"] if status else None

    def status(self, check=True):
        done = self.run("cellsock", "status", "--json", check=check)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def run(self, name, *arguments, check=True, timeout=DEADLINE, **options):
        program = [str(PROGRAMS.get(name, name))] + [str(a) for a in arguments]
        done = subprocess.run(program, env=self.env, capture_output=True, text=True, timeout=timeout,
                              check=False, **options)
        if check and done.returncode != 0:
            raise AssertionError(f"{name} {arguments}: exit {done.returncode}\n{done.stdout}{done.stderr}{self.logs()}")
        return done

    def ctl(self, *verb, modem=0):
        return self.run("nrf91-emulator", "ctl", "--ctl", self.path("ctl", modem), *verb).stdout

    def client(self, *words, script="client.py", **options):
        """What no example program does; a process."""
        library = next((BUILD / "client_lib").glob("libcellsock.so*"))
        return subprocess_in(self, dict(self.env, **preload_for(library)), "/usr/bin/python3",
                             ROOT / "tests" / "e2e" / script, library, *words,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)

    def ask_client(self, *words, deadline=DEADLINE):
        out, problem = self.client(*words).communicate(timeout=deadline)
        if problem:
            raise AssertionError(problem + self.logs())
        return out.split("\n")[:-1]

    def events(self, modem=0):
        """The emulator's own log, in its order, so far."""
        if not self.path("events", modem).exists():
            return []
        whole = self.path("events", modem).read_text().split("\n")[:-1]
        return [json.loads(line) for line in whole if line]

    def logs(self):
        text = ""
        for name in ("daemon.log", "emulator.log"):
            with contextlib.suppress(OSError):
                text += f"--- {name}\n" + (self.dir / name).read_text()[-4000:]
        for modem in self.emulators:
            with contextlib.suppress(OSError, ValueError):
                last = self.path("events", modem).read_text().split("\n")[-25:]
                text += f"--- emulator {modem}, its last events\n" + "\n".join(last)
        return text

    @staticmethod
    def end(process, how=signal.SIGTERM, deadline=20):
        if process and process.poll() is None:
            process.send_signal(how)
        if process:
            process.wait(deadline)
        return process.returncode if process else None

    def close(self):
        for relay in self.relays.values():
            relay.close()
        for process in reversed(self.processes):
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream:
                    stream.close()
        for file in self.log_files:
            file.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    # -- files --

    def put(self, name, data):
        (self.files / name).write_bytes(data)
        return self.files / name


@contextlib.contextmanager
def world(**options):
    made = World(**options)
    try:
        yield made
    finally:
        made.close()


class Case(unittest.TestCase):
    """A test with a world of its own; on failure the logs are shown."""
    world_options = {}

    def setUp(self):
        self.world = World(**self.world_options)
        self.addCleanup(self.world.close)

    def run(self, result=None):
        before = len(result.failures) + len(result.errors) if result else 0
        super().run(result)
        if result and len(result.failures) + len(result.errors) > before and hasattr(self, "world"):
            sys.stderr.write(self.failure_logs)

    def tearDown(self):
        self.failure_logs = self.world.logs()

    # -- one transfer, compared --

    def upload(self, data):
        source = self.world.put("up.bin", data)
        done = sum(1 for _ in self.world.files.glob("sink-*[0-9]"))
        self.world.run("nrf_tcp_xfer", "send", "127.0.0.1", self.world.ports["sink"], source)
        arrived = self.world.files / f"sink-{done + 1}"
        wait_until(arrived.exists, "the upload's last byte")
        self.assertEqual(sha256(arrived), sha256(source))

    def download(self, data):
        self.world.put("source", data)
        out = self.world.dir / "down.bin"
        self.world.run("nrf_tcp_xfer", "recv", "127.0.0.1", self.world.ports["source"], out)
        self.assertEqual(sha256(out), sha256(self.world.files / "source"))


def main():
    unittest.main(verbosity=2)
