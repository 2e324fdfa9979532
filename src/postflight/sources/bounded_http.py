"""A conversation over HTTP that cannot outlast its deadline, outgrow its cap, or be led elsewhere (reliability C4, C10, R-09).

httpx2's transport, httpcore2, is used directly: it follows no redirect, reads no proxy from the environment and keeps no cookie, and it
lets us hand it the network, where one deadline clips every single wait. Importing this module costs a tenth of a second: import it late.
"""

from __future__ import annotations

import base64
import ipaddress
import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import httpcore2

from .. import words
from ..model import Reason
from .bounds import Deadline, TooLarge, Unanswered

MAX_BYTES = 8 * 2**20
KEEP_ALIVE = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status; at most `MAX_BYTES` of it."""

    status: int
    body: bytes


class Conversation:
    """One kept-alive connection to one address of the plan. Used by one thread; nothing is opened before the first request."""

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        username: str = "",
        password: str = "",
        verify: bool | str = True,
    ) -> None:
        """`url` may carry a user and password; `verify` may name a file of certificates. Raises ValueError, without quoting the address."""
        parts = _address(url)
        username, password = username or unquote(parts.username or ""), password or unquote(parts.password or "")
        host = parts.hostname or ""
        netloc = f"[{host}]" if ":" in host else host.encode("idna").decode()
        self._base = f"{parts.scheme}://{netloc}{f':{parts.port}' if parts.port else ''}{parts.path.rstrip('/')}"
        self._headers = {"User-Agent": "postflight", "Accept": "application/json", "Accept-Encoding": "identity", **headers}
        if username or password:
            self._headers["Authorization"] = "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()
        self._secrets = [password, *(value.removeprefix("Bearer ").removeprefix("Basic ") for value in headers.values())]
        self._network = _Network()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=_tls(verify) if parts.scheme == "https" else None,
            max_connections=1,
            keepalive_expiry=KEEP_ALIVE,
            network_backend=self._network,
        )

    def request(self, method: str, path: str, deadline: Deadline, body: bytes = b"", content_type: str = "") -> Answer:
        """Send one request and read its answer. Raises Unanswered, in our own words, when there is none to read."""
        headers = {**self._headers, "Content-Type": content_type} if body else self._headers
        self._network.deadline, self._network.answered = deadline, False
        try:
            with self._pool.stream(method, self._base + path, headers=list(headers.items()), content=body or None) as response:
                return Answer(response.status, self._read(response))
        except (TimeoutError, httpcore2.TimeoutException):
            raise Unanswered(Reason.TIMEOUT, f"did not answer within {deadline.seconds:g} s") from None
        except (httpcore2.NetworkError, OSError) as error:
            raise Unanswered(Reason.UNREACHABLE, _why(error)) from None
        except httpcore2.ProtocolError:
            raise Unanswered(Reason.BAD_RESPONSE, "broke off its answer, or does not speak HTTP") from None

    def _read(self, response: httpcore2.Response) -> bytes:
        if any(name.lower() == b"content-encoding" and value.lower() != b"identity" for name, value in response.headers):
            raise Unanswered(Reason.BAD_RESPONSE, "sent a compressed answer where none was asked for")
        chunks, size = [], 0
        for chunk in response.iter_stream():
            size += len(chunk)
            if size > MAX_BYTES:
                raise TooLarge(Reason.BAD_RESPONSE, f"answered more than {MAX_BYTES // 2**20} MiB; ask for fewer series")
            chunks.append(chunk)
        return b"".join(chunks)

    def quoted(self, text: str) -> str:
        """A server's own words, fit to be shown: one harmless line, not long, and none of the secrets we sent it."""
        for secret in sorted(filter(None, self._secrets), key=len, reverse=True):
            text = text.replace(secret, "…")
        return words.clean(text).strip()[:300]

    def close(self) -> None:
        """Close the connection. Never raises."""
        try:
            self._pool.close()
        except (OSError, RuntimeError, httpcore2.NetworkError):
            return


def _address(url: str) -> SplitResult:
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise ValueError("the address cannot be read; write one like https://host:9090") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise ValueError("the address must be an http or https one, like https://host:9090")
    if parts.query or parts.fragment:
        raise ValueError("the address must end before any ? or #")
    return parts


def _tls(verify: bool | str) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=verify if isinstance(verify, str) else None)
    except OSError:
        raise ValueError("the certificates named by verify cannot be read") from None
    if verify is False:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _why(error: BaseException) -> str:
    """Why there is no connection, told from the cause that httpcore2 wrapped, in words of ours."""
    cause: BaseException | None = error
    while cause is not None:
        match cause:
            case _LinkLocal():
                return "is at a link-local address, which is never asked"
            case ssl.SSLCertVerificationError():
                return "has a TLS certificate that cannot be verified"
            case ssl.SSLError():
                return "does not speak TLS as expected"
            case socket.gaierror():
                return "has a host name that cannot be resolved"
            case ConnectionRefusedError():
                return "refused the connection"
            case ConnectionError():
                return "broke off the connection"
        cause = cause.__cause__ or cause.__context__
    return "cannot be reached"


class _LinkLocal(OSError):
    """The name resolves to an address where only the metadata of a cloud, and nothing to measure, lives."""


class _Network(httpcore2.NetworkBackend):
    """Resolves once, checks every address, connects to the checked one, and ends every wait at `deadline`."""

    deadline = Deadline(0.0)
    answered = False  # whether anything came back since the question

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        plain, failure = httpcore2.SyncBackend(), None
        for address in _resolved(host, port):
            try:
                return _Stream(plain.connect_tcp(address, port, self.deadline.left(), local_address, socket_options), self)
            except httpcore2.ConnectError as error:
                failure = error
        raise failure or httpcore2.ConnectError("no address")


def _resolved(host: str, port: int) -> Iterator[str]:
    """The addresses of a host, each checked. The resolver knows only its own time limit; the caller's deadline for a whole source ends that."""
    found = list(dict.fromkeys(str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
    for address in found:
        ip = ipaddress.ip_address(address.split("%")[0])
        inner = ip.ipv4_mapped or ip.sixtofour if isinstance(ip, ipaddress.IPv6Address) else None
        if (inner or ip).is_link_local:
            raise _LinkLocal
    yield from found


class _Stream(httpcore2.NetworkStream):
    """A connection, every wait on which ends at the network's deadline. A new question moves the deadline, not the connection."""

    def __init__(self, plain: httpcore2.NetworkStream, network: _Network) -> None:
        self._plain = plain
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        received = self._plain.read(max_bytes, self._network.deadline.left())
        if not received and not self._network.answered:
            raise ConnectionAbortedError
        self._network.answered = True
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._plain.write(buffer, self._network.deadline.left())

    def close(self) -> None:
        self._plain.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _Stream(self._plain.start_tls(ssl_context, server_hostname, self._network.deadline.left()), self._network)

    def get_extra_info(self, info: str) -> Any:
        return self._plain.get_extra_info(info)
