#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every handle of the modem in use at once: seven programs send and seven receive, and each gets its own bytes.

CELLSOCK_SEVEN_KIB: KiB per program and way (64; `deploy/test --long` asks for 1024).
"""
import os
import subprocess

import harness

KIB = int(os.environ.get("CELLSOCK_SEVEN_KIB", "64"))
SOCKETS = 7


class Seven(harness.Case):
    def run_all(self, way):
        """Starts one program per socket, then waits for all of them."""
        running = [self.world.spawn("nrf_tcp_xfer", *arguments, stderr=subprocess.PIPE) for arguments in way]
        for process in running:
            _, said = process.communicate(timeout=harness.DEADLINE * max(1, KIB // 64))
            self.assertEqual(process.returncode, 0, said.decode() + self.world.logs())

    def test_seven_send_and_seven_receive(self):
        world = self.world
        sources = [world.put(f"out-{n}", harness.random_bytes(KIB * 1024, seed=n)) for n in range(SOCKETS)]
        self.run_all(("send", "127.0.0.1", world.ports["sink"], source) for source in sources)
        arrived = [world.files / f"sink-{n + 1}" for n in range(SOCKETS)]
        for file in arrived:
            harness.wait_until(file.exists, f"the last byte of {file.name}")
        self.assertEqual(sorted(map(harness.sha256, arrived)), sorted(map(harness.sha256, sources)))

        world.put("source", harness.random_bytes(KIB * 1024))
        results = [world.dir / f"in-{n}" for n in range(SOCKETS)]
        self.run_all(("recv", "127.0.0.1", world.ports["source"], result) for result in results)
        self.assertEqual({harness.sha256(world.files / "source")}, set(map(harness.sha256, results)))

        # All seven were open together, and none stayed open.
        opened = most = 0
        for happened in world.events():
            opened += (happened["event"] == "opened") - (happened["event"] == "closed")
            most = max(most, opened)
        self.assertEqual(most, SOCKETS)
        harness.wait_until(lambda: world.status()["links"][0]["handles_used"] == 0, "all handles given back")


if __name__ == "__main__":
    harness.main()
