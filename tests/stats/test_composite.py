"""The score's distribution against enumeration."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postflight.stats import composite
from postflight.stats.composite import Risk, score_distribution

WEIGHTS = {"a": 0.6, "b": 0.4}
RISKS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from([10.0, 20.0, 30.0, 70.0]), st.floats(0, 1)), min_size=1, max_size=6
).map(lambda rows: [Risk(str(i), category, points, missed) for i, (category, points, missed) in enumerate(rows)])


def _enumerated(risks):
    table = {}
    for outcome in product((False, True), repeat=len(risks)):
        p = np.prod([risk.missed if miss else 1 - risk.missed for risk, miss in zip(risks, outcome, strict=True)])
        score = sum(
            weight
            * max(0.0, 100 - sum(r.points for r, miss in zip(risks, outcome, strict=True) if miss and r.category == category))
            for category, weight in WEIGHTS.items()
        )
        table[round(score, 6)] = table.get(round(score, 6), 0.0) + p
    return {score: p for score, p in table.items() if p > 1e-12}


@settings(deadline=None)
@given(RISKS)
def test_convolution_is_enumeration(risks):
    """Independent KPIs: every outcome of every KPI, a category never below nought."""
    distribution = score_distribution(risks, WEIGHTS)
    ours = {round(s, 6): p for s, p in zip(distribution.scores, distribution.probabilities, strict=True) if p > 1e-12}
    assert ours == pytest.approx(_enumerated(risks))
    assert sum(distribution.probabilities) == pytest.approx(1)


def test_correlated_kpis_miss_together():
    """The mean stays, the spread grows; with no correlation the lattice gives the exact answer to a third decimal."""
    risks = [Risk(str(i), "ab"[i % 2], 20.0, 0.3) for i in range(8)]
    exact = score_distribution(risks, WEIGHTS)
    free = score_distribution(risks, WEIGHTS, np.eye(8))
    tied = score_distribution(risks, WEIGHTS, np.full((8, 8), 0.8) + 0.2 * np.eye(8))
    assert free.expected == pytest.approx(exact.expected, abs=0.2)
    assert free.at_least(90) == pytest.approx(exact.at_least(90), abs=0.005)
    assert tied.expected == pytest.approx(exact.expected, abs=0.3)
    low, high = tied.interval()
    assert high - low > exact.interval()[1] - exact.interval()[0]
    assert tied.at_least(100 - 1e-12) > 2 * exact.at_least(100)


def test_the_same_card_has_the_same_forecast():
    """No randomness: twice the same, to the last bit."""
    risks = [Risk(str(i), "a", 10.0, 0.4) for i in range(5)]
    correlation = np.full((5, 5), 0.5) + 0.5 * np.eye(5)
    assert score_distribution(risks, {"a": 1.0}, correlation) == score_distribution(risks, {"a": 1.0}, correlation)


def test_grades_add_up_and_stakes_say_who_decides():
    """P(grade) over all grades is one; a certain KPI decides nothing, an open and costly one most."""
    risks = [Risk("certain", "a", 50.0, 1.0), Risk("open", "b", 40.0, 0.5), Risk("small", "b", 10.0, 0.5)]
    distribution = score_distribution(risks, WEIGHTS)
    grades = distribution.grades([(90.0, "A"), (60.0, "C")], "F")
    assert sum(grades.values()) == pytest.approx(1)
    assert grades == pytest.approx({"A": 0.0, "C": 0.5, "F": 0.5})  # 70, 66 and 54, 50
    assert [stake.kpi for stake in distribution.stakes] == ["open", "small", "certain"]
    assert distribution.stakes[0].decides == pytest.approx(16 / 17)
    assert {s.kpi: s.expected_loss for s in distribution.stakes} == pytest.approx({"certain": 30, "open": 8, "small": 2})


def test_an_interval_leaves_five_per_cent_outside_on_either_side():
    """Discrete scores: never less than the level inside."""
    distribution = score_distribution([Risk("k", "a", 20.0, 0.04)], {"a": 1.0})
    assert distribution.interval() == (100, 100)
    assert score_distribution([Risk("k", "a", 20.0, 0.06)], {"a": 1.0}).interval() == (80, 100)
    assert score_distribution([], {"a": 1.0}).interval() == (100, 100)


def test_no_month_is_called_before_day_21():
    """However sure the grade looks on day 20; a week may be called any day; at the end it is a fact."""
    assert not composite.final(0.99, 20, 30) and composite.final(0.99, 21, 30)
    assert not composite.final(0.85, 29, 30) and composite.final(0.5, 30, 30)
    assert composite.final(0.95, 3, 7)


def test_residual_correlation_is_a_correlation_matrix_and_finds_ties():
    """Strong ties survive shrinking, none are invented, and more KPIs than days is no trouble."""
    rng = np.random.default_rng(1)
    common = rng.normal(size=(56, 1))
    tied = composite.residual_correlation(np.hstack([0.9 * common + 0.3 * rng.normal(size=(56, 3)), rng.normal(size=(56, 3))]))
    assert tied[0, 1] > 0.6 and abs(tied[0, 4]) < 0.3 and np.diag(tied) == pytest.approx(1)
    many = composite.residual_correlation(rng.normal(size=(20, 40)))
    assert np.linalg.eigvalsh(many).min() > 0 and np.abs(many - np.eye(40)).max() < 0.3
    gaps = rng.normal(size=(56, 4))
    gaps[::5, 0] = np.nan
    assert np.isfinite(composite.residual_correlation(gaps)).all()
