#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Bytes through everything: library, daemon, UART, emulated modem, real servers; both ways."""
import subprocess

import harness
from harness import Case, nasty_bytes, random_bytes, sha256, wait_until


BOUND = r"""
import ctypes, os, socket, struct, sys
library = ctypes.CDLL(sys.argv[1], use_errno=True)
address = lambda host, port: struct.pack("=HHI", 1, socket.htons(port), struct.unpack("=I", socket.inet_aton(host))[0])
def bound(port):
    fd = library.nrf_socket(1, 2, 17)
    if library.nrf_bind(fd, address("0.0.0.0", port), 8) != 0:
        sys.exit("bind: " + os.strerror(ctypes.get_errno()))
    return fd
fd = bound(int(sys.argv[3]))
peer = address("127.0.0.1", int(sys.argv[2]))
library.nrf_sendto(fd, b"from a bound port", 17, 0, peer, 8)
reply = ctypes.create_string_buffer(100)
got = library.nrf_recv(fd, reply, 100, 0)
print(reply.raw[:got].decode())
bound(int(sys.argv[3]))
"""


class Transfers(Case):
    def test_256_kib_random_goes_up(self):
        self.upload(random_bytes(256 * 1024))

    def test_256_kib_random_comes_down(self):
        self.download(random_bytes(256 * 1024))

    def test_every_nastiness_goes_up_and_comes_down(self):
        self.upload(nasty_bytes())
        self.download(nasty_bytes())
        uart = self.world.status()["links"][0]["uart"]
        self.assertEqual(uart["receives_damaged"], 0)
        self.assertEqual(uart["resyncs"], 0)

    def test_a_file_from_a_web_server_by_name(self):
        data = random_bytes(20000, seed=3)
        self.world.put("page.bin", data)
        out = self.world.dir / "page.bin"
        self.world.run("nrf_http_get", f"http://peer.test:{self.world.ports['http']}/page.bin", out)
        self.assertEqual(out.read_bytes(), data)

    def test_a_file_over_ipv6_by_literal_and_by_name(self):
        data = random_bytes(20000, seed=4)
        self.world.put("page.bin", data)
        self.wait_for_ipv6()
        out = self.world.dir / "six.bin"
        for host, program in (("[::1]", "nrf_http_get"), ("six.test", "zsock_http_get"), ("six.test", "nrf_http_get")):
            url = f"http://{host}:{self.world.ports['http6']}/page.bin"
            with out.open("wb") as body:  # both write the body to standard output
                done = self.world.spawn(program, url, stdout=body).wait(60)
            self.assertEqual((done, out.read_bytes()), (0, data), f"{program} {host}")

    def wait_for_ipv6(self):
        # The router advertisement comes a moment after the packet network is up, as on a real one.
        wait_until(lambda: self.world.status()["links"][0]["address6"], "the network gave an IPv6 address")

    def test_datagrams_over_ipv6_come_back(self):
        self.wait_for_ipv6()
        done = self.world.run("nrf_udp_echo", "::1", self.world.ports["udp6"], 10, 300)
        self.assertIn("10 echoed", done.stdout)

    def test_datagrams_come_back(self):
        done = self.world.run("nrf_udp_echo", "127.0.0.1", self.world.ports["udp"], 20, 400)
        self.assertIn("20", done.stdout)

    def test_a_bound_port_sends_and_receives_and_is_in_use(self):
        library = next((harness.BUILD / "client_lib").glob("libcellsock.so*"))
        command = ["/usr/bin/python3", "-c", BOUND, library, self.world.ports["udp"], 40123]
        done = subprocess.run([str(c) for c in command], env=dict(self.world.env, **harness.preload_for(library)), capture_output=True,
                              text=True, timeout=60, check=False)
        self.assertEqual(done.stdout, "from a bound port\n", done.stderr)
        self.assertIn("Address already in use", done.stderr)

    def test_two_programs_at_once_both_progress(self):
        self.world.put("source", random_bytes(64 * 1024))
        outs = [self.world.dir / f"out-{i}" for i in range(2)]
        programs = [self.world.spawn("nrf_tcp_xfer", "recv", "127.0.0.1", self.world.ports["source"], out,
                                     stdout=subprocess.DEVNULL) for out in outs]
        for program in programs:
            self.assertEqual(program.wait(60), 0)
        for out in outs:
            self.assertEqual(sha256(out), sha256(self.world.files / "source"))
        # By the emulator's own order of events: neither waited for the other to end.
        turns = [e["handle"] for e in self.world.events() if e["event"] in harness.ARRIVALS and e["bytes"] > 0]
        first, last = {}, {}
        for at, handle in enumerate(turns):
            first.setdefault(handle, at)
            last[handle] = at
        self.assertEqual(len(first), 2)
        a, b = first
        self.assertLess(max(first[a], first[b]), min(last[a], last[b]))


if __name__ == "__main__":
    harness.main()
