#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The network goes away while programs are in the middle of a call, and comes back.

Each case is felt by one program of each family at once: nrf_*, zsock_*, and the kernel's own calls on
the descriptor, which see the end but not the reason.
"""
import contextlib
import pathlib
import socket
import tempfile
import unittest

import harness
from harness import Case, wait_until

FAMILIES = ("nrf", "zsock", "posix")
NAMED = FAMILIES[:2]  # those which the library tells the reason
RAW_ENDS = ("0", "ECONNRESET")  # docs/differences.md, raw-end
LOST = "ENETDOWN"


class Program:
    """One loss_client.py, told what to do by its standard input."""

    def __init__(self, world, family):
        self.family = family
        self.process = world.client(family, script="loss_client.py", stdin=-1)

    def tell(self, *words):
        self.process.stdin.write(" ".join(str(word) for word in words) + "\n")
        self.process.stdin.flush()

    def said(self):
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.process.stderr.read())
        return line.rstrip("\n")

    def outcome(self):
        line = self.said()
        return self.said() if line == "calling" else line

    def ask(self, *words):
        self.tell(*words)
        return self.outcome()

    def begin(self, *words):
        """Until the call waits in the kernel: between `calling` and that the program does nothing else."""
        self.tell(*words)
        if self.said() != "calling":
            raise AssertionError(f"{words}: no call that waits")
        stat = pathlib.Path(f"/proc/{self.process.pid}/stat")
        wait_until(lambda: stat.read_text().rsplit(")", 1)[1].split()[0] == "S", f"{self.family} waits in {words}")


class LossCase(Case):
    def setUp(self):
        super().setUp()
        self.programs = [Program(self.world, family) for family in FAMILIES]

    def link(self):
        return self.world.status()["links"][0]

    def told(self):
        """What the daemon said so far, in its order."""
        return (self.world.dir / "daemon.log").read_text().split("\n")

    def assert_told_in_order(self):
        """First why, then of each socket."""
        lost = [n for n, line in enumerate(self.told()) if " pdn-changed " in line and " state=lost " in line]
        ended = [n for n, line in enumerate(self.told()) if " socket-ended " in line]
        self.assertEqual((len(lost), len(ended)), (1, len(FAMILIES)), self.told())
        self.assertLess(lost[0], min(ended))
        for number in ended:
            self.assertIn(" why=pdn-down ", self.told()[number])

    def all(self, *words, only=FAMILIES):
        return {p.family: p.ask(*words) for p in self.programs if p.family in only}

    def same(self, outcome, only=FAMILIES):
        return dict.fromkeys(only, outcome)

    def connected(self):
        self.assertEqual(self.all("open"), self.same("ok"))
        self.assertEqual(self.all("connect", self.world.ports["echo"]), self.same("ok"))

    def begin(self, *words):
        for program in self.programs:
            program.begin(*words)

    def outcomes(self):
        return {p.family: p.outcome() for p in self.programs}

    def lose(self):
        self.world.ctl("pdn", "lose", 0)
        wait_until(lambda: (self.link()["trouble"] or {}).get("name") == "pdn-down", "status says so")

    def give_back(self):
        self.world.ctl("pdn", "return", 0)
        self.world.wait_ready()

    def assert_received(self, told):
        self.assertEqual({f: told[f] for f in NAMED}, self.same(LOST, NAMED))
        self.assertIn(told["posix"], RAW_ENDS)

    def assert_sent(self, told):
        self.assertEqual({f: told[f] for f in NAMED}, self.same(LOST, NAMED))
        self.assertIn(told["posix"], ("ECONNRESET", "EPIPE"))

    def assert_error_once(self):
        self.assertEqual(self.all("error", only=NAMED), self.same(LOST, NAMED))
        self.assertEqual(self.all("error", only=NAMED), self.same("0", NAMED))

    def assert_dead(self):
        """Before and after the network is back: until it is closed."""
        self.assert_received(self.all("recv"))
        self.assert_sent(self.all("send", 10))
        shown = self.all("poll", "in")
        self.assertEqual({f: shown[f] for f in NAMED}, self.same("IN ERR HUP", NAMED))
        self.assertIn("HUP", shown["posix"])

    def assert_dead_until_closed(self):
        self.assert_error_once()
        self.assert_dead()
        self.give_back()
        self.assert_dead()
        self.assertEqual(self.all("connect", self.world.ports["echo"]), self.same(LOST))
        self.assert_new_ones_work()

    def assert_new_ones_work(self):
        self.assertEqual(self.all("close"), self.same("ok"))
        wait_until(lambda: self.link()["handles_used"] == 0, "the modem's sockets are closed")
        self.connected()
        self.assertEqual(self.all("send", 10), self.same("ok"))
        self.assertEqual(self.all("poll", "in"), self.same("IN"))


class InTheMiddle(LossCase):
    """The packet network ends during each call that waits."""

    def test_recv(self):
        self.connected()
        self.begin("recv")
        self.lose()
        self.assert_received(self.outcomes())
        self.assert_told_in_order()
        self.assert_dead_until_closed()

    def test_what_had_come_is_still_read(self):
        self.connected()
        self.assertEqual(self.all("send", 10), self.same("ok"))
        self.assertEqual(self.all("poll", "in"), self.same("IN"))
        self.lose()
        self.assertEqual(self.all("recv"), self.same("10"))
        self.assert_received(self.all("recv"))
        self.assert_dead_until_closed()

    def test_recv_of_datagrams(self):
        named = self.programs[:2]
        for program in named:
            self.assertEqual(program.ask("datagram"), "ok")
            self.assertEqual(program.ask("connect", self.world.ports["udp"]), "ok")
            self.assertEqual(program.ask("send", 10), "ok")
            self.assertEqual(program.ask("recv"), "10")
            program.begin("recv")
        self.lose()
        self.assertEqual({p.family: p.outcome() for p in named}, self.same(LOST, NAMED))
        self.assert_error_once()
        self.give_back()
        self.assertEqual(self.all("recv", only=NAMED), self.same(LOST, NAMED))
        self.assertEqual(self.all("send", 10, only=NAMED), self.same(LOST, NAMED))
        self.assertEqual(self.all("close", only=NAMED), self.same("ok", NAMED))
        for program in named:
            self.assertEqual(program.ask("datagram"), "ok")
            self.assertEqual(program.ask("connect", self.world.ports["udp"]), "ok")
            self.assertEqual(program.ask("send", 10), "ok")
            self.assertEqual(program.ask("recv"), "10")

    def test_interfaces(self):
        nrf = self.programs[0]
        self.assertEqual(nrf.ask("interfaces"), "pdn0")
        self.lose()
        self.assertEqual(nrf.ask("interfaces"), "none")
        self.give_back()
        self.assertEqual(nrf.ask("interfaces"), "pdn0")

    def test_send(self):
        self.connected()
        self.world.ctl("send-block", "on")
        self.begin("send", 1 << 20)
        self.lose()
        self.assert_sent(self.outcomes())
        self.world.ctl("send-block", "off")
        self.assert_dead_until_closed()

    def test_poll(self):
        self.connected()
        self.begin("poll", "in")
        self.lose()
        shown = self.outcomes()
        self.assertEqual({f: shown[f] for f in NAMED}, self.same("IN ERR HUP", NAMED))
        self.assertIn("HUP", shown["posix"])
        self.assert_dead_until_closed()

    def test_poll_that_asks_for_nothing(self):
        self.connected()
        self.begin("poll", "none")
        self.lose()
        shown = self.outcomes()
        self.assertEqual({f: shown[f] for f in NAMED}, self.same("ERR HUP", NAMED))
        self.assertIn("HUP", shown["posix"])
        self.assert_dead_until_closed()

    def wait_for_connect(self):
        """One is with the modem; it takes the others' after it."""
        wait_until(lambda: "#XCONNECT" in str(self.link()["busy"]), "a connect is with the modem")

    def test_connect(self):
        self.world.ctl("connect", "swallow")
        self.assertEqual(self.all("open"), self.same("ok"))
        self.begin("connect", self.world.ports["echo"])
        self.wait_for_connect()
        self.lose()
        self.assertEqual(self.outcomes(), self.same(LOST))
        self.world.ctl("connect", "normal")
        self.give_back()
        self.assert_new_ones_work()

    def test_connect_that_nobody_waits_for(self):
        self.world.ctl("connect", "swallow")
        self.assertEqual(self.all("open"), self.same("ok"))
        self.assertEqual(self.all("start", self.world.ports["echo"]), self.same("EINPROGRESS"))
        self.wait_for_connect()
        self.begin("poll", "out")
        self.lose()
        for family, shown in self.outcomes().items():
            self.assertIn("ERR", shown, family)
        self.assert_error_once()
        self.world.ctl("connect", "normal")
        self.give_back()
        self.assert_new_ones_work()

    def test_getaddrinfo(self):
        self.world.ctl("net-delay", 30000)
        named = self.programs[:2]
        for number, program in enumerate(named):
            program.begin("name", f"name{number}.test")
        wait_until(lambda: "#XGETADDRINFO" in str(self.link()["busy"]), "a name is asked for")
        self.lose()
        for program in named:
            self.assertEqual(program.outcome(), "EAI_SYSTEM ENETDOWN", program.family)
        self.world.ctl("net-delay", 0)
        self.assertEqual(self.all("name", "peer.test", only=NAMED), self.same("EAI_SYSTEM ENETDOWN", NAMED))
        self.give_back()
        self.assertEqual(self.all("name", "peer.test", only=NAMED), self.same("found", NAMED))


class BesideTheFirst(LossCase):
    """PDN 1 goes; PDN 0 carries on, in the same programs' calls."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        config = pathlib.Path(scratch.name) / "cellsock.toml"
        config.write_text('[modem]\nuri = "-"\n[[modem.pdn]]\nid = 1\napn = "m2m.example"\n')
        self.world_options = {"daemon": ("--config", config)}
        super().setUp()

    def second(self):
        return next(pdn for pdn in self.link()["pdns"] if pdn["cid"] == 1)

    def test_the_second_is_lost_and_returns(self):
        first = [Program(self.world, family) for family in FAMILIES]
        for program in first:
            self.assertEqual(program.ask("open"), "ok")
            self.assertEqual(program.ask("connect", self.world.ports["echo"]), "ok")
        self.assertEqual(self.all("open", "pdn1"), self.same("ok"))
        self.assertEqual(self.all("connect", self.world.ports["echo"]), self.same("ok"))
        self.begin("recv")
        self.world.ctl("pdn", "lose", 1)
        self.assert_received(self.outcomes())
        self.assert_error_once()
        self.assert_dead()
        self.assertEqual(self.link()["state"], "ready")
        for program in first:
            heard = [program.ask(*words) for words in (("error",), ("send", 10), ("poll", "in"), ("recv",))]
            self.assertEqual(heard, ["0", "ok", "IN", "10"], program.family)
        self.assertEqual(self.all("close"), self.same("ok"))
        self.assertEqual(self.second()["state"], "lost")
        self.world.ctl("pdn", "return", 1)
        wait_until(lambda: self.second()["state"] == "up", "the network gave it back")
        self.assertEqual(self.all("open", "pdn1"), self.same("ok"))
        self.assertEqual(self.all("connect", self.world.ports["echo"]), self.same("ok"))
        self.assertEqual(self.all("send", 10), self.same("ok"))
        self.assertEqual(self.all("poll", "in"), self.same("IN"))


@unittest.skipUnless(harness.DIALECT in ("sm", "sm-2"), "the only firmware that has a server is sm-2")
class Accepting(LossCase):
    @staticmethod
    def free_port():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    def served(self):
        ports = []
        self.assertEqual(self.all("open"), self.same("ok"))
        for program in self.programs:
            ports.append(self.free_port())
            self.assertEqual(program.ask("serve", ports[-1]), "ok", program.family)
        return ports

    def test_poll(self):
        self.served()
        self.begin("poll", "in")
        self.lose()
        shown = self.outcomes()
        self.assertEqual({f: shown[f] for f in NAMED}, self.same("IN ERR HUP", NAMED))
        self.assertIn("HUP", shown["posix"])
        self.assert_error_once()

    def test_accept(self):
        self.served()
        # accept is the library's: whose descriptor is read in the end does not matter to it.
        self.begin("accept")
        self.lose()
        self.assertEqual(self.outcomes(), self.same(LOST))
        self.assert_error_once()
        self.assertEqual(self.all("accept"), self.same(LOST))
        self.give_back()
        self.assertEqual(self.all("accept"), self.same(LOST))
        self.assertEqual(self.all("close"), self.same("ok"))
        for port, program in zip(self.served(), self.programs):
            program.begin("accept")
            with contextlib.closing(socket.create_connection(("127.0.0.1", port), harness.DEADLINE)):
                self.assertEqual(program.outcome(), "ok", program.family)


class Attachment(LossCase):
    """What the network makes of the modem: what `status` says to a person, and calls to a program."""

    def registered_as(self, what):
        wait_until(lambda: self.link()["registration"] == what, f"registration {what}\n{self.world.logs()}")

    def words(self):
        return self.world.run("cellsock", "status").stdout

    def assert_wait_says(self, *parts):
        late = self.world.run("cellsock", "wait", "--registered", "--timeout", "1", check=False)
        self.assertEqual(late.returncode, 1)
        for part in parts:
            self.assertIn(part, late.stderr)

    def refused(self):
        """What a new socket says now, if it comes so far."""
        for program in self.programs:
            said = program.ask("open")
            if said == "ok":
                said = program.ask("connect", self.world.ports["echo"])
                self.assertEqual(program.ask("close"), "ok")
            yield program.family, said

    def receiving(self, *verb):
        self.connected()
        self.begin("recv")
        self.world.ctl(*verb)
        self.assert_received(self.outcomes())
        wait_until(lambda: self.link()["state"] != "ready", "status says so")
        self.assert_error_once()
        self.assert_dead()
        self.assertEqual(self.all("close"), self.same("ok"))

    def back(self):
        self.world.wait_ready()
        self.connected()
        self.assertEqual(self.all("send", 10), self.same("ok"))
        self.assertEqual(self.all("poll", "in"), self.same("IN"))

    def test_detached_by_the_network_and_attached_again(self):
        self.receiving("detach", "nw")
        self.assertEqual(dict(self.refused()), self.same("ENETUNREACH"))
        self.world.ctl("registration", "home")
        self.registered_as("home")
        self.back()

    def test_roaming_is_registered(self):
        self.world.ctl("registration", "roaming")
        self.registered_as("roaming")
        self.assertIn("roaming", self.words())
        waited = self.world.run("cellsock", "wait", "--registered")
        self.assertIn("roaming", waited.stdout)
        self.back()

    def test_denied(self):
        self.receiving("registration", "denied", 11)
        self.registered_as("denied")
        wait_until(lambda: (self.link()["trouble"] or {}).get("name") == "registration-denied", "the trouble's name")
        self.assertIn("roaming agreement", self.words())  # what EMM cause 11 means to a person
        self.assert_wait_says("EMM cause 11", "roaming agreement")
        self.assertEqual(dict(self.refused()), self.same("ENETUNREACH"))
        self.world.ctl("registration", "home")
        self.registered_as("home")
        self.back()

    def test_the_sim_is_pulled_and_put_back(self):
        self.receiving("sim", "remove")
        self.registered_as("no-sim")
        wait_until(lambda: (self.link()["trouble"] or {}).get("name") == "no-sim", "the trouble's name")
        self.assertIn("SIM", self.words())
        self.assert_wait_says("SIM card is gone")
        self.assertEqual(dict(self.refused()), self.same(LOST))
        self.world.ctl("sim", "insert")
        self.registered_as("home")
        self.back()


if __name__ == "__main__":
    harness.main()
