"""Promises: where they stand before they fall due, how they end, and that an end is an end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from judged_plans import LIVE, ZONE, before, daily, kpi, look, occasion, plan, promise, release, said, since

from postflight.judge import judge, outlook_key
from postflight.judge.case import Case, open_cases
from postflight.judge.evaluate import evaluate
from postflight.judge.outlook import beyond_noise
from postflight.model import Baseline, Estimate, Kpi, Nothing, Observation, Outlook, Past, Reason, Role, State
from postflight.target import Target
from postflight.window import Window, days_in

MOBILE = kpi("mobile", "", unit="%", direction="higher")
WEEK = release(promise(("mobile", "1w", ">= 35 %")))
DUE = LIVE + timedelta(days=7)


def at(
    days: float, *observations: Observation, kpi: Kpi = MOBILE, past: Past | None = None, released: object = WEEK
) -> tuple[Outlook, Past]:
    card, after = judge(plan(kpi), occasion(LIVE + timedelta(days=days), release=released), observations, past or Past())
    return card.evaluations[0].outlooks[0], after


def now(days: float, hits: int) -> Observation:
    return look("mobile", "hits total", (hits, 100), at=LIVE + timedelta(days=days))


def days_since(hits: int, days: float) -> Observation:
    return since("mobile", "hits total", hits, 100, at=LIVE + timedelta(days=days))


@pytest.mark.parametrize(
    ("days", "hits", "state"),
    [
        (0.5, 99, State.TOO_EARLY),
        (1.1, 99, State.TOO_EARLY),
        (3, 36, State.ON_TRACK),
        (3, 34, State.OFF_TRACK),
        (6.9, 34, State.OFF_TRACK),
    ],
)
def test_MIL3_before_the_due_date_a_promise_is_too_early_on_or_off_track(days: float, hits: int, state: State) -> None:
    """Never red before its time, and never met either. A sixth of the time must have passed."""
    outlook, after = at(days, now(days, hits))
    assert (outlook.state, outlook.due) == (state, DUE)
    assert after.frozen == {}


def test_MIL3_no_data_before_the_due_date_is_undecided() -> None:
    """And says why."""
    outlook, _ = at(3)
    assert outlook.state is State.UNDECIDED
    assert "not set up" in outlook.sentence


@pytest.mark.parametrize(("hits", "state"), [(35, State.MET), (34, State.MISSED)])
def test_MIL3_at_the_due_date_it_ends_and_stays_ended(hits: int, state: State) -> None:
    """From the window that ended then, whatever the value is at a later look; frozen with its sentence."""
    opposite = 99 if state is State.MISSED else 0
    outlook, past = at(9, now(9, opposite), days_since(hits, 9))
    assert outlook.state is state
    assert past.frozen == {"mobile@1w": (state, outlook.sentence)}
    later, still = at(20, now(20, opposite), days_since(opposite, 20), past=past)
    assert (later.state, later.sentence, still) == (state, outlook.sentence, past)


def test_MIL3_the_due_instant_itself_is_due() -> None:
    """Half-open, like every window: at the instant it is over."""
    assert at(7, days_since(36, 7))[0].state is State.MET


def test_MIL3_late_days_do_not_count() -> None:
    """A miss in the first week is not mended by the days after it."""
    days = [day.date for day in days_in(Window(LIVE, LIVE + timedelta(days=12)), ZONE)]
    rows = {day: (20, 100) if i < 6 else (90, 100) for i, day in enumerate(days)}
    outlook, _ = at(12, now(12, 90), daily("mobile", Role.DAYS, "hits total", rows))
    assert outlook.state is State.MISSED


def test_MIL3_without_data_at_the_due_date_it_is_undecided_and_not_frozen() -> None:
    """Late data may still decide it."""
    outlook, past = at(9, now(9, 99))
    assert outlook.state is State.UNDECIDED and past.frozen == {}
    outlook, past = at(10, now(10, 99), days_since(36, 10), past=past)
    assert outlook.state is State.MET


def test_a_month_is_a_calendar_month() -> None:
    """Five weeks of October and November across the end of daylight saving: the same wall-clock time."""
    outlook, _ = at(3, now(3, 50), released=release(promise(("mobile", "1mo", ">= 40 %"))))
    assert outlook.due == datetime(2026, 11, 5, 16, 0, tzinfo=UTC)


def test_data_that_still_settle_at_the_due_date_are_waited_for() -> None:
    """Churn settles for three days: at the due date undecided, three days later decided."""
    slow = replace(MOBILE, settles=kpi(settles="3d").settles)
    early, past = at(8, days_since(36, 8), kpi=slow)
    assert early.state is State.UNDECIDED and "settle" in early.sentence and past.frozen == {}
    late, _ = at(11, days_since(36, 11), kpi=slow)
    assert late.state is State.MET


def test_a_state_is_judged_by_its_record_at_the_due_date() -> None:
    """What was observed on the due day stands; of an older look nothing is assumed."""
    state = replace(MOBILE, kind=kpi(kind="state").kind)
    due_day = DUE.astimezone(ZONE).date()
    recorded = daily("mobile", Role.DAYS, "hits total", {due_day: (40, 100), due_day + timedelta(days=2): (1, 100)})
    assert at(10, recorded, kpi=state)[0].state is State.MET
    fresh = look("mobile", "hits total", (40, 100), window=Window(LIVE, DUE + timedelta(hours=9)), at=DUE + timedelta(hours=9))
    assert at(7.4, fresh, kpi=state)[0].state is State.MET
    stale = look("mobile", "hits total", (40, 100), window=Window(LIVE, DUE + timedelta(days=5)), at=DUE + timedelta(days=5))
    assert at(12, stale, kpi=state)[0].state is State.UNDECIDED


def test_a_window_of_hours_is_judged_as_it_ended_at_the_due_date() -> None:
    """The look that was asked for just that window decides, not the one that ends now."""
    day = kpi("mobile", "", unit="%", direction="higher", window="24h")
    released = release(promise(("mobile", "24h", ">= 35 %")))
    due = LIVE + timedelta(hours=24)
    then = look("mobile", "hits total", (36, 100), window=Window(LIVE, due), at=due + timedelta(days=2))
    current = look(
        "mobile",
        "hits total",
        (1, 100),
        window=Window(due + timedelta(days=1), due + timedelta(days=2)),
        at=due + timedelta(days=2),
    )
    outlook, _ = at(3, then, current, kpi=day, released=released)
    assert outlook.state is State.MET
    assert at(3, current, kpi=day, released=released)[0].state is State.UNDECIDED


def test_without_such_a_look_the_hours_of_the_first_day_decide() -> None:
    """24 hours pooled; with an hour missing it is still told, with a day of values it is not."""
    share = kpi("mobile", "", unit="%", direction="higher", window="24h")
    released = release(promise(("mobile", "24h", ">= 35 %")))
    rows = [((LIVE + timedelta(hours=h)).isoformat(), 36, 100) for h in range(24)]
    hours = said("mobile", Role.HOURS, "day hits total", rows, Window(LIVE, LIVE + timedelta(hours=24)))
    assert at(3, hours, kpi=share, released=released)[0].state is State.MET
    values = said("mobile", Role.HOURS, "day value", [row[:2] for row in rows], Window(LIVE, LIVE + timedelta(hours=24)))
    count = kpi("mobile", "", window="24h", direction="higher")
    outlook, _ = at(3, values, kpi=count, released=release(promise(("mobile", "24h", ">= 35"))))
    assert outlook.state is State.UNDECIDED and "single hours" in outlook.sentence


def test_a_relative_promise_compares_the_same_weekdays() -> None:
    """−30 % of tickets in the week that ended at the due date."""
    tickets = kpi("mobile", "", unit="/day")
    released = release(promise(("mobile", "1w", "<= -30 %")))
    observations = (since("mobile", "value", 70, at=LIVE + timedelta(days=9)), before("mobile", "value", 100))
    assert at(9, *observations, kpi=tickets, released=released)[0].state is State.MET
    assert at(9, observations[0], kpi=tickets, released=released)[0].state is State.UNDECIDED


@pytest.mark.parametrize(
    ("low", "high", "met"), [(0.01, 0.05, True), (-0.01, 0.05, None), (-0.05, -0.01, False), (None, None, None)]
)
def test_MIL5_a_direction_without_a_size_needs_more_than_noise(low: float | None, high: float | None, met: bool | None) -> None:
    """ "Positive revenue impact": met only when the whole interval is above the baseline; with no interval undecided."""
    revenue = kpi("mobile", "", unit="USD", direction="higher")
    (case,) = open_cases(plan(revenue), None, ())
    finding = evaluate(case, plan(revenue), occasion())
    ends = None if low is None or high is None else (100 * (1 + low), 100 * (1 + high))
    value = Estimate(102 if low is None or high is None else sum(ends or ()) / 2, low=ends and ends[0], high=ends and ends[1])
    assert beyond_noise(Target.parse("> +0 %"), finding, value, Baseline(100, "measured")) is met
    assert beyond_noise(Target.parse(">= -5 %"), finding, value, Baseline(100, "measured")) is True
    assert isinstance(case, Case)


def test_promises_of_shadow_kpis_are_not_followed() -> None:
    """Reported, never judged."""
    card, _ = judge(plan(replace(MOBILE, shadow=True)), occasion(release=WEEK), [now(9, 1)], Past())
    assert card.evaluations[0].outlooks == ()


def test_the_keys_of_what_is_remembered() -> None:
    """What `run` asks about, the judge remembers under the same name."""
    assert outlook_key("mobile", "1w") == "mobile@1w"


def test_an_unfinished_look_is_undecided_with_its_reason() -> None:
    """A source that is down at the due date decides nothing."""
    down = replace(days_since(1, 9), outcome=Nothing(Reason.UNREACHABLE, "app did not answer"))
    outlook, past = at(9, down)
    assert outlook.state is State.UNDECIDED and "cannot be reached" in outlook.sentence
    assert past.frozen == {}
