#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""hints_client.py LIBRARY PORT: a program that gives each release assistance hint, then a datagram and its echo;
"no more data" last, by itself (power_test.py).
"""
import ctypes
import os
import socket
import struct
import sys

AF_INET, DATAGRAM, UDP, SOL_SOCKET, SO_RAI = 1, 2, 17, 1, 61
NO_DATA, LAST, ONE_RESP, ONGOING, WAIT_MORE = range(1, 6)
library = ctypes.CDLL(sys.argv[1], use_errno=True)


def checked(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def hint(value):
    checked(library.nrf_setsockopt(fd, SOL_SOCKET, SO_RAI, struct.pack("i", value), 4))


fd = checked(library.nrf_socket(AF_INET, DATAGRAM, UDP))
peer = struct.pack("=HH4s", AF_INET, socket.htons(int(sys.argv[2])), socket.inet_aton("127.0.0.1"))
checked(library.nrf_connect(fd, peer, len(peer)))
for value in (ONGOING, WAIT_MORE, ONE_RESP, LAST):
    hint(value)
    checked(library.nrf_send(fd, b"hint", 4, 0))
    checked(library.nrf_recv(fd, ctypes.create_string_buffer(9), 9, 0))
hint(NO_DATA)
