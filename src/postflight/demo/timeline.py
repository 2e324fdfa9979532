"""The simulated time: which days there are, how busy each is, and at which instant of it something happens."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from ..window import Day, day_of

Instants = NDArray[np.datetime64]  # datetime64[us], UTC; NaT is "never"
Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Monday to Sunday. People look for a home in the week, and less in the middle of a weekend.
_WEEK = np.array([1.08, 1.10, 1.06, 1.04, 0.98, 0.83, 0.91])
# Midnight to eleven at night, local time.
_HOURS = np.array([5, 3, 2, 2, 2, 4, 9, 18, 32, 44, 50, 52, 50, 49, 50, 48, 45, 42, 40, 40, 38, 30, 19, 10], dtype=float)
_GROWTH = 0.0004  # a day; three percent from the first simulated day to the last


@dataclass(frozen=True, slots=True)
class Timeline:
    """Every local day from the first to today, and the instant between "before" and "after"."""

    days: tuple[Day, ...]
    deployed: np.datetime64
    now: np.datetime64
    seed: int

    @classmethod
    def around(cls, deployed: datetime, now: datetime, before: timedelta, tz: ZoneInfo, seed: int) -> Timeline:
        """The whole local days from `before` the deployment up to the one that `now` is in."""
        first, last = (deployed - before).astimezone(tz).date(), now.astimezone(tz).date()
        days = tuple(day_of(first + timedelta(days=n), tz) for n in range((last - first).days + 1))
        return cls(days, _instant(deployed), _instant(now), seed)

    @property
    def starts(self) -> Instants:
        """The first instant of each day."""
        return np.array([_instant(day.window.start) for day in self.days])

    @property
    def ends(self) -> Instants:
        """The first instant after each day."""
        return np.array([_instant(day.window.end) for day in self.days])

    @property
    def after(self) -> Flags:
        """Which days lie wholly after the deployment."""
        return self.starts >= self.deployed

    def draw(self, name: str) -> np.random.Generator:
        """The random numbers of one thing. Each has its own, so that a change to one leaves every other as it was."""
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])

    def wobble(self, name: str, noise: float) -> Numbers:
        """A factor for each day, around 1, that lingers: half of a day's deviation is still there the day after.

        `noise` is the standard deviation of its logarithm. Daily figures of real products have an autocorrelation of 0.4 to 0.7.
        """
        shocks = self.draw(f"wobble of {name}").normal(0.0, noise * np.sqrt(1 - 0.5**2), len(self.days))
        levels = np.empty(len(shocks))
        level = 0.0
        for n, shock in enumerate(shocks):
            level = 0.5 * level + shock
            levels[n] = level
        return np.exp(levels)

    def rates(self, name: str, a_day: float, after: float = 1.0, noise: float = 0.03, weekly: float = 1.0) -> Numbers:
        """What to expect on each day: weekdays (`weekly` scales how much they differ), slow growth, the deployment's effect, and noise."""
        week = 1 + weekly * (_WEEK[[day.date.weekday() for day in self.days]] / _WEEK.mean() - 1)
        growth = np.exp(_GROWTH * (np.arange(len(self.days)) - np.argmax(self.after)))
        rates: Numbers = a_day * week * growth * self.wobble(name, noise) * np.where(self.after, after, 1.0)
        return rates

    @property
    def hours(self) -> Instants:
        """The first instant of every hour of elapsed time, from the first day's start up to now."""
        first, last = self.starts[0].astype(np.int64), self.now.astype(np.int64)
        return np.arange(first, last, 3_600_000_000).astype("datetime64[us]")

    def by_the_hour(self, rates: Numbers) -> Numbers:
        """What to expect in each hour of days at these rates. An hour that comes twice is as quiet as its twin."""
        day = np.searchsorted(self.starts, self.hours, side="right") - 1
        of_day = (self.hours - self.starts[day]) // np.timedelta64(1, "h")
        expected: Numbers = rates[day] * (_HOURS / _HOURS.sum())[np.minimum(of_day.astype(np.int64), 23)]
        return expected

    def moments(self, draw: np.random.Generator, day: Whole) -> Instants:
        """An instant in each of these days (by index), at the hours when people are awake."""
        hour = draw.choice(24, len(day), p=_HOURS / _HOURS.sum()) + draw.random(len(day))
        length = self.ends - self.starts
        moments: Instants = self.starts[day] + (length[day].astype(np.int64) * (hour / 24)).astype("timedelta64[us]")
        return moments

    def events(self, name: str, rates: Numbers) -> Instants:
        """Instants of independent events at these daily rates, in order, up to now."""
        draw = self.draw(f"events of {name}")
        day = np.repeat(np.arange(len(self.days)), draw.poisson(rates))
        moments = np.sort(self.moments(draw, day))
        return moments[moments < self.now]


def _instant(at: datetime) -> np.datetime64:
    return np.datetime64(round(at.timestamp() * 1_000_000), "us")
