"""What days add to an interval."""

import numpy as np
import pytest

from postflight.stats import days
from postflight.stats.days import DayEffect
from postflight.stats.intervals import Inflation, Interval, TooFew

WEEKDAYS = [day % 7 for day in range(56)]


def _ar1(rng, lag1, n=56):
    noise = rng.standard_normal(n)
    for day in range(1, n):
        noise[day] = lag1 * noise[day - 1] + np.sqrt(1 - lag1**2) * noise[day]
    return noise


def test_days_that_are_alike_add_little():
    """Binomial days with a strong weekday pattern: the pattern is not taken for dispersion."""
    rng = np.random.default_rng(1)
    n = np.full(56, 10_000.0)
    rates = np.array([0.03, 0.04, 0.05, 0.04, 0.03, 0.01, 0.01])[np.array(WEEKDAYS)]
    effects = [days.of_shares(rng.binomial(10_000, rates).astype(float), n, WEEKDAYS, 7) for _ in range(40)]
    deffs = [e.inflation([10_000.0] * 7).deff for e in effects if isinstance(e, DayEffect)]
    assert len(deffs) == 40 and np.median(deffs) < 1.1 and max(deffs) < 3


def test_days_that_differ_are_measured():
    """A day-to-day standard deviation of 0.2 on the odds makes 100,000 trials worth a hundredth of that."""
    rng = np.random.default_rng(2)
    rates = 0.03 * np.exp(rng.normal(0, 0.2, 56))
    effect = days.of_shares(rng.binomial(100_000, rates).astype(float), [1e5] * 56, WEEKDAYS, 7)
    assert isinstance(effect, DayEffect)
    assert effect.inflation([1e5] * 7).deff == pytest.approx(1 + 1e5 * 0.03 * 0.2**2, rel=0.6)


def test_a_design_effect_follows_the_traffic():
    """Ten times the trials a day, ten times the excess; without excess there is nothing to follow."""
    effect = DayEffect(0.001, 49, 1.5)
    assert effect.inflation([1_000.0] * 7).deff == pytest.approx(2.5)
    assert effect.inflation([10_000.0] * 7).deff == pytest.approx(16)
    assert DayEffect(0.0, 49, 1.0).inflation([10_000.0] * 7) == Inflation(1.0, np.inf)


def test_lasting_days_count_for_fewer():
    """The variance of a week's mean grows with persistence and is that of independent days without it."""
    rng = np.random.default_rng(3)
    factors = {lag1: np.median([days.persistence(_ar1(rng, lag1), WEEKDAYS, 7) for _ in range(30)]) for lag1 in (0.0, 0.5, 0.75)}
    assert 1 <= factors[0.0] < 1.3
    assert 1.7 < factors[0.5] < 4.5  # 2.4 for an AR(1), more for the slower models it cannot be told from
    assert factors[0.75] > 3


def test_counts_and_scores_have_day_effects_too():
    """Overdispersed counts and opinions that move with the day."""
    rng = np.random.default_rng(4)
    counts = rng.poisson(1000 * np.exp(rng.normal(0, 0.1, 56))).astype(float)
    of_counts = days.of_counts(counts, WEEKDAYS, 7)
    assert isinstance(of_counts, DayEffect) and 4 < of_counts.inflation([1000.0] * 7).deff < 30
    scores = rng.normal(0.2, 0.1, 56)
    of_scores = days.of_scores(scores, [400.0] * 56, 0.76, WEEKDAYS, 7)
    assert isinstance(of_scores, DayEffect) and 3 < of_scores.inflation([400.0] * 7).deff < 20


def test_one_week_is_no_baseline():
    """Each weekday must come twice before it can be told what is weekday and what is day."""
    few = days.of_shares([5.0] * 10, [100.0] * 10, WEEKDAYS[:10], 7)
    assert isinstance(few, TooFew) and few.what == "baseline days"


def test_ratio_is_the_ratio_of_sums():
    """The centre is Σ sums / Σ counts, and a baseline that varies more makes it wider."""
    rng = np.random.default_rng(5)
    counts = rng.poisson(100, 7).astype(float)
    sums = counts * 20 * np.exp(rng.normal(0, 0.05, 7))
    calm, wild = (20 * np.exp(rng.normal(0, sd, 56)) for sd in (0.05, 0.3))
    narrow = days.ratio(sums, counts, calm, np.ones(56), WEEKDAYS)
    wide = days.ratio(sums, counts, wild, np.ones(56), WEEKDAYS)
    assert isinstance(narrow, Interval) and isinstance(wide, Interval)
    assert np.sqrt(narrow.low * narrow.high) == pytest.approx(sums.sum() / counts.sum())
    assert wide.high / wide.low > narrow.high / narrow.low


def test_ratio_without_baseline_takes_three_days():
    """Two days have no spread worth the name."""
    assert days.ratio([10.0, 11.0], [1.0, 1.0]) == TooFew(2, 3, "days")
    assert isinstance(days.ratio([10.0, 11.0, 12.0], [1.0, 1.0, 1.0]), Interval)
    assert isinstance(days.ratio([10.0, 0.0, 12.0], [1.0, 0.0, 1.0]), TooFew)
