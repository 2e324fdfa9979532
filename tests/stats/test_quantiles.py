"""Intervals of quantiles, from events and from buckets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from postflight.stats import quantiles
from postflight.stats.intervals import Inflation, Interval, TooFew
from postflight.stats.quantiles import Over


@given(st.integers(200, 20_000), st.sampled_from([0.5, 0.9, 0.95]))
def test_ranks_are_binomial_quantiles(n, q):
    """The ranks are those of the binomial that counts values below the quantile."""
    low, high = stats.binom.ppf(0.05, n, q), stats.binom.ppf(0.95, n, q) + 1
    assert quantiles.ranks(n, q) == (max(1, low), min(n, high))


def test_a_p99_of_999_is_too_few():
    """Ten events beyond the quantile are asked for."""
    assert quantiles.ranks(999, 0.99) == TooFew(999, 1000, "values")
    assert not isinstance(quantiles.ranks(1000, 0.99), TooFew)


def test_of_values_takes_order_statistics():
    """The bounds are two of the values, whatever order they came in."""
    values = np.random.default_rng(2).permutation(np.arange(1.0, 1001.0))
    interval = quantiles.of_values(values, 0.95)
    low, high = quantiles.ranks(1000, 0.95)
    assert isinstance(interval, Interval) and (interval.low, interval.high) == (low, high)
    wide = quantiles.of_values(values, 0.95, inflation=Inflation(4))
    assert isinstance(wide, Interval) and wide.low < interval.low and wide.high >= interval.high


@given(st.lists(st.floats(0.001, 20), min_size=300, max_size=600))
def test_buckets_hold_what_the_values_hold(values):
    """The interval from buckets contains the one from the values themselves: outer edges, no interpolation."""
    edges = [0.1, 0.5, 1.0, 5.0, 10.0, np.inf]
    counts = [sum(low < v <= high for v in values) for low, high in zip([0.0, *edges], edges, strict=False)]
    raw, bucketed = quantiles.of_values(values, 0.9), quantiles.of_buckets(edges, counts, 0.9)
    assert isinstance(raw, Interval) and isinstance(bucketed, Interval)
    assert bucketed.low <= raw.low and raw.high <= bucketed.high


def test_a_quantile_in_the_last_bucket_has_no_upper_bound():
    """Where the histogram ends, knowledge ends: the bound is infinite, not the last finite edge."""
    interval = quantiles.of_buckets([0.1, np.inf], [500, 500], 0.95)
    assert isinstance(interval, Interval) and (interval.low, interval.high) == (0.1, np.inf)


def test_a_quantile_target_is_a_share_target():
    """ "p95 <= 200 ms" asks how many are over 200 ms: exact where a bucket ends there, bounds where none does."""
    assert quantiles.over([0.1, 0.2, np.inf], [900, 60, 40], 0.2) == Over(40, 40, 1000)
    inside = quantiles.over([0.1, 0.25, np.inf], [900, 60, 40], 0.2)
    assert inside == Over(40, 100, 1000) and not inside.exact
    assert quantiles.over([0.1, np.inf], [1, 1], 5.0) == Over(0, 1, 2)


def test_interpolation_would_have_missed_the_target():
    """Values whose p95 is 182 ms look like 230 ms when a default bucket is interpolated; the outer edges still hold the truth."""
    sigma = 0.5
    values = np.random.default_rng(3).lognormal(np.log(0.182) - stats.norm.ppf(0.95) * sigma, sigma, 20_000)
    edges = [0.05, 0.1, 0.25, 0.5, 1.0, np.inf]
    counts = np.histogram(values, [0, *edges])[0]
    interval = quantiles.of_buckets(edges, list(counts), 0.95)
    assert isinstance(interval, Interval) and (interval.low, interval.high) == (0.1, 0.25)
    interpolated = 0.1 + 0.15 * (0.95 * 20_000 - counts[:2].sum()) / counts[2]
    assert interpolated > 0.2 > np.quantile(values, 0.95) == pytest.approx(0.182, rel=0.02)
