"""Simulations of the change alarm: false alarms, power and delay, with a control, and over a family of KPIs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from generator import KINDS, LAG1, KpiKind, ar1, log_series

from postflight.stats import control, holm, rare
from postflight.stats.compare import ALARM
from postflight.stats.engine import Calendar, SeasonalEngine
from postflight.stats.noise import Array

BASELINE, LOOKS = 56, 30
CROSSED = -np.log(ALARM)
CHUNK = 250
Rule = Callable[[Array, int, int], Array]


def ours(values: Array, baseline: int, harm: int) -> Array:
    """Our alarm at 5 %, as a rule of rules.py."""
    return log_e(values, baseline, harm) >= CROSSED


def log_e(values: Array, baseline: int, harm: int) -> Array:
    """(looks, series)."""
    engine = SeasonalEngine(Calendar.of_days(0, baseline, len(values) - baseline))
    parts = [engine.fit(values[:, at : at + CHUNK]).log_e(harm)[1:] for at in range(0, values.shape[1], CHUNK)]
    return np.concatenate(parts, axis=1)


@dataclass(frozen=True)
class Caught:
    """How many of `series` were alarmed within the looks, and the median delay in days over all of them (infinite beyond)."""

    alarmed: int
    series: int
    delay: float

    @property
    def rate(self) -> float:
        return self.alarmed / self.series


def caught(alarms: Array) -> Caught:
    """From (looks, series) booleans."""
    ever = alarms.any(axis=0)
    delay = np.where(ever, np.argmax(alarms, axis=0) + 1, np.inf)
    return Caught(int(ever.sum()), alarms.shape[1], float(np.median(delay)))


def placebo(seed: int, series: int, lag1: float, noise: str = "AR(1)", trend_sd: float = 0.0, baseline: int = BASELINE) -> Array:
    """(days, series) in which nothing happens, half of the series with little weekday pattern and half with much. `trend_sd` is the
    harmful trend per day in daily standard deviations: 0.3 % a day is 0.06 of them at sd 0.05 and 0.0075 at sd 0.4."""
    rng = np.random.default_rng([seed, int(lag1 * 100)])
    parts = [
        log_series(rng, baseline + LOOKS, series // 2, lag1=lag1, sd=0.1, weekday_r2=r2, trend=trend_sd * 0.1, noise=noise)
        for r2 in (0.2, 0.9)
    ]
    return np.concatenate(parts, axis=1)


def detection(kind: KpiKind, effect: float, rule: Rule, seed: int, series: int, baseline: int = BASELINE) -> Caught:
    """A kind of KPI, its level multiplied by `effect` from the deployment on."""
    rng = np.random.default_rng([seed, int(effect * 1000), len(kind.name)])
    values, trials = kind.sample(rng, ar1(rng, baseline + LOOKS, series, LAG1), _level(effect, baseline))
    return caught(rule(kind.link.to(values, trials), baseline, kind.harm))


def detection_with_control(kind: KpiKind, effect: float, rule: Rule, seed: int, series: int, shared: float = 0.95) -> Caught:
    """The same beside a control of the same size that shares this part of the variance of its days and got no effect."""
    rng = np.random.default_rng([seed, int(effect * 1000), len(kind.name)])
    slots = BASELINE + LOOKS
    common = np.sqrt(shared) * ar1(rng, slots, series, LAG1)
    own, other = (common + np.sqrt(1 - shared) * ar1(rng, slots, series, LAG1) for _ in range(2))
    values, trials = kind.sample(rng, own, _level(effect, BASELINE))
    beside, trials_beside = kind.sample(rng, other, np.ones(slots))
    own, other = kind.link.to(values, trials), kind.link.to(beside, trials_beside)
    weight, _ = control.share_taken(own[:BASELINE], other[:BASELINE], np.arange(BASELINE) % 7)
    return caught(rule(own - weight * other, BASELINE, kind.harm))


def family(seed: int, families: int, lag1: float, common: float, shifted: int = 0, shift: float = 3.0) -> tuple[int, float]:
    """Families of 40 KPIs, ten of them guardrails, their days sharing a part of the variance; the first `shifted` guardrails really
    get worse. How many families had any false alarm under weighted Holm, and the mean share of true ones found."""
    rng = np.random.default_rng([seed, int(lag1 * 100), int(common * 100), shifted])
    weights = [holm.GUARDRAIL_WEIGHT] * 10 + [1.0] * 30
    false, found = 0, 0.0
    for _ in range(families):
        days = np.sqrt(common) * ar1(rng, BASELINE + LOOKS, 1, lag1) + np.sqrt(1 - common) * ar1(rng, BASELINE + LOOKS, 40, lag1)
        days[BASELINE:, :shifted] += shift
        p = np.exp(-np.maximum(0.0, log_e(days, BASELINE, 1).max(axis=0)))
        rejected = np.array(holm.adjusted(list(p), weights)) <= holm.FAMILY
        false += bool(rejected[shifted:].any())
        found += rejected[:shifted].mean() if shifted else 0.0
    return false, found / families


def rare_counts(seed: int, series: int, mean: float, dispersion: float, lag1: float, factor: float = 1.0) -> Caught:
    """Daily counts with this mean and variance-to-mean ratio, their day effects lognormal AR(1), multiplied by `factor`."""
    rng = np.random.default_rng([seed, int(mean * 100), int(dispersion * 10), int(lag1 * 100), int(factor * 10)])
    variance = np.log1p((dispersion - 1) / mean)
    days = ar1(rng, BASELINE + LOOKS, series, lag1) * np.sqrt(variance) - variance / 2
    counts = rng.poisson(mean * np.exp(days) * _level(factor, BASELINE)[:, None])
    alarms = []
    for column in counts.T:
        log_evidence = np.array(rare.alarm(rare.before(column[:BASELINE]), column[BASELINE:]).log_e)
        alarms.append(log_evidence >= CROSSED)
    return caught(np.array(alarms).T)


def blocks(seed: int, series: int, lag1: float, shift: float, days: int = 3) -> Caught:
    """Blocks of four hours, a shift in block standard deviations. The delay is in hours."""
    rng = np.random.default_rng([seed, int(lag1 * 100), int(shift * 10)])
    baseline = 28 * 6
    slow = ar1(rng, baseline + days * 6, series, 0.9) * np.sqrt(lag1 / 0.9)
    values = slow + np.sqrt(1 - lag1 / 0.9) * rng.standard_normal(slow.shape)
    values[baseline:] += shift
    engine = SeasonalEngine(Calendar.of_blocks(0, baseline, days * 6))
    evidence = np.concatenate([engine.fit(values[:, at : at + 100]).log_e(1)[1:] for at in range(0, series, 100)], axis=1)
    result = caught(evidence >= CROSSED)
    return Caught(result.alarmed, result.series, result.delay * 4)


def _level(effect: float, baseline: int) -> Array:
    """(days,): 1 before and `effect` after."""
    return np.where(np.arange(baseline + LOOKS) < baseline, 1.0, effect)


PLACEBO_CELLS = [(lag1, noise) for noise in ("AR(1)", "drifting", "long memory", "heavy tails") for lag1 in (0.0, 0.3, 0.5, 0.75)]
TREND_CELLS = [(lag1, sd) for sd in (0.05, 0.1, 0.2, 0.4) for lag1 in (0.0, 0.3, 0.5, 0.75)]
DETECTION_CELLS = [(kind, effect) for kind in KINDS for effect in kind.effects]
