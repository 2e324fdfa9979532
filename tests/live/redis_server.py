"""A real Redis for the live tests: on loopback, in a directory of its own, with a superuser and a reader who may read and no more (C9)."""

from __future__ import annotations

import secrets
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis
from servers import Server, free_port, need


@dataclass
class Redis(Server):
    """A Redis. `admin` may do anything; the user `reader` may GET and MGET keys that begin with `stats:`."""

    password: str = ""

    def url(self, user: str = "reader", password: str | None = None) -> str:
        """The address for a user, password included."""
        return f"redis://{user}:{self.password if password is None else password}@127.0.0.1:{self.port}/0"

    @property
    def admin(self) -> Any:
        """A client with every right, to set the stage."""
        return redis.Redis(port=self.port, username="admin", password=self.password, protocol=2)


@contextmanager
def redis_server() -> Iterator[Redis]:
    """A fresh, empty Redis that keeps nothing on disk."""
    program = need("redis-server")
    directory, port, password = Path(tempfile.mkdtemp(prefix="postflight-redis-")), free_port(), secrets.token_hex(8)
    (directory / "users.acl").write_text(
        f"user default off\nuser admin on >{password} ~* &* +@all\nuser reader on >{password} ~stats:* -@all +get +mget\n"
    )
    (directory / "redis.conf").write_text(
        f'bind 127.0.0.1\nport {port}\ndir {directory}\naclfile {directory}/users.acl\nsave ""\nappendonly no\n'
    )
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen([program, str(directory / "redis.conf")], stdout=log, stderr=log, cwd=directory)
    server = Redis(process, port, directory, password=password)
    try:
        _wait_until_ready(server)
        yield server
    finally:
        server.stop()


def _wait_until_ready(server: Redis) -> None:
    ends = time.monotonic() + 20
    while True:
        try:
            with server.admin as client:
                client.ping()
            return
        except redis.ConnectionError:
            if server.process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError((server.directory / "log").read_text()) from None
            time.sleep(0.05)
