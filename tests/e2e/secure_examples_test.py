#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The example programs of secure sockets on the real path: each does what it says, with OpenSSL and mbedTLS."""
import socket
import subprocess

import harness
from harness import BUILD, random_bytes
from secure_world import TAKES_CONNECTIONS, SecureCase
from tls_programs import CLIENT_EC, CLIENT_RSA, IDENTITY, PEERS, PSK, SECRET, SERVER_EC, SERVER_RSA, TRUSTS, free_port, pki

EXAMPLES = BUILD / "client_lib" / "examples"
KEY = PSK.encode().hex()
QUESTION = "what time is it"
REPLY = "HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nhello\n"


class Examples(SecureCase):
    def run_example(self, name, *arguments, check=True):
        return self.world.run(EXAMPLES / name, *arguments, check=check)

    def serve_example(self, name, *arguments):
        """A program that says when it serves."""
        process = self.world.spawn(EXAMPLES / name, *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.world.end, process)
        said = process.stdout.readline()
        self.assertEqual(said, "serving\n", (said or process.stderr.read()) + self.log_said())
        return process

    def pages(self, keys):
        """OpenSSL's server, with a file `page` to be had."""
        page = "".join(chr(33 + byte % 90) for byte in random_bytes(5000))
        self.world.put("page", page.encode())
        _, port = self.openssl_server("tls", "-WWW", *keys.for_openssl("server"), cwd=self.world.files)
        return page, port

    def tag_of_the_machine(self, tag, *contents):
        for kind, name in contents:
            self.world.run("cellsock", "creds", "add", tag, kind, pki(name))


class Clients(Examples):
    def test_a_page(self):
        page, port = self.pages(SERVER_RSA)
        done = self.run_example("zsock_https_get", f"https://127.0.0.1:{port}/page", pki("roots.pem"))
        self.assertEqual(done.stdout, page)
        self.assertIn("HTTP 200", done.stderr)

    def test_a_page_for_those_who_are_known(self):
        page, port = self.pages(SERVER_EC.but(ca="roots.pem"))
        url = f"https://127.0.0.1:{port}/page"
        done = self.run_example("zsock_https_get", url, pki("roots.pem"), pki(CLIENT_RSA.chain), pki(CLIENT_RSA.key))
        self.assertEqual(done.stdout, page)
        self.assertNotEqual(self.run_example("zsock_https_get", url, pki("roots.pem"), check=False).returncode, 0)

    def test_a_page_of_mbedtls(self):
        _, port = self.mbedtls_server("tls", *SERVER_EC.for_mbedtls(), "--send", REPLY, "--expect", 10)
        done = self.run_example("zsock_https_get", f"https://127.0.0.1:{port}/", pki("roots.pem"))
        self.assertEqual(done.stdout, "hello\n")

    def test_a_page_of_somebody_else(self):
        page, port = self.pages(SERVER_EC)
        done = self.run_example("zsock_https_get", f"https://127.0.0.1:{port}/page", pki("other_root_ec.cert.pem"), check=False)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("Software caused connection abort", done.stderr)

    def test_a_page_by_a_tag_of_the_machine(self):
        self.tag_of_the_machine(42, ("ca", "roots.pem"))
        page, port = self.pages(SERVER_EC)
        for name in (["server.test"], []):
            done = self.run_example("nrf_https_get", f"https://127.0.0.1:{port}/page", 42, *name)
            self.assertEqual(done.stdout, page)
            self.assertIn("suite 0x", done.stderr)
        done = self.run_example("nrf_https_get", f"https://127.0.0.1:{port}/page", 42, "other.test", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("Connection refused", done.stderr)

    def test_a_question_by_who_is_known(self):
        for peer in PEERS:
            with self.case(peer=peer):
                keys = SERVER_EC.but(ca="roots.pem")
                server, port = self.talking_server(peer, "tls", keys, QUESTION, "noon\n")
                asking = self.start(EXAMPLES / "nrf_tls_ask", "127.0.0.1", port, "server.test", pki("roots.pem"),
                                    pki(CLIENT_EC.chain), pki(CLIENT_EC.key), QUESTION, env=self.world.env)
                self.answer(peer, server, QUESTION, "noon\n")
                self.assertEqual(asking.finish(), 0, asking.text)
                self.assertIn("noon", asking.text)

    def test_datagrams_with_a_key(self):
        for name in ("zsock_dtls_psk", "nrf_dtls_psk"):
            for peer in PEERS:
                with self.case(example=name, peer=peer):
                    server, port = self.talking_server(peer, "dtls", SECRET, QUESTION, "noon\n")
                    asking = self.start(EXAMPLES / name, "client", "127.0.0.1", port, IDENTITY, KEY, QUESTION,
                                        env=self.world.env)
                    self.answer(peer, server, QUESTION, "noon\n")
                    self.assertEqual(asking.finish(), 0, asking.text)
                    self.assertIn("noon", asking.text)


class Servers(Examples):
    def asked(self, peer, protocol, port, keys):
        """A client that gets back what it says."""
        text = QUESTION + "\n"
        client = self.talking_client(peer, protocol, port, keys, text, text)
        client.wait_for("got " + QUESTION if peer == "mbedTLS" else QUESTION)
        if peer == "mbedTLS":
            self.assertEqual(client.finish(), 0, client.text)
        client.close()

    @harness.unittest.skipUnless(TAKES_CONNECTIONS, "this firmware takes no connections")
    def test_an_echo_server(self):
        port = free_port()
        process = self.serve_example("zsock_tls_echo_server", port, pki(SERVER_EC.chain), pki(SERVER_EC.key))
        for peer in (*PEERS, PEERS[1]):
            self.asked(peer, "tls", port, TRUSTS)
        self.assertIsNone(process.poll())

    @harness.unittest.skipUnless(TAKES_CONNECTIONS, "this firmware takes no connections")
    def test_an_echo_server_for_those_who_are_known(self):
        port = free_port()
        process = self.serve_example("zsock_tls_echo_server", port, pki(SERVER_RSA.chain), pki(SERVER_RSA.key), pki("roots.pem"))
        stranger = self.mbedtls_client("tls", port, *TRUSTS.for_mbedtls(), "--expect", 1)
        self.assertEqual(stranger.finish(), 1, stranger.text)
        self.asked("mbedTLS", "tls", port, CLIENT_EC.but(ca="roots.pem", name="server.test"))
        self.world.end(process)
        self.assertEqual(process.stderr.read(), "a client whose handshake failed\n")

    @harness.unittest.skipUnless(TAKES_CONNECTIONS, "this firmware takes no connections")
    def test_an_echo_server_by_a_tag_of_the_machine(self):
        self.tag_of_the_machine(43, ("cert", SERVER_EC.chain), ("key", SERVER_EC.key))
        port = free_port()
        self.serve_example("nrf_tls_echo_server", port, 43)
        for peer in PEERS:
            self.asked(peer, "tls", port, TRUSTS)

    def test_datagrams_with_a_key(self):
        for name in ("zsock_dtls_psk", "nrf_dtls_psk"):
            with self.case(example=name):
                port = free_port(socket.SOCK_DGRAM)
                self.serve_example(name, "server", port, IDENTITY, KEY)
                for peer in ("mbedTLS", "OpenSSL"):
                    self.asked(peer, "dtls", port, SECRET)


if __name__ == "__main__":
    harness.main()
