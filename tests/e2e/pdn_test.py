#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A packet network beside the first, and the radio: what programs feel, and what a person orders."""
import json
import pathlib
import subprocess
import tempfile
import unittest

import harness

CONFIG = '[modem]\nuri = "-"\n[[modem.pdn]]\nid = 1\napn = "m2m.example"\n'


class PacketNetworks(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        config = pathlib.Path(self.scratch.name) / "cellsock.toml"
        config.write_text(CONFIG)
        opened = harness.world(daemon=("--config", str(config)))
        self.world = opened.__enter__()
        self.addCleanup(opened.__exit__, None, None, None)

    def pdns(self):
        said = json.loads(self.world.run("cellsock", "pdn", "list", "--json").stdout)["pdns"]
        return {one["cid"]: one for one in said}

    def hold(self, device):
        holder = self.world.client("hold", device, self.world.ports["echo"])
        self.assertEqual(holder.stdout.readline(), "connected\n")
        return holder

    def test_the_first_socket_activates_it_and_its_loss_is_felt_by_its_sockets_alone(self):
        self.assertEqual(self.pdns()[1]["state"], "down")
        second = self.hold("pdn1")
        first = self.hold("")
        there = self.pdns()[1]
        self.assertEqual(there["state"], "up")
        self.assertTrue(there["addresses"])
        self.assertIn("pdn1 is down", self.world.run("cellsock", "pdn", "down", "pdn1").stdout)
        self.assertEqual(second.stdout.readline().split()[0], "ENETDOWN")
        self.assertEqual(self.world.ask_client("echo", "", self.world.ports["echo"], 5000), ["same 5000"])
        self.assertIsNone(first.poll())
        refused = self.world.client("hold", "pdn1", self.world.ports["echo"])
        self.assertEqual(refused.stdout.readline(), "ENETDOWN\n")
        self.world.run("cellsock", "pdn", "up", "pdn1")
        self.assertEqual(self.world.ask_client("echo", "pdn1", self.world.ports["echo"], 5000), ["same 5000"])
        self.assertIsNone(first.poll())
        self.world.end(first)

    def named(self, *steps):
        out, _ = self.world.client(*steps, script="resolver_client.py").communicate(timeout=harness.DEADLINE)
        return out.split("\n")[:-1]

    def test_names_are_asked_of_its_own_servers(self):
        """By our resolver: the modem's knows the first network alone. Asking activates it, as a socket does."""
        self.assertEqual(self.named("pdn1=peer.test", "pdn1=nobody.test"), ["127.0.0.1", "EAI_NONAME"])
        self.assertEqual(self.pdns()[1]["state"], "up")

    def test_the_radio_is_switched_off_and_on(self):
        holder = self.hold("")
        self.world.run("cellsock", "modem", "flight")
        self.assertEqual(holder.stdout.readline().split()[0], "ENETDOWN")
        self.assertEqual(self.world.status()["links"][0]["registration"], "off")
        late = self.world.run("cellsock", "wait", "--registered", "--timeout", "1", check=False)
        self.assertEqual(late.returncode, 1)
        self.assertIn("radio is off", late.stderr)
        back = self.world.run("cellsock", "modem", "on")
        self.assertIn("modem0 is registered: home", back.stdout)
        harness.wait_until(lambda: self.world.status()["links"][0]["state"] == "ready", "the network")
        self.assertEqual(self.world.ask_client("echo", "", self.world.ports["echo"], 5000), ["same 5000"])


if __name__ == "__main__":
    harness.main()
