#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Eight programs at once share one emulated modem: random opens, transfers, kills and stops.

Each gets its bytes or an error. Afterwards nothing is left: no descriptor, actor, modem handle, socket.
CELLSOCK_SOAK_SECONDS sets the length (the short form runs with every test; ten minutes is the long one).
"""
import ctypes
import os
import pathlib
import random
import select
import signal
import subprocess
import sys
import threading
import time

import harness
from harness import BUILD, Case, random_bytes, wait_until

SECONDS = float(os.environ.get("CELLSOCK_SOAK_SECONDS", "20"))
PROGRAMS = 8

# A program of its own: sockets made through the library, everything else on the raw descriptor.
RAW_CLIENT = r'''
import ctypes, os, select, socket, struct, sys
library = ctypes.CDLL(sys.argv[1], use_errno=True)
port, size = int(sys.argv[2]), int(sys.argv[3])
fd = library.nrf_socket(1, 1, 6)
if fd < 0:
    sys.exit(os.strerror(ctypes.get_errno()))
library.nrf_fcntl(fd, 4, 1)
peer = struct.pack("=HHI", 1, socket.htons(port), struct.unpack("=I", socket.inet_aton("127.0.0.1"))[0])
watch = select.epoll()
watch.register(fd, select.EPOLLIN | select.EPOLLOUT | select.EPOLLET)
library.nrf_connect(fd, peer, len(peer))
sent, got, data = 0, b"", bytes(range(256)) * (size // 256)
os.set_blocking(fd, False)
while len(got) < size:
    for _, events in watch.poll(60) or sys.exit("nothing happened for a minute"):
        if events & (select.EPOLLERR | select.EPOLLHUP) and not events & select.EPOLLIN:
            sys.exit("ended")
        try:
            while sent < size and events & select.EPOLLOUT:
                sent += os.write(fd, data[sent:sent + 5000])
        except BlockingIOError:
            pass
        except OSError as problem:
            sys.exit(str(problem))
        try:
            while events & select.EPOLLIN and (piece := os.read(fd, 65536)):
                got += piece
                if len(got) >= size:
                    break
            else:
                if len(got) < size and events & select.EPOLLIN:
                    sys.exit("cut short")
        except BlockingIOError:
            pass
        except OSError as problem:
            sys.exit(str(problem))
sys.exit(0 if got == data else "WRONG BYTES")
'''


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def rss_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().split("\n"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


class Soak(Case):
    def setUp(self):
        super().setUp()
        self.data = random_bytes(20000, seed=5)
        self.world.put("page", self.data)
        self.world.put("source", self.data)
        self.raw = self.world.dir / "raw_client.py"
        self.raw.write_text(RAW_CLIENT)
        self.library = next((BUILD / "client_lib").glob("libcellsock.so*"))
        self.preload = harness.preload_for(self.library)
        self.outcomes, self.wrong = {}, []
        self.lock = threading.Lock()

    def jobs(self, worker, chosen):
        out = self.world.dir / f"out-{worker}"
        ports = self.world.ports
        yield ("fetch", ["nrf_http_get", f"http://peer.test:{ports['http']}/page", out], out)
        yield ("zfetch", ["zsock_http_get", f"http://127.0.0.1:{ports['http']}/page"], out)
        yield ("receive", ["nrf_tcp_xfer", "recv", "127.0.0.1", ports["source"], out], out)
        yield ("send", ["nrf_tcp_xfer", "send", "127.0.0.1", ports["sink"], self.world.files / "page"], None)
        yield ("udp", ["nrf_udp_echo", "127.0.0.1", ports["udp"], 3, 200, 20], None)
        yield ("reset", ["nrf_tcp_xfer", "send", "127.0.0.1", ports["reset"], self.world.files / "page"], None)
        yield ("refused", ["nrf_tcp_xfer", "recv", "127.0.0.1", 9, out], None)
        yield ("raw", ["/usr/bin/python3", self.raw, self.library, ports["echo"], 10240], None)

    def work(self, worker, until):
        chosen = random.Random(worker)
        while time.monotonic() < until:
            kind, command, out = chosen.choice(list(self.jobs(worker, chosen)))
            to_stdout = kind == "zfetch"
            with open(out if to_stdout else os.devnull, "wb") as sink:
                program = subprocess.Popen(
                    [str(harness.PROGRAMS.get(command[0], command[0]))] + [str(c) for c in command[1:]],
                    env=dict(self.world.env, **(self.preload if kind == "raw" else {})), stdout=sink,
                    stderr=subprocess.PIPE)
            fate = chosen.random()
            try:
                if fate < 0.15:
                    select.select([], [], [], chosen.random())  # some time into whatever it does
                    program.kill()
                elif fate < 0.25:
                    program.send_signal(signal.SIGSTOP)
                    select.select([], [], [], chosen.random())
                    program.send_signal(signal.SIGCONT)
                _, problem = program.communicate(timeout=120)
            except subprocess.TimeoutExpired:
                program.kill()
                program.communicate()
                self.note(f"{kind}: hangs", wrong=True)
                continue
            if program.returncode == 0 and out is not None and out.read_bytes() != self.data:
                self.note(f"{kind}: wrong bytes", wrong=True)
            elif b"WRONG" in problem or b"Traceback" in problem:
                self.note(f"{kind}: {problem[-300:]}", wrong=True)
            else:
                self.note(f"{kind}: {'done' if program.returncode == 0 else 'killed' if program.returncode < 0 else 'error'}")

    def note(self, outcome, wrong=False):
        with self.lock:
            self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
            if wrong:
                self.wrong.append(outcome)

    def quiet(self):
        status = self.world.status()
        return not status["sockets"] and status["links"][0]["handles_used"] == 0 and status["counters"]["control_connections"] == 1

    def held(self, pid):
        """Descriptors and actors of the daemon. The connection of the question before may still be closing: the least counts."""
        return min((descriptors(pid), self.world.status()["counters"].get("actors")) for _ in range(10))

    def one_round(self, seconds):
        until = time.monotonic() + seconds
        workers = [threading.Thread(target=self.work, args=(n, until)) for n in range(PROGRAMS)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        wait_until(self.quiet, "everything is closed", deadline=120)

    def test_nothing_is_lost_and_nothing_is_left(self):
        pid = self.world.daemon.pid
        self.one_round(min(SECONDS / 2, 60))  # to its working size first
        before = self.held(pid)
        size = rss_kib(pid)
        self.one_round(SECONDS)
        after = self.held(pid)
        sys.stderr.write(f"soak: {self.outcomes}; RSS {size} -> {rss_kib(pid)} KiB\n")
        self.assertEqual(self.wrong, [])
        self.assertEqual(after, before)
        if "ASAN_OPTIONS" not in os.environ and BUILD.name == "release":
            self.assertLess(rss_kib(pid) - size, 1024)
        self.assertEqual(self.world.link_state(), "ready")
        done = sum(n for what, n in self.outcomes.items() if what.endswith("done"))
        self.assertGreater(done, PROGRAMS)


if __name__ == "__main__":
    harness.main()
