"""Models of day-to-day noise, and the filter that makes each of them white.

A deviation from the weekday's mean is a persistent part plus a fresh part: e = u + v, u an AR(1) of variance w and correlation rho,
v independent of variance 1 − w, all times an unknown s². How persistent a KPI is cannot be known from eight weeks: plugging in an
estimate gives intervals that are too narrow (Turner et al. 2020, medRxiv 2020.10.12.20211706, on REML for interrupted time series).
So (w, rho) is averaged over a grid, each point weighted by how well it explains the data.

Whitening is the Kalman filter of that state-space form (Durbin & Koopman 2012, *Time Series Analysis by State Space Methods*, §4.3):
its gains depend on the calendar alone and are shared by all KPIs, and a missing slot is simply not updated on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

PERSISTENT_SHARES = (0.2, 0.5, 0.9)
SHORTEST, LONGEST, HALF_LIVES = 0.5, 64.0, 8  # in slots, in days, how many
INDEPENDENT_PRIOR = 0.25
GROWING_PRIOR = 0.02
GROWING = ((0.0, 0), (0.5, 0), (0.9, 0), (0.9, 2))  # share, and index of the half-life
SLOPE, NO_SLOPE = 0.03, 1e-6  # prior standard deviation of a trend, in daily standard deviations per day


@dataclass(frozen=True, slots=True)
class Grid:
    """Noise models: share of the variance that persists, its correlation from slot to slot, the prior standard deviation of a trend
    (per day), and the logarithm of the model's prior."""

    share: Array
    rho: Array
    slope_sd: Array
    log_prior: Array


def grid(slots_per_day: int = 1) -> Grid:
    """The 29 models: independence, three shares times eight half-lives spaced evenly in log time (half a slot to 64 days), and four of
    the short-lived ones again with a trend.

    A quarter of the prior on independence: with a flat one, days that really are independent lost a third of their power for
    nothing, and persistent ones refute it within weeks. A fiftieth on a trend: enough that eight weeks of steady growth are not
    taken for harm, too little to be believed where there is none (benchmarks/statistics/RESULT.md has both).
    """
    lives = np.geomspace(SHORTEST, LONGEST * slots_per_day, HALF_LIVES)
    rhos = 2.0 ** (-1.0 / lives)
    steady = [(0.0, 0.0), *((share, rho) for share in PERSISTENT_SHARES for rho in rhos)]
    growing = [(share, rhos[life] if share else 0.0) for share, life in GROWING]
    others = (1 - INDEPENDENT_PRIOR - GROWING_PRIOR) / (len(steady) - 1)
    prior = [INDEPENDENT_PRIOR, *[others] * (len(steady) - 1), *[GROWING_PRIOR / len(growing)] * len(growing)]
    share, rho = np.array(steady + growing).T
    slope_sd = np.repeat([NO_SLOPE, SLOPE], [len(steady), len(growing)])
    return Grid(share, rho, slope_sd, np.log(prior))


@dataclass(frozen=True, slots=True)
class Whitened:
    """Columns made white. `rows` is (models, slots, columns), zero where a slot is missing; `ahead` is (models, columns), what the
    persistent part is expected to be in the slot after the last."""

    rows: Array
    ahead: Array


@dataclass(frozen=True, slots=True)
class Filter:
    """The filter of all models over one pattern of observed slots. Arrays are (models, slots); `variance_ahead` is (models,)."""

    grid: Grid
    observed: Mask
    gain: Array
    root_precision: Array
    log_variance: Array  # zero where a slot is missing
    variance_ahead: Array

    @classmethod
    def over(cls, observed: Mask, models: Grid) -> Filter:
        """Run the covariance half of the filter, from the stationary distribution."""
        shape = (len(models.share), len(observed))
        gain, root, log_variance = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        state = models.share.copy()
        for slot, seen in enumerate(observed):
            if seen:
                innovation = state + 1 - models.share
                gain[:, slot] = state / innovation
                root[:, slot] = 1 / np.sqrt(innovation)
                log_variance[:, slot] = np.log(innovation)
                state = state * (1 - gain[:, slot])
            state = models.rho**2 * state + models.share * (1 - models.rho**2)
        return cls(models, observed, gain, root, log_variance, state)

    def whiten(self, columns: Array) -> Whitened:
        """`columns` is (slots, columns); values in missing slots are ignored, so they may be NaN."""
        rho = self.grid.rho[:, None]
        rows = np.zeros((len(self.grid.share), *columns.shape))
        ahead = np.zeros((len(self.grid.share), columns.shape[1]))
        for slot in range(len(columns)):
            if self.observed[slot]:
                surprise = columns[slot] - ahead
                rows[:, slot] = surprise * self.root_precision[:, slot, None]
                ahead = ahead + self.gain[:, slot, None] * surprise
            ahead = rho * ahead
        return Whitened(rows, ahead)

    def future_covariance(self, steps: int) -> Array:
        """(models, steps, steps): covariance of the next slots given the past and the regression, in units of s²."""
        share, rho = self.grid.share[:, None], self.grid.rho[:, None]
        h = np.arange(steps)
        decay = rho ** (2 * h)
        variance = decay * self.variance_ahead[:, None] + share * (1 - decay)
        earlier = np.minimum(h[:, None], h[None, :])
        lag = np.abs(h[:, None] - h[None, :])
        persistent = variance[:, earlier] * self.grid.rho[:, None, None] ** lag
        covariance: Array = persistent + (1 - share)[:, :, None] * np.eye(steps)
        return covariance
