"""A weather station to test against: it rains at the edges of days."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

RAIN = {
    "2026-10-31T04:59:59+00:00": 100.0,
    "2026-10-31T05:00:00+00:00": 1.0,
    "2026-11-01T05:00:00+00:00": 2.0,
    "2026-11-02T05:59:59+00:00": 4.0,
    "2026-11-03T06:00:00+00:00": 200.0,
}


class _Talk(socketserver.StreamRequestHandler):
    server: Station

    def handle(self) -> None:
        token, measure, start, end = self.rfile.readline().decode().split()
        if token != self.server.token or measure not in ("rain", "drain"):
            self.wfile.write(b"! no\n")
            return
        since, until = datetime.fromisoformat(start), datetime.fromisoformat(end)
        for at, amount in list(self.server.rain.items()):
            if since <= datetime.fromisoformat(at) <= until:
                self.wfile.write(f"{at},{amount}\n".encode())
        if measure == "drain":  # the question that changes something: it empties the gauge
            self.server.rain.clear()
        self.wfile.write(b".\n")


class Station(socketserver.ThreadingTCPServer):
    """Answers on loopback to whoever has the token."""

    daemon_threads = True

    def __init__(self, token: str) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.token = token
        self.rain = dict(RAIN)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])


@contextmanager
def station(token: str) -> Iterator[Station]:
    """A station that works until the block ends."""
    with Station(token) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
