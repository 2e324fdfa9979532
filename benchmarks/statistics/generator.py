"""Seeded series that look like the daily KPIs of real products, with what is true of them known.

Real daily KPIs, weekdays taken out, have lag-1 correlations of 0.06–0.84 and daily standard deviations of 0.05–0.4; weekdays explain
0.2–0.9 of their variance. Four kinds of persistence, because nobody knows which one a product has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from postflight.stats.links import COUNT, LOG, LOGIT, Link

WEEK = np.array([0.1, 0.35, 0.4, 0.35, 0.1, -0.6, -0.7])
WEEK = (WEEK - WEEK.mean()) / WEEK.std()


def ar1(rng: np.random.Generator, days: int, series: int, lag1: float, shocks: np.ndarray | None = None) -> np.ndarray:
    """(days, series), variance 1."""
    fresh = rng.standard_normal((days, series)) if shocks is None else shocks
    out = fresh.copy()
    for day in range(1, days):
        out[day] = lag1 * out[day - 1] + np.sqrt(1 - lag1**2) * fresh[day]
    return out


def autoregressive(rng: np.random.Generator, days: int, series: int, lag1: float) -> np.ndarray:
    """AR(1)."""
    return ar1(rng, days, series, lag1)


def drifting(rng: np.random.Generator, days: int, series: int, lag1: float) -> np.ndarray:
    """A slow part, half-life a month, and a fresh one: lag-1 correlation `lag1` that hardly decays."""
    slow = 2 ** (-1 / 30)
    share = lag1 / slow
    return np.sqrt(share) * ar1(rng, days, series, slow) + np.sqrt(1 - share) * rng.standard_normal((days, series))


def long_memory(rng: np.random.Generator, days: int, series: int, lag1: float) -> np.ndarray:
    """Parts with half-lives of 1, 7 and 60 days, and a fresh one."""
    rhos = 2 ** (-1 / np.array([1.0, 7.0, 60.0]))
    share = lag1 / rhos.mean() / 3
    slow = sum(np.sqrt(share) * ar1(rng, days, series, rho) for rho in rhos)
    return slow + np.sqrt(max(0.0, 1 - 3 * share)) * rng.standard_normal((days, series))


def heavy_tailed(rng: np.random.Generator, days: int, series: int, lag1: float) -> np.ndarray:
    """AR(1) whose shocks are Student's t with 4 degrees of freedom: a few awful days."""
    return ar1(rng, days, series, lag1, rng.standard_t(4, (days, series)) / np.sqrt(2))


NOISES: dict[str, Callable[[np.random.Generator, int, int, float], np.ndarray]] = {
    "AR(1)": autoregressive,
    "drifting": drifting,
    "long memory": long_memory,
    "heavy tails": heavy_tailed,
}


def log_series(
    rng: np.random.Generator,
    days: int,
    series: int,
    *,
    lag1: float,
    sd: float,
    weekday_r2: float = 0.6,
    trend: float = 0.0,
    noise: str = "AR(1)",
) -> np.ndarray:
    """(days, series) on the log scale; `trend` per day. Series start on different weekdays in different calls, not within one."""
    week = WEEK * sd * np.sqrt(weekday_r2 / (1 - weekday_r2))
    return NOISES[noise](rng, days, series, lag1) * sd + week[np.arange(days) % 7][:, None] + trend * np.arange(days)[:, None]


@dataclass(frozen=True)
class KpiKind:
    """A kind of KPI with realistic noise: what a day looks like when the level is multiplied by `effect` (1: no change).

    `published` are the study's figures for these effects: P(alarm by day 30) in per cent, and median delay in days where it was given.
    """

    name: str
    link: Link
    harm: int
    effects: tuple[float, ...]
    draw: Callable[[np.random.Generator, np.ndarray], tuple[np.ndarray, np.ndarray | None]]
    day_sd: float
    published: tuple[float, ...]
    delay: float | None = None

    def sample(self, rng: np.random.Generator, days: np.ndarray, effect: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Natural values (and trials) from standard day noise (days, series) and the effect of each day (days,)."""
        week = WEEK * self.day_sd * 1.2
        return self.draw(rng, days * self.day_sd + week[np.arange(len(days)) % 7][:, None] + np.log(effect)[:, None])


def _share(rate: float, trials: float) -> Callable[[np.random.Generator, np.ndarray], tuple[np.ndarray, np.ndarray | None]]:
    def draw(rng: np.random.Generator, log_level: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        n = rng.poisson(trials, log_level.shape).astype(float)
        return rng.binomial(n.astype(int), expit(logit(rate) + log_level)) / n, n

    return draw


def _counts(mean: float) -> Callable[[np.random.Generator, np.ndarray], tuple[np.ndarray, np.ndarray | None]]:
    return lambda rng, log_level: (rng.poisson(mean * np.exp(log_level)).astype(float), None)


def _revenue(orders: float) -> Callable[[np.random.Generator, np.ndarray], tuple[np.ndarray, np.ndarray | None]]:
    def draw(rng: np.random.Generator, log_level: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        number = rng.poisson(orders * np.exp(log_level))
        # Order values lognormal with sd 1: the day's total by its first two moments, which at 150 orders is what it is.
        cv2 = (np.e - 1) / np.maximum(number, 1)
        spread = np.sqrt(np.log1p(cv2))
        return number * np.exp(rng.standard_normal(number.shape) * spread - spread**2 / 2) + 1e-9, None

    return draw


def _latency(rng: np.random.Generator, log_level: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    return 0.2 * np.exp(log_level), None


LAG1 = 0.3  # of the days of these kinds: the study's "idealised, mildly autocorrelated noise"
KINDS = (
    KpiKind("p95", LOG, 1, (1.0, 1.05, 1.11), _latency, 0.048, (1.1, 44, 94), 3),
    KpiKind("error rate", LOGIT, 1, (1.0, 1.5, 2.0), _share(0.005, 20_000), 0.28, (0.4, 70, 97), 3),
    KpiKind("conversion, 5 k/day", LOGIT, -1, (1.0, 0.97, 0.90, 0.82), _share(0.03, 5_000), 0.1, (0.6, 1.6, 30, 89)),
    KpiKind("conversion, 100 k/day", LOGIT, -1, (1.0, 0.97, 0.90), _share(0.03, 100_000), 0.038, (1.1, 18, 98), 2),
    KpiKind("DAU 1000", COUNT, -1, (1.0, 0.95, 0.90), _counts(1000), 0.065, (0.4, 20, 77), 5),
    KpiKind("tickets, 20/day", COUNT, 1, (1.0, 1.35, 1.82), _counts(20), 0.15, (0.2, 47, 98), 3),
    KpiKind("revenue, 150 orders", LOG, -1, (1.0, 0.95, 0.90, 0.82), _revenue(150), 0.05, (0.6, 2.7, 13, 67)),
)
