#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A program on libcellsock's zsock_ calls, for the host link. Errors are printed as errno's names.

  host_client.py LIBRARY refused PORT             connects where nobody listens
  host_client.py LIBRARY reset PORT               writes to a server that resets, reads until it knows
  host_client.py LIBRARY shutdown PORT            sends, ends its direction, reads the whole echo
  host_client.py LIBRARY datagrams PORT [FAMILY]  an empty one, the largest, and one byte too much
  host_client.py LIBRARY many PORT COUNT          so many connections at once, all used; waits for its input
  host_client.py LIBRARY serve COUNT              listens, prints its port, echoes so many connections
  host_client.py LIBRARY device NAME…             a socket; each name set in turn: what it answers
  host_client.py LIBRARY threads PORT UDP COUNT SECONDS   threads that open, use and close sockets
"""
import ctypes
import errno
import os
import random
import resource
import socket
import struct
import sys
import threading
import time

library = ctypes.CDLL(sys.argv[1], use_errno=True)
STREAM, DATAGRAM = 1, 2


def checked(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def address(port, family=socket.AF_INET):
    if family == socket.AF_INET6:
        return struct.pack("=HHI16sI", family, socket.htons(int(port)), 0, socket.inet_pton(family, "::1"), 0)
    return struct.pack("=HH4s8x", family, socket.htons(int(port)), socket.inet_aton("127.0.0.1"))


def opened(kind=STREAM, family=socket.AF_INET):
    return checked(library.zsock_socket(family, kind, 0))


def dialled(port, kind=STREAM, family=socket.AF_INET):
    fd = opened(kind, family)
    there = address(port, family)
    checked(library.zsock_connect(fd, there, len(there)))
    return fd


def send(fd, data):
    sent = 0
    while sent < len(data):
        sent += checked(library.zsock_send(fd, data[sent:], len(data) - sent, 0))


def receive(fd, room=65536):
    buffer = ctypes.create_string_buffer(room)
    got = checked(library.zsock_recv(fd, buffer, room, 0))
    return buffer.raw[:got]


def whole(fd, count):
    data = b""
    while len(data) < count:
        piece = receive(fd)
        if not piece:
            raise OSError(errno.EPIPE, "the echo ended early")
        data += piece
    return data


def refused(port):
    dialled(port)


def reset(port):
    fd = dialled(port)
    send(fd, b"x")
    while receive(fd):
        pass
    print("an orderly end")


def shutdown(port):
    data = random.Random(3).randbytes(300000)
    fd = dialled(port)
    sender = threading.Thread(target=lambda: (send(fd, data), checked(library.zsock_shutdown(fd, socket.SHUT_WR))))
    sender.start()
    back = b""
    while piece := receive(fd):
        back += piece
    sender.join()
    print("same" if back == data else f"different: {len(back)}")


def datagrams(port, family="4"):
    kind = socket.AF_INET6 if family == "6" else socket.AF_INET
    fd = dialled(port, DATAGRAM, kind)
    for size in (0, 65507):
        data = random.Random(size).randbytes(size)
        checked(library.zsock_send(fd, data, size, 0))
        print(size, "same" if receive(fd) == data else "different")
    checked(library.zsock_send(fd, bytes(65508), 65508, 0))


def many(port, count):
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    fds = [dialled(port) for _ in range(int(count))]
    for at, fd in enumerate(fds):
        send(fd, struct.pack("=I", at))
    good = sum(whole(fd, 4) == struct.pack("=I", at) for at, fd in enumerate(fds))
    print(good, flush=True)
    sys.stdin.read()


def serve(count):
    fd = opened()
    here = address(0)
    checked(library.zsock_bind(fd, here, len(here)))
    checked(library.zsock_listen(fd, 32))
    name, size = ctypes.create_string_buffer(16), ctypes.c_uint32(16)
    checked(library.zsock_getsockname(fd, name, ctypes.byref(size)))
    print(socket.ntohs(struct.unpack_from("=H", name.raw, 2)[0]), flush=True)
    for _ in range(int(count)):
        peer, size = ctypes.create_string_buffer(16), ctypes.c_uint32(16)
        child = checked(library.zsock_accept(fd, peer, ctypes.byref(size)))
        while piece := receive(child):
            send(child, piece)
        checked(library.zsock_close(child))
        print(socket.inet_ntoa(peer.raw[4:8]), flush=True)


def device(*names):
    fd = opened()
    for name in names:
        done = library.zsock_setsockopt(fd, socket.SOL_SOCKET, 25, name.encode(), len(name))
        print("ok" if done == 0 else errno.errorcode[ctypes.get_errno()])


def one_life(port, udp, chance):
    """A socket opened, used in one of the ways there are, and closed."""
    kind = DATAGRAM if chance.random() < 0.3 else STREAM
    way = chance.random()
    fd = opened(kind)
    try:
        there = address(udp if kind == DATAGRAM else port)
        if way < 0.1:
            return
        checked(library.zsock_connect(fd, there, len(there)))
        data = chance.randbytes(chance.choice((1, 100, 1400) if kind == DATAGRAM else (1, 1000, 40000)))
        if way < 0.3:  # leaves with the answer still on its way
            send(fd, data)
            return
        send(fd, data)
        if (receive(fd) if kind == DATAGRAM else whole(fd, len(data))) != data:
            raise AssertionError("other bytes came back")
    finally:
        checked(library.zsock_close(fd))


def threads(port, udp, count, seconds):
    end = time.monotonic() + float(seconds)
    failures, lives = [], [0] * int(count)

    def live(mine):
        chance = random.Random(mine)
        try:
            while time.monotonic() < end or lives[mine] == 0:
                one_life(port, udp, chance)
                lives[mine] += 1
        except (OSError, AssertionError) as problem:
            failures.append(repr(problem))
    before = len(os.listdir("/proc/self/fd"))
    crowd = [threading.Thread(target=live, args=(n,)) for n in range(int(count))]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    # Connections to the daemon stay for the next call; sockets do not.
    left = [os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{fd}")]
    print(failures[:3], all(lives), len(left) - before <= int(count), flush=True)
    sys.stdin.read()


try:
    {"refused": refused, "reset": reset, "shutdown": shutdown, "datagrams": datagrams, "many": many,
     "serve": serve, "device": device, "threads": threads}[sys.argv[2]](*sys.argv[3:])
except OSError as problem:
    print(errno.errorcode[problem.errno])
