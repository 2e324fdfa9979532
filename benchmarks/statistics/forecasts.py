"""Simulations of forecasts: early decisions of milestones, intervals of the shift, the score's interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from generator import NOISES, WEEK, ar1

from postflight.stats import composite
from postflight.stats.engine import Calendar, SeasonalEngine
from postflight.stats.forecast import Call, call, path, window
from postflight.stats.links import LOG
from postflight.stats.noise import Array

BASELINE = 56


@dataclass(frozen=True)
class Decisions:
    """Of `windows`, how many were decided before their end, and how many of them wrongly; the median day; Brier score a quarter in."""

    windows: int
    early: int
    wrong: int
    day: float
    brier: float


def decisions(
    seed: int, series: int, horizon: int, lag1: float, noise: str = "AR(1)", sd: float = 0.15, length: int | None = None
) -> Decisions:
    """Daily looks at "the mean of the last `length` days of the horizon is at most a limit"; limits near what will be, a third of the
    series shifted. The truth is the window's own arithmetic mean."""
    rng = np.random.default_rng([seed, horizon, int(lag1 * 100), len(noise)])
    days = NOISES[noise](rng, BASELINE + horizon, series, lag1) * sd
    days[BASELINE:] += rng.choice([-1.0, 0.0, 0.0, 0.0, 0.0, 1.0], series) * sd
    natural = np.exp(days + (WEEK * sd)[np.arange(len(days)) % 7][:, None])
    start = horizon - (length or horizon)
    truth = natural[BASELINE + start :].mean(axis=0)
    limit = np.exp(np.log(truth).mean() + rng.normal(0, np.log(truth).std(), series))
    weight = np.repeat((np.arange(horizon) >= start).astype(float)[:, None], series, axis=1)
    engine = SeasonalEngine(Calendar.of_days(0, BASELINE, horizon))
    outcome = truth <= limit
    decided, wrong, brier = np.full(series, np.inf), np.zeros(series, dtype=bool), np.nan
    for elapsed in range(1, horizon):
        fit = engine.fit(np.log(natural[: BASELINE + elapsed]))
        forecast = window(path(fit, horizon - elapsed), LOG, natural[BASELINE : BASELINE + elapsed], weight)
        met = forecast.at_most(limit)
        if elapsed == max(1, horizon // 4):
            brier = float(np.mean((met - outcome) ** 2))
        for i in np.flatnonzero(np.isinf(decided)):
            said = call(float(met[i]), elapsed, horizon)
            if said in (Call.MET, Call.MISSED):
                decided[i], wrong[i] = elapsed, (said is Call.MET) != outcome[i]
    early = np.isfinite(decided)
    return Decisions(series, int(early.sum()), int(wrong.sum()), float(np.median(decided[early])), brier)


def shift_coverage(seed: int, series: int, elapsed: int, lag1: float, noise: str = "AR(1)") -> tuple[int, int]:
    """How many of the 90 % intervals of the shift, and of the 95 % confidence sequences, hold the true one."""
    rng = np.random.default_rng([seed, elapsed, int(lag1 * 100), len(noise)])
    days = NOISES[noise](rng, BASELINE + elapsed, series, lag1)
    shift = rng.normal(0, 1, series)
    days[BASELINE:] += shift
    fit = SeasonalEngine(Calendar.of_days(0, BASELINE, elapsed)).fit(days)
    low, high = fit.posterior().quantile(0.05, 0.95)
    first, last = fit.confidence_sequence(0.95)
    return int(((low <= shift) & (shift <= high)).sum()), int(((first <= shift) & (shift <= last)).sum())


POINTS = (20.0, 30.0, 20.0, 20.0, 30.0, 20.0, 30.0, 20.0, 50.0)
CATEGORIES = ("performance",) * 3 + ("experience",) * 3 + ("business",) * 3
WEIGHTS = {"performance": 0.35, "experience": 0.35, "business": 0.3}
GRADES = [(95.0, "A+"), (90.0, "A"), (85.0, "B+"), (80.0, "B"), (75.0, "C+"), (70.0, "C")]


@dataclass(frozen=True)
class Scores:
    """Of `cards`: 90 % intervals that hold the final score, final grades that were the likeliest one; what was stated of those; and
    among grades called final before the horizon, how many there were and how many were right. `gap` is the mean absolute error of the
    expected score, `naive` that of the score of the values so far."""

    cards: int
    covered: int
    right: int
    stated: float
    called: int
    called_right: int
    gap: float
    naive: float


def scores(seed: int, cards: int, horizon: int, elapsed: int, lag1: float, common: float, correlated: bool = True) -> Scores:
    """Cards of nine KPIs whose days share a part of their variance, targets near what will be."""
    rng = np.random.default_rng([seed, horizon, elapsed, int(lag1 * 100), int(common * 100)])
    engine = SeasonalEngine(Calendar.of_days(0, BASELINE, horizon))
    covered = right = called = called_right = 0
    stated = gap = naive = 0.0
    for _ in range(cards):
        days = np.sqrt(common) * ar1(rng, BASELINE + horizon, 1, lag1)
        days = (days + np.sqrt(1 - common) * ar1(rng, BASELINE + horizon, 9, lag1)) * 0.15
        natural = np.exp(days + (WEEK * 0.15)[np.arange(len(days)) % 7][:, None])
        truth = natural[BASELINE:].mean(axis=0)
        spread = 0.15 * np.sqrt((1 + lag1) / (1 - lag1) / horizon)
        limit = np.exp(np.log(natural[:BASELINE].mean(axis=0)) + rng.normal(0.5 * spread, 1.5 * spread, 9))
        fit = engine.fit(np.log(natural[: BASELINE + elapsed]))
        seen = natural[BASELINE : BASELINE + elapsed]
        missed = 1 - window(path(fit, horizon - elapsed), LOG, seen, np.ones((horizon, 9))).at_most(limit)
        risks = [composite.Risk(str(i), CATEGORIES[i], POINTS[i], float(missed[i])) for i in range(9)]
        correlation = composite.residual_correlation(_residuals(np.log(natural[:BASELINE]))) if correlated else None
        distribution = composite.score_distribution(risks, WEIGHTS, correlation)
        final, now = (_score(values > limit) for values in (truth, seen.mean(axis=0)))
        low, high = distribution.interval()
        covered += bool(low - 1e-6 <= final <= high + 1e-6)
        chances = distribution.grades(GRADES, "F")
        likeliest = max(chances, key=lambda grade: chances[grade])
        grade = next((name for cut, name in GRADES if final >= cut - 1e-9), "F")
        right += likeliest == grade
        stated += chances[likeliest]
        if composite.final(chances[likeliest], elapsed, horizon):
            called, called_right = called + 1, called_right + (likeliest == grade)
        gap += abs(distribution.expected - final)
        naive += abs(now - final)
    return Scores(cards, covered, right, stated / cards, called, called_right, gap / cards, naive / cards)


def _score(missed: Array) -> float:
    lost = dict.fromkeys(WEIGHTS, 0.0)
    for category, points, miss in zip(CATEGORIES, POINTS, missed, strict=True):
        lost[category] += points * bool(miss)
    return sum(weight * max(0.0, 100 - lost[category]) for category, weight in WEIGHTS.items())


def _residuals(logs: Array) -> Array:
    return logs - np.array([logs[day % 7 :: 7].mean(axis=0) for day in range(len(logs))])
