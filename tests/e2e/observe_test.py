#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`cellsock sockets`, `watch` and `trace` against the real daemon: what operators see."""
import json
import os
import signal
import subprocess
import unittest

import harness
from harness import PROGRAMS, Case, wait_until


class Observe(Case):
    def follow(self, verb, *arguments, **options):
        program = self.world.spawn("cellsock", verb, "--json", *arguments, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, **options)
        first = json.loads(program.stdout.readline())
        self.assertEqual(first["event"], "watch-started")
        return program

    @staticmethod
    def until(program, last):
        """What the program says up to the event that `last` accepts."""
        seen = []
        for line in program.stdout:
            seen.append(json.loads(line))
            if last(seen[-1]):
                return seen
        raise AssertionError(f"ended before: {seen[-3:]}{program.stderr.read()}")

    def echo(self, payload="20"):
        return self.world.run("nrf_udp_echo", "127.0.0.1", self.world.ports["udp"], "2", payload)

    def test_watch_tells_the_life_of_a_socket_and_ends_with_ctrl_c(self):
        watching = self.follow("watch")
        self.world.put("source", b"x" * 5000)
        self.world.run("nrf_tcp_xfer", "recv", "127.0.0.1", self.world.ports["source"], self.world.dir / "out")
        seen = self.until(watching, lambda e: e["event"] == "socket-closed")
        # The network's second address may come just then.
        names = [e["event"] for e in seen if not e["event"].startswith(("control-", "pdn-"))]
        self.assertEqual(names, ["socket-opened", "connect-started", "connected", "socket-closed"])
        opened = seen[[e["event"] for e in seen].index("socket-opened")]
        self.assertEqual(set(opened), {"unix_ms", "event", "level", "missed", "fields"})
        self.assertEqual(opened["fields"]["program"], "nrf_tcp_xfer")
        peer = next(e["fields"]["peer"] for e in seen if e["event"] == "connected")
        self.assertEqual(peer, f"127.0.0.1:{self.world.ports['source']}")
        self.assertEqual(self.world.end(watching, signal.SIGINT), 0)

    def test_watch_sees_the_network_go_and_come(self):
        watching = self.follow("watch")
        self.world.ctl("pdn", "down")
        down = self.until(watching, lambda e: e["event"] == "link-state")[-1]
        self.assertEqual((down["level"], down["fields"]["trouble"]), ("warn", "pdn-down"))
        self.world.ctl("pdn", "up")
        self.until(watching, lambda e: e["fields"].get("state") == "ready")

    def test_the_end_of_the_daemon_is_exit_3_in_text_and_json(self):
        watching = self.follow("watch")
        plain = self.world.spawn("cellsock", "watch", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertIn(" info watch-started ", plain.stdout.readline())
        self.world.end(self.world.daemon)
        self.assertEqual((watching.wait(harness.DEADLINE), plain.wait(harness.DEADLINE)), (3, 3))
        *events, end = [json.loads(line) for line in watching.stdout]
        self.assertIn("stopping", [e["event"] for e in events])
        self.assertEqual(end["error"]["name"], "connection-broken")
        self.assertIn("daemon", plain.stderr.read())
        for verb in ("watch", "trace", "sockets"):
            self.assertEqual(self.world.run("cellsock", verb, check=False).returncode, 3)

    def test_trace_shows_the_dialogue_and_no_payload(self):
        tracing = self.follow("trace")
        self.echo()
        seen = self.until(tracing, lambda e: e["fields"].get("text", "").startswith("AT#XCLOSE")
                          or e["fields"].get("text", "").startswith("AT#XSOCKET=0"))
        self.assertEqual({e["event"] for e in seen}, {"at"})
        self.assertTrue(any(e["fields"]["text"].startswith("AT#XSEND") for e in seen))
        self.assertFalse(any("payload" in e["fields"] for e in seen))
        self.assertEqual({e["fields"]["dir"] for e in seen} - {"-"}, {">", "<"})
        self.assertNotIn(" at dir=", (self.world.dir / "daemon.log").read_text())

    def test_trace_with_payload_is_for_root_and_the_daemons_user(self):
        tracing = self.follow("trace", "--payload")
        self.echo()
        seen = self.until(tracing, lambda e: e["fields"]["dir"] == "<" and "payload" in e["fields"])
        sent = next(e["fields"] for e in seen if e["fields"]["dir"] == ">" and "payload" in e["fields"])
        self.assertEqual(sent["payload"], seen[-1]["fields"]["payload"])
        self.assertIn("bytes>", sent["text"])
        self.assertNotIn(sent["payload"], (self.world.dir / "daemon.log").read_text())

    @unittest.skipUnless(os.geteuid() == 0, "needs root to be another user")
    def test_trace_with_payload_is_refused_to_others(self):
        self.world.dir.chmod(0o755)
        self.world.socket.chmod(0o666)

        def as_nobody(*arguments):
            return subprocess.run([PROGRAMS["cellsock"], *arguments], env=self.world.env, user=65534, group=65534,
                                  extra_groups=[], capture_output=True, text=True, timeout=60, check=False)
        if not os.access(PROGRAMS["cellsock"].parents[3], os.X_OK) or as_nobody("--version").returncode != 0:
            self.skipTest("another user cannot run this build")
        refused = as_nobody("trace", "--payload", "--json")
        self.assertEqual(refused.returncode, 1, refused.stderr)
        self.assertEqual(json.loads(refused.stdout)["error"]["name"], "not-permitted")

    def test_sockets_shows_every_field_of_each(self):
        self.assertEqual(self.world.run("cellsock", "sockets").stdout, "no sockets\n")
        program = self.world.spawn("nrf_tcp_xfer", "send", "127.0.0.1", self.world.ports["echo"], "/dev/zero",
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        listed = wait_until(lambda: [s for s in json.loads(self.world.run("cellsock", "sockets", "--json").stdout)[
            "sockets"] if s["bytes_sent"]], "a socket that sends")
        self.assertEqual(listed[0].keys(), self.world.status()["sockets"][0].keys())
        table = self.world.run("cellsock", "sockets").stdout.split("\n")
        self.assertEqual(table[0].split()[:7], ["SOCKET", "MODEM", "TYPE", "STATE", "LOCAL", "PEER", "HANDLE"])
        self.assertIn(f" {program.pid} ", table[1])
        self.assertIn("nrf_tcp_xfer", table[1])


if __name__ == "__main__":
    harness.main()
