#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A program that does as it is told, a line of standard input each, in one family of calls.

  loss_client.py LIBRARY nrf|zsock|posix

posix is a socket of zsock's whose descriptor is then read, written and polled by the kernel's own calls.
A call that may wait prints `calling` first; then comes its outcome: errno's name, or what it gave.

  open [DEVICE]      datagram         connect PORT     start PORT (without waiting)
  send COUNT         recv             serve PORT       accept           close
  poll in|out|none   error (SO_ERROR) name NAME        interfaces (nrf alone has them)
"""
import ctypes
import errno
import os
import select
import socket
import struct
import sys

STREAM, DATAGRAM, TCP, UDP, SOL_SOCKET, SO_ERROR, SO_BINDTODEVICE = 1, 2, 6, 17, 1, 4, 25
POLLED = (("IN", select.POLLIN), ("OUT", select.POLLOUT), ("ERR", select.POLLERR), ("HUP", select.POLLHUP),
          ("NVAL", select.POLLNVAL))
WANTED = {"in": select.POLLIN, "out": select.POLLOUT, "none": 0}
NAME_ERRORS = {-2: "NONAME", -3: "AGAIN", -4: "FAIL", -9: "ADDRFAMILY", -11: "SYSTEM"}
POLL_MS = 60000

library = ctypes.CDLL(sys.argv[1], use_errno=True)
family = sys.argv[2]
prefix = "nrf_" if family == "nrf" else "zsock_"
INET, O_NONBLOCK = (1, 1) if family == "nrf" else (socket.AF_INET, os.O_NONBLOCK)


class Polled(ctypes.Structure):
    _fields_ = [("fd", ctypes.c_int), ("events", ctypes.c_short), ("revents", ctypes.c_short)]


class Interface(ctypes.Structure):
    pass


Interface._fields_ = [("next", ctypes.POINTER(Interface)), ("name", ctypes.c_char_p), ("flags", ctypes.c_uint32),
                      ("address", ctypes.c_void_p)]


def call(name, *arguments):
    function = getattr(library, prefix + name)
    function.restype = ctypes.c_ssize_t if name in ("send", "recv") else ctypes.c_int
    result = function(*arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result


def address(port, host="127.0.0.1"):
    return struct.pack("=HH4s8x", INET, socket.htons(int(port)), socket.inet_aton(host))


def flags(names, known):
    return " ".join(name for name, bit in known if names & bit) or "nothing"


class Program:
    def __init__(self):
        self.fd = -1

    def open(self, device=""):
        self.fd = call("socket", INET, STREAM, TCP)
        if device:
            call("setsockopt", self.fd, SOL_SOCKET, SO_BINDTODEVICE, device.encode(), len(device))

    def datagram(self):
        self.fd = call("socket", INET, DATAGRAM, UDP)

    def close(self):
        os.close(self.fd) if family == "posix" else call("close", self.fd)

    def connect(self, port):
        calling()
        call("connect", self.fd, address(port), 8 if family == "nrf" else 16)

    def start(self, port):
        call("fcntl", self.fd, 4, ctypes.c_int(O_NONBLOCK))
        self.connect(port)

    def serve(self, port):
        call("bind", self.fd, address(port, "0.0.0.0"), 8 if family == "nrf" else 16)
        call("listen", self.fd, 2)

    def accept(self):
        calling()
        call("accept", self.fd, None, None)

    def send(self, count):
        calling()
        for _ in range(0, int(count), 4096):
            piece = bytes(min(4096, int(count)))
            os.write(self.fd, piece) if family == "posix" else call("send", self.fd, piece, len(piece), 0)

    def recv(self):
        calling()
        if family == "posix":
            return len(os.read(self.fd, 4096))
        return call("recv", self.fd, ctypes.create_string_buffer(4096), 4096, 0)

    def poll(self, what):
        calling()
        if family == "posix":
            poller = select.poll()
            poller.register(self.fd, WANTED[what])
            return flags(dict(poller.poll(POLL_MS)).get(self.fd, 0), POLLED)
        one = Polled(self.fd, WANTED[what], 0)
        call("poll", ctypes.byref(one), 1, POLL_MS)
        return flags(one.revents, POLLED)

    def error(self):
        value, length = ctypes.c_int(), ctypes.c_uint32(4)
        if family == "posix":
            value.value = struct.unpack("=i", socket.socket(fileno=os.dup(self.fd)).getsockopt(SOL_SOCKET, SO_ERROR, 4))[0]
        else:
            call("getsockopt", self.fd, SOL_SOCKET, SO_ERROR, ctypes.byref(value), ctypes.byref(length))
        return errno.errorcode.get(value.value, value.value)

    def name(self, name):
        calling()
        found = ctypes.c_void_p()
        # Without hints both families are asked for.
        code = getattr(library, prefix + "getaddrinfo")(name.encode(), None, None, ctypes.byref(found))
        if code == 0:
            getattr(library, prefix + "freeaddrinfo")(found)
            return "found"
        reason = errno.errorcode.get(ctypes.get_errno(), "") if code == -11 else ""
        return f"EAI_{NAME_ERRORS.get(code, code)} {reason}".strip()

    def interfaces(self):
        """Those with an IPv4 address."""
        found = ctypes.POINTER(Interface)()
        call("getifaddrs", ctypes.byref(found))
        names, one = [], found
        while one:
            raw = ctypes.string_at(one.contents.address, 2) if one.contents.address else b""
            if raw == struct.pack("=H", INET):
                names.append(one.contents.name.decode())
            one = one.contents.next
        library.nrf_freeifaddrs(found)
        return " ".join(names) or "none"


def calling():
    print("calling", flush=True)


program = Program()
for line in sys.stdin:
    verb, *words = line.split()
    try:
        outcome = getattr(program, verb)(*words)
        print("ok" if outcome is None else outcome, flush=True)
    except OSError as problem:
        print(errno.errorcode[problem.errno], flush=True)
