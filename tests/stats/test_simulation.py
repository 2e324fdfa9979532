"""The promises about error rates, simulated: few series, fixed seeds, and binomial bounds that a true rate at the promise all but
never crosses. The full sizes are in benchmarks/statistics; a rule that breaks the promise stands beside ours as a positive control."""

import alarms
import facts
import forecasts
import numpy as np
import pytest
import rules
from generator import KINDS
from scipy import stats

from postflight.stats import power
from postflight.stats.compare import Comparison, Series, compare
from postflight.stats.engine import Calendar
from postflight.stats.links import LOG

SURE = 1e-3


def at_most(count, n, rate):
    """Whether the count can come from a rate no higher."""
    return count <= stats.binom.ppf(1 - SURE, n, rate)


def at_least(count, n, rate):
    """Whether the count can come from a rate no lower."""
    return count >= stats.binom.ppf(SURE, n, rate)


@pytest.mark.parametrize(("name", "case", "tight"), facts.CASES, ids=[name for name, _, _ in facts.CASES])
def test_ninety_per_cent_intervals_hold_the_truth(name, case, tight):
    """At least 88 % of them for every kind; no more than 92 % where the method is not exact or discrete."""
    windows = 150
    covered = facts.covered(case, 1, windows)
    assert at_least(covered, windows, 0.88)
    assert not tight or at_most(covered, windows, 0.92)


def test_without_a_design_effect_they_do_not():
    """Plain Wilson on days that differ holds the truth a tenth of the time: the check above can fail."""
    plain = facts.covered(facts.share_of_days(0.03, 100_000, 0.2, 0.0, widen=False), 1, 150)
    assert not at_least(plain, 150, 0.5)


@pytest.mark.parametrize(("lag1", "noise"), alarms.PLACEBO_CELLS)
def test_false_alarms_stay_at_five_per_cent(lag1, noise):
    """Thirty daily looks at a KPI to which nothing happened, whichever way is worse."""
    values = alarms.placebo(1, 300, lag1, noise)
    for harm in (1, -1):
        assert at_most(alarms.caught(alarms.ours(values, alarms.BASELINE, harm)).alarmed, 300, 0.05)


@pytest.mark.parametrize(("lag1", "sd"), [(0.0, 0.05), (0.3, 0.1), (0.5, 0.1), (0.75, 0.05)])
def test_growth_is_rarely_taken_for_harm(lag1, sd):
    """A harmful trend of 0.3 % a day that was there before: at most 8 %."""
    values = alarms.placebo(2, 400, lag1, "AR(1)", 0.003 / sd)
    assert at_most(alarms.caught(alarms.ours(values, alarms.BASELINE, 1)).alarmed, 400, 0.08)


def test_naive_rules_do_alarm():
    """The same series, the usual rules: the promise above is not empty."""
    values = alarms.placebo(1, 300, 0.75)
    for rule in (rules.today_10_percent, rules.cumulative_5_percent, rules.weekday_t_test, rules.mann_whitney):
        assert not at_most(alarms.caught(rule(values, alarms.BASELINE, 1)).alarmed, 300, 0.05)


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_power_is_at_least_the_studys(kind):
    """For each kind of KPI, its largest effect: the study's engine on the same series finds no more of them, and no sooner."""
    study = rules.StudyEngine(alarms.BASELINE, alarms.LOOKS)
    ours = alarms.detection(kind, kind.effects[-1], alarms.ours, 3, 60)
    theirs = alarms.detection(kind, kind.effects[-1], study, 3, 60)
    assert ours.alarmed >= theirs.alarmed - 2 and (np.isinf(theirs.delay) or ours.delay <= theirs.delay + 1)


def test_a_control_doubles_what_is_found():
    """Small effects on noisy days: at least twice as many found, over the kinds whose noise is the day's and not the sample's."""
    cells = [(kind, kind.effects[1]) for kind in KINDS if kind.name in ("p95", "conversion, 100 k/day", "DAU 1000")]
    alone = [alarms.detection(kind, effect, alarms.ours, 4, 200).rate for kind, effect in cells]
    beside = [alarms.detection_with_control(kind, effect, alarms.ours, 4, 200).rate for kind, effect in cells]
    assert np.median(beside) >= 2 * np.median(alone)
    quiet = [alarms.detection_with_control(kind, 1.0, alarms.ours, 5, 200) for kind in KINDS]
    assert at_most(max(caught.alarmed for caught in quiet), 200, 0.05)


@pytest.mark.parametrize(("lag1", "common"), [(0.0, 0.0), (0.75, 0.0), (0.5, 0.5)])
def test_a_family_of_forty_rarely_alarms(lag1, common):
    """Any false alarm among forty KPIs in thirty looks: at most 5 %; and five real ones are mostly found."""
    assert at_most(alarms.family(6, 40, lag1, common)[0], 40, 0.05)
    assert alarms.family(6, 8, lag1, common, shifted=5)[1] > 0.7


@pytest.mark.parametrize(
    ("horizon", "length", "lag1", "noise"),
    [(7, None, 0.0, "AR(1)"), (7, None, 0.75, "heavy tails"), (30, None, 0.5, "long memory"), (30, 7, 0.5, "AR(1)")],
)
def test_early_decisions_are_rarely_wrong(horizon, length, lag1, noise):
    """Looked at every day, decided at 0.95: at most one milestone in twenty is decided wrongly, and most are decided early."""
    decided = forecasts.decisions(7, 200, horizon, lag1, noise, length=length)
    assert at_most(decided.wrong, decided.windows, 0.05)
    assert decided.early > 0.6 * decided.windows


@pytest.mark.parametrize(("elapsed", "lag1"), [(1, 0.0), (7, 0.5), (30, 0.75)])
def test_intervals_of_the_shift_hold_it(elapsed, lag1):
    """Ninety per cent at one look, and the confidence sequence nearly always."""
    held, always = forecasts.shift_coverage(8, 300, elapsed, lag1)
    assert at_least(held, 300, 0.88) and at_least(always, 300, 0.95)


def test_the_scores_interval_holds_the_final_score():
    """Correlated KPIs near their targets: the 90 % interval holds at least 88 %; taken as independent it would not."""
    scores = forecasts.scores(9, 80, 7, 1, 0.3, 0.5)
    assert at_least(scores.covered, scores.cards, 0.88)
    assert forecasts.scores(9, 80, 7, 1, 0.3, 0.5, correlated=False).covered < scores.covered
    assert abs(scores.right / scores.cards - scores.stated) < 0.2


@pytest.mark.parametrize(("mean", "dispersion", "lag1"), [(0.3, 1.0, 0.0), (0.5, 4.0, 0.0), (1.0, 3.0, 0.75), (3.0, 2.0, 0.6)])
def test_rare_counts_rarely_alarm(mean, dispersion, lag1):
    """Few events, in clusters, in bad weeks: at most 5 %; a fourfold rate is found more often than not where it can be."""
    assert at_most(alarms.rare_counts(10, 150, mean, dispersion, lag1).alarmed, 150, 0.05)
    if mean >= 1 and lag1 == 0:
        assert alarms.rare_counts(10, 50, mean, dispersion, lag1, 4.0).rate > 0.5


def test_blocks_find_a_large_change_within_hours():
    """Four-hour blocks: four standard deviations within eight hours, and no more false alarms than days have."""
    assert at_most(alarms.blocks(11, 100, 0.5, 0.0).alarmed, 100, 0.05)
    found = alarms.blocks(11, 60, 0.5, 4.0)
    assert found.rate > 0.9 and found.delay <= 8


@pytest.mark.parametrize("lag1", [0.0, 0.5])
def test_the_smallest_visible_change_is_seen_as_often_as_said(lag1):
    """A shift of that size is found in at least about four of five: what `power` promises, the alarm keeps."""
    rng = np.random.default_rng(12)
    calendar, seen, days = Calendar.of_days(0, 56, 14), 0, forecasts.ar1(rng, 70, 60, lag1) * 0.1
    for column in np.exp(days).T:
        before = compare(Series(LOG, tuple(column[:56])), calendar)
        assert isinstance(before, Comparison)
        harmed = column[56:] * np.exp(power.smallest_visible(before, 14, 1).shift)
        after = compare(Series(LOG, tuple(column[:56]), tuple(harmed)), calendar)
        assert isinstance(after, Comparison)
        seen += after.alarm(1).since is not None
    assert at_least(seen, 60, power.ODDS)
