#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What deploy/demo runs once everything is built. Checks what it shows."""
import argparse
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
os.environ.setdefault("CELLSOCK_DEADLINE", "300")
import harness  # noqa: E402

failures = []


def step(text):
    print(f"\n-- {text}", flush=True)


def check(good, what):
    print(f"   {'ok' if good else 'FAILED'}: {what}", flush=True)
    if not good:
        failures.append(what)


def timed(world, *command):
    """Runs a program of ours; its time, and progress while it runs, as the daemon counts it."""
    print("   $ " + " ".join(str(c) for c in command), flush=True)
    began = time.monotonic()
    program = world.spawn(*command, stdout=subprocess.DEVNULL)
    while True:
        try:
            program.wait(1)
            break
        except subprocess.TimeoutExpired:
            moved = sum(s["bytes_sent"] + s["bytes_received"] for s in world.status()["sockets"])
            print(f"\r   {moved // 1024} KiB", end="", flush=True)
    print("\r", end="")
    return program.returncode, time.monotonic() - began


def share(size, seconds, baud):
    return f"{size / seconds / 1000:.1f} kB/s, {100 * size / seconds / (baud / 10):.0f} % of the line's {baud / 10000:.1f} kB/s"


def down(world, name, data, baud):
    world.put(name, data)
    out = world.dir / ("got-" + name)
    code, seconds = timed(world, "nrf_http_get", f"http://peer.test:{world.ports['http']}/{name}", out)
    same = code == 0 and harness.sha256(out) == harness.sha256(world.files / name)
    check(same, f"{name}: {len(data)} bytes down, hashes {'equal' if same else 'DIFFER'}; {share(len(data), seconds, baud)}")


def up(world, name, data, baud):
    source = world.put(name, data)
    arrived = world.files / f"sink-{sum(1 for _ in world.files.glob('sink-*[0-9]')) + 1}"
    began = time.monotonic()
    code, _ = timed(world, "nrf_tcp_xfer", "send", "peer.test", world.ports["sink"], source)
    harness.wait_until(arrived.exists, "the last byte at the server")
    seconds = time.monotonic() - began
    same = code == 0 and harness.sha256(arrived) == harness.sha256(source)
    check(same, f"{name}: {len(data)} bytes up, hashes {'equal' if same else 'DIFFER'}; {share(len(data), seconds, baud)}")


def keep(world):
    print(f"""
-- left running. Type next:
   export CELLSOCK_SOCKET={world.socket} PATH={harness.PROGRAMS['cellsock'].parent}:{harness.PROGRAMS['nrf_http_get'].parent}:$PATH
   cellsock status
   cellsock at 'AT+CGMM'
   nrf_http_get http://peer.test:{world.ports['http']}/random.bin /tmp/random.bin
   {harness.PROGRAMS['nrf91-emulator']} ctl --ctl {world.ctl_path} pdn down      # and: pdn up
Press Ctrl-C here to stop everything.""", flush=True)
    try:
        world.daemon.wait()
    except KeyboardInterrupt:
        pass


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--keep", action="store_true")
    arguments.add_argument("--baud", type=int, default=115200)
    options = arguments.parse_args()
    baud = options.baud
    step(f"an emulated nRF9160 on a pty at {baud} baud, the daemon, and real servers on loopback")
    world = harness.World(baud=baud)
    try:
        print(world.run("cellsock", "status").stdout)
        step("a C program written against <nrf_socket.h> fetches a file from a real web server")
        down(world, "random.bin", harness.random_bytes(256 * 1024), baud)
        step("and sends one")
        up(world, "random-up.bin", harness.random_bytes(256 * 1024, seed=2), baud)
        step("every byte sequence that ever confused an AT parser, both ways")
        down(world, "nasty.bin", harness.nasty_bytes(), baud)
        up(world, "nasty-up.bin", harness.nasty_bytes(), baud)
        step("datagrams to a real echo server and back")
        done = world.run("nrf_udp_echo", "peer.test", world.ports["udp"], 20, 200, check=False)
        check(done.returncode == 0, done.stdout.strip().split("\n")[-1] or done.stderr.strip())
        step("what the daemon saw")
        print(world.run("cellsock", "status").stdout)
        if failures:
            print(world.logs())
        elif options.keep:
            keep(world)
    finally:
        world.close()
    print("demo: " + (f"{len(failures)} checks FAILED" if failures else "everything worked"))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
