"""The Redis source is held to the contract that every source is held to, against a real server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from redis_server import Redis, redis_server
from servers import free_port

from postflight.model import Ask, Connection, Evidence, Observation, Record, Role
from postflight.sources.redis import RedisSource, Value
from postflight.testing import CANARY, NetworkContract, SourceContract, asking
from postflight.window import Window


@pytest.fixture(scope="module", autouse=True)
def server() -> Iterator[Redis]:
    """A Redis with two counters, and a reader whose password is the canary."""
    with redis_server() as running:
        with running.admin as admin:
            admin.mset({"stats:hits": 7, "stats:total": 70})
            admin.acl_setuser("canary", enabled=True, passwords=[f"+{CANARY}"], keys=["stats:*"], commands=["+get", "+mget"])
        TestRedis.server = running
        yield running


class Yesterday:
    """A history in which the counters were read once, some days before."""

    def observations(self, kpi: str, window: Window) -> Sequence[Observation]:
        """One, when it falls into the window."""
        at = datetime.now(UTC) - timedelta(days=8)
        readings = {"stats:hits": 1, "stats:total": 10}
        outcome = Evidence(("hits", "total"), ((1, 10),), "", readings=readings)
        return [Observation(kpi, Role.CURRENT, window, at, outcome)] if at in window else []

    def records(self, kpi: str, until: datetime) -> Sequence[Record]:
        """None."""
        return ()


class TestRedis(NetworkContract, SourceContract):
    """`RedisSource`."""

    kind = RedisSource
    server: ClassVar[Redis]

    def history(self) -> Yesterday:
        """One reading."""
        return Yesterday()

    def connection(self) -> Connection:
        """As the careful user, whose password is a secret."""
        settings = {"url": f"redis://127.0.0.1:{self.server.port}", "username": "canary", "password": "${env:CANARY}"}
        return Connection("cache", "redis", settings)

    def unreachable(self) -> Connection:
        """A closed port, and a password in the address."""
        return Connection("cache", "redis", {"url": f"redis://me:${{env:CANARY}}@127.0.0.1:{free_port()}/0"})

    def good(self) -> Ask:
        """A share of what two counters counted, over a window that reaches back to the reading."""
        today = datetime.now(UTC).date()
        return asking(RedisSource, {"hits": "stats:hits", "total": "stats:total"}, first=today - timedelta(days=8), days=9)

    def broken(self) -> Ask:
        """A key that does not exist."""
        return asking(RedisSource, {"value": "stats:nowhere"})

    def harmful(self) -> Sequence[Ask]:
        """Keys that would be commands, if they were ever read as such."""
        odd = asking(RedisSource, {"value": "x"})
        keys = ["stats:hits\r\nFLUSHALL\r\n", "FLUSHALL", "other:secret"]
        return [replace(odd, kpi=replace(odd.kpi, question=Value(key))) for key in keys]

    def mistakes(self) -> Sequence[object]:
        """As they come."""
        return [None, 5, "GET x", {}, {"hits": "a"}, {"hits": "a", "totl": "b"}, {"value": "a b"}, {"value": 5}]

    def state(self) -> object:
        """Every key and its value."""
        with self.server.admin as admin:
            return {key: admin.get(key) for key in sorted(admin.keys())}

    def reaching(self, host: str, port: int) -> Connection:
        """Plain Redis."""
        return Connection("cache", "redis", {"url": f"redis://{host}:{port}"})
