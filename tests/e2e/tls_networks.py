# SPDX-License-Identifier: Apache-2.0
"""What stands between two ends of TLS, or in place of one: a gate in the wire, peers that are none."""
import contextlib
import select
import socket
import threading

import harness


class Gate:
    """One TCP connection to `target`. What the server says waits until the test lets it pass: so many
    bytes, or all from now on; the test can end it with or without warning, or say something itself."""

    def __init__(self, target, open_at_first=False):
        self.target = target
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.changed = threading.Condition()
        self.allowed = float("inf") if open_at_first else 0
        self.held = b""
        self.ended = False
        self.from_client = self.from_server = self.passed = 0
        self.client = self.server = None
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            self.client, _ = self.listening.accept()
            self.server = socket.create_connection(("127.0.0.1", self.target), harness.DEADLINE)
            for way in (self.up, self.down, self.deliver):
                threading.Thread(target=way, daemon=True).start()

    def up(self):
        with contextlib.suppress(OSError):
            while piece := self.client.recv(65536):
                with self.changed:
                    self.from_client += len(piece)
                    self.changed.notify_all()
                self.server.sendall(piece)
            self.server.shutdown(socket.SHUT_WR)

    def down(self):
        with contextlib.suppress(OSError):
            while piece := self.server.recv(65536):
                with self.changed:
                    self.held += piece
                    self.from_server += len(piece)
                    self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def deliver(self):
        with contextlib.suppress(OSError):
            while True:
                with self.changed:
                    self.changed.wait_for(lambda: self.held and self.allowed or self.ended and not self.held)
                    if not self.held:
                        break
                    count = int(min(self.allowed, len(self.held)))
                    piece, self.held = self.held[:count], self.held[count:]
                    self.allowed -= count
                self.client.sendall(piece)
                with self.changed:
                    self.passed += len(piece)
                    self.changed.notify_all()
            self.client.shutdown(socket.SHUT_WR)

    # -- the test's hand --

    def wait(self, condition, what):
        with self.changed:
            if not self.changed.wait_for(condition, harness.DEADLINE):
                raise AssertionError(f"timed out: {what}")

    def wait_for_client(self):
        self.wait(lambda: self.from_client > 0, "the client speaks")

    def let_pass(self, count=float("inf")):
        """All that was let pass before is through when the next thing is asked."""
        with self.changed:
            self.allowed += count
            self.changed.notify_all()

    def close(self):
        """The gate shuts: what comes from now on waits."""
        with self.changed:
            self.allowed = 0

    def inject(self, data):
        self.client.sendall(data)

    def cut(self):
        """As if the server's machine had only closed its socket."""
        self.client.shutdown(socket.SHUT_WR)

    def end(self):
        self.listening.close()
        for one in (self.client, self.server):
            if one:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()


class Stranger:
    """Takes one connection and speaks no TLS: says `words`, or nothing at all."""

    def __init__(self, words=b"", kind=socket.SOCK_STREAM):
        self.words, self.kind = words, kind
        self.socket = socket.socket(socket.AF_INET, kind)
        self.socket.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            self.socket.listen(4)
        self.port = self.socket.getsockname()[1]
        self.taken = []
        self.stopping, self.stop = socket.socketpair()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            ready, _, _ = select.select([self.socket, self.stopping], [], [])
            if self.stopping in ready:
                return
            if self.kind == socket.SOCK_STREAM:
                one, _ = self.socket.accept()
                self.taken.append(one)
                one.sendall(self.words)
            else:
                _, peer = self.socket.recvfrom(65536)
                if self.words:
                    self.socket.sendto(self.words, peer)

    def close(self):
        self.stop.close()
        self.thread.join()
        for one in (self.socket, self.stopping, *self.taken):
            one.close()
