"""Facts and their intervals, against scipy.stats and statsmodels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from postflight.stats import intervals
from postflight.stats.intervals import Inflation, Interval, TooFew

COUNTS = st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS)
def test_wilson_is_wilson(counts):
    """Without a design effect the interval is the textbook's."""
    ours = intervals.wilson(*counts)
    assert (ours.low, ours.high) == pytest.approx(proportion_confint(*counts, alpha=0.1, method="wilson"), abs=1e-12)


@given(COUNTS)
def test_clopper_pearson_is_exact(counts):
    """Without a design effect the interval is the binomial test's."""
    ours = intervals.clopper_pearson(*counts)
    theirs = stats.binomtest(*counts).proportion_ci(0.9, "exact")
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_UX7_intervals_of_nine_in_ten_and_ninety_in_a_hundred():
    """The same 90 % says little from ten and something from a hundred; under thirty there is no verdict to be had."""
    nine = intervals.wilson(9, 10, level=0.95)
    ninety = intervals.wilson(90, 100, level=0.95)
    assert (round(nine.low, 3), round(nine.high, 3)) == (0.596, 0.982)
    assert (round(ninety.low, 3), round(ninety.high, 3)) == (0.826, 0.945)
    assert intervals.share(9, 10) == TooFew(10, 30, "trials")
    assert isinstance(intervals.share(27, 30), Interval)


def test_UX12_fifty_answers_leave_an_nps_of_20_unknown_by_24():
    """NPS 20 from 50 answers reaches from about −4 to 44 at 95 %, and 49 answers are too few."""
    nps = intervals.net_promoter(25, 10, 15, level=0.95)
    assert isinstance(nps, Interval)
    assert nps.high - nps.low == pytest.approx(0.48, abs=0.02)
    assert intervals.net_promoter(25, 10, 14) == TooFew(49, 50, "answers")


@pytest.mark.parametrize("daily", [5, 10, 20])
def test_BIZ9_thirty_per_cent_fewer_tickets_in_a_day_is_noise(daily):
    """A day at −30 % of a small count has an interval that holds no change; the same over weeks of a large count has not."""
    day = intervals.rate_ratio(round(0.7 * daily), 1, daily * 28, 28)
    assert isinstance(day, Interval) and day.straddles(1.0)
    month = intervals.rate_ratio(0.7 * 50 * 28, 28, 50 * 28, 28)
    assert isinstance(month, Interval) and month.high < 1


def test_rate_is_garwood():
    """A Poisson rate's bounds are chi-squared quantiles."""
    ours = intervals.rate(7, 2.0)
    assert (ours.low, ours.high) == pytest.approx((stats.chi2.ppf(0.05, 14) / 4, stats.chi2.ppf(0.95, 16) / 4))
    assert intervals.rate(0, 1.0).low == 0


@given(st.integers(0, 300), st.integers(1, 300), st.floats(0.5, 30), st.floats(0.5, 30))
def test_rate_ratio_turns_round(after, before, exposure, exposure_before):
    """After over before is one over before over after."""
    one = intervals.rate_ratio(after, exposure, before, exposure_before)
    other = intervals.rate_ratio(before, exposure_before, after, exposure)
    assert isinstance(one, Interval) and isinstance(other, Interval)
    assert one.low == pytest.approx(1 / other.high if np.isfinite(other.high) else 0.0, rel=1e-6)


def test_rate_ratio_of_nothing_is_too_few():
    """No event on either side tells nothing."""
    assert intervals.rate_ratio(0, 7, 0, 28) == TooFew(0, 1, "events")


def test_mean_and_repeats_are_students_t():
    """A mean's interval is the t interval of its numbers; two repeats are too few."""
    values = np.random.default_rng(1).normal(3, 2, 40)
    theirs = stats.t.interval(0.9, 39, values.mean(), stats.sem(values))
    ours = intervals.mean(values.sum(), 40, (values**2).sum())
    assert isinstance(ours, Interval) and (ours.low, ours.high) == pytest.approx(theirs)
    again = intervals.repeats(list(values))
    assert isinstance(again, Interval) and (again.low, again.high) == pytest.approx(theirs)
    assert intervals.repeats([1.0, 2.0]) == TooFew(2, 3, "repeats")


def test_rule_of_three():
    """None in 300 still allows one in a hundred."""
    assert intervals.rule_of_three(300) == pytest.approx(0.01, rel=0.01)
    assert intervals.rule_of_three(2) == 1


@given(COUNTS, st.floats(1, 50))
def test_a_design_effect_only_widens(counts, deff):
    """Dependent trials never make an interval narrower, and four times the variance is a quarter of the sample."""
    plain, wide = intervals.wilson(*counts), intervals.wilson(*counts, Inflation(deff))
    assert wide.high - wide.low >= plain.high - plain.low - 1e-12
    assert wide.effective == pytest.approx(counts[1] / deff)


def test_a_design_effect_known_from_few_days_widens_more():
    """Ten degrees of freedom behind it are worth a t quantile."""
    assert Inflation(2.0, 10).at(0.9) == pytest.approx(2 * (stats.t.ppf(0.95, 10) / stats.norm.ppf(0.95)) ** 2)
    assert Inflation().at(0.9) == 1
