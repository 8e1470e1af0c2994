#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The example programs that other tests do not use, on the real path: each does what it says."""
import socket

import harness
from harness import BUILD, Case, random_bytes, wait_until
from server_test import echo, free_port

EXAMPLES = BUILD / "client_lib" / "examples"
# What Zephyr's samples serve at, fixed in their sources.
ECHO_PORT = 4242
HTTP_PORT = 8080


class Examples(Case):
    # The only firmware that has a server.
    world_options = {"dialect": "sm-2"}

    def start(self, name, *arguments):
        """A program that says when it serves."""
        process = self.world.spawn(EXAMPLES / name, *arguments, stdout=harness.subprocess.PIPE, text=True)
        line = process.stdout.readline()
        self.assertTrue(line, self.world.logs())
        return process, line

    def peer(self, port, host="127.0.0.1"):
        return socket.create_connection((host, port), harness.DEADLINE)

    def test_a_server_for_both_families(self):
        port = free_port()
        process, said = self.start("zsock_echo_server", "tcp", port)
        self.assertEqual(said, "serving 2\n")
        with self.peer(port) as four, self.peer(port, "::1") as six:
            for turn, peer in enumerate((four, six, four)):
                data = random_bytes(9000, turn)
                self.assertEqual(echo(peer, data), data)
        self.world.end(process)
        wait_until(lambda: not self.world.status()["sockets"], "nothing is left of it")

    def test_a_datagram_server_for_both_families(self):
        port = free_port(socket.SOCK_DGRAM)
        process, said = self.start("zsock_echo_server", "udp", port)
        self.assertEqual(said, "serving 2\n")
        for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            with socket.socket(family, socket.SOCK_DGRAM) as peer:
                peer.settimeout(harness.DEADLINE)
                for turn in range(5):
                    data = random_bytes(200 + turn, turn)
                    peer.sendto(data, (host, port))
                    self.assertEqual(peer.recv(2048), data)
        self.world.end(process)

    def test_a_question_over_a_network_of_choice(self):
        done = self.world.run(EXAMPLES / "nrf_pdn_ask", "pdn0", "127.0.0.1", self.world.ports["echo"], "what time is it")
        self.assertEqual(done.stdout, "what time is it\n")

    def test_a_network_that_does_not_exist(self):
        done = self.world.run(EXAMPLES / "nrf_pdn_ask", "modem7/pdn0", "127.0.0.1", self.world.ports["echo"], "x", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("this network: No such device", done.stderr)

    def test_an_echo_told_by_a_callback(self):
        done = self.world.run(EXAMPLES / "nrf_callback_echo", "127.0.0.1", self.world.ports["echo"], "hello")
        self.assertEqual(done.stdout, "hello\n")

    def test_zephyrs_echo_servers(self):
        for name in ("zephyr_echo", "zephyr_echo_async", "zephyr_echo_async_select"):
            with self.subTest(name):
                process, _ = self.start(name)
                for turn in range(2):
                    with self.peer(ECHO_PORT) as peer:
                        data = random_bytes(3000, turn)
                        self.assertEqual(echo(peer, data), data)
                self.world.end(process)
                wait_until(lambda: not self.world.status()["sockets"], "nothing is left of it")

    def test_zephyrs_http_server(self):
        process, _ = self.start("zephyr_dumb_http_server")
        with self.peer(HTTP_PORT) as peer:
            peer.sendall(b"GET / HTTP/1.0\r\n\r\n")
            reply = peer.makefile("rb").read()
        self.assertTrue(reply.startswith(b"HTTP/1.0 200"), reply[:80])
        self.world.end(process)


if __name__ == "__main__":
    harness.main()
