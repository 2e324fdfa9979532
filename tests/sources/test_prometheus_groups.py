"""Which asks become one query, and how the days of a window become few: the same numbers with a tenth of the questions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from asking import LAST_DAY, MIDNIGHT, day, days, kpi

from postflight.model import Ask, Role
from postflight.sources.prometheus import PrometheusSource
from postflight.sources.prometheus_groups import Group, grouped
from postflight.window import Window, complete_days


def question(raw: object) -> Any:
    """The question as the plan would read it."""
    return PrometheusSource.question(raw, str)


def of(service: str, **more: str) -> Any:
    """An error share of one service."""
    return question({"bad": 'r{code=~"5.."}', "total": "r", "where": {"service": service, **more}})


def query(group: Group) -> str:
    """What is sent for the group's first run."""
    return group.expression(group.runs[0].slot)


def test_places_of_one_form_are_one_query() -> None:
    """A hundred services are one alternation, told apart by their label."""
    (group,) = grouped([day(of(f"s{n}"), f"kpi{n}") for n in range(100)])
    assert len(list(group.asks)) == 100
    assert 'service=~"s0|s1|s10|s11' in query(group)
    assert query(group).count("sum by (service)") == 2


def test_one_place_is_asked_plainly() -> None:
    """Nobody should have to read an alternation of one."""
    (group,) = grouped([day(of("a.b")), day(of("a.b"), "other")])
    assert 'service="a.b"' in query(group)
    assert "by (" not in query(group)
    assert len(list(group.asks)) == 2


def test_only_labels_that_differ_are_told_apart() -> None:
    """What all places share stays a plain condition."""
    (group,) = grouped([day(of("a", env="prod"), "a"), day(of("b+", env="prod"), "b")])
    assert 'env="prod",service=~"a|b\\\\+"' in query(group)
    assert group.labels == ("service",)
    assert group.place_of({"service": "b+"}) == (("env", "prod"), ("service", "b+"))


@pytest.mark.parametrize(
    "other",
    [
        day(question({"bad": 'r{code="500"}', "total": "r", "where": {"service": "b"}})),
        day(question({"bad": 'r{code=~"5.."}', "total": "r", "where": {"job": "b"}})),
        day(question({"bad": 'r{code=~"5.."}', "total": "r", "where": {"service": "b"}, "by": ["route"]})),
        day(of("b"), role=Role.OFFENDERS, offenders=of("b"), by=("route",)),
        day(of("b"), by=("route",)),
        day(of("b"), each="route"),
        days(of("b"), 3, MIDNIGHT),
    ],
    ids=["another form", "another label", "another by", "offenders", "the KPI's by", "the KPI's each", "another window"],
)
def test_what_differs_in_more_than_a_value_stays_apart(other: Ask) -> None:
    """Other windows, labels, dimensions and forms are other queries."""
    assert len(grouped([day(of("a"), by=("x",) if other.role is Role.OFFENDERS else ()), other])) == 2


def test_quantiles_of_one_histogram_share_their_buckets() -> None:
    """p50, p95 and p99 are one query."""
    asks = [day(question({"histogram": "x_seconds", "quantile": q}), f"p{q}") for q in (0.5, 0.95, 0.99)]
    assert len(grouped(asks)) == 1


def test_what_is_judged_is_asked_first() -> None:
    """Then the history, and short windows before long ones: a deadline cuts off the rest."""
    asks = [
        days(of("a"), 28, MIDNIGHT, role=Role.BASELINE),
        days(of("a"), 7, MIDNIGHT),
        days(of("a"), 3, MIDNIGHT, role=Role.DAYS),
        day(of("a")),
    ]
    assert [next(group.asks).role for group in grouped(asks)] == [Role.CURRENT, Role.CURRENT, Role.DAYS, Role.BASELINE]
    assert len(grouped(asks)[0].windows) == 1


@pytest.mark.parametrize(
    ("zone", "now", "lengths"),
    [
        ("America/Chicago", datetime(2026, 3, 12, 12, tzinfo=UTC), [(3, 24), (1, 23), (3, 24)]),
        ("America/Chicago", datetime(2026, 11, 4, 12, tzinfo=UTC), [(4, 24), (1, 25), (2, 24)]),
        ("Australia/Lord_Howe", datetime(2026, 4, 7, 12, tzinfo=UTC), [(5, 24), (1, 24.5), (1, 24)]),
        ("Pacific/Apia", datetime(2012, 1, 3, 12, tzinfo=UTC), [(6, 24)]),
        ("UTC", datetime(2026, 3, 12, 12, tzinfo=UTC), [(7, 24)]),
    ],
)
def test_R13_a_day_of_a_clock_change_is_a_run_of_its_own(zone: str, now: datetime, lengths: list[tuple[int, float]]) -> None:
    """Equal days go into one range query; a day of 23, 24.5 or 25 hours is asked with its own length."""
    tz = ZoneInfo(zone)
    slots = tuple(d for d in complete_days(7, now, tz))
    ask = Ask(kpi(question("up")), Window(slots[0].window.start, slots[-1].window.end), slots)
    (group,) = grouped([ask])
    found = group.runs
    counted = [(round((run.last - run.first) / run.slot) + 1, run.slot / timedelta(hours=1)) for run in found]
    assert sum(n for n, _ in counted) == len(slots)
    assert counted == lengths
    ends = [run.first + n * run.slot for run in found for n in range(round((run.last - run.first) / run.slot) + 1)]
    assert ends == [slot.window.end for slot in slots]


def test_at_start_means_each_slot_by_itself() -> None:
    """In a range query `@ start()` is the start of the range, not of the slot."""
    (group,) = grouped([days(question("up @ end() - up @ start()"), 3, MIDNIGHT)])
    assert len(group.runs) == 3
    (plain,) = grouped([days(question("up"), 3, MIDNIGHT)])
    assert len(plain.runs) == 1


def test_a_group_can_be_halved_down_to_one_place() -> None:
    """For answers that grow too large."""
    (group,) = grouped([day(of(s), s) for s in "abc"])
    halves = group.halves()
    assert halves is not None
    assert [place for half in halves for place in half.members] == list(group.members)
    (single,) = grouped([day(of("b"))])
    assert single.halves() is None


def test_offenders_are_listed_once_for_the_window() -> None:
    """Names and counts, not names and counts by day."""
    ask = days(question("up"), 7, MIDNIGHT, role=Role.OFFENDERS, offenders=question("topk(3, errors_total)"))
    (group,) = grouped([ask])
    assert group.windows == (ask.window,)
    assert group.dimensions is None
    assert LAST_DAY.end == ask.window.end
