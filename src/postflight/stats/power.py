"""What can be known: the smallest shift the alarm will show, by when, from the baseline alone; before anything is deployed.

The days to come are laid exactly where the baseline's own forecast puts them, plus a shift, and the alarm is run over them: the shift
at which it just crosses is the one seen with even odds. For better odds the shift must also outweigh the luck of the days, by a
normal quantile of the standard error of the shift.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from .compare import ALARM, Comparison
from .engine import SeasonalEngine
from .forecast import path
from .mixture import shares

ODDS = 0.8  # probability with which the smallest visible change is meant to be seen
_REACH = np.geomspace(0.02, 20.0, 60)  # shifts tried, in daily standard deviations


@dataclass(frozen=True, slots=True)
class Visible:
    """The smallest harmful shift that will have been seen `slots` after the deployment; link scale, and as a natural value.

    Infinite where no shift of twenty daily standard deviations would be.
    """

    slots: int
    shift: float
    value: float


def smallest_visible(comparison: Comparison, slots: int, harm: int, odds: float = ODDS, level: float = ALARM) -> Visible:
    """From a comparison with nothing after the deployment yet. `level` is the alarm's; with Holm over a family, its share of that."""
    if comparison.series.after:
        raise ValueError("what can be seen is asked of the baseline alone")
    fit, series = comparison.fit, comparison.series
    ahead = path(fit, slots)
    expected = np.sum(ahead.weight[:, None] * ahead.mean, axis=0)
    before = series.link.to(series.natural, series.trials)[:, None]
    laid = np.vstack([np.repeat(before, len(_REACH), axis=1), expected + harm * _REACH * fit.scale])
    run = SeasonalEngine(comparison.calendar).fit(laid)
    # Days laid on the forecast have no noise of their own: give them the baseline's, or the alarm would look surer than it can be.
    noise = fit.rss[:, -1:] * (run.design.df / fit.design.df[-1] - 1)[None, :, None]
    crossed = replace(run, rss=run.rss + noise).log_e(harm).max(axis=0) >= -np.log(level)
    if not crossed.any():
        return Visible(slots, np.inf, np.inf if harm > 0 else -np.inf)
    precision = run.design.precision[:, -1]
    weight = shares(fit.design.log_prior[:, -1, None] - fit.design.df[-1] / 2 * np.log(fit.rss[:, -1]))[:, 0]
    error = float(np.sqrt(np.sum(weight / precision)) * fit.scale[0])
    shift = float(_REACH[np.argmax(crossed)] * fit.scale[0]) + float(ndtri(odds)) * error
    start = series.link.to(np.asarray(comparison.level_before), None)
    return Visible(slots, shift, float(series.link.back(np.asarray(start + harm * shift))))
