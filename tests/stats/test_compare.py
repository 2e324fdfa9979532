"""The door for a judge."""

import math

import numpy as np
import pytest

from postflight.stats.compare import Comparison, Series, Unfit, Why, compare
from postflight.stats.engine import Calendar
from postflight.stats.forecast import Call
from postflight.stats.links import COUNT, LOG, LOGIT

CALENDAR = Calendar.of_days(0, 56, 30)


def _comparison(shift=0.0, after=14, sd=0.05, seed=1):
    rng = np.random.default_rng(seed)
    days = rng.normal(0, sd, 56 + after)
    days[56:] += shift
    comparison = compare(Series(LOG, tuple(0.2 * np.exp(days[:56])), tuple(0.2 * np.exp(days[56:]))), CALENDAR)
    assert isinstance(comparison, Comparison)
    return comparison


def test_what_cannot_be_compared_says_why():
    """Too short, a weekday never measured, never varying, too rare: four answers, no number."""
    days = tuple(np.random.default_rng(1).normal(1, 0.1, 56))
    assert compare(Series(LOG, days[:13]), Calendar.of_days(0, 13, 7)) == Unfit(Why.SHORT, 13, 14)
    no_sundays = tuple(math.nan if day % 7 == 6 else value for day, value in enumerate(days))
    assert compare(Series(LOG, no_sundays), CALENDAR) == Unfit(Why.GAPS, 6, 7)
    assert compare(Series(LOG, (0.2,) * 56), CALENDAR) == Unfit(Why.FLAT)
    weekly = tuple(float(day % 7 + 1) for day in range(56))
    assert compare(Series(LOG, weekly), CALENDAR) == Unfit(Why.FLAT)
    rare = compare(Series(COUNT, tuple(float(day % 3) for day in range(56))), CALENDAR)
    assert isinstance(rare, Unfit) and rare.why is Why.RARE
    almost_all = Series(LOGIT, (0.999, 0.998) * 28, (), (1000.0,) * 56, ())
    assert compare(almost_all, CALENDAR) == Unfit(Why.RARE, pytest.approx(1.5), 5)


def test_an_alarm_latches():
    """Once crossed, a recovery of the series does not lower p; and there is none without harm."""
    harmed = _comparison(0.3)
    alarm = harmed.alarm(1)
    assert alarm.since is not None and alarm.since <= 2 and alarm.p < 0.001
    recovered = Series(LOG, harmed.series.before, tuple(harmed.series.after) + tuple(harmed.series.before[:14]))
    later = compare(recovered, CALENDAR)
    assert isinstance(later, Comparison) and later.alarm(1).p <= alarm.p and later.alarm(1).since == alarm.since
    assert harmed.alarm(-1).since is None and _comparison().alarm(1).since is None


def test_a_tolerated_change_is_no_harm():
    """Ten per cent slower alarms against "no worse" and not against "no worse than 15 %"."""
    slower = _comparison(math.log(1.1), sd=0.02)
    assert slower.alarm(1).since is not None
    assert slower.alarm(1, margin=math.log(1.15)).since is None


def test_the_shift_speaks_in_natural_values():
    """About 35 % more than 0.2 s, with an interval that excludes no change (MIL5)."""
    shift = _comparison(0.3).shift()
    assert shift.before == pytest.approx(0.2, rel=0.03)
    assert shift.after_low < shift.after < shift.after_high
    assert shift.after / shift.before == pytest.approx(math.exp(shift.center))
    assert shift.low < 0.3 < shift.high and shift.clear
    assert not _comparison().shift().clear


def test_a_novelty_effect_is_seen_apart():
    """The first week and the second have their own shifts; asking for days that are not there is refused."""
    rng = np.random.default_rng(3)
    days = rng.normal(0, 0.03, 70)
    days[56:63] += 0.4
    comparison = compare(Series(LOG, tuple(np.exp(days[:56])), tuple(np.exp(days[56:]))), CALENDAR)
    assert isinstance(comparison, Comparison)
    first, second = comparison.shift(0, 7), comparison.shift(7, 14)
    assert first.low > 0.2 and not second.clear
    assert first.low < 0.4 < first.high
    with pytest.raises(ValueError, match="has been observed"):
        comparison.shift(20, 30)


def test_an_alarm_ends_when_a_week_excludes_half_of_it():
    """Harm that went away is over after a week and three looks; harm that stayed is not."""
    rng = np.random.default_rng(4)
    days = rng.normal(0, 0.03, 80)
    days[56:66] += 0.4
    series = Series(LOG, tuple(np.exp(days[:56])), tuple(np.exp(days[56:])))
    after = compare(series, CALENDAR)
    early = compare(Series(LOG, series.before, series.after[:14]), CALENDAR)
    assert isinstance(after, Comparison) and isinstance(early, Comparison)
    assert after.harmless(1, 0.2) and not early.harmless(1, 0.2)
    assert not _comparison(0.4).harmless(1, 0.2)
    assert not _comparison(after=5).harmless(1, 0.2)  # too few days to say so


def test_a_forecast_becomes_the_fact():
    """While open it has an interval and a probability; when its last day is over it is the mean of the days."""
    comparison = _comparison(after=14)
    open_ = comparison.forecast(30, 30)
    assert not open_.closed and open_.low < open_.value < open_.high
    assert 0 < open_.at_most(0.2) < 1
    closed = comparison.forecast(14, 7)
    assert closed.closed and closed.value == pytest.approx(np.mean(comparison.series.after[7:14]))
    assert closed.at_most(closed.value) == 1 and closed.at_most(closed.value * 0.999) == 0
    assert closed.call(1.0) is Call.MET


def test_a_window_without_a_measured_day_stays_undecided():
    """Missing data are the one reason for "undecided" after the due date."""
    series = Series(LOG, _comparison().series.before, (math.nan,) * 7)
    comparison = compare(series, CALENDAR)
    assert isinstance(comparison, Comparison)
    nothing = comparison.forecast(7)
    assert nothing.closed and math.isnan(nothing.value) and nothing.call(nothing.at_most(1.0)) is Call.UNDECIDED


def test_a_share_is_hits_over_total():
    """The window's value weights days by their trials, the specification's own formula, also for days to come."""
    rng = np.random.default_rng(5)
    n = np.where(np.arange(70) % 7 < 5, 10_000, 2_000).astype(float)
    hits = rng.binomial(n.astype(int), 0.3).astype(float)
    hits[np.arange(70) % 7 == 6] = 1_900  # Sundays are quite unlike the rest, and few
    values = tuple(hits / n)
    comparison = compare(Series(LOGIT, values[:56], values[56:], tuple(n[:56]), tuple(n[56:])), CALENDAR)
    assert isinstance(comparison, Comparison)
    assert comparison.forecast(14, 14).value == pytest.approx(hits[56:].sum() / n[56:].sum())
    assert comparison.level_before == pytest.approx(hits[:56].sum() / n[:56].sum())
    ahead = comparison.forecast(28, 7)
    sundays_counted_by_trials = (50_000 * 0.3 + 2_000 * 0.3 + 1_900) / 54_000
    assert ahead.low < sundays_counted_by_trials < ahead.high and ahead.high < np.mean(values)


def test_a_day_without_trials_is_missing():
    """Zero of zero is no share: the day is not learnt from and does not count."""
    values = (0.3, 0.31, 0.29, 0.3, 0.28, 0.32, 0.3) * 8
    comparison = compare(Series(LOGIT, values, (0.0, 0.3), (50.0,) * 28 + (60.0,) * 28, (0.0, 50.0)), CALENDAR)
    assert isinstance(comparison, Comparison)
    assert len(comparison.alarm(1).log_e) == 2 and comparison.alarm(1).log_e[0] == pytest.approx(0, abs=1e-9)
    assert comparison.forecast(2).value == pytest.approx(0.3)


def test_the_same_numbers_give_the_same_bytes():
    """Twice the same question, to the last bit."""
    one, two = _comparison(0.1), _comparison(0.1)
    assert one.alarm(1) == two.alarm(1) and one.shift() == two.shift()
    assert one.confidence_sequence() == two.confidence_sequence()


def test_a_margin_is_told_in_natural_values():
    """ "No worse than 5 %" is a logarithm for a latency, odds for a share; what cannot be is refused."""
    comparison = _comparison()
    level = comparison.level_before
    assert comparison.margin_to(level * 1.05) == pytest.approx(math.log(1.05))
    assert comparison.margin_to(level * 0.95) == pytest.approx(-math.log(0.95))
    with pytest.raises(ValueError, match="outside"):
        comparison.margin_to(-1.0)
    with pytest.raises(ValueError, match="reaches 30 slots"):
        comparison.forecast(31)


def test_a_jump_beyond_all_measure_is_an_alarm_and_not_a_nan():
    """A baseline that hardly moves and a value a billion standard deviations off."""
    days = np.random.default_rng(6).normal(0, 1e-7, 66)
    days[56:] += 5.0
    comparison = compare(Series(LOG, tuple(np.exp(days[:56])), tuple(np.exp(days[56:]))), CALENDAR)
    assert isinstance(comparison, Comparison)
    alarm, shift = comparison.alarm(1), comparison.shift()
    assert alarm.since == 0 and alarm.p < 1e-6 and shift.center == pytest.approx(5.0)
    assert comparison.harmless(1, 0.1) is False
