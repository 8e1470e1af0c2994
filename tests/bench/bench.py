#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Benchmarks by name. Each answers a ratio or a size of this run; `deploy/bench` builds and calls it."""
import argparse
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
os.environ.setdefault("CELLSOCK_DEADLINE", "300")
import harness  # noqa: E402

KIB = 1024


def rss_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().split("\n"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / KIB
    raise AssertionError("no VmRSS")


def uart_share(baud, size, way):
    """Payload bytes per second by the emulator's own clock, over what the line itself can carry."""
    world = harness.World(baud=baud)
    try:
        world.put("source", harness.random_bytes(size))
        began = len(world.events())
        if way == "recv":
            world.run("nrf_tcp_xfer", "recv", "127.0.0.1", world.ports["source"], world.dir / "out")
            same = harness.sha256(world.dir / "out") == harness.sha256(world.files / "source")
        else:
            world.run("nrf_tcp_xfer", "send", "127.0.0.1", world.ports["sink"], world.files / "source")
            harness.wait_until((world.files / "sink-1").exists, "the last byte at the server")
            same = harness.sha256(world.files / "sink-1") == harness.sha256(world.files / "source")
        if not same:
            raise AssertionError("hashes differ: the figure would be worth nothing")
        events = world.events()[began:]
        verb, moved = ("AT#XRECV", "received") if way == "recv" else ("AT#XSEND", "sent")
        first = next(e["t_us"] for e in events if e["event"] == "command" and e["text"].startswith(verb))
        last = max(i for i, e in enumerate(events) if e["event"] == moved)
        # The last bytes have crossed the line when the next command begins.
        end = next((e["t_us"] for e in events[last + 1:] if e["event"] == "command"), events[last]["t_us"])
        return size / ((end - first) / 1e6) / (baud / 10)
    finally:
        world.close()


def daemon_idle_rss():
    world = harness.World(baud=115200)
    try:
        return rss_mib(world.daemon.pid)
    finally:
        world.close()


def control_rtt_ratio():
    world = harness.World(baud=115200)
    try:
        os.sched_setaffinity(world.daemon.pid, {0})
        return json.loads(world.run(harness.BUILD / "tests" / "bench_control_rtt", timeout=120).stdout)["ratio"]
    finally:
        world.close()


def channel(field):
    done = subprocess.run([harness.BUILD / "tests" / "bench_channel"], capture_output=True, text=True, timeout=120, check=True)
    return json.loads(done.stdout)[field]


HOLDER = """
import ctypes, sys
library = ctypes.CDLL(sys.argv[1])
held = [library.nrf_socket(1, 1 + n % 2, 0) for n in range(8)]
print(sum(fd >= 0 for fd in held), flush=True)
sys.stdin.read()
"""


def daemon_rss_with_sockets():
    """As many of eight as the modem has: seven with the emulated firmware."""
    world = harness.World(baud=115200)
    try:
        library = next((harness.BUILD / "client_lib").glob("libcellsock.so*"))
        holder = world.spawn("/usr/bin/python3", "-c", HOLDER, library, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if int(holder.stdout.readline()) < 7:
            raise AssertionError("fewer than seven sockets")
        return rss_mib(world.daemon.pid)
    finally:
        world.close()


# name -> (measure, unit, target, whether more is better)
BENCHES = {
    "uart.slm.115200.send_share": (lambda: uart_share(115200, 256 * KIB, "send"), "of the line", 0.90, True),
    "uart.slm.115200.recv_share": (lambda: uart_share(115200, 256 * KIB, "recv"), "of the line", 0.90, True),
    "uart.slm.1000000.send_share": (lambda: uart_share(1000000, 1024 * KIB, "send"), "of the line", None, True),
    "uart.slm.1000000.recv_share": (lambda: uart_share(1000000, 1024 * KIB, "recv"), "of the line", None, True),
    "rss.daemon.idle_mib": (daemon_idle_rss, "MiB", 15, False),
    "rss.daemon.8_sockets_mib": (daemon_rss_with_sockets, "MiB", None, False),
    "control.rtt_ratio": (control_rtt_ratio, "x raw echo", 1.5, False),
    "channel.pollout_us": (lambda: channel("pollout_us"), "us", None, False),
    "channel.recv_overhead_ratio": (lambda: channel("ratio"), "x raw hop", None, False),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    results = []
    for name, (measure, unit, target, more) in BENCHES.items():
        if not name.startswith(options.only):
            continue
        print(f"bench: {name} …", file=sys.stderr, flush=True)
        value = measure()
        met = None if target is None else (value >= target if more else value <= target)
        results.append({"name": name, "value": round(value, 4), "unit": unit, "target": target, "met": met})
    if options.json:
        print(json.dumps({"results": results}))
    else:
        for r in results:
            aim = "" if r["target"] is None else f"target {r['target']}  {'met' if r['met'] else 'MISSED'}"
            print(f"{r['name']:36} {r['value']:>9} {r['unit']:<12} {aim}")
    return 0 if results and all(r["met"] is not False for r in results) else 1


if __name__ == "__main__":
    sys.exit(main())
