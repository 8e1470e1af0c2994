#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""No payload byte is ever taken for a command, whatever happens to the socket while it is on the line."""
import subprocess

import harness

TRAP = b"+++\rAT+CFUN=0\r"
# Some pieces begin with the trap, some end in the middle of it, and every way of cutting 4096 is met.
TRAPS = b"".join(b"A" * (n % 97) + TRAP + b"+++\r\nAT+CFUN=0\r\n" for n in range(1500))[:65536]


class Payload(harness.Case):
    def commands(self, since):
        return [e["text"] for e in self.world.events()[since:] if e["event"] == "command"]

    def check_unharmed(self, since):
        world = self.world
        self.assertEqual([c for c in self.commands(since) if c.startswith("AT+CFUN")], [])
        harness.wait_until(lambda: world.link_state() == "ready", "link ready" + world.logs())
        self.assertEqual(world.status()["links"][0]["uart"]["command_timeouts"], 0)

    def test_a_peer_that_resets_in_mid_payload(self):
        world = self.world
        since = len(world.events())
        for size in (5000, 12288, 30011, 65536):
            source = world.put("traps", TRAPS[:size])
            world.run("nrf_tcp_xfer", "send", "127.0.0.1", world.ports["reset"], source, check=False)
        # All of it out, all of it failed, none of it understood.
        harness.wait_until(lambda: world.status()["links"][0]["handles_used"] == 0, "the sockets closed" + world.logs())
        self.check_unharmed(since)

    def test_traps_arrive_whole_when_nothing_happens(self):
        world = self.world
        since = len(world.events())
        source = world.put("traps", TRAPS)
        world.run("nrf_tcp_xfer", "send", "127.0.0.1", world.ports["sink"], source)
        harness.wait_until((world.files / "sink-1").exists, "the last byte" + world.logs())
        self.assertEqual(harness.sha256(world.files / "sink-1"), harness.sha256(source))
        self.check_unharmed(since)

    def test_a_network_lost_in_mid_payload(self):
        world = self.world
        since = len(world.events())
        source = world.put("traps", TRAPS * 4)
        sender = world.spawn("nrf_tcp_xfer", "send", "127.0.0.1", world.ports["sink"], source, stderr=subprocess.DEVNULL)
        harness.wait_until(lambda: any(e["event"] == "sent" for e in world.events()[since:]), "payload under way")
        world.ctl("pdn", "down")
        harness.wait_until(lambda: sender.poll() is not None, "the sender's error")
        self.assertNotEqual(sender.returncode, 0)
        world.ctl("pdn", "up")
        self.check_unharmed(since)


if __name__ == "__main__":
    harness.main()
