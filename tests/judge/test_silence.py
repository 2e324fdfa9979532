"""Zeros that say nothing: a table that did not exist yet, a source that died."""

from __future__ import annotations

from datetime import timedelta

import pytest
from judged_plans import LIVE, NOW, ZONE, daily, kpi, occasion, plan

from postflight.judge import judge
from postflight.judge.silence import days_before_recording, fell_silent
from postflight.model import Evaluation, Kpi, Level, Past, Role
from postflight.window import complete_days

BEFORE_FIRST = LIVE.astimezone(ZONE).date()
AFTER = [day.date for day in complete_days(7, NOW, ZONE, LIVE)]


def judged(asked: Kpi, before: list[float], after: float) -> Evaluation:
    """One KPI whose days before the deployment had these counts, oldest first, and every day after it had the last."""
    first = BEFORE_FIRST - timedelta(days=len(before))
    earlier = {first + timedelta(days=n): (count,) for n, count in enumerate(before)}
    seen = [daily("p95", Role.BASELINE, "value", earlier), daily("p95", Role.CURRENT, "value", dict.fromkeys(AFTER, (after,)))]
    return judge(plan(asked), occasion(), seen, Past())[0].evaluations[0]


SIGNUPS = kpi("p95", "no worse than 5 %", unit="/day", direction="higher")
TICKETS = kpi("p95", "<= -30 %", unit="/day", direction="lower")


def test_BIZ6_days_before_a_table_existed_are_no_days_without_signups() -> None:
    """100 a day for three weeks, nothing before: 40 is −60 %, not "+60 %, more, better"."""
    it = judged(SIGNUPS, [0.0] * 35 + [60.0] + [100.0] * 20, 40)
    assert it.level is Level.WARN
    assert it.baseline is not None
    assert (it.baseline.value, it.baseline.days) == (100, 20)
    assert it.change == -0.6
    assert any("36 days before anything was recorded" in note for note in it.notes)


def test_BIZ7_a_table_too_young_makes_no_baseline() -> None:
    """Two weeks and a partial day of records are one day short of a comparison: no data, with the date recording began."""
    it = judged(SIGNUPS, [0.0] * 42 + [100.0] * 14, 40)
    assert (it.level, it.reason) == (Level.NO_DATA, "baseline_missing")
    assert "since anything was recorded" in it.sentence


@pytest.mark.parametrize("before", [[0.0, 0.0, 1.0, 0.0] * 14, [0.0] * 56, [0.0] * 3 + [1.0, 0.0, 2.0] * 17])
def test_BIZ9_rare_counts_keep_their_zeros(before: list[float]) -> None:
    """Where days without any are ordinary, a run of them at the beginning is believed."""
    assert days_before_recording(before) == 0


def test_BIZ11_a_silence_that_would_be_good_news_is_no_data() -> None:
    """No ticket in a week after 45 a day: the form broke, or the export did. It is not "100 % fewer, target met"."""
    it = judged(TICKETS, [45.0] * 56, 0)
    assert (it.level, it.reason) == (Level.NO_DATA, "stale")


def test_BIZ11_a_silence_that_is_bad_news_stands() -> None:
    """No signup in a week is not explained away; and where quiet weeks are ordinary, a quiet week is good."""
    assert judged(SIGNUPS, [45.0] * 56, 0).level is Level.WARN
    assert judged(TICKETS, [0.0, 0.0, 1.0, 0.0] * 14, 0).level is Level.OK


def test_a_run_is_believed_until_its_chance_is_under_one_in_a_thousand() -> None:
    """Of 10 days one without any: three in a row have a chance of (2/12)³, four are not believed."""
    others = [5.0] * 9 + [0.0]
    assert not fell_silent(3, others)
    assert fell_silent(4, others)
    assert not fell_silent(0, others)
    assert not fell_silent(9, [0.0] * 10)
