#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Names through our own resolver: a name server of the test's behind the emulated modem.

A name server has port 53, so it takes a user who may bind that on 127.0.0.0/8; without, the tests are
skipped and say so (tests/scenarios/names_test.cpp is the same in memory, for everybody).
"""
import contextlib
import os
import socket
import struct
import threading
import unittest

import harness
from harness import Case, wait_until

ADDRESSES = [f"127.53.{os.getpid() % 250}.{last}" for last in range(1, 251)]
A, SOA, AAAA = 1, 6, 28
SAME_NAME = b"\xc0\x0c"


def record(owner, kind, ttl, data):
    return owner + struct.pack(">HHIH", kind, 1, ttl, len(data)) + data


def soa(minimum):
    return b"\0\0" + struct.pack(">5I", 1, 2, 3, 4, minimum)


class NameServer:
    """Counts what it is asked. `plan` of a name: what becomes of its questions, one after the other,
    the last for ever."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for self.where in ADDRESSES:  # a machine may serve names itself
            with contextlib.suppress(OSError):
                self.socket.bind((self.where, 53))
                break
        self.asked = []
        self.plans = {}
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                query, peer = self.socket.recvfrom(512)
            except OSError:
                return
            if len(query) < 17:
                continue
            labels, at = [], 12
            while query[at]:
                labels.append(query[at + 1:at + 1 + query[at]].decode("ascii", "replace"))
                at += 1 + query[at]
            kind = struct.unpack(">H", query[at + 1:at + 3])[0]
            name = ".".join(labels)
            plan = self.plans.get(name.lower(), ["address"])
            turn = min(sum(asked == (name, kind) for asked in self.asked), len(plan) - 1)
            self.asked.append((name, kind))
            for said in getattr(self, plan[turn])(query[:2], query[12:at + 5], kind):
                self.socket.sendto(said, peer)

    @staticmethod
    def message(query_id, flags, question, answers=(), authority=()):
        return (query_id + struct.pack(">5H", flags, 1, len(answers), len(authority), 0) + question +
                b"".join(answers) + b"".join(authority))

    def address(self, query_id, question, kind):
        data = socket.inet_pton(*((socket.AF_INET, "192.0.2.7") if kind == A else (socket.AF_INET6, "2001:db8::7")))
        return [self.message(query_id, 0x8180, question, [record(SAME_NAME, kind, 300, data)])]

    def silence(self, query_id, question, kind):
        return []

    def wrong_id(self, query_id, question, kind):
        return self.address(bytes([query_id[0] ^ 1, query_id[1]]), question, kind)

    def wrong_question(self, query_id, question, kind):
        return self.address(query_id, question.swapcase(), kind)

    def truncated(self, query_id, question, kind):
        return [self.message(query_id, 0x8380, question)]

    def garbage(self, query_id, question, kind):
        return [b"\xff" * 40, query_id + b"\x81\x80\0\1\xff\xff\xff\xff\xff\xff" + question + b"\xc0\xff" * 200]

    def lies_then_tells(self, query_id, question, kind):
        return (self.wrong_id(query_id, question, kind) + self.garbage(query_id, question, kind) +
                self.address(query_id, question, kind))

    def no_such_name(self, query_id, question, kind):
        return [self.message(query_id, 0x8183, question, (), [record(b"\0", SOA, 60, soa(60))])]

    def trouble(self, query_id, question, kind):
        return [self.message(query_id, 0x8182, question)]

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)  # wakes the thread
        self.socket.close()


def may_serve_names():
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.bind((ADDRESSES[-1], 53))
        return True
    except OSError:
        return False


@unittest.skipUnless(may_serve_names(), "port 53 of 127.0.0.0/8 cannot be bound by this user")
class Resolver(Case):
    # A network that names no servers of its own.
    world_options = {"emulator": ("--no-name-servers",)}

    def setUp(self):
        self.server = NameServer()
        self.addCleanup(self.server.close)
        super().setUp()
        self.wait_for_both_families()

    def wait_for_both_families(self):
        """The IPv6 address comes a moment after the network."""
        wait_until(lambda: self.world.status()["links"][0].get("address6"), "an IPv6 address")

    def said(self, *steps):
        out, problem = self.world.client(*steps, script="resolver_client.py").communicate(timeout=harness.DEADLINE)
        self.assertEqual(problem, "", self.world.logs())
        return out.split("\n")[:-1]

    def told(self, event):
        return [line for line in (self.world.dir / "daemon.log").read_text().split("\n") if event in line]

    def kinds(self, name):
        return sorted(kind for asked, kind in self.server.asked if asked == name)

    def test_the_chosen_server_answers(self):
        self.assertEqual(self.said("server=" + self.server.where, "any=a.example", "any=A.Example"), ["ok", "192.0.2.7", "192.0.2.7"])
        # Both families at once, and once: the second was remembered.
        self.assertEqual(self.kinds("a.example"), [A, AAAA])
        self.assertEqual(len(self.server.asked), 2)
        self.assertEqual(self.world.status()["sockets"], [])  # it is no program's
        wait_until(lambda: self.world.status()["links"][0]["handles_used"] == 0, "the socket closed")

    def test_a_server_that_misbehaves(self):
        self.server.plans = {"drops.example": ["silence", "address"], "lies.example": ["lies_then_tells"],
                             "case.example": ["wrong_question", "address"], "garbage.example": ["garbage", "address"],
                             "trouble.example": ["trouble", "address"], "long.example": ["truncated", "address"]}
        names = list(self.server.plans)
        self.assertEqual(self.said("server=" + self.server.where, *("any=" + name for name in names)), ["ok"] + ["192.0.2.7"] * len(names))
        self.assertEqual(self.kinds("drops.example"), [A, A, AAAA, AAAA])
        self.assertEqual(self.kinds("lies.example"), [A, AAAA])
        self.assertTrue(self.told("name-answer-refused"))

    def test_a_name_that_does_not_exist_is_remembered(self):
        self.server.plans = {"none.example": ["no_such_name"]}
        self.assertEqual(self.said("server=" + self.server.where, "any=none.example", "any=none.example"), ["ok", "EAI_NONAME", "EAI_NONAME"])
        self.assertEqual(self.kinds("none.example"), [A, AAAA])

    def test_a_silent_server(self):
        """Three rounds, then whom the modem asks; what that says is the answer."""
        self.server.plans = {"peer.test": ["silence"]}
        self.assertEqual(self.said("server=" + self.server.where, "4=peer.test"), ["ok", "127.0.0.1"])
        self.assertEqual(self.kinds("peer.test"), [A] * 3)
        self.assertIn("server=" + self.server.where, self.told("name-server-silent")[0])

    def test_forgotten_again(self):
        self.assertEqual(self.said("server=" + self.server.where, "server=", "4=peer.test", "4=a.example"), ["ok", "ok", "127.0.0.1", "EAI_NONAME"])
        self.assertEqual(self.server.asked, [])

    def test_names_that_are_none(self):
        self.assertEqual(self.said("server=" + self.server.where, "any=m\u00fcnchen.example", "any=a..example"), ["ok", "EAI_NONAME", "EAI_NONAME"])
        self.assertEqual(self.server.asked, [])

    def test_a_network_that_is_not_there(self):
        self.assertEqual(self.said("pdn7=peer.test"), ["EAI_SYSTEM"])


@unittest.skipUnless(may_serve_names(), "port 53 of 127.0.0.0/8 cannot be bound by this user")
class HostResolver(Case):
    """pdn1 is the loopback interface: what the machine's own resolver cannot be told."""

    world_options = {"port": "host:?pdn0=lo&pdn1=lo"}

    def setUp(self):
        self.server = NameServer()
        self.addCleanup(self.server.close)
        super().setUp()

    said = Resolver.said
    kinds = Resolver.kinds

    def test_through_another_interface(self):
        self.assertEqual(self.said("server=" + self.server.where, "pdn1=a.example", "pdn1=a.example"), ["ok", "192.0.2.7", "192.0.2.7"])
        self.assertEqual(self.kinds("a.example"), [A])

    def test_silence_is_bounded(self):
        self.server.plans = {"silent.example": ["silence"]}
        self.assertEqual(self.said("server=" + self.server.where, "pdn1=silent.example"), ["ok", "EAI_AGAIN"])
        self.assertEqual(self.kinds("silent.example"), [A] * 3)


if __name__ == "__main__":
    harness.main()
