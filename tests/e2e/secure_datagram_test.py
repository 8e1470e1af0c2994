#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Secure datagrams over a network that loses, overtakes and repeats them; servers; what one socket may do."""
import socket

import harness
from harness import random_bytes
from secure_world import (FACES, LINK, POLLERR, POLLIN, POLLOUT, SERVER, VERIFY_NONE, CallFailed, SecureCase)
from tls_networks import Stranger
from tls_programs import PEERS, ROWS, SECRET, SERVER_EC, TRUSTS, Relay, free_port

LINE = b"a line of text\n"
# Zephyr's: a lost datagram costs a test no second.
QUICK = {"RETRY_FIRST_MS": 200, "RETRY_LAST_MS": 2000}
COUNT = 20


class Datagrams(SecureCase):
    def echo_port(self, keys=SERVER_EC, *arguments):
        server, port = self.mbedtls_server("dtls", *keys.for_mbedtls(), "--do", "echo", *arguments)
        return server, port

    def relay(self, port, seed, **shares):
        made = Relay(port, seed, **shares)
        made.start()
        self.addCleanup(made.stop)
        return made

    def connected(self, program, port, keys=TRUSTS, **options):
        fd = self.secured(program, "dtls", keys, **options)
        program.timeouts(fd, 30000, 30000)
        program.connect(fd, port)
        return fd

    def serving(self, program, keys, **options):
        port = free_port(socket.SOCK_DGRAM)
        return self.listening(program, "dtls", port, keys, ROLE=SERVER, PEER_VERIFY=VERIFY_NONE, **options), port

    def client(self, port, keys, *arguments):
        return self.mbedtls_client("dtls", port, *keys.for_mbedtls(), *arguments)


class Networks(Datagrams):
    def question(self, number):
        return f"question {number}\n".encode()

    def test_a_client_of_ours_where_some_are_lost_and_some_overtaken(self):
        for seed, (keys, peer) in enumerate((("ECDSA P-256", "OpenSSL"), ("mutual RSA", "mbedTLS"), ("PSK", "OpenSSL"))):
            with self.case(seed=seed, keys=keys, peer=peer):
                theirs, ours = ROWS[keys]
                if peer == "OpenSSL":
                    server, port = self.openssl_server("dtls", *theirs.for_openssl("server"))
                else:
                    server, port = self.echo_port(theirs)
                relay = self.relay(port, seed)
                program = self.program("zsock")
                fd = self.connected(program, relay.port, ours, **QUICK)
                for number in range(COUNT):
                    program.send(fd, self.question(number))
                if peer == "OpenSSL":
                    server.wait_for("question")
                else:
                    self.assertIn(program.recv(fd), [self.question(n) for n in range(COUNT)])

    def test_a_server_of_ours_where_some_are_lost_and_some_overtaken(self):
        for seed, keys in enumerate(("RSA-2048", "PSK"), 10):
            with self.case(seed=seed, keys=keys):
                ours, theirs = ROWS[keys]
                program = self.program("zsock")
                fd, port = self.serving(program, ours, **QUICK)
                relay = self.relay(port, seed)
                coming = program.begin("recv", fd)
                client = self.client(relay.port, theirs, "--send", LINE.decode(), "--repeat", COUNT, "--expect", len(LINE))
                self.assertEqual(bytes.fromhex(coming.get()), LINE)
                for _ in range(COUNT):
                    program.send(fd, LINE)
                client.wait_for("got " + LINE.decode())

    def test_what_comes_twice_is_read_once(self):
        _, port = self.echo_port()
        relay = self.relay(port, 5, lost=0.0, late=0.0, twice=1.0)
        program = self.program("zsock")
        fd = self.connected(program, relay.port)
        for number in range(COUNT):
            program.send(fd, self.question(number))
            self.assertEqual(program.recv(fd), self.question(number))
        self.assertGreater(relay.repeated, 2 * COUNT)
        self.assert_fails("EAGAIN", program.recv, fd, 100, 0x40)

    def test_what_somebody_forges_is_not_there(self):
        _, port = self.echo_port()
        relay = self.relay(port, 6, lost=0.0, late=0.0)
        program = self.program("nrf")
        fd = self.connected(program, relay.port)
        program.send(fd, LINE)
        self.assertEqual(program.recv(fd), LINE)
        # An empty one ends what these firmwares tell of, of a plain socket too.
        empty = [] if LINK.startswith("sm-") else [b""]
        for forged in (*empty, b"x", random_bytes(900), b"\x17\xfe\xfd\x00\x01\x00\x00\x00\x00\x00\x30\x00\x20" + random_bytes(32),
                       b"\x15\xfe\xfd\x00\x00\x00\x00\x00\x00\x00\x31\x00\x02\x02\x28"):  # a fatal alert, in clear
            relay.tell_client(forged)
        program.send(fd, LINE)
        self.assertEqual(program.recv(fd), LINE)
        self.assertEqual(program.poll(fd, POLLIN | POLLOUT, 0), POLLOUT)


class Clients(Datagrams):
    def test_a_datagram_is_a_datagram(self):
        for face in FACES:
            with self.case(face=face):
                program = self.program(face)
                fd = self.connected(program, self.echo_port(SECRET)[1], SECRET)
                for size in (1, 100, 700, 1024):
                    data = random_bytes(size, size)
                    self.assertEqual(program.send(fd, data), size)
                    self.assertEqual(program.recv(fd), data)
                program.send(fd, LINE * 2)
                self.assertEqual(program.recv(fd, len(LINE)), LINE, "the rest of it is gone")
                program.send(fd, b"next")
                self.assertEqual(program.recv(fd), b"next")
                self.assert_fails("EMSGSIZE", program.send, fd, bytes(20000))

    def test_where_it_may_send(self):
        for face in FACES:
            with self.case(face=face):
                program = self.program(face)
                fd = self.secured(program, "dtls", SECRET)
                self.assert_fails("EDESTADDRREQ", program.send, fd, LINE)
                _, port = self.echo_port(SECRET)
                program.connect(fd, port)
                self.assert_fails("EISCONN", program.sendto, fd, LINE, free_port(socket.SOCK_DGRAM))

    def test_a_connect_that_does_not_wait(self):
        for face in FACES:
            with self.case(face=face):
                program = self.program(face)
                fd = self.secured(program, "dtls", SECRET)
                _, port = self.echo_port(SECRET)
                program.nonblocking(fd, True)
                self.assert_fails("EINPROGRESS", program.connect, fd, port)
                self.assertEqual(program.send(fd, LINE), len(LINE), "it waits for the handshake")
                self.assertEqual(program.poll(fd, POLLIN, 20000), POLLIN)
                self.assertEqual(program.recv(fd), LINE)
                self.assertEqual(program.so_error(fd), "")

    def test_a_connect_that_does_not_wait_and_fails(self):
        for face in FACES:
            with self.case(face=face):
                program = self.program(face)
                silent = Stranger(b"", socket.SOCK_DGRAM)
                self.addCleanup(silent.close)
                fd = self.secured(program, "dtls", SECRET, HANDSHAKE_TIME_S=1)
                program.nonblocking(fd, True)
                self.assert_fails("EINPROGRESS", program.connect, fd, silent.port)
                self.assertTrue(program.poll(fd, POLLIN, 20000) & POLLERR)
                self.assertEqual(program.so_error(fd), "ETIMEDOUT")

    def test_a_connect_that_only_names_the_peer(self):
        program = self.program("zsock")
        fd = self.secured(program, "dtls", SECRET, HANDSHAKE_ON_CONNECT=0)
        _, port = self.echo_port(SECRET)
        program.connect(fd, port)
        self.assert_fails("ENOTCONN", program.get, fd, "SUITE_USED")
        program.send(fd, LINE)
        self.assertEqual(program.recv(fd), LINE)
        self.assertEqual(program.get(fd, "RESUMED"), 0)

    def test_it_comes_back(self):
        for peer in PEERS:
            with self.case(peer=peer):
                program = self.program("nrf")
                tag = self.provided(program, TRUSTS)
                if peer == "OpenSSL":
                    server, port = self.openssl_server("dtls", *SERVER_EC.for_openssl("server"))
                else:
                    server, port = self.echo_port(SERVER_EC, "--resume", "--connections", 9, "--expect", len(LINE))
                said = []
                for _ in range(2):
                    fd = self.connected(program, port, tag=tag, SESSION_CACHE=1)
                    program.send(fd, LINE)
                    said.append(program.get(fd, "RESUMED"))
                    if peer == "mbedTLS":
                        self.assertEqual(program.recv(fd), LINE)
                        server.wait_for("free")  # for another client
                    program.close(fd)
                self.assertEqual(said, [0, 1])

    def test_a_connection_is_saved_and_loaded(self):
        for face in FACES:
            with self.case(face=face):
                program = self.program(face)
                server, port = self.echo_port(SECRET)
                fd = self.connected(program, port, SECRET)
                self.assert_fails("EINVAL", program.set, fd, "LOAD", 1)
                program.send(fd, LINE)
                self.assertEqual(program.recv(fd), LINE)
                program.set(fd, "SAVE", 1)
                self.assert_fails("EPROTO", program.send, fd, LINE)
                program.set(fd, "LOAD", 1)
                program.send(fd, LINE)
                self.assertEqual(program.recv(fd), LINE)
                program.close(fd)
                self.assertEqual(server.finish(), 0, server.text)
                self.assertEqual(server.text.count("open "), 1, "no second handshake")

    def test_connection_ids_are_there_or_refused_in_words(self):
        program = self.program("nrf")
        fd = self.plain(program, "dtls")
        try:
            program.set(fd, "CONNECTION_ID", 1)
        except CallFailed as problem:
            self.assertEqual(str(problem), "EPROTONOSUPPORT")
            self.wait_for_log("connection id", "3.6")
            return
        self.assertEqual(program.get(fd, "CONNECTION_ID"), 1)


class Servers(Datagrams):
    def test_one_client_after_the_other(self):
        for face in FACES:
            with self.case(face=face):
                program = self.program(face)
                fd, port = self.serving(program, SERVER_EC)
                for turn in range(3):
                    coming = program.begin("recvfrom", fd)
                    client = self.client(port, TRUSTS, "--send", f"turn {turn}", "--expect", len(LINE))
                    data, peer_port = coming.get()
                    self.assertEqual((bytes.fromhex(data), peer_port > 0), (f"turn {turn}".encode(), True))
                    program.send(fd, LINE)
                    client.wait_for("got " + LINE.decode())
                    self.assertEqual(client.finish(), 0, client.text)

    def test_nobody_has_come_yet(self):
        program = self.program("zsock")
        fd, _ = self.serving(program, SECRET)
        self.assert_fails("EAGAIN", program.recv, fd, 100, 0x40)
        self.assert_fails("ENOTCONN", program.send, fd, LINE)

    def test_who_has_no_key_is_no_client(self):
        program = self.program("nrf")
        fd, port = self.serving(program, SECRET)
        coming = program.begin("recv", fd)
        stranger = self.client(port, SECRET.but(psk="fedcba9876543210"), "--expect", 1)
        self.assertEqual(stranger.finish(), 1, stranger.text)
        client = self.client(port, SECRET, "--send", LINE.decode(), "--expect", len(LINE))
        self.assertEqual(bytes.fromhex(coming.get()), LINE)
        program.send(fd, LINE)
        client.wait_for("got " + LINE.decode())

    def test_what_is_no_handshake_changes_nothing(self):
        program = self.program("zsock")
        fd, port = self.serving(program, SECRET)
        coming = program.begin("recv", fd)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.connect(("127.0.0.1", port))
            for data in (b"x", random_bytes(500), b"\x16\xfe\xfd" + bytes(60)):
                stranger.send(data)
        client = self.client(port, SECRET, "--send", LINE.decode(), "--expect", len(LINE))
        self.assertEqual(bytes.fromhex(coming.get()), LINE)
        program.send(fd, LINE)
        client.wait_for("got " + LINE.decode())

    def test_a_server_and_a_client_of_ours_at_once(self):
        program = self.alone("nrf")
        fd, port = self.serving(program, SECRET)
        mine = self.connected(program, self.echo_port(SERVER_EC)[1])
        coming = program.begin("recv", fd)
        client = self.client(port, SECRET, "--send", LINE.decode(), "--expect", len(LINE))
        program.send(mine, LINE)
        self.assertEqual(bytes.fromhex(coming.get()), LINE)
        self.assertEqual(program.recv(mine), LINE)
        self.assertEqual([(one["protocol"], one["phase"]) for one in self.shown(program)], [("DTLS 1.2", "open")] * 2)
        program.send(fd, LINE)
        client.wait_for("got " + LINE.decode())


if __name__ == "__main__":
    harness.main()
