# SPDX-License-Identifier: Apache-2.0
"""The host link against what else carries TCP: the kernel alone, socat as a relay, a SOCKS proxy.

All ways lead to one server on loopback, are used by turns in one run, and are compared by their medians.
"""
import contextlib
import functools
import json
import pathlib
import resource
import shutil
import subprocess
import tempfile

import harness

BENCH = harness.BUILD / "tests"
KIB = 1024
SOCKETS_MAX = 10000


def free_port():
    with harness.socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        return nobody.getsockname()[1]


def listens(port):
    with contextlib.suppress(OSError), harness.socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


class Ways:
    """The daemon over the host link, the server behind it, and what it is compared with."""

    def __init__(self, rivals=()):
        # Descriptors: three of a socket in the daemon, one in the client and the server each.
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        limits = tempfile.NamedTemporaryFile("w", suffix=".toml")
        limits.write(f"[limits]\nsockets_per_uid_max = {SOCKETS_MAX}\nsockets_max = {SOCKETS_MAX}\n[log]\nlevel = 'warn'\n")
        limits.flush()
        self.world = harness.World(port="host", daemon=["--config", limits.name], start=False)
        self.world.start_daemon()
        self.world.wait_ready()
        server = self.world.spawn(BENCH / "bench_host_server", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = int(server.stdout.readline())
        self.words = [f"kernel:{self.port}", f"cellsock:{self.port}"]
        for rival in rivals:
            self.start(rival)

    def start(self, rival):
        if not shutil.which(rival):
            raise AssertionError(f"{rival} is not installed (deploy/install-deps --test)")
        port = free_port()
        if rival == "socat":
            self.world.spawn("socat", f"TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork,nodelay", f"TCP:127.0.0.1:{self.port},nodelay")
            self.words.append(f"socat:{port}")
        else:
            self.world.spawn("microsocks", "-i", "127.0.0.1", "-p", port, stderr=subprocess.DEVNULL)
            self.words.append(f"socks:{port}:{self.port}")
        harness.wait_until(lambda: listens(port), f"{rival} listens")

    def client(self, *words):
        return json.loads(self.world.run(BENCH / "bench_host_client", *words, timeout=600).stdout)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.world.close()


@functools.cache
def medians(kind):
    """Of every way, in microseconds; one run for all figures of a kind."""
    with Ways(["socat", *(["microsocks"] if kind == "rtt" else [])]) as ways:
        measured = ways.client(kind, *ways.words)
    print(f"bench: {kind} in microseconds: {measured}", file=harness.sys.stderr)
    return measured


def rtt_vs(rival):
    return medians("rtt")["cellsock"] / medians("rtt")[rival]


def bulk_vs_socat():
    """The slower of the two directions."""
    return min(medians(way)["socat"] / medians(way)["cellsock"] for way in ("up", "down"))


def connects_per_s():
    with Ways() as ways:
        return ways.client("connects", ways.port)["per_s"]


def rss_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().split("\n"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("no VmRSS")


def kernel_kib():
    """What the kernel holds in slabs, and that it could not give back."""
    for line in pathlib.Path("/proc/meminfo").read_text().split("\n"):
        if line.startswith("SUnreclaim:"):
            return int(line.split()[1])
    return 0


def rss_per_socket(count):
    with Ways() as ways:
        pid = ways.world.daemon.pid
        before, kernel = rss_kib(pid), kernel_kib()
        holder = ways.world.spawn(BENCH / "bench_host_client", "hold", ways.port, count, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if int(holder.stdout.readline() or 0) != count:
            raise AssertionError(f"fewer than {count} sockets\n{ways.world.logs()}")
        grown, slabs = rss_kib(pid) - before, kernel_kib() - kernel
        print(f"bench: {count} idle sockets: daemon {grown} KiB; kernel, all ends of all of them, {slabs / count:.1f} KiB each",
              file=harness.sys.stderr)
        return grown / count


def rows():
    return {
        "host.rtt_vs_kernel": (lambda: rtt_vs("kernel"), "x kernel", None, False),
        "host.rtt_vs_socat": (lambda: rtt_vs("socat"), "x socat", 1.0, False),
        "host.rtt_vs_socks": (lambda: rtt_vs("socks"), "x microsocks", 1.0, False),
        "host.bulk_vs_socat": (bulk_vs_socat, "x socat", 2.0, True),
        "host.connects_per_s": (connects_per_s, "1/s", None, True),
        "host.rss_per_socket_kib.1000": (lambda: rss_per_socket(1000), "KiB", 6, False),
        "host.rss_per_socket_kib.8000": (lambda: rss_per_socket(8000), "KiB", 6, False),
    }
