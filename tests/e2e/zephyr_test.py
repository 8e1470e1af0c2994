#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Programs written for Zephyr (zsock_*), through the real daemon and the emulated modem."""
import socket

import harness
from harness import BUILD, Case

EXAMPLES = BUILD / "client_lib" / "examples"


class ZephyrPrograms(Case):
    def run_example(self, name, *arguments, check=True):
        return self.world.run(EXAMPLES / name, *arguments, check=check)

    def test_a_page_by_name(self):
        page = "".join(f"line {i} of a page that is longer than one receive\n" for i in range(200))
        self.world.put("page.txt", page.encode())
        done = self.run_example("zsock_http_get", f"http://peer.test:{self.world.ports['http']}/page.txt")
        self.assertEqual(done.stdout, page)
        self.assertIn("HTTP 200", done.stderr)

    def test_a_page_that_is_not_there(self):
        done = self.run_example("zsock_http_get", f"http://127.0.0.1:{self.world.ports['http']}/none", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("HTTP 404", done.stderr)

    def test_an_echo_by_tcp_and_by_udp(self):
        for kind, port, count in (("tcp", "echo", 20000), ("udp", "udp", 2000)):
            done = self.run_example("zsock_echo_client", kind, "127.0.0.1", self.world.ports[port], count)
            self.assertEqual(done.stdout, f"{count} of {count} bytes came back unchanged\n")

    def test_a_name_nobody_has_and_a_port_nobody_listens_at(self):
        done = self.run_example("zsock_http_get", "http://nobody.test/", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no such name", done.stderr)
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        done = self.run_example("zsock_echo_client", "tcp", "127.0.0.1", port, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("Connection refused", done.stderr)


if __name__ == "__main__":
    harness.main()
