"""Facts: what the value is and how precisely it is known. 90 % intervals unless asked otherwise; "too few" is an answer of its own.

Every function takes an `Inflation`: by how much the variance exceeds that of independent trials (days.py measures it on a baseline).
An effective sample size n/deff then stands for n: Kish 1965, *Survey Sampling*, §8.2; Korn & Graubard 1998, Survey Methodology
24(2), who also widen it for the degrees of freedom behind the design effect; Franco, Little, Louis & Slud 2019, J. Survey Statistics
and Methodology 7(3), who compare seven such intervals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv, gammaincinv, ndtri, stdtrit

LEVEL = 0.9
LEAST_TRIALS = 30  # UX7
LEAST_EVENTS = 5  # fewer on either side: exact rather than Wilson
LEAST_ANSWERS = 50  # NPS
LEAST_REPEATS = 3


@dataclass(frozen=True, slots=True)
class Interval:
    """Canonical bounds at a confidence level, and the sample size they rest on once design effects are taken off."""

    low: float
    high: float
    level: float
    effective: float

    def straddles(self, limit: float) -> bool:
        """Whether the limit lies strictly inside: a small sample cannot tell which side the value is on."""
        return self.low < limit < self.high


@dataclass(frozen=True, slots=True)
class TooFew:
    """No interval: there are `have` of `what`, and it takes `need`."""

    have: float
    need: float
    what: str


@dataclass(frozen=True, slots=True)
class Inflation:
    """Variance over that of independent trials, and the degrees of freedom with which it is known."""

    deff: float = 1.0
    df: float = np.inf

    def at(self, level: float) -> float:
        """The design effect with which a normal quantile gives the interval of this level that a t quantile would."""
        return self.deff * float(multiplier(level, self.df) / multiplier(level)) ** 2


INDEPENDENT = Inflation()


def multiplier(level: float, df: float = np.inf) -> float:
    """The two-sided t quantile (normal for infinite df)."""
    p = (1 + level) / 2
    return float(ndtri(p) if np.isinf(df) else stdtrit(df, p))


def share(hits: float, total: float, inflation: Inflation = INDEPENDENT, level: float = LEVEL) -> Interval | TooFew:
    """A share of trials: Wilson, or Clopper–Pearson where fewer than five events fell on either side."""
    if total < LEAST_TRIALS:
        return TooFew(total, LEAST_TRIALS, "trials")
    if min(hits, total - hits) < LEAST_EVENTS:
        return clopper_pearson(hits, total, inflation, level)
    return wilson(hits, total, inflation, level)


def wilson(hits: float, total: float, inflation: Inflation = INDEPENDENT, level: float = LEVEL) -> Interval:
    """Wilson 1927, JASA 22, with the effective sample size. Brown, Cai & DasGupta 2001, Statistical Science 16(2), §3.1.1."""
    n, z, p = total / inflation.at(level), multiplier(level), hits / total
    center = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return Interval(max(0.0, float(center - half)), min(1.0, float(center + half)), level, n)


def clopper_pearson(hits: float, total: float, inflation: Inflation = INDEPENDENT, level: float = LEVEL) -> Interval:
    """Clopper & Pearson 1934, Biometrika 26, with effective counts (Korn & Graubard 1998): never covers less than its level."""
    deff = inflation.at(level)
    k, n, tail = hits / deff, total / deff, (1 - level) / 2
    low = float(betaincinv(k, n - k + 1, tail)) if k > 0 else 0.0
    high = float(betaincinv(k + 1, n - k, 1 - tail)) if k < n else 1.0
    return Interval(low, high, level, n)


def rule_of_three(total: float, level: float = 0.95) -> float:
    """The share that none seen in `total` trials still allows: 3/n at 95 % (Hanley & Lippman-Hand 1983, JAMA 249(13))."""
    return float(min(1.0, -np.log(1 - level) / total))


def rate(count: float, exposure: float, inflation: Inflation = INDEPENDENT, level: float = LEVEL) -> Interval:
    """Events per unit of exposure (days). Garwood 1936, Biometrika 28, on k/deff: exact for a Poisson count."""
    deff = inflation.at(level)
    k, tail = count / deff, (1 - level) / 2
    low = float(gammaincinv(k, tail)) if k > 0 else 0.0
    return Interval(low * deff / exposure, float(gammaincinv(k + 1, 1 - tail)) * deff / exposure, level, k)


def rate_ratio(
    count: float,
    exposure: float,
    count_before: float,
    exposure_before: float,
    inflation: Inflation = INDEPENDENT,
    level: float = LEVEL,
) -> Interval | TooFew:
    """The rate after over the rate before (BIZ9). Given their sum the counts are binomial (Przyborowski & Wilenski 1940, Biometrika
    31), so the bounds are Clopper–Pearson's odds; exposures that follow the weekdays make it the same-weekday comparison."""
    if count + count_before == 0:
        return TooFew(0, 1, "events")
    part = clopper_pearson(count, count + count_before, inflation, level)
    odds = exposure_before / exposure
    high = odds * part.high / (1 - part.high) if part.high < 1 else np.inf
    return Interval(odds * part.low / (1 - part.low) if part.low < 1 else np.inf, float(high), level, part.effective)


def net_promoter(
    promoters: float, passives: float, detractors: float, inflation: Inflation = INDEPENDENT, level: float = LEVEL
) -> Interval | TooFew:
    """Promoters' less detractors' share, −1 to 1: adjusted Wald with 3/4, 3/2, 3/4 added (Rocks 2016, The American Statistician 70(4))."""
    total = promoters + passives + detractors
    if total < LEAST_ANSWERS:
        return TooFew(total, LEAST_ANSWERS, "answers")
    deff = inflation.at(level)
    n = total / deff + 3
    up, down = (promoters / deff + 0.75) / n, (detractors / deff + 0.75) / n
    half = multiplier(level) * float(np.sqrt((up + down - (up - down) ** 2) / n))
    return Interval(max(-1.0, up - down - half), min(1.0, up - down + half), level, total / deff)


def mean(
    total: float, count: float, sum_of_squares: float, inflation: Inflation = INDEPENDENT, level: float = LEVEL
) -> Interval | TooFew:
    """The mean of `count` numbers that add up to `total`: Student's t."""
    if count < LEAST_TRIALS:
        return TooFew(count, LEAST_TRIALS, "values")
    center = total / count
    variance = max(0.0, sum_of_squares - total * center) / (count - 1)
    half = multiplier(level, min(count - 1, inflation.df)) * float(np.sqrt(variance * inflation.deff / count))
    return Interval(center - half, center + half, level, count / inflation.deff)


def repeats(values: Sequence[float], level: float = LEVEL) -> Interval | TooFew:
    """A quantity measured again and again (a page audit): Student's t of the repeats."""
    if len(values) < LEAST_REPEATS:
        return TooFew(len(values), LEAST_REPEATS, "repeats")
    half = multiplier(level, len(values) - 1) * float(np.std(values, ddof=1) / np.sqrt(len(values)))
    center = float(np.mean(values))
    return Interval(center - half, center + half, level, len(values))
