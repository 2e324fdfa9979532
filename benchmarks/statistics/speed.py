"""How long a card's statistics take: 40 KPIs, 90 days of history, all of it. One core; the budget is 300 ms.

    OMP_NUM_THREADS=1 python benchmarks/statistics/speed.py

Facts with design effects, alarms over all looks so far, the shift, forecasts at four horizons, weighted Holm, and the score at four
horizons with correlated KPIs. CPU time, so that a busy machine does not matter; cold is the first card of a process (matrices of the
calendar are built), warm any later one.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from postflight.stats import composite, days, holm, intervals, quantiles
from postflight.stats.compare import Comparison, Series, compare
from postflight.stats.days import DayEffect
from postflight.stats.engine import Calendar, design_for
from postflight.stats.links import COUNT, LOG, LOGIT

KPIS, BASELINE, AFTER, HORIZONS, WINDOW = 40, 60, 30, (1, 7, 30, 90), 7
CATEGORIES = {"security": 0.3, "performance": 0.3, "experience": 0.2, "business": 0.2}
WEEKDAYS = [day % 7 for day in range(BASELINE)]


@dataclass(frozen=True)
class Kpi:
    """One KPI's days."""

    series: Series
    hits: tuple[float, ...]


def card(seed: int = 1) -> list[Kpi]:
    """Shares, latencies and counts, a third of each."""
    rng = np.random.default_rng(seed)
    kpis = []
    for kpi in range(KPIS):
        level = np.exp(rng.normal(0, 0.1, BASELINE + AFTER))
        if kpi % 3 == 0:
            n = rng.poisson(5_000, BASELINE + AFTER)
            hits = rng.binomial(n, np.minimum(1, 0.05 * level))
            cut = (hits / n)[:BASELINE], (hits / n)[BASELINE:], n[:BASELINE], n[BASELINE:]
            kpis.append(Kpi(Series(LOGIT, *(tuple(map(float, part)) for part in cut)), tuple(map(float, hits))))
        else:
            values = 0.2 * level if kpi % 3 == 1 else rng.poisson(300 * level).astype(float)
            before, after = tuple(map(float, values[:BASELINE])), tuple(map(float, values[BASELINE:]))
            kpis.append(Kpi(Series(LOG if kpi % 3 == 1 else COUNT, before, after), ()))
    return kpis


def fact(kpi: Kpi) -> intervals.Interval | intervals.TooFew:
    """The interval of the last seven days."""
    series = kpi.series
    if series.link is LOGIT:
        assert series.trials_before is not None and series.trials_after is not None
        effect = days.of_shares(kpi.hits[:BASELINE], series.trials_before, WEEKDAYS, WINDOW)
        assert isinstance(effect, DayEffect)
        window = series.trials_after[-WINDOW:]
        return intervals.share(sum(kpi.hits[-WINDOW:]), sum(window), effect.inflation(window))
    if series.link is COUNT:
        effect = days.of_counts(series.before, WEEKDAYS, WINDOW)
        assert isinstance(effect, DayEffect)
        return intervals.rate(sum(series.after[-WINDOW:]), WINDOW, effect.inflation(series.after[-WINDOW:]))
    return days.ratio(series.after[-WINDOW:], [1.0] * WINDOW, series.before, [1.0] * BASELINE, WEEKDAYS)


def judge(kpis: list[Kpi]) -> list[composite.ScoreDistribution]:
    """Everything a card says."""
    calendar = Calendar.of_days(0, BASELINE, max(HORIZONS))
    compared, facts, alarms, shifts = [], [], [], []
    for kpi in kpis:
        comparison = compare(kpi.series, calendar)
        assert isinstance(comparison, Comparison)
        compared.append(comparison)
        facts.append(fact(kpi))
        alarms.append(comparison.alarm(1))
        shifts.append(comparison.shift())
    holm.adjusted([alarm.p for alarm in alarms], [9.0] * 10 + [1.0] * 30)
    correlation = composite.residual_correlation(np.column_stack([c.residuals for c in compared]))
    cards, names = [], list(CATEGORIES)
    for horizon in HORIZONS:
        risks = []
        for number, comparison in enumerate(compared):
            forecast = comparison.forecast(horizon, WINDOW)
            missed = 1 - forecast.at_most(comparison.level_before * 1.02)
            risks.append(composite.Risk(str(number), names[number % 4], 10.0, missed))
        cards.append(composite.score_distribution(risks, CATEGORIES, correlation))
    quantiles.over([0.1, 0.2, np.inf], [900.0, 80.0, 20.0], 0.2)
    return cards


def measure(cards: int = 7) -> tuple[float, float]:
    """CPU seconds of the first card and, the least of several, of a later one."""
    kpis = card()
    design_for.cache_clear()
    composite._lattice.cache_clear()
    times = []
    for _ in range(cards):
        start = time.process_time()
        judge(kpis)
        times.append(time.process_time() - start)
    return times[0], min(times[1:])


if __name__ == "__main__":
    cold, warm = measure()
    print(f"40 KPIs, 90 days, everything: {cold * 1000:.0f} ms cold, {warm * 1000:.0f} ms warm (budget 300 ms)")
