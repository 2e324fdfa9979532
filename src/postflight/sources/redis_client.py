"""One connection to a Redis, held to a deadline and to a number of bytes. Importing redis-py costs a fifth of a second: import late."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from ..model import Reason
from .bounds import Deadline, Unanswered

MAX_BYTES = 2**20  # of one answer: a few hundred counters are a few kilobytes


class Client:
    """Reads from one Redis. Used by one thread; nothing is opened before the first command."""

    def __init__(self, url: str, *, username: str, password: str, verify: bool | str) -> None:
        """`url` is redis://, rediss:// (TLS) or unix://, with the number of a database as its path. Raises ValueError without quoting it."""
        parts = _address(url)
        self._bound = _Bound()
        options: dict[str, Any] = {
            "username": username or unquote(parts.username or "") or None,
            "password": password or unquote(parts.password or "") or None,
            "db": int(parts.path.strip("/") or 0) if parts.scheme != "unix" else 0,
            "protocol": 2,  # the older protocol needs no command that a careful access list would refuse
            "driver_info": None,
            "retry": Retry(NoBackoff(), 0),  # whether to ask again is for the next report to decide
            "socket_timeout": None,  # the bound below clips every wait
        }
        if parts.scheme == "unix":
            kind = _bounded(redis.UnixDomainSocketConnection, self._bound)
            options |= {"path": parts.path}
        else:
            kind = _bounded(redis.SSLConnection if parts.scheme == "rediss" else redis.Connection, self._bound)
            options |= {"host": parts.hostname, "port": parts.port or 6379}
        if parts.scheme == "rediss":
            options |= {"ssl_cert_reqs": "none" if verify is False else "required", "ssl_check_hostname": verify is not False}
            options |= {"ssl_ca_certs": verify} if isinstance(verify, str) else {}
        self._connection: Any = kind(**options)

    def ask(self, deadline: Deadline, *command: str) -> Any:
        """Send one command and read its answer, bytes as they are. Raises Unanswered, in our own words, for anything else."""
        self._bound.renew(deadline)
        try:
            self._connection.connect()
            self._connection.send_command(*command)
            return self._connection.read_response()
        except Exception as error:  # noqa: BLE001 - a hostile answer breaks redis-py's parser in ways of its own; all of them mean one thing
            # What redis-py keeps of a half-read answer must not become the next question's.
            if not isinstance(error, redis.ResponseError):
                self._connection.disconnect()
            raise Unanswered(*_sorted(error, deadline)) from None

    def close(self) -> None:
        """Close the connection. Never raises."""
        self._connection.disconnect()


def _address(url: str) -> SplitResult:
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise ValueError("the address cannot be read; write one like redis://host:6379/0") from None
    if parts.scheme not in ("redis", "rediss", "unix") or (parts.scheme != "unix" and not parts.hostname) or port == 0:
        raise ValueError("the address must be like redis://host:6379/0, rediss://host or unix:///path")
    if parts.query or parts.fragment:
        raise ValueError("the address must end before any ? or #")
    if parts.scheme != "unix" and not (parts.path.strip("/") or "0").isdecimal():
        raise ValueError("what follows the host must be the number of a database, as in redis://host:6379/0")
    return parts


class _Bound:
    """How long the current question may still take, and how much it may still bring."""

    def __init__(self) -> None:
        self._deadline, self._bytes = Deadline(0.0), 0

    def renew(self, deadline: Deadline) -> None:
        self._deadline, self._bytes = deadline, MAX_BYTES

    def left(self) -> float:
        return self._deadline.left()

    def spend(self, received: int) -> None:
        self._bytes -= received
        if self._bytes < 0:
            raise _Flood


class _Flood(Exception):
    """More bytes than any answer to our questions has."""


class _Socket:
    """A socket, each wait on which ends at the deadline; a server that sends a byte a second gains nothing by it."""

    def __init__(self, plain: socket.socket, bound: _Bound) -> None:
        self._plain = plain
        self._bound = bound

    def recv(self, size: int) -> bytes:
        self._plain.settimeout(self._bound.left())
        received = self._plain.recv(size)
        self._bound.spend(len(received))
        return received

    def sendall(self, data: bytes) -> None:
        self._plain.settimeout(self._bound.left())
        self._plain.sendall(data)

    def settimeout(self, seconds: float | None) -> None:
        """Left to the deadline."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._plain, name)


def _bounded(kind: Any, bound: _Bound) -> Any:
    """redis-py's connection of that kind, over a bounded socket."""

    class Bounded(kind):  # type: ignore[misc]
        def _connect(self) -> Any:
            self.socket_connect_timeout = bound.left()
            return _Socket(super()._connect(), bound)

    return Bounded


def _sorted(error: Exception, deadline: Deadline) -> tuple[Reason, str]:
    """Which reason an error is, and the sentence for it. The driver's own text may hold the address and is not quoted."""
    match error:
        case redis.TimeoutError() | TimeoutError():
            return Reason.TIMEOUT, f"did not answer within {deadline.seconds:g} s"
        case redis.AuthenticationError() | redis.exceptions.AuthorizationError():
            return Reason.AUTH, "refused our credentials"
        case redis.exceptions.NoPermissionError():
            return Reason.PERMISSION, "does not let this user read these keys"
        case redis.BusyLoadingError():
            return Reason.UNREACHABLE, "is still loading its data"
        case redis.InvalidResponse() | _Flood():
            return Reason.BAD_RESPONSE, "does not answer like a Redis"
        case redis.ConnectionError() | OSError():
            return Reason.UNREACHABLE, "cannot be reached, or broke off the connection"
        case redis.ResponseError():
            return Reason.QUERY_ERROR, f"refused the question ({_code(error)})"
    return Reason.BAD_RESPONSE, "does not answer like a Redis"


# Kinds of errors as Redis begins its messages with; anything else may be a server's own words, which are not quoted.
_CODES = frozenset(
    [
        "ASK",
        "BUSY",
        "CLUSTERDOWN",
        "CROSSSLOT",
        "ERR",
        "MASTERDOWN",
        "MISCONF",
        "MOVED",
        "OOM",
        "READONLY",
        "TRYAGAIN",
        "UNBLOCKED",
        "WRONGTYPE",
    ]
)


def _code(error: Exception) -> str:
    return next((word for word in str(error).split(" ")[:1] if word in _CODES), "an error")
