#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Credentials in the real daemon: `cellsock creds`, and programs that bring their own."""
import hashlib
import json
import os
import subprocess
import unittest

import harness
from harness import PROGRAMS, ROOT, Case, wait_until

PKI = ROOT / "tests" / "support" / "pki"
CA, CERT, KEY, PSK, IDENTITY = "12345"  # Zephyr's numbers
NOBODY = 65534


def openssl(*words, **options):
    return subprocess.run(["openssl", *map(str, words)], capture_output=True, check=True, **options).stdout


class Program:
    """creds_client.py, a command at a time."""

    def __init__(self, world):
        self.process = world.client(script="creds_client.py", stdin=subprocess.PIPE)

    def __call__(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def end(self):
        self.process.stdin.close()
        self.process.wait(60)


class Creds(Case):
    world_options = {"port": "host", "daemon": ["--log-level", "debug"]}

    def creds(self, *words, **options):
        return self.world.run("cellsock", "creds", *words, **options)

    def listed(self, *words):
        return json.loads(self.creds("list", "--json", *words).stdout)["credentials"]

    def refused(self, *words, **options):
        done = self.creds(*words, "--json", check=False, **options)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        return json.loads(done.stdout)["error"]

    def restart(self):
        self.assertEqual(self.world.end(self.world.daemon), 0)
        self.world.start_daemon()
        self.world.wait_ready()

    def directory(self):
        return self.world.dir / "credentials"

    # -- the operator --

    def test_durable_ones_outlive_the_daemon_in_files_of_its_own(self):
        self.assertEqual(self.listed(), [])
        self.assertFalse(self.directory().exists())
        self.creds("add", "42", "ca", PKI / "roots.pem")
        self.creds("add", "43", "cert", PKI / "client_ec.cert.pem")
        self.creds("add", "43", "key", PKI / "client_ec.key.pem")
        self.creds("add", "44", "psk", "--hex", input="00112233445566778899aabbccddeeff\n")
        self.creds("add", "44", "psk-id", input="gateway-7\n")
        before = self.listed()
        self.restart()
        self.assertEqual(self.listed(), before)
        self.assertEqual([(c["tag"], c["type"], c["uid"]) for c in before],
                         [(42, "ca-certificate", os.getuid()), (43, "own-certificate", os.getuid()),
                          (43, "private-key", os.getuid()), (44, "psk", os.getuid()), (44, "psk-identity", os.getuid())])
        self.assertEqual(before[0]["certificates_total"], 2)
        self.assertEqual(before[2]["key"], {"kind": "ec", "bits": 256})
        self.assertEqual((before[3]["key"], before[3]["content_sha256"]), ({"kind": "symmetric", "bits": 128}, None))
        self.assertEqual(before[4]["identity"], "gateway-7")
        pem = (PKI / "client_ec.cert.pem").read_bytes()
        self.assertEqual(before[1]["content_sha256"], hashlib.sha256(pem).hexdigest())
        self.assertEqual(before[1]["certificates"][0]["sha256"],
                         hashlib.sha256(openssl("x509", "-outform", "DER", input=pem)).hexdigest())
        # Files: nobody else's to read, one for each tag of a user.
        self.assertEqual(self.directory().stat().st_mode & 0o777, 0o700)
        files = sorted(self.directory().iterdir())
        self.assertEqual([f.name for f in files], [f"uid-{os.getuid()}-tag-{tag}.cred" for tag in (42, 43, 44)])
        self.assertEqual({f.stat().st_mode & 0o777 for f in files}, {0o600})

        self.creds("delete", "43", "key")
        self.creds("delete", "43", "cert")
        self.assertEqual(self.refused("delete", "43", "cert")["name"], "credential-missing")
        self.restart()
        self.assertEqual({c["tag"] for c in self.listed()}, {42, 44})
        self.assertFalse((self.directory() / f"uid-{os.getuid()}-tag-43.cred").exists())
        self.assertIn("CN=", self.creds("show", "42").stdout)

    def test_what_is_wrong_is_said_and_where(self):
        def detail(*words, **options):
            error = self.refused("add", "1", *words, **options)
            self.assertEqual(error["name"], "credential-invalid")
            return error["detail"]
        self.assertIn("expired on", detail("cert", PKI / "expired.cert.pem"))
        self.assertIn("is not valid before", detail("cert", PKI / "future.cert.pem"))
        self.assertIn("is signed with SHA-1", detail("cert", PKI / "sha1_signed.cert.pem"))
        self.assertRegex(detail("cert", PKI / "small_rsa.cert.pem"), r"RSA key of \d+ bits; 2048 are required")
        self.assertRegex(detail("key", PKI / "small_rsa.key.pem"), r"RSA key of \d+ bits; 2048 are required")
        self.assertRegex(detail("cert", PKI / "server_ec.wrong_order.pem"), r"line \d+ .*did not issue the one before it")
        self.assertIn("is encrypted", detail("key", PKI / "encrypted.key.pem"))
        self.assertIn("not a private key", detail("key", input="garbage"))
        self.assertIn("certificate", detail("ca", input="garbage"))
        self.assertIn("BEGIN CERTIFICATE has no END", detail("ca", input="-----BEGIN CERTIFICATE-----\nMIIB\n"))
        self.assertIn("33 bytes; 32 are the most", detail("psk", input="k" * 33))
        self.creds("add", "1", "cert", PKI / "client_ec.cert.pem")
        mismatch = detail("key", PKI / "client_rsa.key.pem")
        self.assertIn("does not belong to the certificate", mismatch)
        self.assertIn("tag 1", mismatch)
        self.assertEqual(self.refused("add", "1", "cert", PKI / "client_ec.cert.pem")["name"], "credential-exists")
        self.creds("add", "1", "cert", PKI / "client_ec.cert.pem", "--replace")
        # Excused once, excused after a restart.
        self.creds("add", "2", "cert", PKI / "sha1_signed.cert.pem", "--allow-sha1")
        self.creds("add", "3", "key", PKI / "small_rsa.key.pem", "--min-rsa", "1024")
        self.restart()
        self.assertEqual([c["tag"] for c in self.listed()], [1, 2, 3])
        log = (self.world.dir / "daemon.log").read_text()
        self.assertIn("credential-refused", log)
        self.assertIn("does not belong to the certificate", log)

    def test_a_bundle_of_the_greatest_length(self):
        certificate = (PKI / "root_ec.cert.pem").read_bytes()
        bundle = certificate * 200
        bundle = b"#" * (393216 - len(bundle) - 1) + b"\n" + bundle
        self.assertEqual(len(bundle), 393216)
        path = self.world.put("bundle.pem", bundle)
        self.creds("add", "9", "ca", path)
        program = Program(self.world)
        self.assertEqual(program("get", 9, CA), f"{len(bundle)} {hashlib.sha256(bundle).hexdigest()}")
        self.assertEqual(program("cmp", 9, "0", path), "0")
        self.assertEqual(program("add", 9, CA, path), "ok")
        listed = self.listed()
        self.assertEqual(listed[0]["certificates_total"], 200)
        self.assertEqual(len(listed[0]["certificates"]), 16)
        self.world.put("bundle.pem", b"#" + bundle)
        self.assertEqual(self.creds("add", "10", "ca", path, check=False).returncode, 1)
        self.assertEqual(program("add", 10, CA, path), "ENOMEM")
        program.end()

    def test_a_generated_key_never_leaves(self):
        made = json.loads(self.creds("generate", "7", "--subject", "CN=gateway.test,O=Example", "--host", "gateway.test",
                                     "--host", "192.0.2.1", "--days", "30", "--json").stdout)
        self.assertEqual([c["type"] for c in made["credentials"]], ["private-key", "own-certificate"])
        self.assertNotIn("PRIVATE", made["pem"])
        text = openssl("x509", "-noout", "-text", input=made["pem"].encode()).decode()
        self.assertIn("DNS:gateway.test, IP Address:192.0.2.1", text)
        self.assertIn("CN = gateway.test, O = Example", text)
        # A request: signed by a CA of ours, and added beside its key.
        request = self.creds("generate", "8", "--subject", "CN=device", "--host", "device.test").stdout
        files = {name: self.world.put(name, data) for name, data in (("csr", request.encode()),)}
        self.assertIn("DNS:device.test", openssl("req", "-noout", "-text", "-verify", "-in", files["csr"]).decode())
        signed = openssl("x509", "-req", "-in", files["csr"], "-CA", PKI / "root_ec.cert.pem", "-CAkey",
                         PKI / "root_ec.key.pem", "-CAserial", self.world.files / "serial", "-CAcreateserial",
                         "-days", "100", "-sha256")
        self.creds("add", "8", "cert", self.world.put("signed.pem", signed))
        self.assertEqual(self.refused("generate", "8", "--subject", "CN=x")["name"], "credential-exists")
        self.assertEqual(self.refused("generate", "9", "--subject", "nonsense")["name"], "invalid-argument")

    def test_a_directory_that_others_may_read_is_refused_and_named(self):
        self.creds("add", "1", "psk", input="0123456789abcdef")
        self.directory().chmod(0o755)
        self.restart()
        self.assertEqual(self.listed(), [])
        error = self.refused("add", "2", "psk", input="0123456789abcdef")
        self.assertEqual(error["name"], "not-permitted")
        self.assertIn(str(self.directory()), error["detail"])
        self.assertIn("credentials-unusable", (self.world.dir / "daemon.log").read_text())
        self.directory().chmod(0o700)
        self.restart()
        self.assertEqual([c["tag"] for c in self.listed()], [1])

    @unittest.skipUnless(os.geteuid() == 0, "needs root to be another user")
    def test_another_users_and_a_groups(self):
        self.world.dir.chmod(0o755)
        self.world.socket.chmod(0o666)

        def as_nobody(*words):
            return subprocess.run([PROGRAMS["cellsock"], "creds", *words, "--json"], env=self.world.env, user=NOBODY,
                                  group=NOBODY, extra_groups=[4321], capture_output=True, text=True, timeout=60,
                                  check=False)
        if not os.access(PROGRAMS["cellsock"].parents[3], os.X_OK) or as_nobody("list").returncode != 0:
            self.skipTest("another user cannot run this build")

        def tags():
            return [c["tag"] for c in json.loads(as_nobody("list").stdout)["credentials"]]
        for tag, scope in ((1, ["--user", str(NOBODY)]), (2, ["--group", "4321"]), (3, ["--group", "4322"]), (4, [])):
            subprocess.run([PROGRAMS["cellsock"], "creds", "add", str(tag), "psk", *scope], env=self.world.env,
                           input=b"0123456789abcdef", check=True, capture_output=True)
        self.assertEqual(tags(), [1, 2])
        self.assertEqual([c["tag"] for c in self.listed()], [4])
        self.assertEqual([c["tag"] for c in self.listed("--all")], [1, 2, 3, 4])
        for words in (["list", "--all"], ["delete", "2", "psk", "--group", "4321"], ["delete", "4", "psk", "--user", "0"],
                      ["generate", "5", "--subject", "CN=x", "--user", "0"]):
            refused = as_nobody(*words)
            self.assertEqual((refused.returncode, json.loads(refused.stdout)["error"]["name"]), (1, "not-permitted"), words)
        self.assertEqual(as_nobody("delete", "1", "psk").returncode, 0)
        self.assertEqual(tags(), [2])

    # -- programs --

    def test_a_programs_own_live_and_end_with_it(self):
        first = Program(self.world)
        roots = PKI / "roots.pem"
        digest = hashlib.sha256(roots.read_bytes()).hexdigest()
        self.assertEqual(first("add", 1, CA, roots), "ok")
        self.assertEqual(first("add", 1, CA, roots), "EEXIST")
        self.assertEqual(first("get", 1, CA), f"{roots.stat().st_size} {digest}")
        second = Program(self.world)  # at the same time
        self.assertEqual(second("get", 1, CA), "ENOENT")
        self.assertEqual(second("add", 1, CA, roots), "ok")
        self.assertEqual(self.listed("--all"), [])  # programs' own are theirs alone
        self.assertEqual(first("child", "get", 1, CA), f"{roots.stat().st_size} {digest}")
        self.assertEqual(first("exec", "get", 1, CA), "ENOENT")
        self.assertEqual(first("orphan"), "ok")  # a daemon's way to begin
        self.assertEqual(first("get", 1, CA), f"{roots.stat().st_size} {digest}")
        self.assertEqual(second("delete", 1, CA), "ok")
        self.assertEqual(second("delete", 1, CA), "ENOENT")
        first.end()
        second.end()
        third = Program(self.world)  # a second run
        self.assertEqual(third("add", 1, CA, roots), "ok")
        third.process.kill()
        wait_until(lambda: (self.world.dir / "daemon.log").read_text().count("credential-session-ended") == 3,
                   "the sessions' ends")

    def test_keys_are_used_and_never_read_back(self):
        program = Program(self.world)
        psk = self.world.put("psk", b"00112233445566778899aabbccddeeff")
        self.assertEqual(program("write", 5, 2, PKI / "client_ec.key.pem"), "ok")
        self.assertEqual(program("write", 5, 3, psk), "ok")
        self.assertEqual(program("read", 5, 2), "EPERM")
        self.assertEqual(program("read", 5, 3), "EPERM")
        self.assertEqual(program("get", 5, KEY), "EACCES")
        self.assertEqual(program("cmp", 5, 2, PKI / "client_ec.key.pem"), "0")
        self.assertEqual(program("cmp", 5, 2, PKI / "client_rsa.key.pem"), "1")
        self.assertEqual(program("cmp", 5, 3, psk), "0")
        self.assertEqual([program("exists", 5, n) for n in range(5)], ["0", "0", "1", "1", "0"])
        self.assertEqual(program("write", 5, 3, self.world.put("psk", b"ff112233445566778899aabbccddeeff")), "ok")
        self.assertEqual(program("erase", 5, 3), "ok")
        self.assertEqual(program("erase", 5, 3), "ENOENT")
        self.assertEqual(program("add", 6, KEY, self.world.put("bad", b"garbage")), "EINVAL")
        program.end()

    def test_a_program_sees_the_operators_and_cannot_take_them_away(self):
        self.creds("add", "1", "ca", PKI / "roots.pem")
        program = Program(self.world)
        self.assertTrue(program("get", 1, CA).startswith(str((PKI / "roots.pem").stat().st_size)))
        self.assertEqual(program("delete", 1, CA), "EACCES")
        self.assertEqual(program("erase", 1, 0), "EPERM")
        other = PKI / "other_root_ec.cert.pem"
        self.assertEqual(program("add", 1, CA, other), "ok")  # its own stands before it
        self.assertTrue(program("get", 1, CA).startswith(f"{other.stat().st_size} "))
        self.assertEqual(program("delete", 1, CA), "ok")
        self.assertTrue(program("get", 1, CA).startswith(str((PKI / "roots.pem").stat().st_size)))
        program.end()

    def test_another_run_of_the_daemon_has_new_sessions(self):
        program = Program(self.world)
        self.assertEqual(program("add", 1, CA, PKI / "roots.pem"), "ok")
        self.restart()
        self.assertEqual(program("get", 1, CA), "ENOENT")
        self.assertEqual(program("add", 1, CA, PKI / "roots.pem"), "ok")
        program.end()


if __name__ == "__main__":
    harness.main()
