#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A program on libcellsock, for what no example does. Errors are printed as errno's names.

  client.py LIBRARY choose NAME…               a socket; each name set in turn: what it answers, what is set then
  client.py LIBRARY late NAME PORT             NAME chosen after connecting to 127.0.0.1:PORT
  client.py LIBRARY echo NAME PORT COUNT       COUNT bytes through the echo server, over modem NAME
  client.py LIBRARY hold NAME PORT             connects, prints `connected`, waits for what comes
  client.py LIBRARY listen PORT                what listening there answers
  client.py LIBRARY serve PORT BACKLOG COUNT [SECONDS]   echoes to COUNT peers, one after the other; SECONDS: their session timeout
  client.py LIBRARY udp-serve PORT COUNT       sends COUNT datagrams back to where they came from
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
DATAGRAM, UDP, TCP_SRV_SESSTIMEO = 2, 17, 55
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


def address(port, host=(0, 0, 0, 0)):
    return struct.pack("=HHI", AF_INET, socket.htons(int(port)), struct.unpack("=I", bytes(host))[0])


def bound(port, kind=STREAM, protocol=TCP):
    fd = checked(library.nrf_socket(AF_INET, kind, protocol))
    here = address(port)
    checked(library.nrf_bind(fd, here, len(here)))
    return fd


def try_listen(port):
    fd = bound(port)
    print(answer(lambda: checked(library.nrf_listen(fd, 1))))


def accepted(fd):
    peer = ctypes.create_string_buffer(16)
    length = ctypes.c_uint32(16)
    child = checked(library.nrf_accept(fd, peer, ctypes.byref(length)))
    _, port, host = struct.unpack("=HHI", peer.raw[:8])
    return child, socket.inet_ntoa(struct.pack("=I", host)), socket.ntohs(port)


def serve(port, backlog, count, seconds="0"):
    fd = bound(port)
    wanted = ctypes.c_int(int(seconds))
    checked(library.nrf_setsockopt(fd, TCP, TCP_SRV_SESSTIMEO, ctypes.byref(wanted), 4))
    checked(library.nrf_listen(fd, int(backlog)))
    print("listening", flush=True)
    room = ctypes.create_string_buffer(4096)
    for _ in range(int(count)):
        child, host, peer_port = accepted(fd)
        print("accepted", host, peer_port, flush=True)
        end = "end"
        while True:
            got = library.nrf_recv(child, room, 4096, 0)
            if got < 0:
                end = errno.errorcode[ctypes.get_errno()]
            if got <= 0:
                break
            sent = 0
            while sent < got:
                sent += checked(library.nrf_send(child, room.raw[sent:got], got - sent, 0))
        library.nrf_close(child)
        print(end, flush=True)


def udp_serve(port, count):
    fd = bound(port, DATAGRAM, UDP)
    print("bound", flush=True)
    room = ctypes.create_string_buffer(2048)
    peer = ctypes.create_string_buffer(16)
    for _ in range(int(count)):
        length = ctypes.c_uint32(16)
        got = checked(library.nrf_recvfrom(fd, room, 2048, 0, peer, ctypes.byref(length)))
        checked(library.nrf_sendto(fd, room.raw[:got], got, 0, peer, length))
    print("served", count)


try:
    {"listen": try_listen, "serve": serve, "udp-serve": udp_serve,
     "choose": try_names, "late": too_late, "echo": echo, "hold": hold}[sys.argv[2]](*sys.argv[3:])
except OSError as problem:
    print(errno.errorcode[problem.errno])
    sys.exit(1)
