#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A program on libcellsock's secure sockets which a test leads by the hand.

  secure_client.py LIBRARY nrf|zsock

It reads a call a line (`{"id", "call", "args"}`), makes each in a thread of its own, as programs do, and
answers `{"id", "value"}` or `{"id", "errno"}`. Bytes are hexadecimal. Its credentials live as long as it does.
"""
import ctypes
import errno
import json
import os
import select
import socket
import struct
import sys
import threading

library = ctypes.CDLL(sys.argv[1], use_errno=True)
NRF = sys.argv[2] == "nrf"

SECURE_LEVEL = 282
# protocol -> (type, number)
PROTOCOLS = {"tcp": (1, 6), "udp": (2, 17),
             "tls": (1, 258), "tls1.0": (1, 256), "tls1.1": (1, 257), "tls1.3": (1, 259), "dtls": (2, 273)}
# By the daemon's names: nRF's number, Zephyr's.
OPTIONS = {"TAGS": (1, 1), "HOSTNAME": (2, 2), "SUITES": (3, 3), "SUITE_USED": (4, 4), "PEER_VERIFY": (5, 5),
           "ROLE": (6, 6), "ALPN": (None, 7), "RETRY_FIRST_MS": (None, 8), "RETRY_LAST_MS": (None, 9),
           "SESSION_CACHE": (12, 12), "SESSION_CACHE_PURGE": (13, 13), "HANDSHAKE_TIME_S": (14, 1018),
           "CONNECTION_ID": (15, 14), "CONNECTION_ID_STATUS": (16, 15), "SAVE": (17, 1019), "LOAD": (18, 1020),
           "RESUMED": (19, 1021), "HANDSHAKE_ON_CONNECT": (None, 18), "VERIFY_RESULT": (None, 19)}
# Zephyr's number, nRF's.
CREDENTIALS = {"ca": (1, 0), "certificate": (2, 1), "key": (3, 2), "psk": (4, 3), "identity": (5, 4)}


class Errno(Exception):
    pass


def failure(number):
    return Errno(errno.errorcode.get(number, str(number)))


def checked(result):
    if result < 0:
        raise failure(ctypes.get_errno())
    return result


def face(name):
    return getattr(library, ("nrf_" if NRF else "zsock_") + name)


def address(port, host="127.0.0.1"):
    if NRF:
        return struct.pack("=HH4s", 1, socket.htons(port), socket.inet_aton(host))
    return struct.pack("=HH4s8x", socket.AF_INET, socket.htons(port), socket.inet_aton(host))


def address_room():
    return ctypes.create_string_buffer(32), ctypes.c_uint32(32)


def port_of(room):
    return socket.ntohs(struct.unpack_from("=H", room.raw, 2)[0])


# -- calls --

def open_socket(protocol):
    kind, number = PROTOCOLS[protocol]
    return checked(face("socket")(1 if NRF else socket.AF_INET, kind, number))


def connect(fd, port):
    there = address(port)
    return checked(face("connect")(fd, there, len(there)))


def bind(fd, port):
    on = ctypes.c_int(1)
    checked(face("setsockopt")(fd, 1, 2, ctypes.byref(on), 4))  # SO_REUSEADDR
    here = address(port, "0.0.0.0")
    return checked(face("bind")(fd, here, len(here)))


def listen(fd, backlog=4):
    return checked(face("listen")(fd, backlog))


def accept(fd):
    room, size = address_room()
    child = checked(face("accept")(fd, room, ctypes.byref(size)))
    return [child, port_of(room)]


def send(fd, data, flags=0):
    data = bytes.fromhex(data)
    return checked(face("send")(fd, data, len(data), flags))


def send_all(fd, data):
    data, sent = bytes.fromhex(data), 0
    while sent < len(data):
        sent += checked(face("send")(fd, data[sent:], len(data) - sent, 0))
    return sent


def receive(fd, size=65536, flags=0):
    room = ctypes.create_string_buffer(size)
    got = checked(face("recv")(fd, room, size, flags))
    return room.raw[:got].hex()


def receive_exactly(fd, size):
    """Fewer bytes: the end came first."""
    data = b""
    while len(data) < size and (piece := bytes.fromhex(receive(fd, size - len(data)))):
        data += piece
    return data.hex()


def receive_from(fd, size=2048):
    room, (peer, length) = ctypes.create_string_buffer(size), address_room()
    got = checked(face("recvfrom")(fd, room, size, 0, peer, ctypes.byref(length)))
    return [room.raw[:got].hex(), port_of(peer)]


def send_to(fd, data, port):
    data, there = bytes.fromhex(data), address(port)
    return checked(face("sendto")(fd, data, len(data), 0, there, len(there)))


def shutdown(fd, how):
    return checked(face("shutdown")(fd, how))


def close(fd):
    return checked(face("close")(fd))


def poll(fd, events, ms):
    room = ctypes.create_string_buffer(struct.pack("=ihh", fd, events, 0), 8)
    checked(face("poll")(room, 1, ms))
    return struct.unpack("=ihh", room.raw)[2]


def set_option(fd, name, value):
    if isinstance(value, int):
        content = struct.pack("=i", value)
    elif isinstance(value, str):
        content = value.encode()
    elif isinstance(value, list) and value and isinstance(value[0], str):
        content = (ctypes.c_char_p * len(value))(*(one.encode() for one in value))
    else:
        content = None if value is None else struct.pack(f"={len(value)}i", *value)
    size = 0 if content is None else ctypes.sizeof(content) if isinstance(content, ctypes.Array) else len(content)
    return checked(face("setsockopt")(fd, SECURE_LEVEL, OPTIONS[name][0 if NRF else 1], content, size))


def get_option(fd, name):
    room, size = ctypes.c_uint32(), ctypes.c_uint32(4)
    checked(face("getsockopt")(fd, SECURE_LEVEL, OPTIONS[name][0 if NRF else 1], ctypes.byref(room), ctypes.byref(size)))
    return room.value


def so_error(fd):
    room, size = ctypes.c_int(), ctypes.c_uint32(4)
    checked(face("getsockopt")(fd, 1, 4, ctypes.byref(room), ctypes.byref(size)))
    return errno.errorcode[room.value] if room.value else ""


def timeouts(fd, receiving_ms, sending_ms):
    for option, ms in ((20, receiving_ms), (21, sending_ms)):
        value = struct.pack("=II" if NRF else "=qq", ms // 1000, ms % 1000 * 1000)
        checked(face("setsockopt")(fd, 1, option, value, len(value)))


def nonblocking(fd, on):
    return checked(face("fcntl")(fd, 4, (1 if NRF else os.O_NONBLOCK) if on else 0))


def credential(tag, kind, content):
    """What the call returns: 0, or an errno's name."""
    content = bytes.fromhex(content)
    zephyr, nordic = CREDENTIALS[kind]
    if NRF:
        content = content.hex().encode() if kind == "psk" else content  # as a modem takes keys
        result = library.modem_key_mgmt_write(ctypes.c_uint32(tag), nordic, content, ctypes.c_size_t(len(content)))
    else:
        result = library.tls_credential_add(tag, zephyr, content, ctypes.c_size_t(len(content)))
    if result < 0:
        raise failure(-result)
    return result


# -- the descriptor itself, as programs that know nothing of us use it --

watched = select.epoll()


def raw_read(fd, size=65536):
    try:
        return os.read(fd, size).hex()
    except OSError as problem:
        raise failure(problem.errno) from None


def raw_write(fd, data):
    try:
        return os.write(fd, bytes.fromhex(data))
    except OSError as problem:
        raise failure(problem.errno) from None


def raw_poll(fd, events, ms):
    waiting = select.poll()
    waiting.register(fd, events)
    return dict(waiting.poll(ms)).get(fd, 0)


def epoll_add(fd):
    """Edges of both directions."""
    watched.register(fd, select.EPOLLIN | select.EPOLLOUT | select.EPOLLET)


def epoll_wait(ms):
    return [[fd, events] for fd, events in watched.poll(ms / 1000)]


CALLS = {"socket": open_socket, "connect": connect, "bind": bind, "listen": listen, "accept": accept, "send": send,
         "send_all": send_all, "recv": receive, "recv_exactly": receive_exactly, "recvfrom": receive_from,
         "sendto": send_to, "shutdown": shutdown, "close": close, "poll": poll, "set": set_option, "get": get_option,
         "so_error": so_error, "timeouts": timeouts, "nonblocking": nonblocking, "credential": credential,
         "raw_read": raw_read, "raw_write": raw_write, "raw_poll": raw_poll, "epoll_add": epoll_add,
         "epoll_wait": epoll_wait}
answers = threading.Lock()


def make(wanted):
    answer = {"id": wanted["id"]}
    try:
        answer["value"] = CALLS[wanted["call"]](*wanted["args"])
    except Errno as problem:
        answer["errno"] = str(problem)
    except Exception as problem:  # a mistake of the test's own
        answer["errno"] = repr(problem)
    with answers:
        print(json.dumps(answer), flush=True)


for line in sys.stdin:
    threading.Thread(target=make, args=(json.loads(line),), daemon=True).start()
