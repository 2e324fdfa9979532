"""Asking everyone at once: a report goes out on time whatever its sources do (P3, R-09, R-11)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from postflight.errors import Problem
from postflight.model import (
    Ask,
    Category,
    Connection,
    Evidence,
    History,
    Kind,
    Kpi,
    Nothing,
    Observation,
    Plan,
    Reason,
    Record,
    ScorePolicy,
)
from postflight.run.collect import Sources, collect
from postflight.target import Direction
from postflight.units import NUMBER
from postflight.window import Window

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
ONE = Evidence(("value",), ((1,),), "one")


@dataclass(frozen=True)
class _Question:
    kind: Kind = Kind.FLOW
    unit: None = None


class _NoHistory:
    def observations(self, kpi: str, window: Window) -> Sequence[Observation]:
        return ()

    def records(self, kpi: str, until: datetime) -> Sequence[Record]:
        return ()


@dataclass
class _Scripted:
    """A source that does what the test says."""

    act: Callable[[Sequence[Ask]], Iterator[tuple[Ask, Evidence | Nothing]]]
    closed: threading.Event = field(default_factory=threading.Event)

    def __call__(self, connection: Connection, secrets: Callable[[str], str], history: History, timeout: float) -> _Scripted:
        return self

    def settings(self, raw: object) -> Mapping[str, object]:
        return {}

    def question(self, raw: object, read: Callable[[str], str]) -> _Question:
        return _Question()

    def answer(self, asks: Sequence[Ask]) -> Iterator[tuple[Ask, Evidence | Nothing]]:
        return self.act(asks)

    def check(self, asks: Sequence[Ask]) -> Iterator[Problem]:
        return iter(())

    def close(self) -> None:
        self.closed.set()


def _good(asks: Sequence[Ask]) -> Iterator[tuple[Ask, Evidence | Nothing]]:
    for ask in asks:
        yield ask, ONE


def _observe(deadline: float = 5.0, **sources: _Scripted) -> dict[str, Evidence | Nothing]:
    connections = {name: Connection(name, name, {}) for name in sources}
    kpis = {
        f"{name}_{n}": Kpi(f"{name}_{n}", name, "c", name, _Question(), NUMBER, Direction.LOWER, Kind.FLOW)
        for name in sources
        for n in (1, 2)
    }
    plan = Plan("P", ZoneInfo("UTC"), kpis, connections, {"c": Category("c", "C")}, ScorePolicy("none"))
    window = Window(NOW - timedelta(hours=1), NOW)
    asks = [Ask(kpi, window) for kpi in kpis.values()]
    observations, _ = collect(plan, asks, Sources(dict(sources), str, _NoHistory(), deadline), NOW)
    return {seen.kpi: seen.outcome for seen in observations}


def _reason(outcome: Evidence | Nothing) -> Reason | None:
    return outcome.reason if isinstance(outcome, Nothing) else None


def test_R09_a_hanging_source_holds_up_nobody_else() -> None:
    """What a frozen system was asked is `timeout`; the others' answers are there, the same as without it."""
    never = threading.Event()

    def hang(asks: Sequence[Ask]) -> Iterator[tuple[Ask, Evidence | Nothing]]:
        never.wait(30)
        yield from ()

    seen = _observe(0.3, good=_Scripted(_good), frozen=_Scripted(hang))
    never.set()
    assert {name: seen[name] for name in ("good_1", "good_2")} == _observe(good=_Scripted(_good))
    assert _reason(seen["frozen_1"]) is _reason(seen["frozen_2"]) is Reason.TIMEOUT


def test_R11_an_answer_after_the_deadline_is_dropped() -> None:
    """What was answered in time counts, what came later does not, and nothing changes afterwards."""

    def slow(asks: Sequence[Ask]) -> Iterator[tuple[Ask, Evidence | Nothing]]:
        yield asks[0], ONE
        time.sleep(0.8)
        yield asks[1], ONE

    source = _Scripted(slow)
    seen = _observe(0.3, slow=source)
    assert seen["slow_1"] == ONE
    assert _reason(seen["slow_2"]) is Reason.TIMEOUT
    assert source.closed.wait(10)
    assert _reason(seen["slow_2"]) is Reason.TIMEOUT


def test_R09_control_with_time_enough_the_slow_answer_counts() -> None:
    """Positive control: it was the deadline, and nothing else, that dropped the late answer."""

    def slow(asks: Sequence[Ask]) -> Iterator[tuple[Ask, Evidence | Nothing]]:
        yield asks[0], ONE
        time.sleep(0.8)
        yield asks[1], ONE

    assert _observe(20, slow=_Scripted(slow)) == {"slow_1": ONE, "slow_2": ONE}


def test_R09_a_defect_of_a_source_costs_its_own_answers_only() -> None:
    """A plug-in that raises, stops early, or answers twice is an observation, with no text of its exception."""

    def raises(asks: Sequence[Ask]) -> Iterator[tuple[Ask, Evidence | Nothing]]:
        yield asks[0], ONE
        raise RuntimeError("postgresql://user:hunter2@host")

    def twice(asks: Sequence[Ask]) -> Iterator[tuple[Ask, Evidence | Nothing]]:
        yield asks[0], ONE
        yield asks[0], Evidence(("value",), ((2,),), "two")

    seen = _observe(raises=_Scripted(raises), twice=_Scripted(twice), good=_Scripted(_good))
    assert seen["raises_1"] == seen["twice_1"] == seen["good_1"] == seen["good_2"] == ONE
    assert _reason(seen["raises_2"]) is _reason(seen["twice_2"]) is Reason.BAD_RESPONSE
    assert "hunter2" not in repr(seen)


def test_a_source_is_closed_even_when_it_fails() -> None:
    """Connections do not outlive the question."""

    def raises(asks: Sequence[Ask]) -> Iterator[tuple[Ask, Evidence | Nothing]]:
        raise RuntimeError
        yield

    source = _Scripted(raises)
    _observe(bad=source)
    assert source.closed.wait(10)
