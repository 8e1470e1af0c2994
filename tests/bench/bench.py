#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Benchmarks by name. Each answers a ratio or a size of this run; `deploy/bench` builds and calls it."""
import argparse
import functools
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
os.environ.setdefault("CELLSOCK_DEADLINE", "300")
import harness  # noqa: E402
import host_bench  # noqa: E402
import power_bench  # noqa: E402
import uart_bench  # noqa: E402

KIB = 1024


def rss_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().split("\n"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / KIB
    raise AssertionError("no VmRSS")


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


def tls_engine(field):
    """mbedTLS by itself in the same run is 1."""
    done = subprocess.run([harness.BUILD / "tests" / "bench_tls"], capture_output=True, text=True, timeout=300, check=True)
    return json.loads(done.stdout)[field]


@functools.cache
def tls_modem():
    """A handshake over the emulated modem at 115200 baud, in its own time."""
    done = subprocess.run([harness.BUILD / "tests" / "bench_tls_modem"], capture_output=True, text=True, timeout=300, check=True)
    return json.loads(next(line for line in done.stdout.split("\n") if line.startswith("{")))


def tls_modem_rows():
    rows = {}
    for which in ("first", "resumed"):
        rows[f"tls.modem.handshake_s.{which}"] = (lambda w=which: tls_modem()[w]["seconds"], "s", None, False)
        for part in ("air_up", "air_down", "uart_up", "uart_down"):
            rows[f"tls.modem.handshake_bytes.{which}.{part}"] = (lambda w=which, p=part: tls_modem()[w][p], "bytes", None, False)
    return rows


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
    **uart_bench.rows(),
    **host_bench.rows(),
    **power_bench.rows(),
    "rss.daemon.idle_mib": (daemon_idle_rss, "MiB", 15, False),
    "rss.daemon.8_sockets_mib": (daemon_rss_with_sockets, "MiB", None, False),
    "control.rtt_ratio": (control_rtt_ratio, "x raw echo", 1.5, False),
    "channel.pollout_us": (lambda: channel("pollout_us"), "us", None, False),
    "channel.recv_overhead_ratio": (lambda: channel("ratio"), "x raw hop", None, False),
    "tls.daemon.bulk_ratio": (lambda: tls_engine("bulk_ratio"), "of bare", 0.85, True),
    "tls.daemon.handshake_ratio": (lambda: tls_engine("handshake_ratio"), "of bare", 0.85, True),
    **tls_modem_rows(),
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
        try:
            value = round(measure(), 4)
        except Exception as why:  # noqa: BLE001 - one that cannot be measured does not hide the others
            print(f"bench: {name}: {why}", file=sys.stderr, flush=True)
            value = None
        met = None if target is None and value is not None else value is not None and (value >= target if more else value <= target)
        results.append({"name": name, "value": value, "unit": unit, "target": target, "met": met})
    if options.json:
        print(json.dumps({"results": results}))
    else:
        for r in results:
            aim = "" if r["target"] is None else f"target {r['target']}  {'met' if r['met'] else 'MISSED'}"
            print(f"{r['name']:36} {r['value'] if r['value'] is not None else 'FAILED':>9} {r['unit']:<12} {aim}")
    return 0 if results and all(r["met"] is not False for r in results) else 1


if __name__ == "__main__":
    sys.exit(main())
