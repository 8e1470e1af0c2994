#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A program on libcellsock, for what no example does. Errors are printed as errno's names.

  client.py LIBRARY choose NAME…               a socket; each name set in turn: what it answers, what is set then
  client.py LIBRARY late NAME PORT             NAME chosen after connecting to 127.0.0.1:PORT
  client.py LIBRARY echo NAME PORT COUNT       COUNT bytes through the echo server, over modem NAME
  client.py LIBRARY hold NAME PORT             connects, prints `connected`, waits for what comes
"""
import ctypes
import errno
import hashlib
import os
import random
import socket
import struct
import sys
import threading

AF_INET, STREAM, TCP, SOL_SOCKET, SO_BINDTODEVICE = 1, 1, 6, 1, 25
library = ctypes.CDLL(sys.argv[1], use_errno=True)


def checked(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def opened(name=""):
    fd = checked(library.nrf_socket(AF_INET, STREAM, TCP))
    if name:
        choose(fd, name)
    return fd


def choose(fd, name):
    checked(library.nrf_setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name.encode(), len(name)))


def chosen(fd):
    room = ctypes.create_string_buffer(64)
    length = ctypes.c_uint32(64)
    checked(library.nrf_getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, room, ctypes.byref(length)))
    return room.raw[:length.value]


def dialled(name, port):
    fd = opened(name)
    peer = struct.pack("=HHI", AF_INET, socket.htons(int(port)), struct.unpack("=I", bytes([127, 0, 0, 1]))[0])
    checked(library.nrf_connect(fd, peer, len(peer)))
    return fd


def answer(step):
    try:
        step()
        return "ok"
    except OSError as problem:
        return errno.errorcode[problem.errno]


def try_names(*names):
    fd = opened()
    for name in names:
        said = answer(lambda: choose(fd, name))
        print(said, chosen(fd))


def too_late(name, port):
    fd = dialled("", port)
    print(answer(lambda: choose(fd, name)), chosen(fd))


def echo(name, port, count):
    data = random.Random(count).randbytes(int(count))
    fd = dialled(name, port)

    def send():
        sent = 0
        while sent < len(data):
            piece = data[sent:sent + 4096]
            sent += checked(library.nrf_send(fd, piece, len(piece), 0))
    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    room = ctypes.create_string_buffer(65536)
    back = bytearray()
    while len(back) < len(data):
        got = checked(library.nrf_recv(fd, room, 65536, 0))
        if got == 0:
            raise OSError(errno.EPIPE, "the echo ended early")
        back += room.raw[:got]
    same = hashlib.sha256(back).digest() == hashlib.sha256(data).digest()
    print("same" if same else "different", len(back))


def hold(name, port):
    fd = dialled(name, port)
    print("connected", flush=True)
    room = ctypes.create_string_buffer(100)
    print(answer(lambda: checked(library.nrf_recv(fd, room, 100, 0))))


try:
    {"choose": try_names, "late": too_late, "echo": echo, "hold": hold}[sys.argv[2]](*sys.argv[3:])
except OSError as problem:
    print(errno.errorcode[problem.errno])
    sys.exit(1)
