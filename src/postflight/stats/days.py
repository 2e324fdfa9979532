"""What days add to an interval: a design effect measured on baseline days, and means and ratios from daily sums.

Requests of one day share that day's fate, so a hundred thousand of them may know less than a hundred days would: without this a
Wilson interval of 100,000 requests a day covers 9 % instead of 90 %. And a bad day is followed by another: independent days would
make the interval of a week's mean cover 70 % where lag-1 correlation is 0.5. Both are measured where nothing happened, on the
baseline, once weekdays are taken out, and then applied to the window.

What such an interval bounds is the level behind the window: what many such windows would show on average, had nothing changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .engine import Calendar, SeasonalEngine, season_means
from .intervals import LEVEL, Inflation, Interval, TooFew, multiplier
from .links import COUNT, IDENTITY, LOG, LOGIT, Link
from .mixture import shares
from .noise import Array, grid

LEAST_DAYS = 3  # for a mean from daily sums alone
INDEPENDENT_PRIOR = 0.83  # of days, for a fact's width: coverage is 92 % where they are, 88–94 % where they are not


@dataclass(frozen=True, slots=True)
class DayEffect:
    """How much days differ beyond sampling: `correlation` between two trials of one day, known with `df` degrees of freedom.

    `persistence` is the variance of the window's mean over what independent days would give it, at least 1.
    """

    correlation: float
    df: float
    persistence: float

    def inflation(self, volumes: Sequence[float]) -> Inflation:
        """For a window with these trials (or, of a count, events) on each of its days. Kish 1965, §5.4: deff = 1 + correlation·volume."""
        daily = np.asarray(volumes, dtype=float)
        volume = float((daily**2).sum() / daily.sum()) if daily.any() else 0.0
        excess = self.correlation * volume * self.persistence
        return Inflation(1 + excess, self.df if excess > 0 else np.inf)


def of_shares(hits: Sequence[float], trials: Sequence[float], weekdays: Sequence[int], window: int) -> DayEffect | TooFew:
    """From the baseline's daily hits and trials, for a window of that many days. Needs every weekday, and a second week."""
    k, n = np.asarray(hits, dtype=float), np.asarray(trials, dtype=float)
    means = _pooled(k, n, weekdays)
    return _effect(k / np.maximum(n, 1), n, means * (1 - means), means, n, weekdays, window, LOGIT)


def of_counts(counts: Sequence[float], weekdays: Sequence[int], window: int) -> DayEffect | TooFew:
    """From the baseline's daily counts."""
    k = np.asarray(counts, dtype=float)
    means = season_means(k, np.asarray(weekdays))
    return _effect(k, np.ones_like(k), means, means, k, weekdays, window, COUNT)


def of_scores(
    means: Sequence[float], answers: Sequence[float], variance: float, weekdays: Sequence[int], window: int
) -> DayEffect | TooFew:
    """From the baseline's daily mean scores (NPS: promoters' less detractors' share) and the variance of a single answer."""
    m, n = np.asarray(means, dtype=float), np.asarray(answers, dtype=float)
    return _effect(m, n, np.full_like(m, variance), _pooled(m * n, n, weekdays), n, weekdays, window, IDENTITY)


def _effect(
    values: Array,
    trials: Array,
    variance: Array,
    means: Array,
    volumes: Array,
    weekdays: Sequence[int],
    window: int,
    link: Link,
) -> DayEffect | TooFew:
    """Pearson's chi-squared over its degrees of freedom (McCullagh & Nelder 1989, *Generalized Linear Models*, §4.5.2)."""
    used = (trials > 0) & (variance > 0)
    df = float(used.sum() - len(set(weekdays)))
    if df < len(set(weekdays)):
        return TooFew(float(used.sum()), 2.0 * len(set(weekdays)), "baseline days")
    chi = np.sum(trials[used] * (values[used] - means[used]) ** 2 / variance[used])
    excess = max(0.0, float(chi) / df - 1)
    if not excess:
        return DayEffect(0.0, df, 1.0)
    return DayEffect(excess / float(volumes[used].mean()), df, persistence(link.to(values, trials), weekdays, window))


def persistence(values: Array, weekdays: Sequence[int], window: int, independent_prior: float = INDEPENDENT_PRIOR) -> float:
    """The variance of the mean of `window` consecutive slots over that of independent ones, averaged over the models of noise.py.

    `values` are the baseline's, on the link scale. At least 1: noise that undoes itself is not counted on.
    """
    calendar = Calendar(tuple(weekdays), len(values))
    fit = SeasonalEngine(calendar).fit(np.asarray(values, dtype=float)[:, None])
    models = grid()
    independent = models.share == 0
    mass = np.exp(models.log_prior[independent]).sum()
    prior = np.where(independent, np.log(independent_prior / mass), np.log((1 - independent_prior) / (1 - mass)))
    df = fit.design.df[0]
    weight = shares(fit.design.log_prior[:, 0] + prior - df / 2 * np.log(fit.rss[:, 0, 0]))
    lags = np.abs(np.subtract.outer(np.arange(window), np.arange(window)))
    together = np.mean(models.rho[:, None, None] ** lags, axis=(1, 2)) * window
    factor = 1 - models.share + models.share * together
    variance = fit.rss[:, 0, 0] / fit.rss[0, 0, 0]  # each model's own s², over that of independent days
    return max(1.0, float(np.sum(weight * factor * variance)))


def ratio(
    sums: Sequence[float],
    counts: Sequence[float],
    sums_before: Sequence[float] = (),
    counts_before: Sequence[float] = (),
    weekdays_before: Sequence[int] = (),
    level: float = LEVEL,
) -> Interval | TooFew:
    """Σ sums / Σ counts from daily pairs, positive: means (order value, session length), ratios, and with counts of 1 daily revenue.

    Student's t on the log scale over days. The spread of a day comes from the baseline once weekdays are taken out, widened by its
    persistence; without one, from the window's own days (then a weekday pattern counts as noise: too wide rather than too narrow).
    """
    s, n = np.asarray(sums, dtype=float), np.asarray(counts, dtype=float)
    used = (s > 0) & (n > 0)
    if used.sum() < (1 if len(sums_before) else LEAST_DAYS):
        return TooFew(float(used.sum()), LEAST_DAYS, "days")
    logs, weight = np.log(s[used] / n[used]), n[used] / n[used].sum()
    factor = 1.0
    if len(sums_before):
        before = LOG.to(np.asarray(sums_before, dtype=float) / np.maximum(np.asarray(counts_before, dtype=float), 1), None)
        known = np.isfinite(before)
        days = np.asarray(weekdays_before)[known]
        df = float(known.sum() - len(set(days)))
        if df < len(set(days)):
            return TooFew(float(known.sum()), 2.0 * len(set(days)), "baseline days")
        variance = float(np.sum((before[known] - season_means(before[known], days)) ** 2) / df)
        if variance > 0:
            factor = persistence(before[known], list(map(int, days)), len(logs))
    else:
        df = float(len(logs) - 1)
        variance = float(np.sum((logs - logs.mean()) ** 2) / df)
    half = multiplier(level, df) * np.sqrt(variance * factor * np.sum(weight**2))
    center = np.log(s[used].sum() / n[used].sum())
    return Interval(float(np.exp(center - half)), float(np.exp(center + half)), level, float(1 / np.sum(weight**2) / factor))


def _pooled(totals: Array, trials: Array, weekdays: Sequence[int]) -> Array:
    """(days,): the weekday's pooled mean, for each day."""
    seasons = np.asarray(weekdays)
    means: Array = season_means(totals, seasons) / np.maximum(season_means(trials, seasons), 1e-300)
    return means
