"""Forecasts against the normal distribution they claim, and against the facts they become."""

import numpy as np
import pytest

from postflight.stats import forecast
from postflight.stats.engine import EFFECT_SD, Calendar, SeasonalEngine
from postflight.stats.forecast import Call, call, path, window
from postflight.stats.links import COUNT, IDENTITY, LOG, LOGIT
from postflight.stats.noise import NO_SLOPE, grid

BASELINE, AFTER = 28, 12


def _fit(values):
    return SeasonalEngine(Calendar.of_days(0, BASELINE, AFTER)).fit(values)


def _values(seed, days=BASELINE + AFTER, series=2):
    return np.random.default_rng(seed).normal(3, 1, (days, series))


def test_the_path_is_the_conditional_mean_and_covariance():
    """Model by model: best linear unbiased prediction with known covariance, the shift under its prior."""
    elapsed = 5
    seen = BASELINE + elapsed
    values = _values(1)[:seen]
    ahead = path(_fit(values), AFTER - elapsed)
    days = np.arange(BASELINE + AFTER)
    design = np.column_stack([days[:, None] % 7 == np.arange(7), days >= BASELINE]).astype(float)
    lags = np.abs(np.subtract.outer(days, days))
    for model, (share, rho, slope) in enumerate(zip(grid().share, grid().rho, grid().slope_sd, strict=True)):
        if slope != NO_SLOPE:
            continue
        covariance = (1 - share) * np.eye(len(days)) + share * rho**lags
        inverse = np.linalg.inv(covariance[:seen, :seen])
        gram = design[:seen].T @ inverse @ design[:seen] + np.diag([0] * 7 + [EFFECT_SD**-2])
        coefficients = np.linalg.solve(gram, design[:seen].T @ inverse @ values)
        towards = covariance[seen:, :seen] @ inverse
        mean = design[seen:] @ coefficients + towards @ (values - design[:seen] @ coefficients)
        loads = design[seen:] - towards @ design[:seen]
        spread = covariance[seen:, seen:] - towards @ covariance[:seen, seen:] + loads @ np.linalg.inv(gram) @ loads.T
        assert ahead.mean[model] == pytest.approx(mean, abs=1e-5)
        assert ahead.covariance[model] == pytest.approx(spread, abs=1e-5)


def test_a_closed_window_is_its_own_fact():
    """At the end nothing is left to predict: the weighted mean of its days, missing ones left out, probability 0 or 1."""
    natural = np.array([[1.0], [np.nan], [3.0], [5.0]])
    weight = np.array([[1.0], [9.0], [1.0], [2.0]])
    fact = window(path(_fit(_values(2, BASELINE, 1)), 0), LOG, natural, weight)
    assert fact.closed and fact.settled[0] == pytest.approx(14 / 4)
    assert (fact.at_most(3.5)[0], fact.at_most(3.49)[0]) == (1, 0)
    assert fact.median_and_interval()[:, 0] == pytest.approx([3.5] * 3)
    nothing = window(path(_fit(_values(2, BASELINE, 1)), 0), LOG, np.full((4, 1), np.nan), weight)
    assert np.isnan(nothing.settled[0]) and nothing.at_most(9)[0] == 0


def test_days_that_are_over_are_in_the_forecast_as_they_are():
    """One day before the end, almost everything is known: a wild past day moves the forecast by exactly its weight."""
    values = _values(3, BASELINE + 6, 1)
    fit = _fit(values)
    seen, weight = np.exp(values[BASELINE:]), np.ones((7, 1))
    plain = window(path(fit, 1), LOG, seen, weight).median_and_interval()[:, 0]
    wild = seen.copy()
    wild[0] += 7.0
    moved = window(path(fit, 1), LOG, wild, weight).median_and_interval()[:, 0]
    assert moved - plain == pytest.approx([1.0, 1.0, 1.0], abs=0.15)  # the rest is the second order of the logarithm


@pytest.mark.parametrize(
    ("link", "level"), [(LOG, 5.0), (COUNT, 200.0), (IDENTITY, 0.2), (LOGIT, 0.3)], ids=["log", "count", "identity", "logit"]
)
def test_a_forecast_of_a_mean_is_a_mean_on_the_natural_scale(link, level):
    """The median forecast of a long window is the arithmetic mean that many paths have, not the mean on the link scale."""
    rng = np.random.default_rng(4)
    sd = 0.4 if link is not IDENTITY else 0.1
    scale = float(link.to(np.asarray(level), None))
    baseline = scale + rng.normal(0, sd, (BASELINE, 40))
    baseline += scale - baseline.mean(axis=0)
    ahead = path(_fit(baseline), AFTER)
    forecast_ = window(ahead, link, np.empty((0, 40)), np.ones((AFTER, 40)))
    expected = link.back(scale + rng.normal(0, baseline.std(), 200_000)).mean()
    assert np.median(forecast_.median_and_interval()[0]) == pytest.approx(expected, rel=0.03)


def test_a_window_that_has_not_begun_ignores_the_days_before_it():
    """The last seven days of a month: the first weeks weigh nothing, but they tell the level."""
    values = _values(5, BASELINE + 3, 1)
    weight = (np.arange(AFTER) >= AFTER - 2).astype(float)[:, None]
    late = window(path(_fit(values), AFTER - 3), IDENTITY, values[BASELINE:], weight)
    ignored = window(path(_fit(values), AFTER - 3), IDENTITY, np.full((3, 1), 1e9), weight)
    assert late.median_and_interval() == pytest.approx(ignored.median_and_interval())
    assert (late.elapsed, late.horizon) == (3, AFTER)


def test_limits_outside_what_can_be_are_certain():
    """No share is over 1 and no latency under 0, however noisy the days."""
    ahead = path(_fit(_values(6, BASELINE, 1)), 3)
    share = window(ahead, LOGIT, np.empty((0, 1)), np.ones((3, 1)))
    assert (share.at_most(1.0)[0], share.at_most(0.0)[0]) == (1, 0)
    assert 0 < share.at_most(0.9)[0] < 1
    assert window(ahead, LOG, np.empty((0, 1)), np.ones((3, 1))).at_most(-1.0)[0] == 0


def test_calls_wait_for_a_quarter_of_the_horizon():
    """Sure is 0.95; too early is too early however sure; at the end the fact decides."""
    assert call(0.999, 1, 7) is Call.TOO_EARLY
    assert call(0.999, 7, 30) is Call.TOO_EARLY
    assert call(0.95, 8, 30) is Call.MET
    assert call(0.05, 8, 30) is Call.MISSED
    assert call(0.94, 8, 30) is Call.UNDECIDED
    assert (call(1.0, 30, 30), call(0.0, 30, 30)) == (Call.MET, Call.MISSED)
    assert forecast.DECIDED == 0.95
