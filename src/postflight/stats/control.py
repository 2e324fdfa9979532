"""Concurrent controls: something the deployment did not touch, measured on the same days.

Routes the deployment left alone, the old version still serving, a flag's other variant, another region: whatever moves both is no
effect of the deployment, so the ratio to the control is tested instead of the series, and what it loses in noise it gains in power.
That holds only if the two moved in parallel before (Angrist & Pischke 2009, *Mostly Harmless Econometrics*, §5.2), so their history
is looked at first, on the baseline alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from .compare import LEAST_BASELINE_DAYS, Series
from .engine import Calendar, SeasonalEngine
from .links import IDENTITY
from .noise import Array

DRIFT_LEVEL = 0.98  # of the interval of a slope or a break in the baseline's ratio, before it speaks against the control
LEAST_GAIN = 0.2  # share of the noise variance a control must remove to be used


class Verdict(StrEnum):
    """Whether a control can be used."""

    PARALLEL = "parallel"
    SHORT = "too short a common history"
    NO_GAIN = "it does not move with the series"
    DRIFTS = "the two drift apart before the deployment"
    BREAKS = "the two come apart halfway through the baseline"


@dataclass(frozen=True, slots=True)
class Parallel:
    """What the common history says: the share of noise variance that the control removes (negative: it adds), and the verdict."""

    verdict: Verdict
    gain: float
    days: int

    @property
    def usable(self) -> bool:
        """Whether the ratio may be tested in the series' place."""
        return self.verdict is Verdict.PARALLEL


def against(series: Series, control: Series) -> Series:
    """The series relative to its control, on the link scale: log ratio, log odds ratio or difference. For `compare`; its shift is the
    series' own, with what moved both taken off."""
    if series.link is not control.link:
        raise ValueError("a series and its control are compared on one scale")
    if (len(series.before), len(series.after)) != (len(control.before), len(control.after)):
        raise ValueError("a series and its control have the same slots")
    value = series.link.to(series.natural, series.trials) - control.link.to(control.natural, control.trials)
    cut = len(series.before)
    return Series(IDENTITY, tuple(value[:cut]), tuple(value[cut:]))


def parallel(series: Series, control: Series, calendar: Calendar) -> Parallel:
    """Look at the baseline's history of the two, and nothing after it."""
    cut = calendar.baseline
    own = series.link.to(series.natural, series.trials)[:cut]
    ratio = np.array(against(series, control).before, dtype=float)
    known = np.isfinite(ratio) & np.isfinite(own)
    days = int(known.sum())
    if days < LEAST_BASELINE_DAYS * calendar.slots_per_day:
        return Parallel(Verdict.SHORT, 0.0, days)
    before = Calendar(calendar.season[:cut], cut, calendar.slots_per_day, calendar.left_out)
    alone, relative = (_noise(before, np.where(known, values, np.nan)) for values in (own, ratio))
    gain = 1 - relative / alone if alone > 0 else 0.0
    if gain < LEAST_GAIN:
        return Parallel(Verdict.NO_GAIN, gain, days)
    slots = np.arange(cut, dtype=float)
    for verdict, column in ((Verdict.BREAKS, (slots >= cut / 2).astype(float)), (Verdict.DRIFTS, slots / cut)):
        if relative > 0 and _moved(before, np.where(known, ratio, np.nan), column):
            return Parallel(verdict, gain, days)
    return Parallel(Verdict.PARALLEL, gain, days)


def _noise(calendar: Calendar, values: Array) -> float:
    """The variance left once seasons are taken out, zero where nothing is."""
    try:
        return float(SeasonalEngine(calendar).fit(values[:, None]).scale[0] ** 2)
    except ValueError:
        return 0.0


def _moved(calendar: Calendar, values: Array, column: Array) -> bool:
    """Whether the coefficient of `column` is clearly not zero."""
    mixture, _ = SeasonalEngine(calendar).fit(values[:, None]).effect(column[:, None])
    low, high = mixture.quantile((1 - DRIFT_LEVEL) / 2, (1 + DRIFT_LEVEL) / 2)[:, 0]
    return bool(low > 0 or high < 0)
