#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The same transfer through every kind of port; what each does when its far end goes and comes."""
import json
import os
import pathlib
import signal

import harness
from harness import Case, wait_until


class Port:
    """Not a case itself: unittest would run it without a port."""

    def assert_echo(self):
        self.assertEqual(self.world.ask_client("echo", "", self.world.ports["echo"], 20000), ["same 20000"])

    def test_bytes_go_both_ways(self):
        self.assert_echo()
        link = self.world.status()["links"][0]
        self.assertEqual(link["uart"]["resyncs"], 0)
        self.assertIsNone(link["warning"])

    def assert_loss_is_survived(self, lose, bring_back=lambda: None):
        holder = self.world.client("hold", "", self.world.ports["echo"])
        self.assertEqual(holder.stdout.readline(), "connected\n")
        lose()
        self.assertEqual(holder.stdout.readline(), "ENETDOWN\n")
        bring_back()
        self.world.wait_ready()
        self.assert_echo()


class Serial(Port, Case):
    world_options = {"port": "serial"}

    def test_flow_control_that_is_off_is_warned_of(self):
        self.world.end(self.world.daemon)
        self.world.uri = lambda modem=0: f"serial:{self.world.link}?baud={self.world.baud}&flow=none"
        self.world.start_daemon()
        self.world.wait_ready()
        self.assertIn("RTS/CTS is off", self.world.status()["links"][0]["warning"])
        self.assertIn("port-warning link=modem0", self.world.logs())


class Rate(Case):
    """A modem that starts at 115200 baud and can go faster; and its lines, which travel beside a pty."""
    world_options = {"dialect": "sm-2", "baud": 115200, "start": False}

    def setUp(self):
        super().setUp()
        world = self.world
        world.uri = lambda modem=0: (f"serial:{world.link}?baud=115200&fast_baud=1000000"
                                     f"&lines=unix:{world.ctl_path}")
        world.start_peers()
        world.start_emulator()
        world.start_daemon()
        world.wait_ready()

    def modem(self):
        return json.loads(self.world.ctl("status"))

    def assert_echo(self):
        self.assertEqual(self.world.ask_client("echo", "", self.world.ports["echo"], 20000), ["same 20000"])

    def test_the_line_goes_to_its_fast_rate_again_after_every_restart(self):
        self.assertEqual(self.modem()["baud"], 1000000)
        self.assert_echo()
        self.world.ctl("reset")
        wait_until(lambda: self.world.link_state() != "ready", "the restart is noticed")
        self.world.wait_ready()
        self.assertEqual(self.modem()["baud"], 1000000)
        self.assert_echo()
        # The modem stays at the fast rate; the next daemon begins at the other.
        self.world.end(self.world.daemon)
        self.world.start_daemon()
        self.world.wait_ready()
        self.assert_echo()

    def test_the_lines_are_held_and_shown(self):
        wait_until(lambda: self.world.status()["links"][0]["lines"] == {"dtr": True, "cts": True, "ri": False}, "the lines")
        self.assertTrue(self.modem()["lines"]["dtr"])
        self.assertIn("DTR", self.world.run("cellsock", "status").stdout)


class Unix(Port, Case):
    world_options = {"port": "unix"}

    def test_the_server_goes_and_comes_back(self):
        self.assert_loss_is_survived(lambda: self.world.end(self.world.emulator, signal.SIGKILL),
                                     self.world.start_emulator)


class Tcp(Port, Case):
    world_options = {"port": "tcp"}

    def test_a_dropped_connection_is_made_again(self):
        relay = self.world.relays[0]
        before = relay.accepted
        self.assert_loss_is_survived(relay.drop)
        self.assertGreater(relay.accepted, before)


class Child(Port, Case):
    world_options = {"port": "emulator"}

    def children(self):
        """Of the daemon: its emulators."""
        return [int(pid) for pid in
                pathlib.Path(f"/proc/{self.world.daemon.pid}/task/{self.world.daemon.pid}/children").read_text().split()]

    def test_a_killed_child_is_started_again(self):
        first = self.children()
        self.assertEqual(len(first), 1)
        self.assert_loss_is_survived(lambda: os.kill(first[0], signal.SIGKILL))
        self.assertEqual(len(self.children()), 1)
        self.assertIn("was killed by signal 9", self.world.logs())

    def test_the_child_dies_with_the_daemon(self):
        for how in (signal.SIGTERM, signal.SIGKILL):
            child = self.children()[0]
            self.world.end(self.world.daemon, how)
            wait_until(lambda pid=child: not running(pid), "the child ends too")
            self.world.start_daemon()
            self.world.wait_ready()


def running(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in ("Z", "X")
    except OSError:
        return False


if __name__ == "__main__":
    harness.main()
