#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Two modems under one daemon: a socket chooses, and one modem's trouble is not the other's."""
import json
import pathlib
import signal

import harness
from harness import Case, wait_until


class Modems(Case):
    world_options = {"modems": 2, "baud": 460800}

    def carried(self, modem):
        return any(e["event"] in harness.ARRIVALS for e in self.world.events(modem))

    def test_a_socket_goes_where_it_says(self):
        port = self.world.ports["echo"]
        self.assertEqual(self.world.ask_client("echo", "modem1/pdn0", port, 5000), ["same 5000"])
        self.assertTrue(self.carried(1))
        self.assertFalse(self.carried(0))
        self.assertEqual(self.world.ask_client("echo", "", port, 5000), ["same 5000"])
        self.assertTrue(self.carried(0))

    def test_names(self):
        said = self.world.ask_client("choose", "modem1", "modem7", "modem1/pdn1", "modem1/pdn0", "")
        self.assertEqual(said, ["ok b'modem1\\x00'", "ENODEV b'modem1\\x00'", "ENODEV b'modem1\\x00'",
                                "ok b'modem1/pdn0\\x00'", "ok b''"])
        self.assertEqual(self.world.ask_client("late", "modem1", self.world.ports["echo"]), ["EINVAL b''"])

    def test_the_command_line_names_modems(self):
        holder = self.world.client("hold", "modem1", self.world.ports["echo"])
        self.assertEqual(holder.stdout.readline(), "connected\n")
        status = self.world.status()
        self.assertEqual([link["name"] for link in status["links"]], ["modem0", "modem1"])
        self.assertEqual([one["link"] for one in status["sockets"]], ["modem1"])
        holder.kill()
        for modem in (0, 1):
            reply = json.loads(self.world.run("cellsock", "at", "--json", "--modem", f"modem{modem}", "AT+CGSN").stdout)
            self.assertTrue(reply["ok"])
        refused = self.world.run("cellsock", "at", "--modem", "modem7", "AT", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("there is modem0, modem1", refused.stderr)

    def test_one_is_killed_ten_times_while_the_other_moves_a_mebibyte(self):
        port = self.world.ports["echo"]
        mover = self.world.client("echo", "modem1", port, 1024 * 1024)
        wait_until(lambda: self.carried(1), "the transfer is under way")
        for _ in range(10):
            holder = self.world.client("hold", "modem0", port)
            self.assertEqual(holder.stdout.readline(), "connected\n")
            self.world.end(self.world.emulators[0], signal.SIGKILL)
            self.assertEqual(holder.stdout.readline(), "ENETDOWN\n")
            holder.wait(20)
            self.assertIsNone(mover.poll(), "the transfer ended before the kills did")
            self.world.start_emulator(0)
            wait_until(lambda: self.world.link_state(0) == "ready", "the killed one is back")
        self.assertEqual(self.world.ask_client("echo", "modem0", port, 2000), ["same 2000"])
        out, problem = mover.communicate(timeout=240)
        self.assertEqual((out, problem), (f"same {1024 * 1024}\n", ""))
        self.assertEqual(self.world.status()["links"][1]["uart"]["resyncs"], 0)


class Idle(Case):
    def test_an_idle_daemon_sleeps(self):
        def wakeups():
            text = pathlib.Path(f"/proc/{self.world.daemon.pid}/status").read_text()
            return int(next(l.split()[1] for l in text.split("\n") if l.startswith("voluntary_ctxt")))
        # Ten seconds of the machine's own clock: there is nothing to wait for but time itself.
        begun = wakeups()
        harness.select.select([], [], [], 10)
        self.assertLessEqual(wakeups() - begun, 15)


if __name__ == "__main__":
    harness.main()
