"""A world to measure: PostgreSQL under pgbench, Redis under redis-benchmark, three exporters, and a Prometheus that scrapes all of them.

Every process is ours, on loopback, and known by its id: `kill`, `freeze` and `thaw` touch nothing else.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from prometheus_server import Prometheus, prometheus
from redis_server import Redis, redis_server
from servers import Postgres, Server, free_port, need, postgres

DATABASE = "shop"
READER = "reader"
READERS_PASSWORD = "read-and-no-more"


@dataclass
class World:
    """Everything that runs, by name."""

    postgres: Postgres
    redis: Redis
    prometheus: Prometheus
    exporters: Mapping[str, Server]
    servers: Mapping[str, Server] = field(init=False)

    def __post_init__(self) -> None:
        self.servers = {"db": self.postgres, "cache": self.redis, "prom": self.prometheus, **self.exporters}

    @property
    def secrets(self) -> Sequence[str]:
        """What must never be seen in anything that is printed."""
        return [self.postgres.password, self.redis.password, READERS_PASSWORD]

    def requests(self, total: int, blocked: int) -> None:
        """So many requests happen, as redis-benchmark makes them."""
        for key, count in (("stats:requests:total", total), ("stats:requests:blocked", blocked)):
            subprocess.run(_redis_benchmark(self.redis, "-n", str(count), "INCR", key), check=True, capture_output=True)

    @property
    def environment(self) -> Mapping[str, str]:
        """What the plan's `${env:…}` stand for."""
        return {
            "REAL_POSTGRES": self.postgres.url(READER, READERS_PASSWORD, DATABASE),
            "REAL_REDIS": self.redis.url(),
            "REAL_PROMETHEUS": self.prometheus.url,
        }


@contextmanager
def world() -> Iterator[World]:
    """All of it, busy, and scraped at least twice."""
    with ExitStack() as stack:
        database, cache = stack.enter_context(postgres()), stack.enter_context(redis_server())
        _fill(database)
        exporters = {
            "node": stack.enter_context(exporter("prometheus-node-exporter", "--web.listen-address=127.0.0.1:{port}")),
            "redis": stack.enter_context(
                exporter(
                    "prometheus-redis-exporter",
                    "-web.listen-address=127.0.0.1:{port}",
                    f"-redis.addr=redis://127.0.0.1:{cache.port}",
                    "-redis.user=admin",
                    REDIS_PASSWORD=cache.password,
                )
            ),
            "postgres": stack.enter_context(
                exporter(
                    "prometheus-postgres-exporter",
                    "--web.listen-address=127.0.0.1:{port}",
                    DATA_SOURCE_NAME=f"{database.url(database=DATABASE)}?sslmode=disable",
                )
            ),
        }
        scraped = {"prometheus": 0, **{name: server.port for name, server in exporters.items()}}
        watching = stack.enter_context(prometheus(scrape=scraped))
        stack.enter_context(
            _busy(_pgbench("-c", "2", "-T", "600", "-R", "50"), PGPASSWORD=database.password, PGPORT=str(database.port))
        )
        with cache.admin as admin:
            admin.mset({"stats:orders:open": 17, "stats:requests:total": 0, "stats:requests:blocked": 0})
        watching.wait_for("count(count_over_time(up[1m]) >= 8) == 4")
        watching.wait_for("count(increase(pg_stat_database_xact_commit[1m])) > 0")
        living = World(database, cache, watching, exporters)
        living.requests(total=2000, blocked=1000)
        yield living


@contextmanager
def exporter(program: str, *options: str, **environment: str) -> Iterator[Server]:
    """An exporter on a port of its own. What it must know and nobody should see goes through its environment."""
    path, port, directory = need(program), free_port(), Path(tempfile.mkdtemp(prefix=f"postflight-{program}-"))
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(
            [path, *(option.format(port=port) for option in options)],
            stdout=log,
            stderr=log,
            cwd=directory,
            env={**os.environ, **environment},
        )
    server = Server(process, port, directory)
    try:
        yield server
    finally:
        server.stop()


def _fill(server: Postgres) -> None:
    """A database as pgbench makes it, and a reader who may look at it and at the statistics."""
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {DATABASE}")
        admin.execute(f"CREATE ROLE {READER} LOGIN PASSWORD '{READERS_PASSWORD}' IN ROLE pg_read_all_stats")
    environment = {**os.environ, "PGPASSWORD": server.password, "PGPORT": str(server.port)}
    subprocess.run([*_pgbench("-i", "-s", "1", "-q")], check=True, capture_output=True, env=environment)
    with psycopg.connect(server.url(database=DATABASE), autocommit=True) as admin:
        admin.execute(f"GRANT SELECT ON pgbench_accounts, pgbench_history TO {READER}")


def _pgbench(*options: str) -> list[str]:
    return [need("pgbench"), "-h", "127.0.0.1", "-U", "postgres", *options, DATABASE]


def _redis_benchmark(server: Redis, *options: str) -> list[str]:
    login = ["--user", "admin", "-a", server.password]
    return [need("redis-benchmark"), "-h", "127.0.0.1", "-p", str(server.port), *login, "-c", "4", *options]


@contextmanager
def _busy(command: Sequence[str], **environment: str) -> Iterator[None]:
    """A process that works in the background until the end, or until what it works on is gone."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **environment})
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()
