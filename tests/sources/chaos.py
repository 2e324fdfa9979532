"""A server that misbehaves on purpose (R-09): what it does with each connection is a function of the socket. For faults only."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Behaviour = Callable[[socket.socket], None]


@contextmanager
def chaos(behave: Behaviour) -> Iterator[int]:
    """The port of loopback where every connection is treated like that."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()
    held: list[socket.socket] = []

    def serve() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            held.append(connection)
            threading.Thread(target=treat, args=(connection,), daemon=True).start()

    def treat(connection: socket.socket) -> None:
        with suppress(OSError):
            behave(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in held:
            connection.close()
        thread.join(5)


def closed_port() -> int:
    """A port of loopback where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def hang(connection: socket.socket) -> None:
    """Accept, listen, and say nothing for longer than any test waits."""
    time.sleep(60)


def closes(connection: socket.socket) -> None:
    """Listen, and hang up without a word."""
    connection.recv(65536)
    connection.close()


def reset(connection: socket.socket) -> None:
    """Break the connection off in the middle, the hard way (RST)."""
    connection.recv(65536)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def says(answer: bytes) -> Behaviour:
    """Answer what is said first with these bytes, and then only listen."""

    def behave(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)
        while connection.recv(65536):
            pass

    return behave


def drips(answer: bytes, every: float) -> Behaviour:
    """Answer byte by byte: each arrives well before any read timeout."""

    def behave(connection: socket.socket) -> None:
        connection.recv(65536)
        for byte in answer:
            connection.sendall(bytes([byte]))
            time.sleep(every)

    return behave


def floods(head: bytes, piece: bytes) -> Behaviour:
    """Answer without end."""

    def behave(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(head)
        while True:
            connection.sendall(piece)

    return behave


def http(
    body: bytes | object, status: str = "200 OK", kind: str = "application/json", length: int | None = None, more: str = ""
) -> bytes:
    """An HTTP answer with that body; anything but bytes is written as JSON. `length` may promise more than is sent."""
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    size = len(payload) if length is None else length
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{more}Content-Length: {size}\r\n\r\n".encode() + payload


def vector(*values: tuple[dict[str, str], object]) -> object:
    """What Prometheus answers to an instant query."""
    result = [{"metric": labels, "value": [1772690400, value]} for labels, value in values]
    return {"status": "success", "data": {"resultType": "vector", "result": result}}
