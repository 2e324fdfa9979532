"""What was achieved: placebo deployments on a product's own history, and the record of forecasts made.

A placebo is a day on which nothing was deployed, judged as if something had been. The share of placebos that alarm is the false-alarm
rate a team really has, whatever the models say (Abadie, Diamond & Hainmueller 2010, JASA 105(490), for placebos in time).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .compare import ALARM, Comparison, Series, compare
from .engine import Calendar

WEEK = 7


@dataclass(frozen=True, slots=True)
class Placebos:
    """How many placebo deployments alarmed, out of how many. They overlap, so they say less than as many independent ones would."""

    alarms: int
    windows: int

    @property
    def rate(self) -> float | None:
        """The achieved false-alarm rate; None without a window."""
        return self.alarms / self.windows if self.windows else None


def placebos(
    series: Series, first_weekday: int, harm: int, baseline: int = 56, looks: int = 30, deployments: Sequence[int] = ()
) -> Placebos:
    """Judge a placebo each week of a daily history (all of it in `series.before`), by the alarm at its own level.

    `deployments` are the days (0: the first of the history) on which something really was deployed: placebos whose looks include one
    are left out. Windows that cannot be fitted are not counted.
    """
    total, alarms, windows = len(series.before), 0, 0
    trials = series.trials_before
    for start in range(0, total - baseline - looks + 1, WEEK):
        cut, end = start + baseline, start + baseline + looks
        if any(cut <= day < end for day in deployments):
            continue
        part = Series(
            series.link,
            series.before[start:cut],
            series.before[cut:end],
            None if trials is None else trials[start:cut],
            None if trials is None else trials[cut:end],
        )
        comparison = compare(part, Calendar.of_days((first_weekday + start) % WEEK, baseline, looks))
        if isinstance(comparison, Comparison):
            windows += 1
            alarms += comparison.alarm(harm).p <= ALARM
    return Placebos(alarms, windows)


def brier(stated: Sequence[float], happened: Sequence[bool]) -> float:
    """The mean squared error of stated probabilities, 0 to 1, less is better (Brier 1950, Monthly Weather Review 78(1))."""
    if not stated or len(stated) != len(happened):
        raise ValueError("as many outcomes as probabilities, and at least one")
    return float(np.mean((np.asarray(stated, dtype=float) - np.asarray(happened, dtype=float)) ** 2))
