"""The engine against dense matrices, statsmodels and itself."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from rules import StudyEngine

from postflight.stats.engine import Calendar, SeasonalEngine
from postflight.stats.noise import NO_SLOPE, Filter, grid

BASELINE, AFTER = 28, 9


def _values(seed=1, series=3, days=BASELINE + AFTER):
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.normal(0, 0.3, (days, series)), axis=0) + rng.normal(0, 1, (days, series)) + 5


def _engine(after=AFTER, **settings):
    return SeasonalEngine(Calendar.of_days(2, BASELINE, after, **settings))


def _covariance(days, share, rho):
    lags = np.abs(np.subtract.outer(np.arange(days), np.arange(days)))
    return (1 - share) * np.eye(days) + share * rho**lags


def test_the_filter_is_the_inverse_cholesky_factor():
    """Whitening by filter and by matrices agree, model by model, and so do the determinants."""
    models, columns = grid(), _values()
    kalman = Filter.over(np.ones(len(columns), dtype=bool), models)
    rows = kalman.whiten(columns).rows
    for model, (share, rho) in enumerate(zip(models.share, models.rho, strict=True)):
        root = np.linalg.cholesky(_covariance(len(columns), share, rho))
        assert rows[model] == pytest.approx(np.linalg.solve(root, columns), abs=1e-9)
        assert kalman.log_variance[model].sum() / 2 == pytest.approx(np.log(np.diag(root)).sum(), abs=1e-9)


def test_the_e_process_is_the_formula_with_dense_matrices():
    """Our one pass over all looks gives what the published formula gives, written out look by look."""
    models, values = grid(), _values(2)
    for flat in (True, False):
        chosen = np.flatnonzero((models.slope_sd == NO_SLOPE) == flat)
        dense = StudyEngine(BASELINE, AFTER)
        dense.covariances = [_covariance(BASELINE + AFTER, models.share[i], models.rho[i]) for i in chosen]
        theirs = dense.log_e(values, 1, np.full(len(chosen), 0.0), 0.0 if flat else models.slope_sd[chosen[0]])
        ours = _only(chosen, values)
        assert ours[1:] == pytest.approx(theirs, abs=1e-7)


def _only(chosen, values):
    """log_e with the other models given no prior; the chosen ones share theirs equally."""
    from dataclasses import replace

    fit = SeasonalEngine(Calendar.of_days(0, BASELINE, AFTER)).fit(values)
    keep = np.full(len(fit.design.filter.grid.log_prior), -1e9)
    keep[chosen] = -fit.design.filter.grid.log_prior[chosen]
    design = replace(fit.design, log_prior=fit.design.log_prior + keep[:, None])
    return replace(fit, design=design).log_e(1)


def test_the_shift_is_generalised_least_squares():
    """Each model's shift and standard error are those of statsmodels' GLS with that model's covariance."""
    values = _values(3, series=1)
    calendar = Calendar.of_days(0, BASELINE, AFTER)
    posterior = SeasonalEngine(calendar).fit(values).posterior()
    days = np.arange(len(values))
    design = np.column_stack([days[:, None] % 7 == np.arange(7), days >= BASELINE]).astype(float)
    for model, (share, rho, slope) in enumerate(zip(grid().share, grid().rho, grid().slope_sd, strict=True)):
        if slope == NO_SLOPE:
            fitted = sm.GLS(values[:, 0], design, sigma=_covariance(len(values), share, rho)).fit()
            assert posterior.center[model, 0] == pytest.approx(fitted.params[-1], abs=1e-6)
            assert posterior.scale[model, 0] == pytest.approx(fitted.bse[-1], rel=1e-6)


def test_a_look_knows_nothing_of_later_days():
    """The e-process at look t is the same whether or not the days after t have come."""
    values = _values(4)
    whole = _engine().fit(values).log_e(-1)
    for look in range(AFTER + 1):
        assert _engine().fit(values[: BASELINE + look]).log_e(-1)[-1] == pytest.approx(whole[look], abs=1e-10)
    assert whole[0] == pytest.approx(0, abs=1e-12)


@settings(max_examples=20, deadline=None)
@given(st.floats(-1e4, 1e4), st.floats(1e-4, 1e4), st.lists(st.floats(-5, 5), min_size=7, max_size=7))
def test_units_levels_and_weekdays_do_not_matter(level, scale, weekdays):
    """Evidence is the same in any unit, at any level and under any weekday pattern."""
    values = _values(5)
    moved = level + scale * (values + np.array(weekdays)[(np.arange(len(values)) + 2) % 7][:, None])
    assert _engine().fit(moved).log_e(1) == pytest.approx(_engine().fit(values).log_e(1), abs=1e-4)


def test_missing_days_and_days_left_out_are_one_thing():
    """A holiday named in the calendar and a day without a value give the same, and the value of neither matters."""
    values, gone = _values(6), [3, 17, BASELINE + 2]
    missing = values.copy()
    missing[gone] = np.nan
    wild = values.copy()
    wild[gone] = 1e6
    left_out = _engine(left_out=frozenset(gone)).fit(wild)
    by_gap = _engine().fit(missing)
    assert by_gap.log_e(1) == pytest.approx(left_out.log_e(1), abs=1e-9)
    assert by_gap.log_e(1)[3] == pytest.approx(by_gap.log_e(1)[2], abs=1e-12)  # the missing day added nothing
    assert by_gap.posterior().quantile(0.5) == pytest.approx(left_out.posterior().quantile(0.5))


def test_a_margin_is_a_smaller_series():
    """ "No worse than m" on a series is "no worse at all" on the series less m."""
    values = _values(7)
    less = values.copy()
    less[BASELINE:] -= 0.4
    assert _engine().fit(values).log_e(1, margin=0.4) == pytest.approx(_engine().fit(less).log_e(1), abs=1e-8)
    less[BASELINE:] += 0.8
    assert _engine().fit(values).log_e(-1, margin=0.4) == pytest.approx(_engine().fit(less).log_e(-1), abs=1e-8)


def test_the_confidence_sequence_is_where_the_e_process_crosses():
    """At its ends the two-sided evidence is exactly 1/(1 − level), and between them less."""
    fit = _engine().fit(_values(8))
    low, high = fit.confidence_sequence(0.95)
    for bound in (low, high):
        null, ratio, _, _ = fit.evidence(bound / fit.scale, last=True)
        log_e = np.log(np.exp(null + ratio - null.max(axis=0)).sum(axis=0) / np.exp(null - null.max(axis=0)).sum(axis=0))[0]
        assert log_e == pytest.approx(np.log(20), abs=1e-6)
    middle = fit.posterior().quantile(0.5)[0]
    assert (low < middle).all() and (middle < high).all()


def test_before_the_first_day_there_is_no_evidence():
    """With nothing after the deployment: e is 1, and there is no shift to speak of."""
    fit = _engine().fit(_values(9, days=BASELINE))
    assert fit.log_e(1).shape == (1, 3) and fit.log_e(1) == pytest.approx(0, abs=1e-12)
    with pytest.raises(ValueError, match="observed"):
        fit.posterior()


def test_an_effect_with_nothing_beside_it_is_the_shift():
    """The general regression gives the special one: same posterior, same evidence."""
    values = _values(10)
    fit = _engine().fit(values)
    step = (np.arange(len(values)) >= BASELINE).astype(float)
    mixture, log_factor = fit.effect(step)
    assert mixture.quantile(0.05, 0.5) == pytest.approx(fit.posterior().quantile(0.05, 0.5), abs=1e-7)
    assert fit.effect(step, harm=1)[1] == pytest.approx(fit.log_e(1)[-1], abs=1e-8)
    assert (log_factor <= np.maximum(fit.effect(step, 1)[1], fit.effect(step, -1)[1]) + 1e-9).all()


def test_an_effect_of_any_column_is_its_regression():
    """A step half-way through the days after, or a ramp: checked against GLS for every model."""
    values = _values(11, series=1)
    days = np.arange(len(values))
    for column in ((days >= BASELINE + 4).astype(float), np.maximum(0.0, days - BASELINE + 1.0)):
        mixture, _ = SeasonalEngine(Calendar.of_days(0, BASELINE, AFTER)).fit(values).effect(column)
        design = np.column_stack([days[:, None] % 7 == np.arange(7), column]).astype(float)
        for model, (share, rho, slope) in enumerate(zip(grid().share, grid().rho, grid().slope_sd, strict=True)):
            if slope == NO_SLOPE:
                fitted = sm.GLS(values[:, 0], design, sigma=_covariance(len(values), share, rho)).fit()
                assert mixture.center[model, 0] == pytest.approx(fitted.params[7], abs=1e-6)
                assert mixture.scale[model, 0] == pytest.approx(fitted.bse[7], rel=1e-6)


def test_a_baseline_that_cannot_carry_a_regression_is_refused():
    """Too long a series, a weekday never seen, no variation: each says so."""
    with pytest.raises(ValueError, match="do not fit a calendar"):
        _engine().fit(_values(1, days=BASELINE + AFTER + 1))
    gap = _values()
    gap[0:BASELINE:7] = np.nan
    with pytest.raises(ValueError, match="every weekday"):
        _engine().fit(gap)
    with pytest.raises(ValueError, match="does not vary"):
        _engine().fit(np.ones((BASELINE + AFTER, 1)))


def test_blocks_of_hours_have_their_own_seasons():
    """Six blocks a day: 42 seasons, and a shift of the block after the deployment is seen within a day."""
    rng = np.random.default_rng(12)
    calendar = Calendar.of_blocks(5, 28 * 6, 6)
    assert len(set(calendar.season)) == 42 and calendar.season[0] == 5 and calendar.after == 6
    pattern = rng.normal(0, 3, 42)[np.array(calendar.season)]
    values = (pattern + rng.normal(0, 0.3, len(pattern)))[:, None]
    values[28 * 6 :] += 1.2
    log_e = SeasonalEngine(calendar).fit(values).log_e(1)[:, 0]
    assert log_e[-1] > np.log(20)
