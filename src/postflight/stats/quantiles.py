"""Quantiles: intervals by the ranks of the order statistics, and a quantile's target as a target for a share.

No bootstrap: it is thousands of times slower and covers less (benchmarks/statistics). No interpolation inside a bucket either: the
true p95 may be 27 % below what interpolation says, so a bucket's outer edges are what is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr, bdtrik

from .intervals import INDEPENDENT, LEVEL, Inflation, Interval, TooFew, multiplier
from .noise import Array

LEAST_BEYOND = 10  # events expected on the far side of the quantile: a p99 takes a thousand


def ranks(n: float, q: float, inflation: Inflation = INDEPENDENT, level: float = LEVEL) -> tuple[int, int] | TooFew:
    """The ranks, from 1, of the order statistics that bound the q-quantile of n values.

    David & Nagaraja 2003, *Order Statistics*, §7.1: the number of values below the quantile is binomial; normal where a design
    effect makes it wider than that.
    """
    deff = inflation.at(level)
    if n * min(q, 1 - q) < LEAST_BEYOND:
        return TooFew(n, int(np.ceil(LEAST_BEYOND / min(q, 1 - q))), "values")
    if deff > 1:
        half = multiplier(level) * np.sqrt(n * q * (1 - q) * deff)
        low, high = np.floor(n * q - half), np.ceil(n * q + half) + 1
    else:
        low, high = _binomial_quantile((1 - level) / 2, n, q), _binomial_quantile((1 + level) / 2, n, q) + 1
    return max(1, int(low)), min(int(n), int(high))


def of_values(
    values: Sequence[float] | Array, q: float, inflation: Inflation = INDEPENDENT, level: float = LEVEL
) -> Interval | TooFew:
    """The interval of the q-quantile of single values, in any order."""
    bounds = ranks(len(values), q, inflation, level)
    if isinstance(bounds, TooFew):
        return bounds
    ordered = np.sort(np.asarray(values, dtype=float))
    return Interval(float(ordered[bounds[0] - 1]), float(ordered[bounds[1] - 1]), level, len(ordered) / inflation.at(level))


def of_buckets(
    edges: Sequence[float],
    counts: Sequence[float],
    q: float,
    floor: float = 0.0,
    inflation: Inflation = INDEPENDENT,
    level: float = LEVEL,
) -> Interval | TooFew:
    """The same from a histogram: `edges` are upper edges in order (the last may be infinite), `counts` the values in each bucket,
    `floor` the least value there can be. Bounds are outer edges, so they hold wherever in its bucket a value lies."""
    total = float(np.sum(counts))
    bounds = ranks(total, q, inflation, level)
    if isinstance(bounds, TooFew):
        return bounds
    low, high = np.searchsorted(np.cumsum(counts), np.array(bounds) - 0.5)
    return Interval(floor if low == 0 else float(edges[low - 1]), float(edges[high]), level, total / inflation.at(level))


@dataclass(frozen=True, slots=True)
class Over:
    """Values over a limit, out of `total`: between `least` and `most`, equal where the limit is an edge."""

    least: float
    most: float
    total: float

    @property
    def exact(self) -> bool:
        """Whether the buckets can tell. Where not, the plan should ask for a bucket that ends at the limit."""
        return self.least == self.most


def over(edges: Sequence[float], counts: Sequence[float], limit: float) -> Over:
    """How many values lie over `limit`. "p95 <= 200 ms" is "at most 5 % over 200 ms", which buckets with an edge there know exactly."""
    upper = np.asarray(edges, dtype=float)
    lower = np.concatenate([[-np.inf], upper[:-1]])
    amounts = np.asarray(counts, dtype=float)
    return Over(float(amounts[lower >= limit].sum()), float(amounts[upper > limit].sum()), float(amounts.sum()))


def _binomial_quantile(p: float, n: float, q: float) -> float:
    """The least k with P(Binomial(n, q) <= k) >= p."""
    k = np.ceil(bdtrik(p, round(n), q))
    return float(k - 1 if k > 0 and bdtr(k - 1, round(n), q) >= p else k)
