#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""creds_client.py LIBRARY [COMMAND…]: a program with credentials. Does each command, or each line of its input, and
answers it in a line: `ok`, what was asked for, or errno's name.

  add TAG TYPE FILE       tls_credential_add; TYPE is Zephyr's number (1 CA, 2 certificate, 3 key, 4 PSK, 5 identity)
  get TAG TYPE            tls_credential_get: the length and the SHA-256
  delete TAG TYPE         tls_credential_delete
  write TAG TYPE FILE     modem_key_mgmt_write; Nordic's TYPE (0 CA, 1 certificate, 2 key, 3 PSK, 4 identity)
  read TAG TYPE           modem_key_mgmt_read: the length and the SHA-256
  cmp TAG TYPE FILE       modem_key_mgmt_cmp: 0 or 1
  exists TAG TYPE         modem_key_mgmt_exists: 0 or 1
  erase TAG TYPE          modem_key_mgmt_delete
  child COMMAND…          in a forked child
  exec COMMAND…           in a program that takes the child's place
  orphan                  goes on in a forked child, while the parent ends
  tls PORT TAG            connects to 127.0.0.1 with TLS 1.2, says a line, hears it back, stays connected
  inline PORT TYPE FILE…  as tls, with credentials that have no tag
  close                   those connections
"""
import ctypes
import errno
import hashlib
import os
import socket
import struct
import subprocess
import sys

IPPROTO_TLS_1_2, SOL_TLS, TLS_SEC_TAG_LIST, TLS_PEER_VERIFY = 258, 282, 1, 5
connections = []
library = ctypes.CDLL(sys.argv[1], use_errno=True)


def said(result, text="ok"):
    return errno.errorcode[-result] if result < 0 else text


def content(path):
    with open(path, "rb") as file:
        return file.read()


def fetched(call, tag, kind):
    room = ctypes.create_string_buffer(400000)
    length = ctypes.c_size_t(len(room))
    result = call(tag, kind, room, ctypes.byref(length))
    return said(result, f"{length.value} {hashlib.sha256(room.raw[:length.value]).hexdigest()}")


def numbers(words):
    return [ctypes.c_uint32(int(words[0])), ctypes.c_int(int(words[1]))]


def add(words):
    data = content(words[2])
    return said(library.tls_credential_add(*numbers(words), data, ctypes.c_size_t(len(data))))


def write(words):
    data = content(words[2])
    return said(library.modem_key_mgmt_write(*numbers(words), data, ctypes.c_size_t(len(data))))


def compare(words):
    data = content(words[2])
    result = library.modem_key_mgmt_cmp(*numbers(words), data, ctypes.c_size_t(len(data)))
    return said(result, str(result))


def exists(words):
    found = ctypes.c_bool()
    result = library.modem_key_mgmt_exists(*numbers(words), ctypes.byref(found))
    return said(result, str(int(found.value)))


def child(words):
    read, written = os.pipe()
    if os.fork() == 0:
        os.write(written, do(words).encode())
        os._exit(0)
    os.close(written)
    with os.fdopen(read) as answer:
        text = answer.read()
    os.wait()
    return text


def executed(words):
    done = subprocess.run([sys.executable, sys.argv[0], sys.argv[1], *words], capture_output=True, text=True, check=True,
                          close_fds=False)
    return done.stdout.strip()


def orphan(_):
    if os.fork() != 0:
        os._exit(0)
    return "ok"


def checked(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def talk(fd, port):
    checked(library.zsock_setsockopt(fd, SOL_TLS, TLS_PEER_VERIFY, struct.pack("i", 0), 4))
    peer = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(int(port)), socket.inet_aton("127.0.0.1"))
    checked(library.zsock_connect(fd, peer, len(peer)))
    checked(library.zsock_send(fd, b"abcdef\n", 7, 0))
    heard = ctypes.create_string_buffer(100)
    checked(library.zsock_recv(fd, heard, len(heard), 0))
    connections.append(fd)
    return "ok" if heard.value == b"fedcba\n" else repr(heard.value)


def tls(words):
    fd = checked(library.zsock_socket(socket.AF_INET, 1, IPPROTO_TLS_1_2))
    checked(library.zsock_setsockopt(fd, SOL_TLS, TLS_SEC_TAG_LIST, struct.pack("i", int(words[1])), 4))
    return talk(fd, words[0])


def inline(words):
    fd = checked(library.zsock_socket(socket.AF_INET, 1, IPPROTO_TLS_1_2))
    for kind, path in zip(words[1::2], words[2::2]):
        data = content(path)
        result = library.cellsock_secure_set_credential(fd, int(kind), data, ctypes.c_size_t(len(data)))
        if result < 0:
            checked(result)
    return talk(fd, words[0])


def close(_):
    while connections:
        library.zsock_close(connections.pop())
    return "ok"


COMMANDS = {
    "tls": tls, "inline": inline, "close": close,
    "add": add, "write": write, "cmp": compare, "exists": exists, "child": child, "exec": executed, "orphan": orphan,
    "get": lambda words: fetched(library.tls_credential_get, *numbers(words)),
    "read": lambda words: fetched(library.modem_key_mgmt_read, *numbers(words)),
    "delete": lambda words: said(library.tls_credential_delete(*numbers(words))),
    "erase": lambda words: said(library.modem_key_mgmt_delete(*numbers(words))),
}


def do(words):
    return COMMANDS[words[0]](words[1:])


def lines():
    """Byte by byte: a forked child reads on where its parent stopped."""
    line = b""
    while byte := os.read(0, 1):
        line += byte
        if byte == b"\n":
            yield line.decode()
            line = b""


if len(sys.argv) > 2:
    print(do(sys.argv[2:]))
else:
    for command in lines():
        print(do(command.split()), flush=True)
