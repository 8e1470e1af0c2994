# SPDX-License-Identifier: Apache-2.0
"""What the line carries, measured on the emulator's own clock: shares of its rate, fairness among sockets,
and how long a small exchange takes beside what its bytes need."""
import ctypes
import itertools
import os
import subprocess

import harness

KIB = 1024
DATA_VERBS = ("AT#XSEND", "AT#XRECV=")
MOVED = {"send": ("sent",), "recv": harness.ARRIVALS}
TURNAROUND = 0.003


def bytes_per_second(baud):
    return baud / 10


def line_time(baud, up_and_down, turnarounds):
    return up_and_down / bytes_per_second(baud) + turnarounds * TURNAROUND


def since_all_connected(events, kinds):
    """What follows the last connect, if data follows it: connects are not what is measured."""
    last = max((i for i, e in enumerate(events) if e["event"] == "connected"), default=-1)
    return events[last + 1:] if any(e["event"] in kinds for e in events[last + 1:]) else events


def data_window(events, kinds, baud):
    """From the first command (or push) of the transfer to the last byte's end on the line."""
    moves = [i for i, e in enumerate(events) if e["event"] in kinds]
    commands = (e["t_us"] for e in events if e["event"] == "command" and e["text"].startswith(DATA_VERBS))
    first = min(next(commands, float("inf")), events[moves[0]]["t_us"])
    last = moves[-1]
    on_line = events[last]["t_us"] + events[last]["bytes"] / bytes_per_second(baud) * 1e6
    following = next((e["t_us"] for e in events[last + 1:] if e["event"] == "command"), float("inf"))
    return first / 1e6, min(on_line, following) / 1e6


def same(a, b):
    if harness.sha256(a) != harness.sha256(b):
        raise AssertionError(f"{a.name} differs from {b.name}: the figure would be worth nothing")


def transfers(world, way, size, count):
    """`count` programs at once move `size` bytes each; returns the events of that time."""
    source = world.put("source", harness.random_bytes(size))
    began = len(world.events())
    if way == "recv":
        running = [world.spawn("nrf_tcp_xfer", "recv", "127.0.0.1", world.ports["source"], world.dir / f"out-{n}",
                               stderr=subprocess.DEVNULL) for n in range(count)]
        results = [world.dir / f"out-{n}" for n in range(count)]
    else:
        running = [world.spawn("nrf_tcp_xfer", "send", "127.0.0.1", world.ports["sink"], source,
                               stderr=subprocess.DEVNULL) for _ in range(count)]
        results = [world.files / f"sink-{n + 1}" for n in range(count)]
    for process in running:
        if process.wait(harness.DEADLINE) != 0:
            raise AssertionError(f"a transfer failed\n{world.logs()}")
    for result in results:
        harness.wait_until(result.exists, f"the last byte of {result.name}")
        same(result, source)
    return world.events()[began:]


def share(dialect, baud, way, sockets, size):
    """Payload bytes over what the line could have carried in that time."""
    with harness.world(baud=baud, dialect=dialect) as world:
        events = since_all_connected(transfers(world, way, size, sockets), MOVED[way])
        start, end = data_window(events, MOVED[way], baud)
        moved = sum(e["bytes"] for e in events if e["event"] in MOVED[way])
        return moved / (end - start) / bytes_per_second(baud)


def jain(shares):
    return sum(shares) ** 2 / (len(shares) * sum(x * x for x in shares))


def fairness(dialect, way, sockets=7, size=192 * KIB, baud=1000000):
    """Jain's index of the bytes each socket moved while all of them were active; the worse half of the time counts."""
    with harness.world(baud=baud, dialect=dialect) as world:
        moves = [e for e in transfers(world, way, size, sockets) if e["event"] in MOVED[way]]
        of = {h: [e for e in moves if e["handle"] == h] for h in {e["handle"] for e in moves}}
        if len(of) != sockets:
            raise AssertionError(f"{len(of)} handles moved data, not {sockets}")
        start = max(m[0]["t_us"] for m in of.values())
        end = min(m[-1]["t_us"] for m in of.values())
        middle = (start + end) / 2
        return min(jain([sum(e["bytes"] for e in m if a <= e["t_us"] < b) for m in of.values()])
                   for a, b in ((start, middle), (middle, end)))


# Bytes both ways and turnarounds of 100 bytes there and 100 back, on a line with nothing else (docs/at_dialects.md §10,
# §15.15): slm sends a string, hears a notice (16 bytes; older ones ask), reads; sm sends a text and is given a push.
EXCHANGE = {"slm": (113 + 21 + 16 + 15 + 121, 2), "slm-2.9": (113 + 21 + 14 + 29 + 15 + 121, 3),
            "sm": (118 + 25 + 121, 1), "sm-1": (118 + 25 + 121, 1)}


class Echo:
    """A program with one stream to the echo server, on the raw descriptor."""

    def __init__(self, world):
        os.environ["CELLSOCK_SOCKET"] = str(world.socket)
        library = ctypes.CDLL(str(next((harness.BUILD / "client_lib").glob("libcellsock.so*"))), use_errno=True)
        address = b"\x02\x00" + world.ports["echo"].to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
        self.fd = library.zsock_socket(2, 1, 6)
        if self.fd < 0 or library.zsock_connect(self.fd, address, len(address)) != 0:
            raise AssertionError(f"no connection: errno {ctypes.get_errno()}")

    def exchange(self, payload=b"x" * 100):
        os.write(self.fd, payload)
        got = b""
        while len(got) < len(payload):
            piece = os.read(self.fd, 4096)
            if not piece:
                raise AssertionError("the stream ended")
            got += piece
        if got != payload:
            raise AssertionError("another answer than the question")


def echo_period(world, count):
    """Seconds per exchange on the emulator's clock: from one question's arrival in the modem to the next one's."""
    echo = Echo(world)
    echo.exchange()
    began = len(world.events())
    for _ in range(count):
        echo.exchange()
    asked = [e["t_us"] for e in world.events()[began:] if e["event"] == "sent" and e["bytes"] == 100]
    os.close(echo.fd)
    return (asked[-1] - asked[0]) / (len(asked) - 1) / 1e6


def echo_idle(dialect, baud=115200):
    with harness.world(baud=baud, dialect=dialect) as world:
        return echo_period(world, 30) / line_time(baud, *EXCHANGE[dialect])


def echo_busy(dialect, baud=115200, chunk=4096):
    """Beside a bulk send, less the one chunk that may be in the way: its bytes and its two turnarounds."""
    with harness.world(baud=baud, dialect=dialect) as world:
        world.put("source", harness.random_bytes(4096 * KIB))
        bulk = world.spawn("nrf_tcp_xfer", "send", "127.0.0.1", world.ports["sink"], world.files / "source",
                           stderr=subprocess.DEVNULL)
        harness.wait_until(lambda: sum(e["event"] == "sent" and e["bytes"] > 1000 for e in world.events()) > 3, "bulk under way")
        period = echo_period(world, 20)
        if bulk.poll() is not None:
            raise AssertionError("the bulk transfer ended early: nothing was measured beside it")
        bulk.kill()
        return (period - line_time(baud, chunk + 40, 2)) / line_time(baud, *EXCHANGE[dialect])


# dialect, baud -> targets of: one socket send, receive; seven sockets send, receive
SHARES = {
    ("slm", 115200): (0.95, 0.95, 0.95, 0.92),
    ("slm", 1000000): (0.85, 0.82, 0.80, 0.72),
    ("slm-2.9", 115200): (None, None, None, None),
    ("slm-2.9", 1000000): (None, None, None, None),
    ("sm-1", 115200): (0.97, 0.98, 0.97, None),
    ("sm-1", 1000000): (0.90, 0.98, 0.90, None),
    ("sm", 115200): (0.97, 0.98, 0.97, None),
    ("sm", 1000000): (0.90, 0.98, 0.90, None),
}


def rows():
    """name -> (measure, unit, target, whether more is better)"""
    found = {}
    for (dialect, baud), targets in SHARES.items():
        sizes = {1: 256 * KIB, 7: 48 * KIB} if baud == 115200 else {1: 1024 * KIB, 7: 144 * KIB}
        cases = itertools.product(((1, ""), (7, "7.")), ("send", "recv"))
        for ((sockets, infix), way), target in zip(cases, targets):
            found[f"uart.{dialect}.{baud}.{infix}{way}_share"] = (
                lambda d=dialect, b=baud, w=way, n=sockets, s=sizes[sockets]: share(d, b, w, n, s), "of the line", target, True)
    for dialect in ("slm", "slm-2.9", "sm-1", "sm"):
        # Whom an sm modem pushes to next is its own affair, as long as nobody is put on pull.
        ways = ("send",) if dialect.startswith("sm-") or dialect == "sm" else ("send", "recv")
        found[f"fairness.{dialect}.jain"] = (
            lambda d=dialect, w=ways: min(fairness(d, way) for way in w), "1 is equal", 0.98, True)
        if len(ways) == 1:
            found[f"fairness.{dialect}.push_jain"] = (lambda d=dialect: fairness(d, "recv"), "1 is equal", None, True)
        # A modem that must be asked is asked every 50 ms at most: no target.
        idle, busy = (None, None) if dialect == "slm-2.9" else (1.3, 1.5)
        found[f"echo100.{dialect}.idle_ratio"] = (lambda d=dialect: echo_idle(d), "x its bytes", idle, False)
        found[f"echo100.{dialect}.busy_ratio"] = (lambda d=dialect: echo_busy(d), "x, less a chunk", busy, False)
    return found
