"""The Prometheus source is held to the contract that every source is held to, against a real server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

import pytest
from prometheus_server import Filled, History, Prometheus, prometheus
from servers import free_port

from postflight.model import Ask, Connection
from postflight.sources.prometheus import PrometheusSource
from postflight.testing import FlowContract, NetworkContract, asking

DAY = timedelta(days=1)
CHICAGO = "America/Chicago"
FIRST = date(2026, 10, 31)
MIDNIGHT = datetime(2026, 10, 31, 5, tzinfo=UTC)
# A counter shows what happened before it was looked at: at the very start of 31 October, at its very end, and an hour into 2 November.
EVENTS = [MIDNIGHT, MIDNIGHT + DAY - timedelta(milliseconds=1), MIDNIGHT + 2 * DAY + timedelta(hours=2)]
SERIES = [Filled("events_total", 'job="a"', lambda at: sum(event < at for event in EVENTS))]


@pytest.fixture(scope="module", autouse=True)
def server() -> Iterator[Prometheus]:
    """A Prometheus that saw three events in three days, the second of which has 25 hours."""
    with prometheus([History(MIDNIGHT - DAY, MIDNIGHT + 4 * DAY, timedelta(minutes=5), SERIES)]) as running:
        TestPrometheus.server = running
        yield running


class TestPrometheus(FlowContract, NetworkContract):
    """`PrometheusSource`."""

    kind = PrometheusSource
    server: ClassVar[Prometheus]

    def connection(self) -> Connection:
        """With a secret, so that it can leak: the server asks for none."""
        return Connection("prom", "prometheus", {"url": self.server.url, "bearer": "${env:CANARY}"})

    def unreachable(self) -> Connection:
        """A closed port, and a password in the address."""
        return Connection("prom", "prometheus", {"url": f"http://me:${{env:CANARY}}@127.0.0.1:{free_port()}"})

    def good(self) -> Ask:
        """A sum over days."""
        return asking(PrometheusSource, "sum(increase(events_total[$window]))", first=FIRST, days=3, timezone=CHICAGO)

    def broken(self) -> Ask:
        """A metric that does not exist."""
        return asking(PrometheusSource, {"rate": "no_such_metric_total"}, first=FIRST)

    def harmful(self) -> Sequence[Ask]:
        """PromQL cannot write; a query can only try to be many."""
        return [asking(PrometheusSource, text, first=FIRST) for text in ("1; drop", "up\nup", "delete_series(up)")]

    def mistakes(self) -> Sequence[object]:
        """As they come."""
        return [None, 5, "", {}, {"histogramm": "x"}, {"good": "a"}, {"rate": "rate(x[5m])"}, {"histogram": "x", "quantile": 95}]

    def state(self) -> object:
        """Every series and how often it was sampled."""
        found = self.server.query('count_over_time({__name__=~".+"}[30d])')
        return sorted((sorted(series["metric"].items()), series["value"][1]) for series in found)

    def edges(self) -> tuple[Ask, Mapping[date, tuple[float, ...]]]:
        """The day of 25 hours saw none."""
        assert self.good().slots[1].window.length == timedelta(hours=25)
        return self.good(), {date(2026, 10, 31): (2.0,), date(2026, 11, 1): (0.0,), date(2026, 11, 2): (1.0,)}

    def reaching(self, host: str, port: int) -> Connection:
        """Plain HTTP."""
        return Connection("prom", "prometheus", {"url": f"http://{host}:{port}"})
