#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real servers on loopback for the demo and the end-to-end tests to talk to.

Usage: peers.py --dir DIR     serves until standard input ends; prints one JSON line with the ports.

  http    files of DIR (GET), like any web server
  sink    TCP: what a client sends is stored as DIR/sink-N (N counts connections), then closed
  source  TCP: every client gets DIR/source, then end of file
  echo    TCP: everything back, until the client ends
  reset   TCP: reads one byte, then resets the connection
  udp     UDP: every datagram back to its sender
  http6, udp6   the same on ::1
"""
import argparse
import functools
import http.server
import json
import os
import socket
import socketserver
import struct
import sys
import threading


class Quiet(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass


class Http6(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6
    daemon_threads = True


class Threaded(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 1024  # 64 threads connect at once; the default is 5


def tcp(handle):
    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            try:
                handle(self.request)
            except OSError:
                pass
    server = Threaded(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def sink_to(directory):
    lock, count = threading.Lock(), [0]

    def handle(connection):
        with lock:
            count[0] += 1
            path = os.path.join(directory, f"sink-{count[0]}")
        with open(path + ".part", "wb") as out:
            while piece := connection.recv(65536):
                out.write(piece)
        os.rename(path + ".part", path)
    return handle


def source_from(directory):
    def handle(connection):
        with open(os.path.join(directory, "source"), "rb") as file:
            connection.sendfile(file)
    return handle


def echo(connection):
    while piece := connection.recv(65536):
        connection.sendall(piece)


def reset(connection):
    connection.recv(1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def udp_echo(family=socket.AF_INET, address="127.0.0.1"):
    server = socket.socket(family, socket.SOCK_DGRAM)
    server.bind((address, 0))

    def serve():
        while True:
            payload, peer = server.recvfrom(65536)
            server.sendto(payload, peer)
    threading.Thread(target=serve, daemon=True).start()
    return server.getsockname()[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dir", required=True)
    directory = parser.parse_args().dir
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=directory))
    web.daemon_threads = True
    threading.Thread(target=web.serve_forever, daemon=True).start()
    web6 = Http6(("::1", 0), functools.partial(Quiet, directory=directory))
    threading.Thread(target=web6.serve_forever, daemon=True).start()
    ports = {"http6": web6.server_address[1], "udp6": udp_echo(socket.AF_INET6, "::1"), "http": web.server_address[1], "sink": tcp(sink_to(directory)),
             "source": tcp(source_from(directory)), "echo": tcp(echo), "reset": tcp(reset),
             "udp": udp_echo()}
    print(json.dumps(ports), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
