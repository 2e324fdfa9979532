"""What the simulated product's systems measured about themselves: latencies, errors, caches, counters, probes and machines, as Parquet files.

They stand where a Prometheus and a Redis would be. Each row counts what happened from `at` on, for an hour or for a local day.
"""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np

from .tables import Column, Table, write_parquet
from .timeline import Numbers, Timeline, Whole

# Upper edges in milliseconds, with one at every target: 50, 100, 200 and 500.
_EDGES = np.array([5, 10, 25, 50, 75, 100, 150, 200, 250, 300, 400, 500, 750, 1000, 2500, math.inf])
_SPREAD = 0.56  # of the logarithm of a latency
_ENDPOINTS = {  # share of the requests, and median milliseconds before the deployment
    "/api/applicants": (0.22, 64.0),
    "/api/projects": (0.25, 55.2),
    "/api/messages": (0.15, 38.3),
    "/api/search": (0.15, 74.8),
    "/api/documents": (0.13, 83.7),
    "/api/login": (0.10, 61.4),
}
_SLOWER, _HOW_MUCH = "/api/applicants", 2.11  # what the new version did to one endpoint
_REQUESTS = 400_000  # a day
_STATEMENTS = {
    "3391740286": (0.9, 210_000),
    "7720416935": (2.1, 140_000),
    "1158203947": (4.8, 52_000),
    "9046613352": (6.0, 31_000),
}
_SLOWER_STATEMENT = "9046613352"
_MACHINES = {"web-1": (46, 63), "web-2": (44, 61), "web-3": (47, 64), "db-1": (38, 71)}  # percent of CPU, percent of memory


def write(folder: Path, time: Timeline, scale: float) -> None:
    """All files, in `folder`. Their date is the simulated now: that is how new they are."""
    folder.mkdir(parents=True, exist_ok=True)
    write_parquet(folder, [*_latencies(time, scale), *_by_the_hour(time, scale), _statements(time), _machines(time)])
    seconds = time.now.astype(np.int64) / 1e6
    for path in folder.glob("*.parquet"):
        os.utime(path, (seconds, seconds))


def _latencies(time: Timeline, scale: float) -> list[Table]:
    """Requests by endpoint, and database queries, counted between edges, day by day."""
    draw = time.draw("latencies")
    requests = time.rates("requests", _REQUESTS * scale, noise=0.02)
    wobble = time.wobble("latency", 0.02)
    rows: list[tuple[np.datetime64, str, Whole]] = []
    queries: list[tuple[np.datetime64, Whole]] = []
    for n, start in enumerate(time.starts):
        for endpoint, (share, median) in _ENDPOINTS.items():
            slower = _HOW_MUCH if endpoint == _SLOWER and time.after[n] else 1.0
            rows.append(
                (start, endpoint, draw.multinomial(round(requests[n] * share), _between(median * slower * wobble[n], _SPREAD)))
            )
        typical = (11.8 if time.after[n] else 10.9) * wobble[n]
        queries.append((start, draw.multinomial(round(requests[n] * 1.08), _between(typical, 0.62))))
    width = len(_EDGES)
    http: dict[str, Column] = {
        "at": np.repeat([start for start, _, _ in rows], width),
        "endpoint": np.repeat([endpoint for _, endpoint, _ in rows], width),
        "bucket_ms": np.tile(_EDGES, len(rows)),
        "count": np.concatenate([counts for _, _, counts in rows]),
    }
    database: dict[str, Column] = {
        "at": np.repeat([start for start, _ in queries], width),
        "bucket_ms": np.tile(_EDGES, len(queries)),
        "count": np.concatenate([counts for _, counts in queries]),
    }
    return [Table("http_latency", http), Table("db_latency", database)]


def _between(median: float, spread: float) -> Numbers:
    """The chance of each bucket for latencies of a log-normal distribution."""
    below = [
        0.5 * (1 + math.erf(math.log(edge / median) / (spread * math.sqrt(2)))) if math.isfinite(edge) else 1.0 for edge in _EDGES
    ]
    chances = np.diff(below, prepend=0.0)
    return np.asarray(chances / chances.sum())


def _by_the_hour(time: Timeline, scale: float) -> list[Table]:
    """Counters: what each of them counted in every hour. A part is always drawn from its whole."""
    draw = time.draw("counters")
    hours = time.hours

    def counted(name: str, a_day: float, noise: float = 0.03) -> Whole:
        """Events in every hour, in the rhythm of the day."""
        return draw.poisson(time.by_the_hour(time.rates(name, a_day, noise=noise)) * draw.lognormal(0.0, 0.03, len(hours)))

    requests = counted("requests", _REQUESTS * scale)
    hits = np.round(requests * 0.8).astype(np.int64)
    logins, attacks = counted("logins", 1_500 * scale), counted("attacks", 2_600 * scale, noise=0.12)
    mistyped = 0.035 * time.wobble("mistyped", 0.05)[np.searchsorted(time.starts, hours, side="right") - 1]
    probes = np.full(len(hours), 180)
    tables: dict[str, dict[str, Column]] = {
        "http_requests": {"requests": requests, "errors": draw.binomial(requests, 0.00012)},
        "caches": {
            "cache_requests": hits,
            "cache_hits": draw.binomial(hits, 0.936),
            "cdn_requests": requests * 4,
            "cdn_hits": draw.binomial(requests * 4, 0.968),
        },
        "counters": {
            "login_attempts": logins,
            "login_failures": draw.binomial(logins, mistyped),
            "malicious": attacks,
            "malicious_blocked": draw.binomial(attacks, 0.9955),
            "requests": requests,
            "requests_blocked": np.minimum(requests, attacks + draw.binomial(requests, 0.001)),
        },
        "probes": {"sent": probes, "succeeded": draw.binomial(probes, 0.99975)},
        "redis": {"commands": requests * 9, "seconds": np.round(requests * 9 * 0.00021 * draw.lognormal(0, 0.06, len(hours)), 3)},
    }
    return [Table(name, {"at": hours, **columns}) for name, columns in tables.items()]


def _statements(time: Timeline) -> Table:
    """Calls of the database's statements and the seconds they took together, by the statement's id."""
    draw = time.draw("statements")
    days = len(time.days)
    at = np.tile(time.starts, len(_STATEMENTS))
    milliseconds = np.concatenate([
        np.where(time.after & (name == _SLOWER_STATEMENT), 2.4, 1.0) * mean * draw.lognormal(0, 0.04, days)
        for name, (mean, _) in _STATEMENTS.items()
    ])  # fmt: skip
    calls = np.concatenate([draw.poisson(time.rates(f"calls of {name}", a_day)) for name, (_, a_day) in _STATEMENTS.items()])
    columns: dict[str, Column] = {
        "at": at, "queryid": np.repeat(list(_STATEMENTS), days), "calls": calls, "seconds": np.round(calls * milliseconds / 1000, 3),
    }  # fmt: skip
    return Table("statements", columns)


def _machines(time: Timeline) -> Table:
    """How busy and how full each machine was, hour by hour."""
    draw = time.draw("machines")
    n = len(time.hours)
    busy = [np.clip(draw.normal(cpu, 4, n), 1, 99) for cpu, _ in _MACHINES.values()]
    full = [np.clip(draw.normal(memory, 1.2, n), 1, 99) for _, memory in _MACHINES.values()]
    columns: dict[str, Column] = {
        "at": np.tile(time.hours, len(_MACHINES)),
        "machine": np.repeat(list(_MACHINES), n),
        "cpu_percent": np.round(np.concatenate(busy), 2),
        "memory_percent": np.round(np.concatenate(full), 2),
    }
    return Table("machines", columns)
