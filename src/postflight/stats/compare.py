"""The door for a judge: one KPI's series before and after a deployment, and what can be said of it.

    comparison = compare(Series(LOG, before, after), calendar)      # or Unfit, with the reason
    comparison.alarm(harm=+1)                                       # did it get worse? safe to look at every day
    comparison.shift()                                              # by how much, on average since
    comparison.forecast(horizon=30, length=7)                       # what the window ending on day 30 will show

KPIs of one calendar share all matrices; comparing one costs about a millisecond, so looks need no cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from . import forecast as forecasts
from .engine import Calendar, Fit, SeasonalEngine, season_means
from .links import COUNT, LOGIT, Link
from .noise import Array, Mask

LEAST_BASELINE_DAYS = 14  # usable; 28 are good; 56 are the default where there are as many
LEAST_EVENTS_A_SLOT = 5.0  # fewer, and log(count + 1/2) is biased: use rare.py
ALARM = 0.05  # probability of a false alarm over all looks, one KPI


class Why(StrEnum):
    """Why a series cannot be compared."""

    SHORT = "fewer complete baseline days than needed"
    GAPS = "a weekday without a baseline"
    FLAT = "a baseline that never varies"
    RARE = "too few events a day"


@dataclass(frozen=True, slots=True)
class Unfit:
    """No comparison: the reason, and where it is a number, what there is and what it takes."""

    why: Why
    have: float = 0.0
    need: float = 0.0


@dataclass(frozen=True, slots=True)
class Series:
    """Natural values of consecutive slots, oldest first, NaN where missing; `trials_…` are the trials behind shares, slot by slot.

    A window's value weights slots by trials where there are any (so that it is hits over total), else equally.
    """

    link: Link
    before: Sequence[float]
    after: Sequence[float] = ()
    trials_before: Sequence[float] | None = None
    trials_after: Sequence[float] | None = None

    @property
    def natural(self) -> Array:
        """All values, (slots,)."""
        return np.array([*self.before, *self.after], dtype=float)

    @property
    def trials(self) -> Array | None:
        """Trials of all slots, (slots,), or None."""
        if self.trials_before is None:
            return None
        return np.array([*self.trials_before, *(self.trials_after or ())], dtype=float)


@dataclass(frozen=True, slots=True)
class Alarm:
    """The change alarm at every look so far. `p` is valid at any look and only ever falls, so an alarm latches.

    `log_e` by look (index 0: one slot after the deployment); `since` is the look that first crossed 1/`ALARM`, None if none did.
    """

    log_e: tuple[float, ...]
    p: float
    since: int | None


def alarm_from(log_e: Array) -> Alarm:
    """The alarm of an e-process, from its logarithm at each look."""
    crossed = np.flatnonzero(log_e >= -np.log(ALARM))
    p = float(np.exp(-log_e.max(initial=0.0)))
    return Alarm(tuple(map(float, log_e)), p, int(crossed[0]) if crossed.size else None)


@dataclass(frozen=True, slots=True)
class Shift:
    """How far the level moved: link-scale centre and 90 % interval, the level before and what the shift makes of it (natural scale).

    For one look; an interval that holds at all looks is `Comparison.confidence_sequence`.
    """

    center: float
    low: float
    high: float
    before: float
    after: float
    after_low: float
    after_high: float

    @property
    def clear(self) -> bool:
        """Whether the interval excludes no change (MIL5)."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a window will show: median and 90 % interval while open, the value itself once closed (NaN: nothing was measured in it)."""

    value: float
    low: float
    high: float
    closed: bool
    elapsed: int
    horizon: int
    distribution: forecasts.Forecast

    def at_most(self, limit: float) -> float:
        """P(value <= limit). For a strict test ask once the window is closed: the fact decides, not this."""
        return float(self.distribution.at_most(limit)[0])

    def call(self, met: float) -> forecasts.Call:
        """What the probability `met` that a target is met says now."""
        if self.closed and np.isnan(self.value):
            return forecasts.Call.UNDECIDED
        return forecasts.call(met, self.elapsed, self.horizon)


@dataclass(frozen=True)  # no slots: it keeps what it has worked out
class Comparison:
    """One series, fitted. Slots are counted from the deployment: slot 0 is the first after it."""

    series: Series
    calendar: Calendar
    fit: Fit

    def alarm(self, harm: int, margin: float = 0.0) -> Alarm:
        """Did it get worse than `margin` (link scale, 0: at all)? `harm` is +1 where more is worse, −1 where less is."""
        return alarm_from(self.fit.log_e(harm, margin)[1:, 0])

    def margin_to(self, worst: float) -> float:
        """The margin, on the link scale, between the level before and the worst natural value that is still tolerated: "no worse than
        5 %" of a latency of 0.2 s tolerates 0.21 s. Raises ValueError for a value that the scale does not have."""
        ends = self.series.link.to(np.array([self.level_before, worst]), None)
        if not np.isfinite(ends).all():
            raise ValueError(f"{worst} is outside what this scale can hold")
        return float(abs(ends[1] - ends[0]))

    def shift(self, first: int = 0, stop: int | None = None, level: float = 0.9) -> Shift:
        """The mean shift of the slots `first` to before `stop` after the deployment (None: to now), the other slots left out."""
        now = len(self.series.after)
        fit = self.fit if (first, stop) in ((0, None), (0, now)) else self._only(first, now if stop is None else stop)
        mixture = fit.posterior()
        center, low, high = map(float, mixture.quantile(0.5, (1 - level) / 2, (1 + level) / 2)[:, 0])
        link, level_before = self.series.link, self.level_before
        start = float(link.to(np.asarray(level_before), None))
        after, after_low, after_high = (float(link.back(np.asarray(start + moved))) for moved in (center, low, high))
        return Shift(center, low, high, level_before, after, after_low, after_high)

    def confidence_sequence(self, level: float = 0.95) -> tuple[float, float]:
        """Link-scale bounds of the shift that hold at every look at once, whenever one stops (engine.py)."""
        low, high = self.fit.confidence_sequence(level)
        return float(low[0]), float(high[0])

    def harmless(self, harm: int, size: float, slots: int = 7, days: int = 3) -> bool:
        """Whether an alarm is over: on each of the last `days` looks, the 90 % interval of the last `slots` slots excludes harm of
        `size` (link scale). Half the shift that raised the alarm is a sensible size: excluding any harm at all takes an improvement."""
        now = len(self.series.after)
        known = self._observed[self.calendar.baseline :]
        if now < slots + days - 1 or not all(known[now - back - slots : now - back].any() for back in range(days)):
            return False
        recent = [self.shift(now - back - slots, now - back) for back in range(days)]
        return all(harm * (shift.high if harm > 0 else shift.low) < size for shift in recent)

    def forecast(self, horizon: int, length: int | None = None) -> Forecast:
        """The value of the window of `length` slots (None: all since the deployment) ending `horizon` slots after the deployment."""
        if not 0 < horizon <= self.calendar.after:
            raise ValueError(f"the calendar reaches {self.calendar.after} slots after the deployment, not {horizon}")
        start = 0 if length is None else max(0, horizon - length)
        after = np.array(self.series.after, dtype=float)[:, None]
        weight = self._weights[:horizon, None] * (np.arange(horizon) >= start)[:, None]
        result = forecasts.window(self._path, self.series.link, after, weight)
        value, low, high = map(float, result.median_and_interval()[:, 0])
        return Forecast(value, low, high, result.closed, result.elapsed, result.horizon, result)

    @cached_property
    def level_before(self) -> float:
        """The baseline's value, natural scale: slots weighted as in a window."""
        values = np.array(self.series.before, dtype=float)
        weight = self._trials[: len(values)]
        known = np.isfinite(values)
        return float(np.sum(np.where(known, values * weight, 0.0)) / np.sum(np.where(known, weight, 0.0)))

    def _only(self, first: int, stop: int) -> Fit:
        """The fit that knows of these slots after the deployment and no others."""
        cut = self.calendar.baseline
        values = self.series.link.to(self.series.natural, self.series.trials)[: cut + stop].copy()
        values[cut : cut + first] = np.nan
        return SeasonalEngine(self.calendar).fit(values[:, None])

    @property
    def residuals(self) -> Array:
        """(slots before the deployment,): link-scale deviations from the season's mean, NaN where missing. For correlations."""
        values = self.series.link.to(self.series.natural, self.series.trials)[: self.calendar.baseline]
        known = self._observed[: self.calendar.baseline]
        result = np.full(len(values), np.nan)
        result[known] = values[known] - season_means(values[known], np.array(self.calendar.season[: len(values)])[known])
        return result

    @cached_property
    def _observed(self) -> Mask:
        return self.fit.design.filter.observed

    @cached_property
    def _path(self) -> forecasts.Path:
        return forecasts.path(self.fit, self.calendar.after - len(self.series.after))

    @cached_property
    def _trials(self) -> Array:
        trials = self.series.trials
        known = np.ones(len(self.series.before) + len(self.series.after)) if trials is None else np.nan_to_num(trials)
        return np.asarray(known)

    @cached_property
    def _weights(self) -> Array:
        """(slots after the deployment,): trials as they were, and for slots to come the mean of their season so far."""
        trials, seasons = self._trials, np.array(self.calendar.season)
        if self.series.trials is None:
            return np.ones(self.calendar.after)
        same = seasons[len(trials) :, None] == seasons[None, : len(trials)]
        return np.concatenate([trials[self.calendar.baseline :], same @ trials / same.sum(axis=1)])


def compare(series: Series, calendar: Calendar) -> Comparison | Unfit:
    """Fit one series, or say why it cannot be."""
    baseline = calendar.baseline
    values = series.link.to(series.natural, series.trials)
    engine = SeasonalEngine(calendar)
    observed = engine.observed(values)[:baseline]
    seasons = np.array(calendar.season[:baseline])[observed]
    need = LEAST_BASELINE_DAYS * calendar.slots_per_day
    if observed.sum() < need:
        return Unfit(Why.SHORT, float(observed.sum()), float(need))
    if set(seasons) != set(calendar.season):
        return Unfit(Why.GAPS, len(set(seasons)), len(set(calendar.season)))
    known = np.array(series.before, dtype=float)[observed]
    events = _events_a_slot(series, observed, known)
    if events < LEAST_EVENTS_A_SLOT:
        return Unfit(Why.RARE, events, LEAST_EVENTS_A_SLOT)
    before = values[:baseline][observed]
    if np.allclose(before, season_means(before, seasons), rtol=1e-9, atol=1e-12):
        return Unfit(Why.FLAT)
    return Comparison(series, calendar, engine.fit(values[:, None]))


def _events_a_slot(series: Series, observed: Mask, known: Array) -> float:
    """The baseline's mean number of what is counted: events, or of a share's hits and misses the rarer; infinite where unknown."""
    if series.link is COUNT:
        return float(known.mean())
    if series.link is LOGIT and series.trials is not None:
        trials = series.trials[: len(observed)][observed]
        return float(min((known * trials).mean(), ((1 - known) * trials).mean()))
    return np.inf
