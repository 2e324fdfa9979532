"""The distribution of a score of points lost: what it will be at the horizon, how likely each grade is, and what decides it.

A category starts at 100 and loses a KPI's points when the KPI misses; the score is the weighted sum of the categories. Independent
KPIs: the exact distribution, by convolution. Correlated ones: a Gaussian copula (Nelsen 2006, *An Introduction to Copulas*, §2.3) over
a fixed lattice of quasi-random points (Niederreiter 1992, *Random Number Generation and Quasi-Monte Carlo Methods*, ch. 3, with
square roots of primes), so that the same numbers always give the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count, islice

import numpy as np
from scipy.special import ndtri

from .noise import Array

POINTS = 8192
FULL = 100.0
_PLACES = 9  # decimals at which two scores are the same: beyond any weight or deduction a plan can write
CALLABLE = 0.9  # P(grade) from which a grade may be called
FINAL_SHARE = 0.7  # of the horizon that must be over before a grade is called final: day 21 of a month
SHORT_HORIZON = 7  # slots up to which a grade may be called at any time


@dataclass(frozen=True, slots=True)
class Risk:
    """A KPI of the score: the category it counts in, the points that category loses when it misses, and P(missed)."""

    kpi: str
    category: str
    points: float
    missed: float


@dataclass(frozen=True, slots=True)
class Stake:
    """What one KPI means for the score: composite points it is expected to cost, and its share of what is undecided (0–1)."""

    kpi: str
    expected_loss: float
    decides: float


@dataclass(frozen=True, slots=True)
class ScoreDistribution:
    """Possible scores, ascending, with their probabilities; and each KPI's stake, the most decisive first."""

    scores: tuple[float, ...]
    probabilities: tuple[float, ...]
    stakes: tuple[Stake, ...]

    @property
    def expected(self) -> float:
        """The mean score."""
        return float(np.dot(self.scores, self.probabilities))

    def at_least(self, line: float) -> float:
        """P(score >= line)."""
        return float(sum(p for score, p in zip(self.scores, self.probabilities, strict=True) if score >= line - 10**-_PLACES))

    def interval(self, level: float = 0.9) -> tuple[float, float]:
        """The central interval: at most (1 − level)/2 of the probability lies strictly below it, and as much above."""
        cumulative = np.cumsum(self.probabilities)
        tail = (1 - level) / 2 - 1e-12
        low = int(np.searchsorted(cumulative, tail, side="right"))
        high = int(np.searchsorted(cumulative, 1 - tail, side="left"))
        return self.scores[min(low, len(self.scores) - 1)], self.scores[min(high, len(self.scores) - 1)]

    def grades(self, cuts: Sequence[tuple[float, str]], lowest: str) -> dict[str, float]:
        """P(grade), for grades from the highest cut down; below the last cut stands `lowest`."""
        reached = [self.at_least(cut) for cut, _ in cuts]
        above = [0.0, *reached[:-1]]
        chances = {name: p - q for (_, name), p, q in zip(cuts, reached, above, strict=True)}
        return {**chances, lowest: 1 - (reached[-1] if reached else 0.0)}


def final(chance: float, elapsed: int, horizon: int) -> bool:
    """Whether a grade with this probability may be called before the horizon: no one-month grade before day 21.

    Earlier, stated certainties of 0.9 and more were right in 76–85 % of real months.
    """
    return elapsed >= horizon or (chance >= CALLABLE and (horizon <= SHORT_HORIZON or elapsed >= FINAL_SHARE * horizon))


def score_distribution(
    risks: Sequence[Risk], weights: Mapping[str, float], correlation: Array | None = None
) -> ScoreDistribution:
    """`weights` by category, adding up to 1. `correlation` between the KPIs' goodness, in the order of `risks`, positive where they
    get better together; None for independence."""
    scores, probabilities = _independent(risks, weights) if correlation is None else _copula(risks, weights, correlation)
    order = np.argsort(scores)
    loss = [weights[risk.category] * risk.points for risk in risks]
    open_ = [cost**2 * risk.missed * (1 - risk.missed) for cost, risk in zip(loss, risks, strict=True)]
    stakes = [
        Stake(risk.kpi, cost * risk.missed, part / sum(open_) if sum(open_) else 0.0)
        for risk, cost, part in zip(risks, loss, open_, strict=True)
    ]
    return ScoreDistribution(
        tuple(float(scores[i]) for i in order),
        tuple(float(probabilities[i]) for i in order),
        tuple(sorted(stakes, key=lambda stake: (-stake.decides, -stake.expected_loss, stake.kpi))),
    )


def residual_correlation(residuals: Array) -> Array:
    """Correlation of the columns of (days, KPIs) residuals, NaN where missing, shrunk towards none so that it is a correlation matrix
    even where there are more KPIs than days (Schäfer & Strimmer 2005, Stat. Appl. Genet. Mol. Biol. 4(1), §2.4, target D).
    Turn a KPI's sign where less is better, and use days that all KPIs have little missing of."""
    known = np.isfinite(residuals)
    n = known.sum(axis=0)
    mean = np.where(known, residuals, 0.0).sum(axis=0) / n
    centered = np.where(known, residuals - mean, 0.0)
    scale = np.sqrt((centered**2).sum(axis=0) / n)
    z = centered / np.where(scale > 0, scale, 1.0)
    days = len(z)
    r = z.T @ z / days
    variance = ((z**2).T @ (z**2) - days * r**2) / (days * (days - 1))
    off = ~np.eye(len(r), dtype=bool)
    keep = 1 - min(1.0, float(variance[off].sum() / max((r[off] ** 2).sum(), 1e-300))) if off.any() else 1.0
    result: Array = np.where(off, keep * r, 1.0)
    return result


def _independent(risks: Sequence[Risk], weights: Mapping[str, float]) -> tuple[Array, Array]:
    total = {0.0: 1.0}
    for category, weight in weights.items():
        lost = {0.0: 1.0}
        for risk in (risk for risk in risks if risk.category == category):
            lost = _convolve(lost, {0.0: 1 - risk.missed, risk.points: risk.missed})
        score: dict[float, float] = {}
        for points, p in lost.items():
            left = weight * max(0.0, FULL - points)
            score[left] = score.get(left, 0.0) + p
        total = _convolve(total, score)
    return np.array(list(total)), np.array(list(total.values()))


def _convolve(one: Mapping[float, float], other: Mapping[float, float]) -> dict[float, float]:
    """The distribution of the sum of two independent numbers."""
    total: dict[float, float] = {}
    for a, p in one.items():
        for b, q in other.items():
            if p * q > 0:
                key = round(a + b, _PLACES)
                total[key] = total.get(key, 0.0) + p * q
    return total


def _copula(risks: Sequence[Risk], weights: Mapping[str, float], correlation: Array) -> tuple[Array, Array]:
    root = np.linalg.cholesky(correlation + 1e-9 * np.eye(len(risks)))
    goodness = _lattice(len(risks)) @ root.T
    missed = goodness < ndtri(np.array([risk.missed for risk in risks]))
    total = np.zeros(POINTS)
    for category, weight in weights.items():
        points = np.array([risk.points if risk.category == category else 0.0 for risk in risks])
        total += weight * np.maximum(0.0, FULL - missed @ points)
    scores, number = np.unique(np.round(total, _PLACES), return_counts=True)
    return scores, number / POINTS


@lru_cache(maxsize=8)
def _lattice(dimensions: int) -> Array:
    """(POINTS, dimensions): standard normal quasi-random points."""
    primes = (n for n in count(2) if all(n % d for d in range(2, int(n**0.5) + 1)))
    roots = np.sqrt(np.array(list(islice(primes, dimensions)), dtype=float))
    uniform = (np.arange(1, POINTS + 1)[:, None] * roots) % 1.0
    points: Array = ndtri(np.clip(uniform, 1e-12, 1 - 1e-12))
    return points
