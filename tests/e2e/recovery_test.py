#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What goes wrong with modems, and what programs, `status` and the daemon make of it."""
import signal
import subprocess

import harness
from harness import Case, random_bytes, wait_until


class Recovery(Case):
    def start_download(self):
        self.world.put("source", random_bytes(512 * 1024))
        program = self.world.spawn("nrf_tcp_xfer", "recv", "127.0.0.1", self.world.ports["source"],
                                   self.world.dir / "out", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        wait_until(lambda: any(e["event"] == "received" for e in self.world.events()), "the transfer is under way")
        return program

    def try_connect(self):
        return self.world.run("nrf_tcp_xfer", "recv", "127.0.0.1", self.world.ports["source"],
                              self.world.dir / "again", check=False)

    def assert_fails_with(self, program, text):
        _, problem = program.communicate(timeout=60)
        self.assertNotEqual(program.returncode, 0)
        self.assertIn(text, problem)

    def test_the_emulator_is_killed_in_mid_transfer_and_comes_back(self):
        program = self.start_download()
        self.world.end(self.world.emulator, signal.SIGKILL)
        self.assert_fails_with(program, "Network is down")
        link = wait_until(lambda: next((l for l in self.world.status()["links"] if l["state"] != "ready"), None),
                          "status sees the loss")
        self.assertIsNotNone(link["trouble"])
        self.assertEqual(self.world.status()["sockets"], [])
        refused = self.try_connect()
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("Network is down", refused.stderr)
        self.world.start_emulator()
        self.world.wait_ready()
        self.world.put("source", random_bytes(3000))
        self.assertEqual(self.try_connect().returncode, 0)

    def test_the_modem_resets(self):
        program = self.start_download()
        self.world.ctl("reset")
        self.assert_fails_with(program, "Network is down")
        self.world.put("source", random_bytes(3000))
        wait_until(lambda: self.try_connect().returncode == 0, "sockets work again")

    def test_the_packet_data_network_goes_down(self):
        program = self.start_download()
        self.world.ctl("pdn", "down")
        self.assert_fails_with(program, "Network is down")
        link = self.world.status()["links"][0]
        self.assertEqual(link["trouble"]["name"], "pdn-down")
        self.world.ctl("pdn", "up")
        self.world.wait_ready()
        self.world.put("source", random_bytes(3000))
        self.assertEqual(self.try_connect().returncode, 0)

    def test_not_registered(self):
        self.world.ctl("deregister")
        wait_until(lambda: self.world.link_state() != "ready", "status sees it")
        refused = self.try_connect()
        self.assertIn("Network is unreachable", refused.stderr)
        self.world.ctl("register")
        self.world.wait_ready()

    def test_connections_refused_reset_and_swallowed(self):
        closed = self.world.run("nrf_tcp_xfer", "recv", "127.0.0.1", 9, self.world.dir / "x", check=False)
        self.assertIn("Connection refused", closed.stderr)
        self.world.ctl("connect", "refuse")
        self.assertIn("Connection refused", self.try_connect().stderr)
        self.world.ctl("connect", "normal")
        self.world.put("source", random_bytes(3000))
        self.assertEqual(self.try_connect().returncode, 0)

    def test_the_peer_resets(self):
        source = self.world.put("up", random_bytes(300000))
        program = self.world.run("nrf_tcp_xfer", "send", "127.0.0.1", self.world.ports["reset"], source, check=False)
        self.assertNotEqual(program.returncode, 0)
        self.assertIn("Connection reset", program.stderr)

    def test_a_hanging_modem_hangs_nobody(self):
        program = self.start_download()
        self.world.ctl("hang")
        self.assert_fails_with(program, "Network is down")
        wait_until(lambda: self.world.link_state() != "ready", "status sees it")

    def test_no_sim(self):
        self.world.end(self.world.daemon)
        self.world.end(self.world.emulator)
        self.world.start_emulator()
        self.world.ctl("no-sim")
        self.world.start_daemon()
        link = wait_until(lambda: next((l for l in (self.world.status(check=False) or {"links": []})["links"]
                                        if l["trouble"] and l["trouble"]["name"] == "no-sim"), None), "no SIM is seen")
        self.assertIn("SIM", link["trouble"]["detail"])


class Daemon(Case):
    def test_sigterm_closes_the_modems_sockets_and_the_path(self):
        self.world.put("source", random_bytes(512 * 1024))
        program = self.world.spawn("nrf_tcp_xfer", "recv", "127.0.0.1", self.world.ports["source"],
                                   self.world.dir / "out", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        wait_until(lambda: any(e["event"] == "received" for e in self.world.events()), "the transfer is under way")
        self.assertEqual(self.world.end(self.world.daemon), 0)
        _, problem = program.communicate(timeout=30)
        self.assertIn("Network is down", problem)
        self.assertFalse(self.world.socket.exists())
        self.assertIn("closed", [e["event"] for e in self.world.events()])
        self.assertEqual(self.world.run("cellsock", "status", check=False).returncode, 3)

    def test_the_port_is_busy(self):
        second = self.world.run("cellsockd", "--modem", f"serial:{self.world.link}?baud=1000000",
                                "--socket", self.world.socket, check=False)
        self.assertEqual(second.returncode, 1)
        self.assertIn("another cellsockd", second.stderr)
        other = self.world.dir / "other.sock"
        self.world.spawn("cellsockd", "--modem", f"serial:{self.world.link}?baud=1000000", "--socket", other,
                         stderr=subprocess.DEVNULL)
        link = wait_until(lambda: self.busy_link(other), "the second daemon says why")
        self.assertEqual(link["trouble"]["name"], "port-busy")
        self.assertEqual(self.world.link_state(), "ready")

    def busy_link(self, path):
        done = self.world.run("cellsock", "--socket", path, "status", "--json", check=False)
        if done.returncode != 0:
            return None
        link = harness.json.loads(done.stdout)["links"][0]
        return link if link["trouble"] else None


HOLD_ALL = """
import ctypes, os, sys
library = ctypes.CDLL(sys.argv[1], use_errno=True)
held = [library.nrf_socket(1, 1, 0) for _ in range(9)]
print(sum(fd >= 0 for fd in held), os.strerror(ctypes.get_errno()), flush=True)
sys.stdin.read()
"""


class Cli(Case):
    def test_an_exhausted_modem_names_its_holders(self):
        library = next((harness.BUILD / "client_lib").glob("libcellsock.so*"))
        self.world.env.update(harness.preload_for(library))
        holder = self.world.spawn("/usr/bin/python3", "-c", HOLD_ALL, library, stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True)
        handles = self.world.status()["links"][0]["handles_max"]  # 7, in some firmware 8
        self.assertEqual(holder.stdout.readline(), f"{handles} No buffer space available\n")
        for name in harness.preload_for(library):
            del self.world.env[name]
        text = self.world.run("cellsock", "status").stdout
        self.assertIn(f"every socket is held: python3 (pid {holder.pid})", text)
        holder.kill()

    def test_at_runs_through_the_queue(self):
        self.assertIn("nRF91", self.world.run("cellsock", "at", "AT+CGMM").stdout)
        reply = harness.json.loads(self.world.run("cellsock", "at", "AT+CEREG?", "--json").stdout)
        self.assertTrue(reply["ok"])
        self.assertEqual(reply["result"], "OK")

    def test_at_refuses_what_would_break_the_daemons_view(self):
        for command in ("AT+CFUN=0", "AT#XSOCKET=1,1,0", "AT#XSEND", "AT#XRESET", "AT+CMUX=0"):
            done = self.world.run("cellsock", "at", command, check=False)
            self.assertEqual(done.returncode, 1, command)
            self.assertIn("would break the daemon's view", done.stderr, command)
        self.assertEqual(self.world.link_state(), "ready")

    def test_usage_and_missing_daemon(self):
        self.assertEqual(self.world.run("cellsock", check=False).returncode, 2)
        self.assertEqual(self.world.run("cellsock", "nonsense", check=False).returncode, 2)
        gone = self.world.run("cellsock", "--socket", "/nonexistent/x.sock", "status", check=False)
        self.assertEqual(gone.returncode, 3)
        self.assertEqual(self.world.run("cellsockd", check=False).returncode, 2)
        self.assertEqual(self.world.run("cellsockd", "--modem", "serial:", check=False).returncode, 2)
        self.assertEqual(self.world.run("cellsockd", "--modem", "floppy:a", check=False).returncode, 2)


if __name__ == "__main__":
    harness.main()
