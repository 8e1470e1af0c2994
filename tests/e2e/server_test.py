#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Servers behind the emulated modem: peers out there connect to programs on libcellsock."""
import contextlib
import signal
import socket

import harness
from harness import Case, random_bytes, wait_until


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def echo(peer, data):
    peer.sendall(data)
    back = b""
    while len(back) < len(data):
        piece = peer.recv(65536)
        if not piece:
            break
        back += piece
    return back


class Servers(Case):
    # The only firmware that has a server.
    world_options = {"dialect": "sm-2"}

    def server(self, *words):
        port = free_port()
        process = self.world.client("serve", port, *words)
        self.assertEqual(process.stdout.readline(), "listening\n", self.world.logs())
        return process, port

    def handles(self):
        return self.world.status()["links"][0]["handles_used"]

    def taken(self):
        return (self.world.dir / "daemon.log").read_text().count(" connection-accepted ")

    def test_peers_one_after_the_other(self):
        process, port = self.server(2, 3)
        for turn in range(3):
            with socket.create_connection(("127.0.0.1", port), harness.DEADLINE) as peer:
                here = peer.getsockname()
                data = random_bytes(20000, turn)
                self.assertEqual(echo(peer, data), data)
                self.assertEqual(process.stdout.readline(), f"accepted {here[0]} {here[1]}\n")
            self.assertEqual(process.stdout.readline(), "end\n")
        process.wait(harness.DEADLINE)
        wait_until(lambda: self.handles() == 0, "the modem's sockets are closed")
        self.assertEqual(self.taken(), 3)

    def test_peers_that_wait_for_their_turn(self):
        process, port = self.server(4, 3)
        with contextlib.ExitStack() as open_now:
            peers = []
            for turn in range(3):
                peers.append(open_now.enter_context(socket.create_connection(("127.0.0.1", port), harness.DEADLINE)))
                # Two may wait in the modem itself, no more.
                wait_until(lambda: self.taken() == len(peers), "the daemon takes it before the program does")
            for turn, peer in enumerate(peers):
                peer.settimeout(harness.DEADLINE)
                data = random_bytes(3000, turn)
                self.assertEqual(echo(peer, data), data)
                peer.close()
        process.wait(harness.DEADLINE)
        self.assertEqual(process.stdout.read().count("accepted 127.0.0.1"), 3)

    def test_a_session_without_traffic_is_ended(self):
        process, port = self.server(1, 1, 1)
        with socket.create_connection(("127.0.0.1", port), harness.DEADLINE) as peer:
            peer.settimeout(harness.DEADLINE)
            self.assertTrue(process.stdout.readline().startswith("accepted"))
            self.assertEqual(process.stdout.readline(), "ETIMEDOUT\n")
            with contextlib.suppress(ConnectionResetError):
                self.assertEqual(peer.recv(1), b"")

    def test_a_server_that_is_killed_leaves_nothing(self):
        process, port = self.server(2, 9)
        with socket.create_connection(("127.0.0.1", port), harness.DEADLINE) as peer:
            peer.settimeout(harness.DEADLINE)
            self.assertEqual(echo(peer, b"hello"), b"hello")
            self.world.end(process, signal.SIGKILL)
            with contextlib.suppress(ConnectionResetError):
                self.assertEqual(peer.recv(1), b"")
        wait_until(lambda: self.handles() == 0, "the modem's sockets are closed")
        self.assertEqual(self.world.status()["sockets"], [])
        again = self.world.client("serve", port, 1, 1)
        self.assertEqual(again.stdout.readline(), "listening\n")

    def test_a_port_that_is_taken(self):
        _, port = self.server(1, 1)
        self.assertEqual(self.world.ask_client("listen", port), ["EADDRINUSE"])

    def test_datagrams_are_served(self):
        port = free_port(socket.SOCK_DGRAM)
        process = self.world.client("udp-serve", port, 20)
        self.assertEqual(process.stdout.readline(), "bound\n")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.settimeout(harness.DEADLINE)
            for turn in range(20):
                data = random_bytes(100 + turn, turn)
                peer.sendto(data, ("127.0.0.1", port))
                self.assertEqual(peer.recvfrom(2048)[0], data)
        process.wait(harness.DEADLINE)


class NoServer(Case):
    """Firmware that cannot: the call says so at once, and the log says why."""
    world_options = {"dialect": "slm-3.1"}

    def test_listen_is_refused_with_a_reason(self):
        # The name of EOPNOTSUPP's number here.
        self.assertEqual(self.world.ask_client("listen", free_port()), ["ENOTSUP"])
        log = (self.world.dir / "daemon.log").read_text()
        self.assertIn("listen-failed", log)
        self.assertIn("one peer at a time", log)


class NoServerAtAll(NoServer):
    world_options = {"dialect": "sm-1"}

    def test_listen_is_refused_with_a_reason(self):
        self.assertEqual(self.world.ask_client("listen", free_port()), ["ENOTSUP"])
        self.assertIn("no TCP server", (self.world.dir / "daemon.log").read_text())


if __name__ == "__main__":
    harness.main()
