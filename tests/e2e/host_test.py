#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The host link: the same programs over the gateway's own network, no modem anywhere.

CELLSOCK_STRESS_SECONDS: how long 64 threads open, use and close sockets (2; `deploy/test --long` asks for 60).
"""
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import threading

import harness
from harness import Case, nasty_bytes, random_bytes, sha256, wait_until

SECONDS = os.environ.get("CELLSOCK_STRESS_SECONDS", "2")
SOCKETS = 1000
LIMITS = tempfile.NamedTemporaryFile("w", suffix=".toml")
LIMITS.write("[limits]\nsockets_per_uid_max = 2000\nsockets_max = 2000\n")
LIMITS.flush()


def free_port():
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        return nobody.getsockname()[1]


class HostLink(Case):
    world_options = {"port": "host", "daemon": ["--config", LIMITS.name]}

    def program(self, *words, **options):
        return self.world.client(*words, script="host_client.py", stdin=subprocess.PIPE, **options)

    def said(self, *words, deadline=harness.DEADLINE):
        out, problem = self.program(*words).communicate(timeout=deadline)
        self.assertEqual(problem, "")
        return out.split("\n")[:-1]

    def sockets(self):
        return self.world.status()["sockets"]

    def test_16_mib_go_up_and_come_down(self):
        self.upload(random_bytes(16 << 20))
        self.download(random_bytes(16 << 20, seed=2))

    def test_bytes_are_bytes(self):
        self.upload(nasty_bytes())
        self.download(nasty_bytes())

    def test_a_web_page_by_name_and_over_ipv6(self):
        data = random_bytes(200000, seed=3)
        self.world.put("page.bin", data)
        out = self.world.dir / "page.bin"
        for program, url in (("nrf_http_get", f"http://localhost:{self.world.ports['http']}/page.bin"),
                             ("zsock_http_get", f"http://[::1]:{self.world.ports['http6']}/page.bin")):
            with out.open("wb") as body:
                done = self.world.spawn(program, url, stdout=body).wait(60)
            self.assertEqual((done, out.read_bytes() == data), (0, True), url)

    def test_a_name_that_does_not_exist(self):
        done = self.world.run("nrf_http_get", "http://nobody.invalid/", "-", check=False)
        self.assertNotEqual(done.returncode, 0)

    def test_datagrams_of_every_size_in_both_families(self):
        for family, port in (("4", "udp"), ("6", "udp6")):
            said = self.said("datagrams", self.world.ports[port], family)
            self.assertEqual(said, ["0 same", "65507 same", "EMSGSIZE"])
        self.assertIn("20 echoed", self.world.run("nrf_udp_echo", "::1", self.world.ports["udp6"], 20, 1000).stdout)

    def test_refused(self):
        self.assertEqual(self.said("refused", free_port()), ["ECONNREFUSED"])

    def test_a_reset_is_told_and_not_taken_for_an_end(self):
        self.assertEqual(self.said("reset", self.world.ports["reset"]), ["ECONNRESET"])

    def test_one_direction_can_end_alone(self):
        self.assertEqual(self.said("shutdown", self.world.ports["echo"]), ["same"])

    def test_a_server_for_many_peers_at_once(self):
        program = self.program("serve", 20)
        port = int(program.stdout.readline())
        peers = [socket.create_connection(("127.0.0.1", port), harness.DEADLINE) for _ in range(20)]
        for n, peer in enumerate(peers):
            data = random_bytes(100000, seed=n)
            sender = threading.Thread(target=peer.sendall, args=(data,))
            sender.start()
            back = b""
            while len(back) < len(data) and (piece := peer.recv(65536)):
                back += piece
            sender.join()
            self.assertEqual(back, data)
            peer.close()
            self.assertEqual(program.stdout.readline(), "127.0.0.1\n")
        self.assertEqual(program.wait(20), 0)

    def test_a_thousand_sockets_and_a_program_that_is_killed(self):
        program = self.program("many", self.world.ports["echo"], SOCKETS)
        self.assertEqual(program.stdout.readline(), f"{SOCKETS}\n")
        status = self.world.status()
        self.assertEqual(len(status["sockets"]) + status["sockets_left_out"], SOCKETS)
        self.assertEqual(self.world.status()["links"][0]["handles_used"], SOCKETS)
        program.send_signal(signal.SIGKILL)
        program.wait(20)
        wait_until(lambda: not self.sockets(), "the killed program's sockets are closed")
        wait_until(lambda: not self.connections_to(self.world.ports["echo"]), "the kernel has none open either")

    @staticmethod
    def connections_to(port):
        """Established ones, by the kernel's table."""
        lines = pathlib.Path("/proc/net/tcp").read_text().split("\n")[1:-1]
        return [line for line in lines if line.split()[2].endswith(f":{port:04X}") and line.split()[3] == "01"]

    def test_status_speaks_of_no_modem(self):
        link = self.world.status()["links"][0]
        self.assertEqual((link["state"], link["uri"]), ("ready", "host:"))
        text = self.world.run("cellsock", "status").stdout
        for word in ("modem's", "uart", "dialect", "IMEI", "network"):
            self.assertNotIn(word, text)
        at = self.world.run("cellsock", "at", "AT", check=False)
        self.assertNotEqual(at.returncode, 0)

    def test_64_threads_leave_nothing_behind(self):
        descriptors = pathlib.Path(f"/proc/{self.world.daemon.pid}/fd")
        before, actors = len(list(descriptors.iterdir())), self.world.status()["counters"]["actors"]
        program = self.program("threads", self.world.ports["echo"], self.world.ports["udp"], 64, SECONDS)
        wait_until(lambda: program.poll() is not None or harness.select.select([program.stdout], [], [], 1)[0],
                   "the threads end", harness.DEADLINE + float(SECONDS))
        self.assertEqual(program.stdout.readline(), "[] True True\n")
        program.stdin.close()
        program.wait(20)
        wait_until(lambda: not self.sockets(), "no socket is left")
        wait_until(lambda: len(list(descriptors.iterdir())) <= before, "no descriptor is left")
        wait_until(lambda: self.world.status()["counters"]["actors"] <= actors, "no actor is left")


class Interfaces(harness.unittest.TestCase):
    def test_an_interface_that_is_bound_to(self):
        with harness.world(port="host:?pdn0=lo") as world:
            link = world.status()["links"][0]
            self.assertEqual((link["address"], link["mtu"] > 0), ("127.0.0.1", True))
            world.put("source", random_bytes(50000))
            out = world.dir / "down.bin"
            world.run("nrf_tcp_xfer", "recv", "127.0.0.1", world.ports["source"], out)
            self.assertEqual(sha256(out), sha256(world.files / "source"))

    def test_a_network_is_chosen_by_its_number(self):
        with harness.world(port="host:?pdn0=nowhere9&pdn1=lo") as world:
            case = HostLink()
            case.world = world
            self.assertEqual(case.said("device", "modem0/pdn1", "pdn1", "modem0/pdn2", "modem0/pdn0"), ["ok", "ok", "ENODEV", "ok"])

    def test_an_interface_that_is_not_there(self):
        with harness.world(port="host:?pdn0=nowhere9") as world:
            self.assertIn("nowhere9", world.run("cellsock", "status").stdout)
            world.put("source", b"x")
            done = world.run("nrf_tcp_xfer", "recv", "127.0.0.1", world.ports["source"], world.dir / "none", check=False)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("No such device", done.stdout + done.stderr)


if __name__ == "__main__":
    harness.main()
