#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The daemon as a service: configuration, readiness notice, who may connect, the installed files."""
import grp
import os
import re
import shutil
import socket
import stat
import subprocess
import unittest

import harness
from harness import PROGRAMS, ROOT, World


class Bare(unittest.TestCase):
    """A world with nothing running yet."""

    def setUp(self):
        self.world = World(start=False)
        self.addCleanup(self.world.close)

    def config(self, text):
        path = self.world.dir / "cellsock.toml"
        path.write_text(text)
        return path

    def daemon(self, *arguments):
        return self.world.run("cellsockd", *arguments, check=False)


class Configuration(Bare):
    def test_a_good_file_is_ok(self):
        done = self.daemon("--check-config", "--config", ROOT / "deploy" / "cellsock.toml")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "ok\n", ""))

    def test_every_mistake_is_told_with_its_place(self):
        path = self.config("[socket]\nmode = 660\ngroup = 'no-such-group'\n[modem]\nuri = 'ftp:x'\nbaud = 9600\n")
        for check in (["--check-config"], []):
            done = self.daemon(*check, "--config", path)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            lines = done.stderr.strip().split("\n")
            self.assertEqual(len(lines), 4, done.stderr)
            for at, word in (("2:8", "octal"), ("3:9", "no-such-group"), ("5:7", "modem.uri"), ("6:1", "uri, name, apn, pdn_family")):
                line = next(l for l in lines if l.startswith(f"{path}:{at}: "))
                self.assertIn(word, line)

    def test_a_missing_file_is_an_error_only_if_it_was_named(self):
        done = self.daemon("--check-config", "--config", "/nonexistent/cellsock.toml", "--modem", "serial:/dev/null")
        self.assertEqual(done.returncode, 2)
        self.assertIn("/nonexistent/cellsock.toml: cannot be read: No such file", done.stderr)
        if not os.path.exists("/etc/cellsock/cellsock.toml"):
            done = self.daemon("--check-config", "--modem", "serial:/dev/null")
            self.assertEqual((done.returncode, done.stdout), (0, "ok\n"))

    def test_the_command_line_goes_before_the_file(self):
        path = self.config("[modem]\nuri = 'ftp:x'\n[log]\nlevel = 'error'\n")
        done = self.daemon("--check-config", "--config", path, "--modem", "serial:/dev/null")
        self.assertEqual((done.returncode, done.stdout), (0, "ok\n"))
        done = self.daemon("--check-config", "--config", path, "--modem", "gopher:x")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--modem: ", done.stderr)
        done = self.daemon("--check-config", "--modem", "serial:/dev/null", "--socket-mode", "rw")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--socket-mode", done.stderr)

    def test_no_modem_is_an_error_that_says_what_to_do(self):
        done = self.daemon("--check-config", "--config", self.config(""))
        self.assertEqual(done.returncode, 2)
        self.assertIn("--modem serial:/dev/ttyACM0", done.stderr)

    def test_a_daemon_that_is_all_from_its_file(self):
        self.world.start_emulator()
        group = grp.getgrgid(os.getgid()).gr_name
        path = self.config(f"[socket]\npath = '{self.world.socket}'\nmode = '0606'\ngroup = '{group}'\n"
                           f"[modem]\nuri = 'serial:{self.world.link}?baud={self.world.baud}'\n"
                           "[log]\nlevel = 'warn'\n")
        env = dict(self.world.env)
        del env["CELLSOCK_SOCKET"]  # it would go before the file
        self.world.daemon = subprocess.Popen([PROGRAMS["cellsockd"], "--config", path], env=env,
                                             stderr=self.world.log_file("daemon.log"))
        self.world.processes.append(self.world.daemon)
        self.world.wait_ready()
        self.assertEqual(stat.S_IMODE(self.world.socket.stat().st_mode), 0o606)
        self.assertEqual(self.world.socket.stat().st_gid, os.getgid())
        self.assertNotIn(" info ", (self.world.dir / "daemon.log").read_text())

    @unittest.skipUnless(os.geteuid() == 0, "needs root to be another user")
    def test_the_group_is_who_may_connect(self):
        nobody = 65534
        self.world.start_emulator()
        self.world.daemon_options = ["--socket-group", grp.getgrgid(nobody).gr_name]
        self.world.start_daemon()
        self.world.wait_ready()
        self.world.dir.chmod(0o755)

        def connect_as(gid):
            program = ("import os, socket, sys\n"
                       f"os.setgroups([]); os.setgid({gid}); os.setuid({nobody})\n"
                       "try: socket.socket(socket.AF_UNIX).connect(sys.argv[1])\n"
                       "except PermissionError: sys.exit(1)\n")
            return subprocess.run(["/usr/bin/python3", "-c", program, self.world.socket], check=False).returncode
        self.assertEqual(connect_as(nobody), 0)
        self.assertEqual(connect_as(nobody - 1), 1)


class Service(Bare):
    def test_ready_is_said_when_programs_can_connect_and_stopping_when_they_no_longer_can(self):
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(manager.close)
        manager.bind(str(self.world.dir / "notify"))
        manager.settimeout(harness.DEADLINE)
        self.world.env["NOTIFY_SOCKET"] = str(self.world.dir / "notify")
        self.world.start_emulator()
        self.world.start_daemon()
        notices = [manager.recv(4096).decode()]
        self.assertEqual(notices[0].split("\n")[0], "READY=1")
        with socket.socket(socket.AF_UNIX) as program:
            program.connect(str(self.world.socket))
        while "STATUS=modem0: ready" not in notices[-1]:
            notices.append(manager.recv(4096).decode())
        self.world.daemon.terminate()
        while notices[-1] != "STOPPING=1":
            notices.append(manager.recv(4096).decode())
        self.assertEqual(self.world.daemon.wait(harness.DEADLINE), 0)
        self.assertFalse(self.world.socket.exists())

    def test_a_daemon_that_cannot_start_is_never_ready(self):
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(manager.close)
        manager.bind(str(self.world.dir / "notify"))
        manager.setblocking(False)
        self.world.env["NOTIFY_SOCKET"] = str(self.world.dir / "notify")
        done = self.daemon("--modem", "serial:/dev/null", "--socket", "/nonexistent/directory/socket")
        self.assertEqual(done.returncode, 1)
        self.assertRaises(BlockingIOError, manager.recv, 4096)

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("unshare"), "needs root and unshare")
    def test_in_the_journal_every_field_has_a_name(self):
        """A journal of our own, in a mount namespace: the library's path to it is fixed."""
        program = r"""
import os, socket, subprocess, sys
subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
os.makedirs("/run/systemd/journal")
journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
journal.bind("/run/systemd/journal/socket")
journal.settimeout(60)
ours, theirs = socket.socketpair()
where = os.fstat(theirs.fileno())
env = dict(os.environ, JOURNAL_STREAM=f"{where.st_dev}:{where.st_ino}")
daemon = subprocess.Popen(sys.argv[1:], env=env, stderr=theirs)
theirs.close()
entry = journal.recv(65536).decode()
daemon.terminate()
daemon.wait()
print(entry)
print("stderr:", ours.recv(1000))
"""
        done = subprocess.run(
            ["unshare", "--mount", "/usr/bin/python3", "-c", program, PROGRAMS["cellsockd"], "--modem",
             "serial:/dev/null", "--socket", self.world.socket],
            capture_output=True, text=True, timeout=harness.DEADLINE, check=False)
        if done.returncode != 0 and "mount" in done.stderr:
            self.skipTest("no mount namespace here: " + done.stderr.strip().split("\n")[-1])
        lines = done.stdout.split("\n")
        for wanted in ("CELLSOCK_EVENT=started", f"CELLSOCK_SOCKET={self.world.socket}", "PRIORITY=6",
                       "SYSLOG_IDENTIFIER=cellsockd", "stderr: b''"):
            self.assertIn(wanted, lines, done.stdout + done.stderr)


class Files(Bare):
    def test_what_is_installed_belongs_together(self):
        prefix = self.world.dir / "prefix"
        subprocess.run(["cmake", "--install", harness.BUILD, "--prefix", prefix], check=True, capture_output=True)
        unit = (prefix / "lib/systemd/system/cellsock.service").read_text()
        program = re.search(r"^ExecStart=(\S+)", unit, re.M).group(1)
        self.assertTrue(os.access(program, os.X_OK), program)
        users = (prefix / "lib/sysusers.d/cellsock.conf").read_text()
        self.assertRegex(users, r"(?m)^u cellsock ")
        self.assertIn("User=cellsock\nGroup=cellsock\n", unit)
        rules = (prefix / "lib/udev/rules.d/99-cellsock.rules").read_text()
        self.assertIn('ENV{ID_MM_DEVICE_IGNORE}="1"', rules)
        self.assertTrue((prefix / "share/doc/cellsock/examples/cellsock.toml").exists())
        if shutil.which("systemd-analyze"):
            checked = self.world.dir / "cellsock.service"  # pages of the system may be missing where it is tried
            checked.write_text(re.sub(r"(?m)^(Documentation|Wants|After)=.*\n", "", unit))
            done = subprocess.run(["systemd-analyze", "verify", checked], capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    harness.main()
