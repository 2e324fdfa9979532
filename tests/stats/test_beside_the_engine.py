"""Rare counts, many KPIs, mix, controls, culprits, power and calibration: what stands beside the engine."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from postflight.stats import calibrate, control, culprit, holm, mix, power, rare
from postflight.stats.compare import Comparison, Series, compare
from postflight.stats.control import Verdict
from postflight.stats.engine import Calendar
from postflight.stats.links import IDENTITY, LOG
from postflight.stats.mix import Part

CALENDAR = Calendar.of_days(0, 56, 30)


def _compared(days, baseline=56):
    comparison = compare(Series(LOG, tuple(np.exp(days[:baseline])), tuple(np.exp(days[baseline:]))), CALENDAR)
    assert isinstance(comparison, Comparison)
    return comparison


# ------------------------------------------------------------------------------------------------------------------- rare


def test_incidents_that_treble_are_seen_and_that_stay_are_not():
    """One incident in two days, then three in two: an alarm within weeks. The same rate on: none."""
    rng = np.random.default_rng(1)
    before = rare.before(rng.poisson(0.5, 56))
    worse, same = rare.alarm(before, rng.poisson(2.0, 30)), rare.alarm(before, rng.poisson(0.5, 30))
    assert worse.since is not None and worse.since < 15 and worse.p < 0.05
    assert same.since is None and same.p > 0.05
    assert rare.alarm(before, rng.poisson(2.0, 30), harm=-1).since is None


def test_the_rare_e_process_is_the_ratio_of_its_predictions():
    """With the prior on one ratio, evidence is r^k ((T0+T)/(T0+rT))^(k0+k): averaged here by hand."""
    before = rare.Before(6, 28, 1.0)
    log_e = rare.alarm(before, [2.0, 3.0]).log_e
    ratios = np.exp(np.linspace(0.05, 3.0, 60))
    prior = np.exp(-(np.log(ratios) ** 2) / 2)
    for look, (k, days) in enumerate(((2, 1), (5, 2))):
        evidence = ratios**k * ((28 + days) / (28 + ratios * days)) ** (6 + k)
        assert log_e[look] == pytest.approx(math.log((evidence * prior).sum() / prior.sum()))


def test_events_count_against_their_exposure():
    """Twice the traffic may bring twice the errors; a tolerated rise is not harm; a baseline without any still tells."""
    before = rare.before([1.0, 0.0, 2.0, 1.0] * 7, [100.0] * 28)
    assert rare.alarm(before, [8.0] * 5, [800.0] * 5).p == 1 > rare.alarm(before, [8.0] * 5, [100.0] * 5).p
    assert rare.alarm(before, [3.0] * 10, [100.0] * 10, margin=2.0).p > rare.alarm(before, [3.0] * 10, [100.0] * 10).p
    assert rare.before([0.0] * 28) == rare.Before(0, 28, 1)
    assert rare.alarm(rare.before([0.0] * 28), [3.0, 4.0]).since is not None


def test_clusters_are_not_harm():
    """Incidents that come five at a time are tempered by their dispersion."""
    rng = np.random.default_rng(2)
    clustered = rare.before(5.0 * rng.poisson(0.2, 56))
    assert clustered.deff > 3 and rare.alarm(clustered, [5.0, 5.0]).since is None
    assert rare.alarm(rare.Before(clustered.count, clustered.exposure, 1.0), [5.0, 5.0]).since is not None


# ------------------------------------------------------------------------------------------------------------------- holm


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_equal_weights_are_holms_procedure(p):
    """Adjusted p-values are statsmodels' own."""
    assert holm.adjusted(p, [2.0] * len(p)) == pytest.approx(multipletests(p, method="holm")[1], abs=1e-12)


def test_guardrails_are_heard_first():
    """The same p-value is enough for a guardrail and not for the rest; lowering a p-value never un-rejects another."""
    p, weights = [0.004] * 2 + [0.5] * 38, [holm.GUARDRAIL_WEIGHT, 1.0] + [holm.GUARDRAIL_WEIGHT] * 9 + [1.0] * 29
    first = holm.adjusted(p, weights)
    assert first[0] <= holm.FAMILY < first[1]
    lower = holm.adjusted([0.004, 0.004, 0.0001, *p[3:]], weights)
    assert all(after <= before for after, before in zip(lower, first, strict=True))
    with pytest.raises(ValueError, match="positive weight"):
        holm.adjusted([0.1], [0.0])


# -------------------------------------------------------------------------------------------------------------------- mix

PARTS = st.dictionaries(st.sampled_from("abcdef"), st.builds(Part, st.floats(0, 100), st.floats(1, 1000)), min_size=1)


@given(PARTS, PARTS)
def test_a_change_splits_without_remainder(before, after):
    """Within and mix add up to the change, segment by segment and in all, whatever segments come and go."""
    split = mix.decompose(before, after)
    assert split.before + split.within + split.mix == pytest.approx(split.after, abs=1e-9)
    assert sum(c.effect for c in split.contributions) == pytest.approx(split.after - split.before, abs=1e-9)


def test_simpsons_paradox_is_named():
    """Both devices got faster while more people came on the slow one: the total got slower, and the standardised one did not."""
    before = {"desktop": Part(900 * 0.1, 900), "mobile": Part(100 * 0.5, 100)}
    after = {"desktop": Part(500 * 0.09, 500), "mobile": Part(500 * 0.45, 500)}
    split = mix.decompose(before, after)
    assert split.after > split.before > split.standardised and split.paradox
    assert split.within < 0 < split.mix
    plain = mix.decompose(before, {"desktop": Part(900 * 0.2, 900), "mobile": Part(100 * 0.5, 100)})
    assert not plain.paradox and plain.contributions[0].segment == "desktop"
    assert plain.share_of(plain.contributions[0]) == pytest.approx(1.0)


def test_a_new_segment_is_mix_and_nothing_has_no_parts():
    """A segment without a before has no change of its own; a period without volume cannot be split."""
    split = mix.decompose({"web": Part(10, 100)}, {"web": Part(10, 100), "app": Part(50, 100)})
    app = next(c for c in split.contributions if c.segment == "app")
    assert app.within == 0 and app.before is None and app.mix > 0
    assert split.standardised == pytest.approx(0.1)
    assert mix.decompose({"web": Part(1, 10)}, {"web": Part(1, 10)}).share_of(split.contributions[0]) is None
    with pytest.raises(ValueError, match="without volume"):
        mix.decompose({}, {"web": Part(1, 1)})


# ---------------------------------------------------------------------------------------------------------------- control


def _pair(seed, drift=0.0, own=0.02, common=0.1, effect=0.0):
    rng = np.random.default_rng(seed)
    shared = rng.normal(0, common, 70)
    one, other = (0.2 * np.exp(shared + rng.normal(0, own, 70)) for _ in range(2))
    one = one * np.exp(drift * np.arange(70)) * np.where(np.arange(70) < 56, 1, 1 + effect)
    return tuple(Series(LOG, tuple(values[:56]), tuple(values[56:])) for values in (one, other))


def test_a_control_shows_what_days_hide():
    """Five per cent under ten per cent of daily noise: unseen alone, seen within days against a control."""
    series, other = _pair(1, effect=0.05)
    alone = compare(series, CALENDAR)
    history = control.parallel(series, other, CALENDAR)
    beside = compare(control.against(series, other, history.weight), CALENDAR)
    assert history.usable and history.gain > 0.8 and 0.8 < history.weight <= 1
    assert isinstance(alone, Comparison) and isinstance(beside, Comparison)
    assert alone.alarm(1).since is None and beside.alarm(1).since is not None
    assert beside.shift().low < math.log(1.05) < beside.shift().high


def test_a_control_that_is_none_is_refused():
    """Unrelated, drifting apart, broken apart, too short: each with its word, and each told from the baseline alone."""
    series, other = _pair(2)
    stranger = _pair(3)[1]
    assert control.parallel(series, stranger, CALENDAR).verdict is Verdict.NO_GAIN
    drifting = _pair(4, drift=0.006)
    assert control.parallel(*drifting, CALENDAR).verdict in (Verdict.DRIFTS, Verdict.BREAKS)
    short = tuple(Series(LOG, part.before[:10], ()) for part in (series, other))
    assert control.parallel(*short, Calendar.of_days(0, 10, 7)).verdict is Verdict.SHORT
    harmed = Series(LOG, series.before, tuple(9 * x for x in series.after))
    assert control.parallel(harmed, other, CALENDAR) == control.parallel(series, other, CALENDAR)
    with pytest.raises(ValueError, match="same slots"):
        control.against(series, Series(LOG, other.before, ()))


def test_an_exact_copy_is_a_perfect_control():
    """Two series that are one: all noise goes, and nothing divides by zero."""
    series, _ = _pair(5)
    copy = control.parallel(series, series, CALENDAR)
    assert copy.usable and copy.gain == pytest.approx(1) and copy.weight == pytest.approx(1)
    assert control.against(series, series).link is IDENTITY


# ---------------------------------------------------------------------------------------------------------------- culprit


def test_the_culprit_is_the_deployment_the_shift_came_with():
    """Two deployments four days apart: whichever brought the shift is named, and no shift is nobody's."""
    rng = np.random.default_rng(6)
    for guilty, slot in enumerate((0, 4)):
        days = rng.normal(0, 0.05, 70)
        days[56 + slot :] += 0.2
        chances, none = culprit.posterior(_compared(days), [0, 4], harm=1)
        assert chances[guilty] > 0.9 and none < 0.05 and sum(chances) + none == pytest.approx(1)
        assert culprit.posterior(_compared(days), [0, 4], harm=-1)[1] > 0.5
    _, none = culprit.posterior(_compared(rng.normal(0, 0.05, 70)), [0, 4], harm=1)
    assert none > 0.5


def test_deployments_of_one_day_share_the_blame():
    """What cannot be told apart is not told apart; a deployment with no day yet keeps its prior odds."""
    days = np.random.default_rng(7).normal(0, 0.05, 70)
    days[56:] += 0.2
    chances, _ = culprit.posterior(_compared(days), [0, 0, 14])
    assert chances[0] == chances[1] > 0.4 and chances[2] < 0.01
    assert culprit.posterior(_compared(days), []) == ((), 1.0)


# ------------------------------------------------------------------------------------------------------------------ power


def test_the_smallest_visible_change_shrinks_with_time_and_noise():
    """More days and calmer days show less; nothing at all is visible before a first day."""
    rng = np.random.default_rng(8)
    noise = rng.normal(0, 1, 56)
    calm, wild = (_compared(0.02 * noise), _compared(0.2 * noise))
    week, month = (power.smallest_visible(calm, slots, 1) for slots in (7, 30))
    assert 0 < month.shift < week.shift < power.smallest_visible(wild, 7, 1).shift
    assert week.value == pytest.approx(math.exp(week.shift), rel=0.02)
    assert power.smallest_visible(calm, 7, -1).value < 1
    with pytest.raises(ValueError, match="baseline alone"):
        power.smallest_visible(_compared(rng.normal(0, 1, 60)), 7, 1)


# -------------------------------------------------------------------------------------------------------------- calibrate


def test_placebo_deployments_rarely_alarm():
    """Two years in which nothing happened: few alarms. A real step alarms, unless that deployment is known."""
    days = np.random.default_rng(9).normal(0, 0.1, 400)
    quiet = calibrate.placebos(Series(LOG, tuple(np.exp(days))), 0, 1)
    assert quiet.windows == 45 and quiet.rate is not None and quiet.rate <= 0.1
    days[200:] += 1.0
    loud = calibrate.placebos(Series(LOG, tuple(np.exp(days))), 0, 1)
    known = calibrate.placebos(Series(LOG, tuple(np.exp(days))), 0, 1, deployments=[200])
    assert loud.alarms > known.alarms and known.windows < loud.windows
    assert calibrate.placebos(Series(LOG, (1.0, 2.0)), 0, 1).rate is None


def test_brier_scores():
    """Certain and right is 0, certain and wrong is 1, a coin is a quarter."""
    assert calibrate.brier([1.0, 0.0], [True, False]) == 0
    assert calibrate.brier([1.0], [False]) == 1
    assert calibrate.brier([0.5, 0.5], [True, False]) == 0.25
    with pytest.raises(ValueError, match="as many outcomes"):
        calibrate.brier([], [])
