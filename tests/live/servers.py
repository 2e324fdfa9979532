"""Real servers for the live tests: each in a directory of its own, on loopback, stopped by its process id and never by a name.

`need("initdb")` finds a program or skips, and fails where nothing may be skipped (CI=true). `postgres()` starts a PostgreSQL as an
unprivileged user; a server can be frozen (SIGSTOP of the processes it consists of) and thawed again.
"""

from __future__ import annotations

import glob
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

_PLACES = ["/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin"]


def need(program: str) -> str:
    """The path of a program. Without it the test is skipped, loudly; with CI=true it fails."""
    found = shutil.which(program) or max((path for place in _PLACES for path in glob.glob(f"{place}/{program}")), default=None)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail(f"{program} is not installed, and with CI=true nothing may be skipped", pytrace=False)
    if found is None:
        pytest.skip(f"needs {program}; as root on Debian `make test` installs it (packages.txt)")
    return found


def free_port() -> int:
    """A TCP port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def unprivileged(name: str = "postgres") -> tuple[list[str], int, int]:
    """A command prefix that gives up root, with the user and group it runs as. As anyone else: nothing to give up."""
    if os.getuid() != 0:
        return [], os.getuid(), os.getgid()
    try:
        user = pwd.getpwnam(name)
    except KeyError:
        user = pwd.getpwnam("nobody")
    prefix = [need("setpriv"), f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--no-new-privs"]
    return prefix, user.pw_uid, user.pw_gid


@dataclass
class Server:
    """A process of ours that listens on loopback. `pid` and its children are the only processes it ever signals."""

    process: subprocess.Popen[bytes]
    port: int
    directory: Path
    frozen: list[int] = field(default_factory=list)

    def freeze(self) -> None:
        """Stop every process of the server where it stands: connections stay open, nothing answers."""
        self.frozen = [self.process.pid, *children(self.process.pid)]
        for pid in self.frozen:
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen server go on."""
        for pid in self.frozen:
            with _gone_is_fine():
                os.kill(pid, signal.SIGCONT)
        self.frozen = []

    def stop(self) -> None:
        """End it, whatever state it is in, and remove its directory."""
        self.thaw()
        for ending in (signal.SIGINT, signal.SIGKILL):
            if self.process.poll() is None:
                self.process.send_signal(ending)
                try:
                    self.process.wait(10)
                except subprocess.TimeoutExpired:
                    continue
        shutil.rmtree(self.directory, ignore_errors=True)


@dataclass
class Postgres(Server):
    """A PostgreSQL server. `password` is its superuser's; roles that the tests make have passwords of their own."""

    password: str = ""

    def url(self, user: str = "postgres", password: str | None = None, database: str = "postgres") -> str:
        """The connection URL for a user of it."""
        return f"postgresql://{user}:{self.password if password is None else password}@127.0.0.1:{self.port}/{database}"


def children(pid: int) -> list[int]:
    """The processes that a process started, as the kernel tells."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # ended meanwhile
        if int(fields[1]) == pid:
            found.append(int(stat.parent.name))
    return found


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A fresh PostgreSQL with password authentication, fast and forgetful (no fsync), gone at the end."""
    initdb, server_program = need("initdb"), need("postgres")
    prefix, uid, gid = unprivileged()
    directory = Path(tempfile.mkdtemp(prefix="postflight-pg-"))
    password = secrets.token_hex(8)
    (directory / "password").write_text(password)
    for path in (directory, directory / "password"):
        os.chown(path, uid, gid)
    data = directory / "data"
    subprocess.run(
        [*prefix, initdb, "-D", str(data), "-U", "postgres", "--pwfile", str(directory / "password"), "-A", "scram-sha-256", "--no-sync", "-E", "UTF8", "--locale=C"],
        check=True, capture_output=True, cwd=directory,
    )  # fmt: skip
    port = free_port()
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(directory),
        "fsync": "off",
        "max_connections": "40",
        "shared_buffers": "32MB",
        "logging_collector": "off",
    }
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(
            [*prefix, server_program, "-D", str(data), *(word for key, value in settings.items() for word in ("-c", f"{key}={value}"))],
            stdout=log, stderr=log, cwd=directory,
        )  # fmt: skip
    server = Postgres(process, port, directory, password=password)
    try:
        _wait_until_ready(server)
        yield server
    finally:
        server.stop()


def _wait_until_ready(server: Postgres) -> None:
    import psycopg

    ends = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(server.url(), connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            if server.process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError((server.directory / "log").read_text()) from None
            time.sleep(0.05)


def _gone_is_fine() -> suppress:
    return suppress(ProcessLookupError)
