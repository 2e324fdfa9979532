"""What it was before: on the same weekdays, measured before declared, and never zero for want of one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from judged_plans import LIVE, NOW, ZONE, before, daily, kpi, look, occasion, plan, said, week

from postflight import units
from postflight.judge import judge
from postflight.model import Baseline, Evaluation, Kpi, Level, Observation, Past, Role
from postflight.window import Window, complete_days, start_of

DAYS = [day.date for day in complete_days(7, NOW, ZONE, LIVE)]


def judged(kpi: Kpi, *observations: Observation, **more: object) -> Evaluation:
    card, _ = judge(plan(kpi), occasion(**more), observations, Past())  # type: ignore[arg-type]
    return card.evaluations[0]


def weekdays(n: int, value: dict[bool, float], columns: str = "value") -> Observation:
    """n days before the deployment with one value on weekdays and another at weekends (True)."""
    first = LIVE.astimezone(ZONE).date() - timedelta(days=n)
    days = [first + timedelta(days=i) for i in range(n)]
    return daily("p95", Role.BASELINE, columns, {day: (value[day.weekday() >= 5],) for day in days})


TICKETS = kpi("p95", "<= -30 %", unit="/day")


@pytest.mark.parametrize("value", [0, 70, 5000])
def test_BIZ1_without_a_baseline_there_is_no_change(value: float) -> None:
    """The specification says 0 %, "no impact", when it has nothing to compare with; here it is no data, and the value is still shown."""
    it = judged(TICKETS, look("p95", "value", (value,)))
    assert (it.level, it.reason, it.change) == (Level.NO_DATA, "baseline_missing", None)
    assert it.value == value


def test_BIZ1_BIZ8_from_zero_there_is_only_an_absolute_change() -> None:
    """Churn of 12 after 0: +12, not "+0 %" and no division by zero."""
    it = judged(TICKETS, look("p95", "value", (12,)), before("p95", "value", 0))
    assert (it.level, it.reason) == (Level.NO_DATA, "zero_denominator")
    assert (it.change, it.difference) == (None, 12)


def test_BIZ1_a_change_from_below_zero_has_its_true_sign() -> None:
    """−5 to 50 is up, by eleven times what it was."""
    it = judged(kpi("p95", ">= +10 %"), look("p95", "value", (50,)), before("p95", "value", -5))
    assert (it.level, it.change) == (Level.OK, 11)


def test_BIZ2_the_change_is_against_the_same_weekdays() -> None:
    """Thursday to Saturday after a deployment compare with Thursdays to Saturdays before it."""
    window = Window(start_of(date(2026, 10, 8), ZONE), start_of(date(2026, 10, 11), ZONE))
    rows = [(date(2026, 10, 8), 100), (date(2026, 10, 9), 100), (date(2026, 10, 10), 40)]
    at = datetime(2026, 10, 11, 14, tzinfo=NOW.tzinfo)
    it = judged(
        kpi("p95", "<= -30 %", window="3d"),
        look("p95", "day value", *rows, window=window, at=at),
        weekdays(28, {False: 100, True: 40}),
        now=at,
    )
    assert (it.baseline and it.baseline.value) == 80
    assert it.change == 0


@pytest.mark.parametrize(("days", "told", "noted"), [(13, False, False), (14, True, True), (27, True, True), (28, True, False)])
def test_BIZ7_fourteen_complete_days_make_a_baseline_and_twenty_eight_a_good_one(days: int, told: bool, noted: bool) -> None:
    """Contract 3, to the day."""
    it = judged(TICKETS, look("p95", "value", (50,)), before("p95", "value", 100, n=days))
    assert (it.level is Level.OK) is told
    assert any("28 make a good one" in note for note in it.notes) is noted


def test_BIZ7_X7_the_baseline_is_what_was_before_the_deployment() -> None:
    """It carries its days and its window, which ends before the deployment began."""
    it = judged(TICKETS, look("p95", "value", (50,)), before("p95", "value", 100, n=56))
    assert it.baseline is not None and it.baseline.window is not None
    assert it.baseline.days == 56
    assert it.baseline.window.end <= LIVE


def test_a_weekday_that_was_never_measured_has_no_baseline() -> None:
    """Impossible values on every weekend: a week with a weekend in it has nothing to compare with, and it is said why."""
    observations = (look("p95", "day value", *((d, 50) for d in DAYS)), weekdays(28, {False: 100, True: -1}))
    it = judged(kpi("p95", "<= -30 %", valid=(0, None)), *observations)
    assert (it.level, it.reason) == (Level.NO_DATA, "baseline_missing")
    assert "no Saturday before the deployment" in it.sentence


def test_BIZ15_a_baseline_carries_origin_window_n_and_hash() -> None:
    """The same days have the same hash, and another day another."""
    first, again, other = (
        judged(TICKETS, look("p95", "value", (50,)), before("p95", "value", value)).baseline for value in (100, 100, 101)
    )
    assert isinstance(first, Baseline) and isinstance(again, Baseline) and isinstance(other, Baseline)
    assert first.origin == "measured"
    assert len(first.hash) == 12 and first == again and first.hash != other.hash


def test_a_declared_baseline_stands_in_and_is_said_to() -> None:
    """Mobile sessions: 30 % by the specification's table, until there is a measured one."""
    share = kpi("p95", ">= +5 pp", unit="%", baseline=0.30)
    it = judged(share, look("p95", "hits total", (35, 100)))
    assert it.baseline is not None
    assert (it.level, it.baseline.origin) == (Level.OK, "declared")
    assert "as the plan says" in it.sentence
    assert any("nothing was measured" in note for note in it.notes)


def test_a_measured_baseline_is_preferred_and_the_declared_one_shown_beside_it() -> None:
    """28 % measured against 30 % declared."""
    share = kpi("p95", ">= +5 pp", unit="%", baseline=0.30)
    it = judged(share, look("p95", "hits total", (33, 100)), before("p95", "hits total", 28, 100))
    assert it.baseline is not None
    assert (it.level, it.baseline.value, it.baseline.declared) == (Level.OK, 0.28, 0.30)


def test_five_points_are_five_points() -> None:
    """UX14: 30 → 35 % is +5 pp and +16.7 %, exactly; a float's 0.04999999999999999 does not miss it."""
    for target, level in ((">= +5 pp", Level.OK), ("> +5 pp", Level.WARN), (">= +16.6 %", Level.OK), (">= +16.7 %", Level.WARN)):
        share = kpi("p95", target, unit="%", baseline=0.30)
        assert judged(share, look("p95", "hits total", (35, 100))).level is level


def test_an_invalidated_baseline_is_not_used() -> None:
    """Declared bad by a person: the reason is told, and the plan's own number stands in if there is one."""
    observations = (look("p95", "value", (50,)), before("p95", "value", 100))
    bad = {"p95": "invalidated: outage on 1 October"}
    assert "outage" in judged(TICKETS, *observations, baselines=bad).sentence
    it = judged(kpi("p95", "<= -30 %", unit="/day", baseline=200.0), *observations, baselines=bad)
    assert it.baseline is not None and (it.baseline.value, it.baseline.origin) == (200.0, "declared")


def test_a_pinned_baseline_says_where_it_is_from() -> None:
    """Origin as the occasion tells it."""
    it = judged(TICKETS, look("p95", "value", (50,)), before("p95", "value", 100), baselines={"p95": "pinned to v2.3.0"})
    assert it.baseline is not None and it.baseline.origin == "pinned to v2.3.0"


def test_days_under_an_earlier_definition_are_not_compared_with() -> None:
    """SCO10: another question gave those numbers."""
    defined = kpi("p95", "<= -30 %", unit="/day", definition="new")
    old = replace(before("p95", "value", 100), definition="old")
    it = judged(defined, look("p95", "value", (50,)), old)
    assert (it.level, it.reason) == (Level.NO_DATA, "baseline_missing")
    assert judged(defined, look("p95", "value", (50,)), replace(old, definition="new")).level is Level.OK


def test_a_share_before_is_pooled_over_its_weekdays() -> None:
    """Weekends with other volume weigh as they weigh in the window: 10 of 100 on weekdays, 1 of 2 at weekends."""
    first = LIVE.astimezone(ZONE).date() - timedelta(days=28)
    days = [first + timedelta(days=i) for i in range(28)]
    past = daily("p95", Role.BASELINE, "hits total", {d: (1, 2) if d.weekday() >= 5 else (10, 100) for d in days})
    rows = [(d, 10, 100) for d in DAYS]
    it = judged(kpi("p95", "no worse than 5 %", unit="%"), look("p95", "day hits total", *rows), past)
    assert it.baseline is not None and it.baseline.value == pytest.approx(52 / 504)


def test_a_quantile_before_is_of_the_merged_buckets() -> None:
    """The p95 of a typical week, not the mean of daily p95s."""
    slow = kpi("p95", "no worse than 5 %", unit="ms", quantile=0.95)
    first = LIVE.astimezone(ZONE).date() - timedelta(days=14)
    rows = [(first + timedelta(days=i), edge, count) for i in range(14) for edge, count in ((0.1, 90), (0.2, 10))]
    past = said("p95", Role.BASELINE, "day bucket count", rows, Window(start_of(first, ZONE), LIVE), unit=units.SECONDS)
    it = judged(slow, look("p95", "bucket count", (0.1, 90), (0.2, 10), unit=units.SECONDS), past)
    assert it.baseline is not None and it.baseline.value == pytest.approx(0.15)
    assert it.change == pytest.approx(0)


def test_BIZ3_direction_decides_what_is_worse() -> None:
    """+10 % churn is worse, +10 % order value is better; a KPI that should stay steady is worse both ways."""
    past = before("p95", "value", 100)
    for direction, value, level in (
        ("lower", 110, Level.WARN),
        ("lower", 90, Level.OK),
        ("higher", 110, Level.OK),
        ("higher", 90, Level.WARN),
        ("steady", 110, Level.WARN),
        ("steady", 90, Level.WARN),
        ("steady", 104, Level.OK),
    ):
        it = judged(kpi("p95", "no worse than 5 %", direction=direction), look("p95", "value", (value,)), past)
        assert it.level is level, (direction, value)


def test_BIZ5_hours_do_not_compare_with_days() -> None:
    """Four tickets in six hours against a hundred a day are no 96 % reduction; counted per day they compare."""
    window = Window(NOW - timedelta(hours=6), NOW)
    plain = kpi("p95", "<= -30 %", window="6h")
    it = judged(plain, look("p95", "value", (4,), window=window), before("p95", "value", 100))
    assert (it.level, it.reason) == (Level.NO_DATA, "baseline_missing")
    rate = kpi("p95", "<= -30 %", unit="/day", window="6h")
    day = NOW.astimezone(ZONE).date()
    it = judged(rate, look("p95", "day value", (day, 4), window=window), before("p95", "value", 100))
    assert (it.level, it.value, it.change) == (Level.OK, 16, -0.84)


def test_BIZ9_a_reduction_of_exactly_thirty_percent_is_one() -> None:
    """4.2 against 6.0 a day: −30 %, though a float subtracts them to less."""
    it = judged(TICKETS, look("p95", "value", (Decimal("4.2"),)), before("p95", "value", Decimal("6.0")))
    assert (it.level, it.change) == (Level.OK, -0.3)


def test_the_history_holds_the_days_before_and_since() -> None:
    """One series for sparkline and chart, days that could not be read left out."""
    since = daily("p95", Role.DAYS, "value", dict.fromkeys(DAYS, (50,)))
    it = judged(TICKETS, look("p95", "value", (50,)), before("p95", "value", 100, n=14), since)
    assert [p.value for p in it.history] == [100] * 14 + [50] * 7
    assert week().start == start_of(DAYS[0], ZONE)


def test_recorded_days_of_a_state_are_its_history() -> None:
    """A state has no past of its own: each recorded answer stands for the day it was asked on, the last one of a day."""
    state = kpi("p95", "no worse than 5 %", unit="%", kind="state", direction="higher")
    first = LIVE.astimezone(ZONE).date() - timedelta(days=20)
    recorded = [
        replace(
            look("p95", "value", (percent,)),
            role=Role.BASELINE,
            asked_at=start_of(first + timedelta(days=i), ZONE) + timedelta(hours=hour),
        )
        for i in range(20)
        for hour, percent in ((8, 10), (17, 80))
    ]
    it = judged(state, look("p95", "value", (80,), window=Window(LIVE, NOW)), *recorded)
    assert it.baseline is not None
    assert (it.level, it.baseline.value, it.baseline.days) == (Level.OK, 0.8, 20)


def test_an_answer_that_does_not_tell_its_days_apart_is_no_history() -> None:
    """One number for eight weeks is no baseline, and no point of a chart; one number for one day is."""
    weeks = Window(
        start_of(LIVE.astimezone(ZONE).date() - timedelta(days=56), ZONE), start_of(LIVE.astimezone(ZONE).date(), ZONE)
    )
    whole = said("p95", Role.BASELINE, "value", [(100,)], weeks)
    it = judged(TICKETS, look("p95", "value", (50,)), whole)
    assert (it.level, it.history) == (Level.NO_DATA, ())
    assert "does not tell its days apart" in it.sentence
    longer = Window(start_of(date(2026, 10, 1), ZONE), start_of(date(2026, 10, 2), ZONE) + timedelta(hours=9))
    assert judged(TICKETS, look("p95", "value", (50,)), said("p95", Role.DAYS, "value", [(100,)], longer)).history == ()
    single = [
        said("p95", Role.BASELINE, "value", [(100,)], Window(start_of(day, ZONE), start_of(day + timedelta(days=1), ZONE)))
        for day in (LIVE.astimezone(ZONE).date() - timedelta(days=n) for n in range(1, 15))
    ]
    it = judged(TICKETS, look("p95", "value", (50,)), *single)
    assert (it.level, len(it.history)) == (Level.OK, 14)


def test_days_and_hours_in_one_answer_are_told_apart() -> None:
    """Hours among days are left aside: nothing crashes, nothing is counted twice."""
    mixed = said("p95", Role.DAYS, "day value", [(DAYS[0], 50), (f"{DAYS[1]}T09:00:00+00:00", 7)], week())
    assert [p.value for p in judged(TICKETS, look("p95", "value", (50,)), mixed).history] == [50]
