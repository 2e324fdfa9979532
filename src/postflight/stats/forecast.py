"""What a window's own value will be when it closes, and when that decides a milestone.

Not "is the long-run level below the target", which no amount of persistent noise ever answers, but "will the number that the
specification computes on the due date meet it". Days already over are in it as they are; days to come are predicted from their
weekday, the shift so far and the persistence of the noise.
At the end of the window nothing is left to predict and the forecast is the fact.

A calibrated forecast is a martingale, so of the milestones decided the first time P reaches 0.95 at most 5 % are decided wrongly,
however often one looks (Ville's inequality; measured in benchmarks/statistics). Prediction for each noise model: Harvey 1989,
*Forecasting, Structural Time Series Models and the Kalman Filter*, §3.5.
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
    """The value of a window, natural scale: `settled` + `open_share` · (the mean of its slots to come). Arrays are (series,).

    `to_come` is the distribution of that mean on the link scale. Once the window is closed, `open_share` is 0 and `settled` the
    value: NaN where every slot is missing. `elapsed` and `horizon` count slots from the deployment to now and to the window's end.
    """

    link: Link
    settled: Array
    open_share: Array
    to_come: Mixture
    elapsed: int
    horizon: int

    @property
    def closed(self) -> bool:
        """Whether nothing is left to predict."""
        return self.elapsed == self.horizon

    def at_most(self, limit: Array | float) -> Array:
        """P(value <= limit), exactly 0 or 1 once the window is closed."""
        if self.closed:
            return (self.settled <= limit).astype(float)
        rest = (limit - self.settled) / self.open_share
        inside = (rest > self.link.low) & (rest < self.link.high)
        possible = np.where(inside, rest, self.link.back(self.to_come.mean()))
        return np.where(inside, self.to_come.cdf(self.link.to(possible, None)), (rest >= self.link.high).astype(float))

    def median_and_interval(self, level: float = 0.9) -> Array:
        """(3, series): median, low and high of the value, natural scale; all are the value once the window is closed."""
        if self.closed:
            return np.stack([self.settled] * 3)
        ahead = self.link.back(self.to_come.quantile(0.5, (1 - level) / 2, (1 + level) / 2))
        bounds: Array = self.settled + self.open_share * ahead
        return bounds


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

    On the link scale the mean of the slots to come is near the weighted mean of their link values, which is normal for each model,
    plus half the bend times their variance around it: for a logarithm, log mean exp(y) = mean(y) + var(y)/2.
    """
    elapsed, horizon = min(len(seen), len(weight)), len(weight)
    seen = seen[:elapsed]
    known = np.isfinite(seen)
    past = np.where(known, weight[:elapsed], 0.0)
    future = weight[elapsed:]
    total = past.sum(axis=0) + future.sum(axis=0)
    sums = np.sum(past * np.where(known, seen, 0.0), axis=0)
    settled = np.divide(sums, total, out=np.full_like(total, np.nan), where=total > 0)
    if elapsed == horizon:
        nothing = np.zeros((1, *total.shape))
        return Forecast(link, settled, nothing[0], Mixture(nothing + 1, nothing, nothing + 1, np.asarray(1.0)), elapsed, horizon)
    begun = int(np.argmax(future.any(axis=1)))  # slots before the window starts weigh nothing
    to_come, share = slice(begun, len(future)), future[begun:] / future.sum(axis=0)
    mean, noise = ahead.mean[:, to_come], ahead.covariance[:, to_come, to_come]
    gradient = share * link.slope(mean)
    gradient = gradient / gradient.sum(axis=1, keepdims=True)
    common = np.sum(gradient * (noise @ gradient), axis=1)
    around = np.einsum("jhh->jh", noise)[:, :, None] - common[:, None]
    level = np.sum(share * (link.back(mean) + link.curve(mean) * around * ahead.variance[:, None] / 2), axis=1)
    spread = np.sqrt(common * ahead.variance)
    mixture = Mixture(ahead.weight, link.to(level, None), spread, np.asarray(min(ahead.df, HEAVIEST)))
    return Forecast(link, settled, future.sum(axis=0) / total, mixture, elapsed, horizon)
