"""What a window's own value will be when it closes, and when that decides a milestone.

Not "is the long-run level below the target", which no amount of persistent noise ever answers, but "will the number that the
specification computes on the due date meet it". Days already over are in it as they are; days to come are predicted from the weekday,
the shift so far (it is in the data: after a deployment nothing but the days since tells the level), and the persistence of the noise.
At the end of the window nothing is left to predict and the forecast is the fact.

A calibrated forecast is a martingale, so of the milestones decided the first time P reaches 0.95 at most 5 % are decided wrongly,
however often one looks (Ville's inequality; measured in benchmarks/statistics). Prediction: Harvey 1989, *Forecasting, Structural Time Series Models and the
Kalman Filter*, §3.5–3.6, for each noise model; window values by the delta method to second order around the predicted path.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from .engine import Fit
from .links import Link
from .mixture import Mixture, shares
from .noise import Array

DECIDED = 0.95
LEAST_SLOTS, LEAST_SHARE = 2, 0.25  # over before a decision: the first days know least about their own persistence
HEAVIEST = 8.0  # degrees of freedom at most: days to come have outages and holidays that eight weeks may not have shown


class Call(StrEnum):
    """What a forecast says of a target."""

    MET = "met"
    MISSED = "missed"
    UNDECIDED = "undecided"
    TOO_EARLY = "too early"


@dataclass(frozen=True, slots=True)
class Path:
    """The slots to come, one by one. `mean` is (models, steps, series) on the link scale, `covariance` (models, steps, steps) in units
    of `variance` (models, series); `weight` and `df` are those of the mixture over models."""

    mean: Array
    covariance: Array
    variance: Array
    weight: Array
    df: float


def path(fit: Fit, steps: int) -> Path:
    """Predict the next `steps` slots of the calendar after the last one that was fitted. `steps` may be 0."""
    design = fit.design
    log_null, log_ratio, center, _ = fit.evidence(np.zeros_like(fit.scale), last=True)
    shift = center[:, 0]
    explained = fit.rss[:, -1] - fit.shift[:, -1] * shift
    scores = fit.on_columns - design.shift_on_columns[:, -1, :, None] * shift[:, None]
    coefficients = np.concatenate([np.einsum("jba,jbs->jas", design.root_inverse[:, -1], scores), shift[:, None]], axis=1)
    decay = design.filter.grid.rho[:, None] ** np.arange(steps)
    mean = np.einsum("jha,jas->jhs", design.loads[:, :steps], coefficients) + decay[:, :, None] * fit.ahead[:, None]
    df = design.df[-1]
    return Path(
        fit.origin + fit.scale * mean,
        design.future_covariance[:, :steps, :steps],
        explained / df * fit.scale**2,
        shares(log_null[:, 0] + log_ratio[:, 0]),
        df,
    )


@dataclass(frozen=True, slots=True)
class Forecast:
    """The value of a window: known where it is over (`closed`), else a distribution on the link scale.

    `value` is the number once closed, natural scale; NaN while open, and where every slot is missing. Arrays are (series,).
    `elapsed` and `horizon` count slots from the deployment to now and to the window's end.
    """

    link: Link
    value: Array
    closed: bool
    elapsed: int
    horizon: int
    spread: Mixture

    def at_most(self, limit: float) -> Array:
        """P(value <= limit); 0 or 1 once the window is closed."""
        if self.closed:
            return (self.value <= limit).astype(float)
        if not self.link.low < limit < self.link.high:
            return np.full_like(self.value, float(limit >= self.link.high))
        return self.spread.cdf(float(self.link.to(np.asarray(limit), None)))

    def median_and_interval(self, level: float = 0.9) -> Array:
        """(3, series): median, low and high of the value, natural scale; all are the value once the window is closed."""
        if self.closed:
            return np.stack([self.value] * 3)
        return self.link.back(self.spread.quantile(0.5, (1 - level) / 2, (1 + level) / 2))


def call(met: float, elapsed: int, horizon: int) -> Call:
    """What the probability that a target is met says, `elapsed` of `horizon` slots after the deployment."""
    if elapsed >= horizon:
        return Call.MET if met > 0 else Call.MISSED
    if elapsed < max(LEAST_SLOTS, horizon * LEAST_SHARE):
        return Call.TOO_EARLY
    return Call.MET if met >= DECIDED else Call.MISSED if met <= 1 - DECIDED else Call.UNDECIDED


def window(ahead: Path, link: Link, seen: Array, weight: Array) -> Forecast:
    """The value of a window: the mean of its slots, weighted by `weight`.

    `seen` (elapsed, series) are the natural values of the slots since the deployment, NaN where missing (they do not count);
    `weight` (horizon, series) covers the slots from the deployment to the window's end, 0 for those before its start; `ahead` is the
    path from now to its end at least. A sum over a window is this mean times its number of slots.
    """
    elapsed, horizon = min(len(seen), len(weight)), len(weight)
    seen = seen[:elapsed]
    known = np.isfinite(seen)
    past = np.where(known, weight[:elapsed], 0.0)
    future = weight[elapsed:]
    total = past.sum(axis=0) + future.sum(axis=0)
    settled = np.sum(past * np.where(known, seen, 0.0), axis=0)
    if elapsed == horizon:
        value = np.divide(settled, total, out=np.full_like(total, np.nan), where=total > 0)
        empty = np.zeros((1, *value.shape))
        return Forecast(link, value, True, elapsed, horizon, Mixture(empty + 1, empty + value, empty + 1, np.asarray(1.0)))
    begun = int(np.argmax(future.any(axis=1)))  # slots before the window starts weigh nothing
    ahead_of_us, future = slice(begun, len(future)), future[begun:]
    mean, noise = ahead.mean[:, ahead_of_us], ahead.covariance[:, ahead_of_us, ahead_of_us]
    variance = np.einsum("jhh->jh", noise)[:, :, None] * ahead.variance[:, None]
    expected = link.back(mean) + link.curve(mean) * variance / 2
    gradient = future * link.slope(mean) / total
    value = (settled + np.sum(future * expected, axis=1)) / total
    spread = np.sum(gradient * (noise @ gradient), axis=1) * ahead.variance
    center = link.to(value, None)
    slope = link.slope(center)
    median = center - link.curve(center) / slope**3 * spread / 2  # minus, as the inverse bends the other way
    mixture = Mixture(ahead.weight, median, np.sqrt(spread) / slope, np.asarray(min(ahead.df, HEAVIEST)))
    return Forecast(link, np.full_like(value, np.nan), False, elapsed, horizon, mixture)
