#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Secure streams once they are open: what arrives, when a descriptor is ready, and how a connection ends."""
import itertools

import harness
from harness import random_bytes
from secure_world import (FACES, LINK, POLLERR, POLLHUP, POLLIN, POLLOUT, REFUSED, SERVER, SHUT_WR, TAKES_CONNECTIONS,
                          VERIFY_NONE, Caller, SecureCase)
from tls_networks import Gate
from tls_programs import CLIENT_EC, ROWS, SERVER_EC, TRUSTS, free_port

LINE = b"a line of text\n"
MSG_PEEK, MSG_DONTWAIT, MSG_WAITALL = 0x02, 0x40, 0x100
LONG = 20000  # more than a record holds


class Streams(SecureCase):
    def echo_port(self, keys=SERVER_EC, *arguments):
        server, port = self.mbedtls_server("tls", *keys.for_mbedtls(), "--do", "echo", *arguments)
        return server, port

    def gate(self, target, **options):
        made = Gate(target, **options)
        self.addCleanup(made.end)
        return made

    def connected(self, program, port, keys=TRUSTS, **options):
        fd = self.secured(program, "tls", keys, **options)
        program.timeouts(fd, 30000, 30000)
        program.connect(fd, port)
        return fd

    def gated(self, program, *server_arguments):
        """A connection whose peer's further words wait at a gate."""
        server, port = self.echo_port(SERVER_EC, *server_arguments)
        gate = self.gate(port, open_at_first=True)
        fd = self.connected(program, gate.port)
        gate.close()
        return fd, gate, server

    def around(self, program):
        """There and back on a socket of its own: what came to the daemon before has been seen since."""
        fd = self.plain(program, "tcp")
        program.connect(fd, self.world.ports["echo"])
        for _ in range(3):
            program.send_all(fd, LINE)
            self.assertEqual(program.recv_exactly(fd, len(LINE)), LINE)
        program.close(fd)


class Line(Streams):
    # A record of 16 KiB is more than a second of it.
    baud = 115200

    def test_records_that_come_and_go_in_pieces(self):
        for face in FACES:
            with self.case(face=face):
                said = "".join(chr(33 + n % 90) for n in range(LONG))
                _, port = self.mbedtls_server("tls", *SERVER_EC.for_mbedtls(), "--send", said, "--expect", LONG)
                program = self.program(face)
                fd = self.connected(program, port)
                sending = program.begin("send_all", fd, random_bytes(LONG))
                self.assertEqual(program.recv_exactly(fd, LONG), said.encode())
                self.assertEqual(sending.get(), LONG)
                self.assertEqual(program.recv(fd), b"")


class Content(Streams):
    def test_bytes_are_bytes(self):
        _, port = self.echo_port()
        program = self.program("zsock")
        fd = self.connected(program, port)
        data = harness.nasty_bytes(4000)
        program.send_all(fd, data)
        self.assertEqual(program.recv_exactly(fd, len(data)), data)

    def test_two_at_once_and_a_plain_one(self):
        program = self.program("nrf")
        fds = [self.connected(program, self.echo_port(keys)[1], ours) for keys, ours in (ROWS["RSA-2048"], ROWS["PSK"])]
        plain = self.plain(program, "tcp")
        program.connect(plain, self.world.ports["echo"])
        datas = [random_bytes(6000, seed) for seed in range(3)]
        fds.append(plain)
        sendings = [program.begin("send_all", fd, data) for fd, data in zip(fds, datas)]
        comings = [program.begin("recv_exactly", fd, len(data)) for fd, data in zip(fds, datas)]
        for sending, coming, data in zip(sendings, comings, datas):
            sending.get()
            self.assertEqual(bytes.fromhex(coming.get()), data)

    def test_handshakes_at_the_same_time(self):
        program = self.program("zsock")
        fds = [self.secured(program, "tls", TRUSTS) for _ in range(3)]
        ports = [self.echo_port()[1] for _ in fds]
        for answer in [program.begin("connect", fd, port) for fd, port in zip(fds, ports)]:
            answer.get()
        for fd in fds:
            program.send_all(fd, LINE)
            self.assertEqual(program.recv_exactly(fd, len(LINE)), LINE)

    def test_a_receive_that_waits_stops_no_send(self):
        for face in FACES:
            with self.case(face=face):
                program = self.program(face)
                fd = self.connected(program, self.echo_port()[1])
                coming = program.begin("recv_exactly", fd, len(LINE))
                program.send_all(fd, LINE)
                self.assertEqual(bytes.fromhex(coming.get()), LINE)

    def test_the_descriptor_itself_carries_plaintext(self):
        program = self.program("zsock")
        fd = self.connected(program, self.echo_port()[1])
        self.assertEqual(program.raw_write(fd, LINE), len(LINE))
        self.assertTrue(program.raw_poll(fd, POLLIN, 20000) & POLLIN)
        self.assertEqual(program.raw_read(fd), LINE)

    def test_flags_of_receive(self):
        for face in FACES:
            with self.case(face=face):
                program = self.program(face)
                fd = self.connected(program, self.echo_port()[1])
                self.assert_fails("EAGAIN", program.recv, fd, 10, MSG_DONTWAIT)
                program.send_all(fd, LINE)
                if face == "zsock":
                    self.assert_fails("ENOTSUP", program.recv, fd, len(LINE), MSG_PEEK)
                else:
                    self.assertTrue(LINE.startswith(program.recv(fd, len(LINE), MSG_PEEK)))
                self.assertEqual(program.recv(fd, len(LINE), MSG_WAITALL), LINE)


class Readiness(Streams):
    def test_readable_is_what_the_program_can_read(self):
        for face in FACES:
            with self.case(face=face):
                program = self.program(face)
                fd, gate, _ = self.gated(program)
                program.epoll_add(fd)
                self.assertEqual(program.epoll_wait(0), [[fd, POLLOUT]])
                self.assertEqual(program.poll(fd, POLLIN | POLLOUT, 0), POLLOUT)
                before = gate.passed
                program.send_all(fd, LINE)
                gate.wait(lambda gate=gate: len(gate.held) > len(LINE) + 20, "the echo's record")
                half = len(gate.held) // 2
                gate.let_pass(half)
                gate.wait(lambda gate=gate: gate.passed == before + half, "half of it goes")
                self.around(program)
                self.assertEqual(program.poll(fd, POLLIN | POLLOUT, 0), POLLOUT, "half a record is nothing to read")
                self.assertFalse(program.raw_poll(fd, POLLIN, 0))
                self.assertEqual([e for e in program.epoll_wait(0) if e[1] & POLLIN], [])
                gate.let_pass()
                self.assertEqual(program.poll(fd, POLLIN, 20000), POLLIN)
                self.assertTrue(program.epoll_wait(20000)[0][1] & POLLIN)
                self.assertEqual(program.recv(fd), LINE)
                self.assertEqual(program.poll(fd, POLLIN | POLLOUT, 0), POLLOUT)

    def test_a_connect_that_does_not_wait(self):
        for face in FACES:
            with self.case(face=face):
                program = self.program(face)
                _, port = self.echo_port()
                gate = self.gate(port)
                fd = self.secured(program, "tls", TRUSTS)
                program.nonblocking(fd, True)
                program.epoll_add(fd)
                self.assert_fails("EINPROGRESS", program.connect, fd, gate.port)
                gate.wait_for_client()
                gate.wait(lambda gate=gate: gate.held, "the server's hello")
                self.around(program)
                self.assertEqual(program.poll(fd, POLLIN | POLLOUT, 0), 0, "the handshake is under way")
                self.assertEqual([e for e in program.epoll_wait(0) if e[1] & (POLLIN | POLLOUT)], [])
                self.assert_fails("EALREADY", program.connect, fd, gate.port)
                self.assert_fails("EALREADY", program.set, fd, "PEER_VERIFY", VERIFY_NONE)
                self.assert_fails("EAGAIN", program.recv, fd, 10)
                gate.let_pass()
                self.assertEqual(program.poll(fd, POLLOUT, 20000), POLLOUT)
                edges = program.epoll_wait(20000) + program.epoll_wait(0)
                self.assertEqual([e for e in edges if e[1] & POLLOUT], [[fd, POLLOUT]], "one edge")
                self.assertEqual(program.so_error(fd), "")
                if face == "nrf":
                    self.assert_fails("EISCONN", program.connect, fd, gate.port)
                else:
                    self.assertEqual(program.connect(fd, gate.port), 0)
                self.assert_fails("EISCONN", program.set, fd, "PEER_VERIFY", VERIFY_NONE)
                program.send_all(fd, LINE)
                self.assertEqual(program.poll(fd, POLLIN, 20000), POLLIN)
                self.assertEqual(program.recv(fd), LINE)

    def test_a_connect_that_does_not_wait_and_fails(self):
        for face in FACES:
            with self.case(face=face):
                program = self.program(face)
                _, port = self.echo_port()
                fd = self.secured(program, "tls", TRUSTS.but(name="other.test"))
                program.nonblocking(fd, True)
                self.assert_fails("EINPROGRESS", program.connect, fd, port)
                self.assertTrue(program.poll(fd, POLLOUT, 20000) & POLLERR)
                self.assertEqual(program.so_error(fd), REFUSED[face])

    def test_what_a_handshake_decides_is_not_known_before(self):
        program = self.program("nrf")
        _, port = self.echo_port()
        fd = self.secured(program, "tls", TRUSTS)
        self.assert_fails("ENOTCONN", program.get, fd, "SUITE_USED")
        self.assert_fails("ENOTCONN", program.get, fd, "RESUMED")
        program.connect(fd, port)
        self.assertIn(program.get(fd, "SUITE_USED"), (0xC02B, 0xCCA9, 0xC02C))
        self.assertEqual(program.get(fd, "RESUMED"), 0)


class Ends(Streams):
    def test_a_peer_that_ends_in_order(self):
        for face in FACES:
            with self.case(face=face):
                program = self.program(face)
                fd = self.connected(program, self.echo_port(SERVER_EC, "--expect", len(LINE))[1])
                program.send_all(fd, LINE)
                self.assertTrue(program.poll(fd, POLLIN, 20000) & POLLIN)
                self.assertEqual(program.recv_exactly(fd, len(LINE) + 1), LINE)
                self.assertEqual([program.recv(fd), program.recv(fd)], [b"", b""])
                self.assertEqual(program.poll(fd, POLLIN, 0), POLLIN | POLLHUP)
                self.assertEqual(program.so_error(fd), "")

    def test_a_stream_that_is_cut(self):
        # Without close_notify, behind whole records or in one: no end of file.
        for face, inside in itertools.product(FACES, (False, True)):
            with self.case(face=face, inside=inside):
                program = self.program(face)
                fd, gate, _ = self.gated(program)
                if not inside:
                    gate.let_pass()
                program.send_all(fd, LINE)
                if inside:
                    gate.wait(lambda gate=gate: len(gate.held) > len(LINE) + 20, "the echo's record")
                    before = gate.passed
                    gate.let_pass(20)
                    gate.wait(lambda gate=gate, before=before: gate.passed == before + 20, "a part of it goes")
                else:
                    self.assertEqual(program.recv_exactly(fd, len(LINE)), LINE)
                gate.cut()
                self.assert_sticky(program, fd)
                self.wait_for_log("secure-stream-broken", "close_notify")

    def assert_sticky(self, program, fd):
        """Whatever is asked, and however often."""
        self.assertTrue(program.poll(fd, POLLIN, 20000) & POLLERR)
        self.assert_fails("ECONNABORTED", program.recv, fd)
        self.assert_fails("ECONNABORTED", program.recv, fd)
        self.assert_fails("ECONNABORTED", program.send, fd, LINE)
        self.assert_fails("ECONNABORTED", program.recv, fd)
        self.assertTrue(program.poll(fd, POLLIN, 0) & POLLERR)

    def test_a_record_that_does_not_decrypt(self):
        for face in FACES:
            with self.case(face=face):
                program = self.program(face)
                fd, gate, _ = self.gated(program)
                gate.inject(b"\x17\x03\x03\x00\x40" + random_bytes(64))
                self.assertTrue(program.poll(fd, POLLIN, 20000) & POLLERR)
                self.assertEqual(program.so_error(fd), "ECONNABORTED")
                self.assert_sticky(program, fd)
                self.wait_for_log("secure-stream-broken")

    def test_what_came_before_a_cut_is_read_first(self):
        program = self.program("zsock")
        fd, gate, _ = self.gated(program)
        before = gate.passed
        gate.let_pass()
        program.send_all(fd, LINE)
        gate.wait(lambda: gate.passed > before + len(LINE) + 20, "the echo's record goes")
        gate.cut()
        self.assertTrue(program.poll(fd, POLLIN, 20000) & POLLIN)
        self.assertEqual(program.recv_exactly(fd, len(LINE)), LINE)
        self.assert_fails("ECONNABORTED", program.recv, fd)

    def test_one_direction_ends_and_the_other_goes_on(self):
        program = self.program("zsock")
        server, port = self.mbedtls_server("tls", *SERVER_EC.for_mbedtls(), "--do", "answer-at-end")
        fd = self.connected(program, port)
        data = random_bytes(5000)
        program.send_all(fd, data)
        program.shutdown(fd, SHUT_WR)
        server.wait_for("answering 5000")  # it saw close_notify, or it would not answer
        self.assertEqual(program.recv_exactly(fd, len(data) + 1), data)
        self.assert_fails("EPIPE", program.send, fd, LINE)
        self.assertEqual(server.finish(), 0, server.text)

    def test_closing_says_so_behind_what_was_written(self):
        for face in FACES:
            with self.case(face=face):
                program = self.program(face)
                server, port = self.mbedtls_server("tls", *SERVER_EC.for_mbedtls(), "--do", "answer-at-end")
                fd = self.connected(program, port)
                program.send_all(fd, random_bytes(9000))
                program.close(fd)
                server.wait_for("answering 9000")

    def test_a_program_that_is_killed(self):
        # Its peer gets close_notify, and nothing of it is left.
        program = Caller(self.world, "nrf")
        server, port = self.mbedtls_server("tls", *SERVER_EC.for_mbedtls(), "--do", "answer-at-end")
        fd = self.connected(program, port)
        program.send_all(fd, LINE)
        program.process.kill()
        program.process.wait(20)
        server.wait_for(f"answering {len(LINE)}")
        harness.wait_until(lambda: not self.shown(program), "its socket is gone")


    def test_a_program_that_is_killed_in_a_handshake(self):
        program = Caller(self.world, "zsock")
        _, port = self.echo_port()
        gate = self.gate(port)
        fd = self.secured(program, "tls", TRUSTS)
        program.begin("connect", fd, gate.port)
        gate.wait_for_client()
        program.process.kill()
        program.process.wait(20)
        harness.wait_until(lambda: not self.shown(program), "its socket is gone")

    @harness.unittest.skipIf(LINK == "host", "no network to lose")
    def test_the_network_is_lost(self):
        # Neither the peer's doing nor an end in order: what it is for a plain socket.
        program = self.program("nrf")
        fd = self.connected(program, self.echo_port()[1])
        _, port = self.echo_port()
        gate = self.gate(port)
        beginning = self.secured(program, "tls", TRUSTS)
        connecting = program.begin("connect", beginning, gate.port)
        gate.wait_for_client()
        self.world.ctl("pdn", "lose", 0)
        self.addCleanup(self.world.wait_ready)
        self.addCleanup(self.world.ctl, "pdn", "return", 0)
        self.assert_fails("ENETDOWN", connecting.get)
        self.assertTrue(program.poll(fd, POLLIN, 20000) & POLLERR)
        self.assert_fails("ENETDOWN", program.recv, fd)
        self.assert_fails("ENETDOWN", program.send, fd, LINE)


class Sessions(Streams):
    def resumptions(self, program, ports, keys=TRUSTS, **options):
        said = []
        for port in ports:
            fd = self.connected(program, port, keys, **options)
            program.send_all(fd, LINE)
            self.assertEqual(program.recv_exactly(fd, len(LINE)), LINE)
            said.append(program.get(fd, "RESUMED"))
            program.close(fd)
        return said

    def test_our_client_comes_back(self):
        for face in FACES:
            for name, cache, outcome in (("kept", 1, [0, 1, 1]), ("not kept", 0, [0, 0])):
                with self.case(face=face, sessions=name):
                    program = self.program(face)
                    tag = self.provided(program, TRUSTS)
                    server, port = self.echo_port(SERVER_EC, "--resume", "--connections", 9, "--expect", len(LINE))
                    said = self.resumptions(program, [port] * len(outcome), TRUSTS, tag=tag, SESSION_CACHE=cache)
                    self.assertEqual(said, outcome)
                    server.wait_for("open")
                    self.assertEqual(server.text.count("resumed=1"), sum(outcome))

    def test_our_client_comes_back_to_openssl(self):
        for by, arguments in (("ticket", []), ("id", ["-no_ticket"])):
            with self.case(by=by):
                program = self.program("nrf")
                tag = self.provided(program, TRUSTS)
                _, port = self.openssl_server("tls", *SERVER_EC.for_openssl("server"), *arguments)
                said = []
                for _ in range(2):
                    fd = self.connected(program, port, TRUSTS, tag=tag, SESSION_CACHE=1)
                    said.append(program.get(fd, "RESUMED"))
                    program.close(fd)
                self.assertEqual(said, [0, 1])

    def test_a_purge_forgets(self):
        program = self.program("zsock")
        tag = self.provided(program, TRUSTS)
        _, port = self.echo_port(SERVER_EC, "--resume", "--connections", 9, "--expect", len(LINE))
        self.assertEqual(self.resumptions(program, [port] * 2, tag=tag, SESSION_CACHE=1), [0, 1])
        fd = self.plain(program, "tls")
        program.set(fd, "SESSION_CACHE_PURGE", None)
        self.assertEqual(self.resumptions(program, [port] * 2, tag=tag, SESSION_CACHE=1), [0, 1])

    def test_a_session_is_the_socket_s_terms_too(self):
        # With another host or other tags a client does not come back to what others verified.
        program = self.program("zsock")
        tag = self.provided(program, TRUSTS)
        _, port = self.echo_port(SERVER_EC, "--resume", "--connections", 9, "--expect", len(LINE))
        self.assertEqual(self.resumptions(program, [port], TRUSTS.but(name=None), tag=tag, SESSION_CACHE=1), [0])
        self.assertEqual(self.resumptions(program, [port], tag=tag, SESSION_CACHE=1), [0])
        self.assertEqual(self.resumptions(program, [port], SESSION_CACHE=1), [0], "other tags")
        self.assertEqual(self.resumptions(program, [port], tag=tag, SESSION_CACHE=1), [1])

    @harness.unittest.skipUnless(TAKES_CONNECTIONS, "this firmware takes no connections")
    def test_our_clients_come_back(self):
        program = self.program("zsock")
        port = free_port()
        listener = self.listening(program, "tls", port, SERVER_EC, ROLE=SERVER, PEER_VERIFY=VERIFY_NONE, SESSION_CACHE=1)
        client = self.mbedtls_client("tls", port, *TRUSTS.for_mbedtls(), "--resume", "--connections", 2, "--expect", len(LINE))
        said = []
        for _ in range(2):
            fd, _ = program.accept(listener)
            program.send_all(fd, LINE)
            said.append(program.get(fd, "RESUMED"))
            program.close(fd)
        self.assertEqual(client.finish(), 0, client.text)
        self.assertEqual((said, client.text.count("resumed=1")), ([0, 1], 1))


class Shown(Streams):
    def test_what_is_shown_of_a_socket(self):
        program = self.alone("zsock")
        server, port = self.openssl_server("tls", *SERVER_EC.for_openssl("server"), "-alpn", "http/1.1,h2")
        fd = self.secured(program, "tls", TRUSTS, ALPN=["coap", "h2"])
        self.assertEqual([(one["phase"], one["suite"]) for one in self.shown(program)], [("idle", None)])
        program.connect(fd, port)
        one, = self.shown(program)
        self.assertEqual((one["protocol"], one["phase"], one["resumed"], one["alpn"], one["verified"]),
                         ("TLS 1.2", "open", False, "h2", "yes"))
        self.assertRegex(one["suite"], "^TLS_ECDHE_ECDSA_WITH_")
        self.assertIn("CN=server.test", one["peer_subject"])
        self.assertTrue(one["peer_until"].startswith("2119-12-31"), one)
        text = self.world.run("cellsock", "sockets").stdout
        for words in (one["suite"], "CN=server.test", "2119-12-31", "h2"):
            self.assertIn(words, text)

    def test_a_handshake_under_way_is_shown(self):
        program = self.alone("nrf")
        _, port = self.echo_port()
        gate = self.gate(port)
        fd = self.secured(program, "tls", TRUSTS)
        connecting = program.begin("connect", fd, gate.port)
        gate.wait_for_client()
        self.assertEqual([one["phase"] for one in self.shown(program)], ["handshaking"])
        gate.let_pass()
        connecting.get()
        self.assertEqual([one["phase"] for one in self.shown(program)], ["open"])

    @harness.unittest.skipUnless(TAKES_CONNECTIONS, "this firmware takes no connections")
    def test_alpn_of_a_server(self):
        program = self.alone("zsock")
        port = free_port()
        keys, _ = ROWS["mutual ECDSA"]
        listener = self.listening(program, "tls", port, keys, ROLE=SERVER, ALPN=["h2", "http/1.1"])
        client = self.mbedtls_client("tls", port, *CLIENT_EC.but(ca="roots.pem", name="server.test").for_mbedtls(),
                                     "--alpn", "http/1.1", "--expect", len(LINE))
        fd, _ = program.accept(listener)
        self.assertIn("http/1.1", [one["alpn"] for one in self.shown(program)])
        program.send_all(fd, LINE)
        client.wait_for("alpn=http/1.1")
        program.close(fd)


if __name__ == "__main__":
    harness.main()
