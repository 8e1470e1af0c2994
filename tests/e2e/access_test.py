#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Who may do what: strangers, other users, and programs that send nonsense by the thousand."""
import os
import socket
import struct
import subprocess
import unittest

import harness
from harness import Case, random_bytes

STRANGER = r'''
import os, socket, struct, sys
path, cookie = sys.argv[1], int(sys.argv[2])
s = socket.socket(socket.AF_UNIX)
s.connect(path)
def ask(body):
    s.sendall(struct.pack("<I", len(body)) + body)
    head = s.recv(4, socket.MSG_WAITALL)
    return s.recv(struct.unpack("<I", head)[0], socket.MSG_WAITALL)
ask(b"\x08\x01\x12\x04\x08\x01\x10\x01")                          # hello, versions 1 to 1
for field in (13, 15, 16):                                          # get_option, names, reason
    call = b"\x09" + struct.pack("<Q", cookie) + (b"\x10\x01" if field == 13 else b"")
    tag = field << 3 | 2
    head = bytes([tag]) if tag < 128 else bytes([tag & 127 | 128, tag >> 7])
    reply = ask(b"\x08\x02" + head + bytes([len(call)]) + call)
    assert b"\x08\x33" in reply, (field, reply)                     # error code 51: not granted
print(os.getuid(), "refused")
'''


class Access(Case):
    def hold_a_socket(self):
        """A program in mid-transfer; the cookie of its socket, as `status` shows it."""
        self.world.put("source", random_bytes(512 * 1024))
        self.holder = self.world.spawn("nrf_tcp_xfer", "recv", "127.0.0.1", self.world.ports["source"],
                                       self.world.dir / "out", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        sockets = harness.wait_until(lambda: self.world.status()["sockets"], "the socket is there")
        log = (self.world.dir / "daemon.log").read_text()
        cookie = [w.split("=")[1] for w in log.split() if w.startswith("cookie=")][-1]
        return sockets[0], int(cookie)

    def test_a_stranger_with_the_right_cookie_is_refused(self):
        _, cookie = self.hold_a_socket()
        done = self.world.run("/usr/bin/python3", "-c", STRANGER, self.world.socket, cookie)
        self.assertIn("refused", done.stdout)
        self.assertIsNone(self.holder.poll())

    @unittest.skipUnless(os.getuid() == 0, "needs two users")
    def test_another_user_is_refused_at_the_socket_and_by_cookie(self):
        _, cookie = self.hold_a_socket()
        other = 65534
        self.world.dir.chmod(0o755)
        command = ["/usr/bin/python3", "-c", STRANGER, str(self.world.socket), str(cookie)]
        closed = subprocess.run(command, user=other, group=other, extra_groups=[], capture_output=True, text=True, check=False)
        self.assertIn("PermissionError", closed.stderr)  # mode 0660
        self.world.socket.chmod(0o666)
        opened = subprocess.run(command, user=other, group=other, extra_groups=[], capture_output=True, text=True, check=False)
        self.assertEqual(opened.stdout, f"{other} refused\n", opened.stderr)
        self.assertIsNone(self.holder.poll())

    def test_nonsense_by_the_thousand_costs_its_sender_only(self):
        self.hold_a_socket()
        hello = b"\x08\x01\x12\x04\x08\x01\x10\x01"
        nonsense = [b"\xff" * 64, struct.pack("<I", 0), struct.pack("<I", 1 << 31), struct.pack("<I", 100) + b"half",
                    struct.pack("<I", len(hello)) + hello + os.urandom(300), b""]
        open_ones = []
        for i in range(3000):
            s = socket.socket(socket.AF_UNIX)
            s.setblocking(False)
            try:
                s.connect(str(self.world.socket))
                s.send(nonsense[i % len(nonsense)])
            except OSError:
                pass
            if i % 3 == 0 and len(open_ones) < 500:
                open_ones.append(s)  # and never reads
            else:
                s.close()
        counters = self.world.status()["counters"]
        self.assertGreater(counters["requests_malformed"], 0)
        self.assertEqual(self.world.link_state(), "ready")
        self.assertIsNone(self.holder.poll())
        for s in open_ones:
            s.close()


if __name__ == "__main__":
    harness.main()
