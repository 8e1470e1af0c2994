#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Names as a program on libcellsock asks for them, a line for each answer: addresses, or EAI's name.

  resolver_client.py LIBRARY STEP…

  server=ADDRESS   nrf_setdnsaddr; without an address: forgets IPv4's
  any=NAME         nrf_getaddrinfo, whichever family comes first
  4=NAME  6=NAME   nrf_getaddrinfo, one family
  pdnN=NAME        nrf_getaddrinfo, IPv4, through that network (NRF_AI_PDNSERV)
"""
import ctypes
import errno
import socket
import sys

AI_PDNSERV = 0x1000
FAMILIES = {"any": 0, "4": 1, "6": 2}
EAI = {-1: "BADFLAGS", -2: "NONAME", -3: "AGAIN", -4: "FAIL", -5: "NODATA", -6: "FAMILY", -8: "SERVICE", -11: "SYSTEM"}
library = ctypes.CDLL(sys.argv[1], use_errno=True)


class AddressInfo(ctypes.Structure):
    pass


AddressInfo._fields_ = [("flags", ctypes.c_int), ("family", ctypes.c_int), ("type", ctypes.c_int),
                        ("protocol", ctypes.c_int), ("addrlen", ctypes.c_uint32), ("addr", ctypes.c_void_p),
                        ("name", ctypes.c_char_p), ("next", ctypes.POINTER(AddressInfo))]


def addresses(node):
    while node:
        info = node.contents
        six = info.addrlen > 20
        raw = ctypes.string_at(info.addr, info.addrlen)
        yield socket.inet_ntop(socket.AF_INET6 if six else socket.AF_INET, raw[4:20] if six else raw[4:8])
        node = info.next


def ask(name, family, pdn=None):
    hints = AddressInfo(flags=AI_PDNSERV if pdn else 0, family=family)
    found = ctypes.POINTER(AddressInfo)()
    code = library.nrf_getaddrinfo(name.encode(), pdn.encode() if pdn else None, ctypes.byref(hints), ctypes.byref(found))
    if code == 0:
        print(*addresses(found), flush=True)
        library.nrf_freeaddrinfo(found)
    else:
        print("EAI_" + EAI.get(code, str(code)), flush=True)


def choose(address):
    raw = socket.inet_aton(address) if address else None
    if library.nrf_setdnsaddr(1, raw, len(raw) if raw else 0) == 0:
        print("ok", flush=True)
    else:
        print(errno.errorcode[ctypes.get_errno()], flush=True)


for step in sys.argv[2:]:
    what, _, value = step.partition("=")
    if what == "server":
        choose(value)
    elif what in FAMILIES:
        ask(value, FAMILIES[what])
    else:
        ask(value, 1, what)
