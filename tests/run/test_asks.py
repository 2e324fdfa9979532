"""What is asked, about which time: the windows that every number of a report rests on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from postflight.model import (
    Ask,
    Category,
    Deployment,
    Expectation,
    Kind,
    Kpi,
    Milestone,
    MilestoneItem,
    MilestoneTest,
    Nothing,
    Occasion,
    Past,
    Plan,
    Promise,
    Reason,
    Release,
    Role,
    ScorePolicy,
    State,
)
from postflight.run.asks import asks_for
from postflight.target import Direction, Target
from postflight.units import NUMBER
from postflight.window import Span

TZ = ZoneInfo("America/Chicago")
LIVE = datetime(2026, 10, 13, 19, 2, tzinfo=UTC)  # 14:02 in Chicago
DEPLOYMENT = Deployment("d", "v1", LIVE - timedelta(minutes=11), LIVE)


@dataclass(frozen=True)
class _Question:
    kind: Kind = Kind.FLOW
    unit: None = None


def _kpi(name: str, window: str = "7d", **more: object) -> Kpi:
    kpi = Kpi(name, name, "c", "app", _Question(), NUMBER, Direction.LOWER, Kind.FLOW, window=Span.parse(window))
    return replace(kpi, **more)  # type: ignore[arg-type]


def _asks(
    *kpis: Kpi,
    now: datetime,
    release: Release | None = None,
    past: Past | None = None,
    measured: tuple[str, ...] = (),
    history: bool = True,
) -> list[tuple[Ask, Nothing | None]]:
    plan = Plan("P", TZ, {k.id: k for k in kpis}, {}, {"c": Category("c", "C")}, ScorePolicy("none"))
    occasion = Occasion(now, DEPLOYMENT, release)
    entries = asks_for(plan, occasion, measured, past or Past(), history=history)
    return [entry if isinstance(entry, tuple) else (entry, None) for entry in entries]


def _one(found: list[tuple[Ask, Nothing | None]], role: Role) -> Ask:
    [ask] = [ask for ask, _ in found if ask.role is role]
    return ask


def test_R13_a_window_of_days_is_complete_local_days_after_the_deployment() -> None:
    """Three days after it went live at 14:02, three midnights have passed and two days are whole; neither the first day nor today is in it."""
    found = _asks(_kpi("k"), now=LIVE + timedelta(days=3))
    current = _one(found, Role.CURRENT)
    assert [slot.date.day for slot in current.slots] == [14, 15]
    assert current.window.start == datetime(2026, 10, 14, 5, tzinfo=UTC)
    assert current.window.end == datetime(2026, 10, 16, 5, tzinfo=UTC)


def test_BIZ5_before_the_first_complete_day_there_is_no_data() -> None:
    """With data that settle for a day nothing is asked, and the reason says when the first day ends."""
    settles = _kpi("k", settles=Span.parse("1d"))
    [(ask, known)] = [entry for entry in _asks(settles, now=LIVE + timedelta(hours=5)) if entry[0].role is Role.CURRENT]
    assert not ask.slots
    assert isinstance(known, Nothing)
    assert known.reason is Reason.WINDOW_INCOMPLETE
    assert "14 Oct 00:00 CDT" in known.detail


def test_before_the_first_complete_day_the_time_since_the_deployment_is_asked() -> None:
    """Five hours after it went live, those five hours: the judge knows which measures may be judged on them."""
    current = _one(_asks(_kpi("k"), now=LIVE + timedelta(hours=5)), Role.CURRENT)
    assert (current.window.start, current.window.length, len(current.slots)) == (LIVE, timedelta(hours=5), 1)


def test_a_window_of_hours_is_exact_and_clipped_to_the_deployment() -> None:
    """Fifteen minutes after it went live, a window of 24 hours is those fifteen minutes; a week later it is 24 hours ending now."""
    soon = _one(_asks(_kpi("k", "24h"), now=LIVE + timedelta(minutes=15)), Role.CURRENT)
    assert (soon.window.start, soon.window.length) == (LIVE, timedelta(minutes=15))
    later = _one(_asks(_kpi("k", "24h"), now=LIVE + timedelta(days=7)), Role.CURRENT)
    assert (later.window.end, later.window.length) == (LIVE + timedelta(days=7), timedelta(hours=24))


def test_X7_the_baseline_is_fixed_to_the_deployment_and_asked_once() -> None:
    """56 complete days that end before the deployment began, however late the report; none when it is kept already."""
    for age in (1, 40):
        before = _one(_asks(_kpi("k"), now=LIVE + timedelta(days=age)), Role.BASELINE)
        assert len(before.slots) == 56
        assert before.window.end == datetime(2026, 10, 13, 5, tzinfo=UTC)
        assert before.window.end <= DEPLOYMENT.start
    again = _asks(_kpi("k"), now=LIVE + timedelta(days=2), measured=("k",))
    assert not [ask for ask, _ in again if ask.role is Role.BASELINE]


def test_data_that_settle_are_left_out_of_the_window() -> None:
    """With `settles: 3d` the window ends three days ago."""
    current = _one(_asks(_kpi("k", settles=Span.parse("3d")), now=LIVE + timedelta(days=10)), Role.CURRENT)
    assert current.slots[-1].date.day == 19


def _release(every: str = "") -> Release:
    item = MilestoneItem("low", "Low", (MilestoneTest("hourly", Target.parse("<= 5")),), every)
    promise = Promise(
        "r", (Expectation("daily", Span.parse("1w"), Target.parse("<= 5")),), (Milestone(Span.parse("24h"), "Day one", (item,)),)
    )
    return Release("r", ("d",), DEPLOYMENT.start, LIVE, promise, LIVE, "hash")


def test_MIL2_maintained_asks_for_every_complete_hour() -> None:
    """Of the first day, 24 half-open hours from the instant it went live; nothing of the kind without such an item."""
    found = _asks(_kpi("hourly", "24h"), now=LIVE + timedelta(days=2), release=_release("hour"))
    hours = _one(found, Role.HOURS)
    assert len(hours.slots) == 24
    assert hours.window.start == LIVE
    assert not [
        ask for ask, _ in _asks(_kpi("hourly", "24h"), now=LIVE + timedelta(days=2), release=_release()) if ask.role is Role.HOURS
    ]


def test_MIL3_a_due_date_that_has_passed_is_asked_about_as_it_was_until_frozen() -> None:
    """A window of hours is asked for as it ended at the due date, however late the report comes; once frozen it is not asked again."""
    kpi, now = _kpi("hourly", "24h"), LIVE + timedelta(days=5)
    ends = {ask.window.end for ask, _ in _asks(kpi, now=now, release=_release()) if ask.role is Role.CURRENT}
    assert ends == {now, LIVE + timedelta(hours=24)}
    frozen = Past({"24h/low": (State.MET, "")})
    assert {ask.window.end for ask, _ in _asks(kpi, now=now, release=_release(), past=frozen) if ask.role is Role.CURRENT} == {
        now
    }


def test_a_gate_asks_only_what_the_verdict_hangs_on() -> None:
    """Without history: the window of every KPI, and a baseline only where a line compares with it."""
    compares = _kpi("compares", target=Target.parse("no worse than 5 %"))
    found = _asks(_kpi("plain", target=Target.parse("<= 5")), compares, now=LIVE + timedelta(days=9), history=False)
    assert [(ask.kpi.id, ask.role) for ask, _ in found] == [
        ("plain", Role.CURRENT),
        ("compares", Role.CURRENT),
        ("compares", Role.BASELINE),
    ]
