#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Release assistance from a program's call to the modem's line, and `cellsock radio`."""
import json
import subprocess

import harness
from harness import Case, wait_until


class Power(Case):
    def commands(self, watching, last):
        """The AT commands up to the one that `last` accepts."""
        seen = []
        for line in watching.stdout:
            fields = json.loads(line)["fields"]
            if fields.get("dir") == ">":
                seen.append(fields["text"])
                if last(seen[-1]):
                    return seen
        raise AssertionError(f"ended before: {seen[-5:]}")

    def test_hints_reach_the_line_each_before_its_datagram(self):
        watching = self.world.spawn("cellsock", "trace", "--json", stdout=subprocess.PIPE, text=True)
        self.assertEqual(json.loads(watching.stdout.readline())["event"], "watch-started")
        _, problem = self.world.client(self.world.ports["udp"], script="hints_client.py").communicate(timeout=harness.DEADLINE)
        self.assertEqual(problem, "", self.world.logs())
        seen = self.commands(watching, lambda command: command.endswith(",61,1"))
        at = [n for n, command in enumerate(seen) if "#XSOCKETOPT" in command and ",61," in command]
        self.assertEqual([seen[n][-1] for n in at], ["4", "5", "3", "2", "1"], seen)
        for n in at[:-1]:
            self.assertIn("#XSEND", seen[n + 1], seen)

    def test_radio_says_what_it_costs_and_whom(self):
        def programs():
            links = json.loads(self.world.run("cellsock", "radio", "--json").stdout)["links"]
            return {p["executable"]: p for p in links[0]["programs"]}

        self.world.run("nrf_udp_echo", "127.0.0.1", self.world.ports["udp"], "2", "20")
        name = str(harness.PROGRAMS["nrf_udp_echo"].resolve())
        cost = wait_until(lambda: programs().get(name), "the program in the radio's report")
        self.assertEqual((cost["bytes_sent"], cost["bytes_received"]), (40, 40))
        self.assertGreaterEqual(cost["connected_ms"], cost["tail_ms"])
        self.assertIn("nrf_udp_echo", self.world.run("cellsock", "radio").stdout)


if __name__ == "__main__":
    harness.main()
