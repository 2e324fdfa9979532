"""Concurrent controls: something the deployment did not touch, measured on the same days.

Routes the deployment left alone, the old version still serving, a flag's other variant, another region: whatever moves both is no
effect of the deployment, so the series is tested relative to the control, and what it loses in noise it gains in power.
That holds only if the two moved in parallel before (Angrist & Pischke 2009, *Mostly Harmless Econometrics*, §5.2), so their history
is looked at first, on the baseline alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from .compare import LEAST_BASELINE_DAYS, Series
from .engine import Calendar, SeasonalEngine, season_means
from .links import IDENTITY
from .noise import Array

DRIFT_LEVEL = 0.98  # of the interval of a slope or a break in the baseline's ratio, before it speaks against the control
LEAST_GAIN = 0.2  # share of the noise variance a control must remove to be used
_EXACT = 1e-12  # of the variance left: then nothing drifts


class Verdict(StrEnum):
    """Whether a control can be used."""

    PARALLEL = "parallel"
    SHORT = "too short a common history"
    NO_GAIN = "it does not move with the series"
    DRIFTS = "the two drift apart before the deployment"
    BREAKS = "the two come apart halfway through the baseline"


@dataclass(frozen=True, slots=True)
class Parallel:
    """What the common history says. `weight` is how much of the control's movement to take off: 1 where both are measured exactly,
    less the more sampling noise the control itself would bring in. `gain` is the share of the noise variance that goes with it."""

    verdict: Verdict
    weight: float
    gain: float
    days: int

    @property
    def usable(self) -> bool:
        """Whether the series may be tested against its control."""
        return self.verdict is Verdict.PARALLEL


def against(series: Series, control: Series, weight: float = 1.0) -> Series:
    """The series with `weight` of its control's movement taken off, on the link scale: log ratio, log odds ratio or difference. For
    `compare`; its shift is the series' own, with what moved both taken off."""
    if series.link is not control.link or (len(series.before), len(series.after)) != (len(control.before), len(control.after)):
        raise ValueError("a series and its control have one scale and the same slots")
    value = _link(series) - weight * _link(control)
    cut = len(series.before)
    return Series(IDENTITY, tuple(value[:cut]), tuple(value[cut:]))


def share_taken(own: Array, control: Array, seasons: npt.NDArray[np.int_]) -> tuple[Array, Array]:
    """(series,) weight and gain of controls, from link-scale baselines (slots, series) without gaps: least squares once seasons are
    taken out, kept between nothing and a plain ratio (Deng, Xu, Kohavi & Walker 2013, WSDM, §3: control variates)."""
    y, x = own - season_means(own, seasons), control - season_means(control, seasons)
    together, spread, noise = (x * y).sum(axis=0), (x * x).sum(axis=0), (y * y).sum(axis=0)
    weight = np.clip(np.divide(together, spread, out=np.zeros_like(spread), where=spread > 0), 0.0, 1.0)
    left = ((y - weight * x) ** 2).sum(axis=0)
    return weight, np.divide(noise - left, noise, out=np.zeros_like(noise), where=noise > 0)


def parallel(series: Series, control: Series, calendar: Calendar) -> Parallel:
    """Look at the baseline's history of the two, and at nothing after it."""
    cut = calendar.baseline
    own, other = _link(series)[:cut], _link(control)[:cut]
    known = np.isfinite(own) & np.isfinite(other)
    days = int(known.sum())
    if days < LEAST_BASELINE_DAYS * calendar.slots_per_day:
        return Parallel(Verdict.SHORT, 0.0, 0.0, days)
    seasons = np.array(calendar.season[:cut])[known]
    weight, gain = (float(x[0]) for x in share_taken(own[known, None], other[known, None], seasons))
    if gain < LEAST_GAIN:
        return Parallel(Verdict.NO_GAIN, weight, gain, days)
    left = np.where(known, own - weight * other, np.nan)[:, None]
    before = Calendar(calendar.season[:cut], cut, calendar.slots_per_day, calendar.left_out)
    slots = np.arange(cut, dtype=float)
    for verdict, column in ((Verdict.BREAKS, (slots >= cut / 2).astype(float)), (Verdict.DRIFTS, slots / cut)):
        if gain < 1 - _EXACT and _moved(before, left, column):
            return Parallel(verdict, weight, gain, days)
    return Parallel(Verdict.PARALLEL, weight, gain, days)


def _link(series: Series) -> Array:
    return series.link.to(series.natural, series.trials)


def _moved(calendar: Calendar, values: Array, column: Array) -> bool:
    """Whether the coefficient of `column` is clearly not zero."""
    mixture, _ = SeasonalEngine(calendar).fit(values).effect(column)
    low, high = mixture.quantile((1 - DRIFT_LEVEL) / 2, (1 + DRIFT_LEVEL) / 2)[:, 0]
    return bool(low > 0 or high < 0)
