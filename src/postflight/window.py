"""Windows of time: half-open, aware, in the plan's time zone. The one reader of calendars; nothing else adds days to instants.

A local day starts at the first instant of its date, which is not always midnight, and lasts 23, 24, 25 hours, or none at all
(Apia, 30 December 2011). Instants are kept in UTC.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import total_ordering
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """The instants `start <= t < end`, both aware."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a window needs aware instants")
        if self.end < self.start:
            raise ValueError("a window cannot end before it starts")

    @property
    def length(self) -> timedelta:
        """Elapsed time, which on a day of a clock change is not the difference of wall clocks."""
        return self.end - self.start

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end


@dataclass(frozen=True, slots=True, order=True)
class Day:
    """One local date and the instants that belong to it."""

    date: date
    window: Window


def start_of(day: date, tz: ZoneInfo) -> datetime:
    """The first instant of a local date, in UTC. Where midnight is skipped, the instant of the change; where it comes twice, the first."""
    return datetime.combine(day, time(0), tz).astimezone(UTC)


def day_of(day: date, tz: ZoneInfo) -> Day:
    """The instants of one local date; an empty window for a date that the zone skipped."""
    return Day(day, Window(start_of(day, tz), start_of(day + timedelta(days=1), tz)))


def days_in(window: Window, tz: ZoneInfo) -> tuple[Day, ...]:
    """The local days that lie wholly inside the window, oldest first. Partial days at either end, and days of no length, are left out."""
    first = window.start.astimezone(tz).date()
    last = window.end.astimezone(tz).date()
    days = (day_of(first + timedelta(days=n), tz) for n in range((last - first).days + 1))
    return tuple(d for d in days if d.window.start >= window.start and d.window.end <= window.end and d.window.length)


def complete_days(n: int, now: datetime, tz: ZoneInfo, since: datetime | None = None) -> tuple[Day, ...]:
    """The last `n` local days that are over at `now` and did not begin before `since`, oldest first."""
    today = now.astimezone(tz).date()
    start = start_of(today - timedelta(days=n), tz)
    if since is not None and since > start:
        start = min(since, now)
    return days_in(Window(start, max(start, start_of(today, tz))), tz)


_SPAN = re.compile(r"(\d+)\s*(min|h|d|w|mo|y)")
_SPELLED = {"min": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "y": "year"}
_FIXED = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_NOMINAL = _FIXED | {"mo": timedelta(days=30), "y": timedelta(days=365)}


@total_ordering
@dataclass(frozen=True, slots=True)
class Span:
    """A duration as people write it: `15min`, `24h`, `7d`, `1w`, `1mo`, `3mo`. Weeks and shorter are exact; months follow the calendar."""

    count: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Span:
        """Raises ValueError when it is no duration, or zero."""
        match = _SPAN.fullmatch(text.strip())
        if match is None or int(match[1]) == 0:
            raise ValueError(f"cannot read {text!r} as a duration; write one like 15min, 24h, 7d, 1w or 3mo")
        return cls(int(match[1]), match[2])

    @property
    def in_days(self) -> bool:
        """True when it counts local days (a window of complete days), false for exact minutes and hours."""
        return self.unit not in ("min", "h")

    @property
    def nominal(self) -> timedelta:
        """Its length with months of 30 days: for ordering and for budgets, never for a due date."""
        return self.count * _NOMINAL[self.unit]

    def after(self, instant: datetime, tz: ZoneInfo) -> datetime:
        """The due date, in UTC: exact elapsed time, or the same wall-clock time months later (the last day of a shorter month)."""
        if self.unit in _FIXED:
            return (instant + self.count * _FIXED[self.unit]).astimezone(UTC)
        local = instant.astimezone(tz)
        months = local.month - 1 + self.count * (12 if self.unit == "y" else 1)
        year, month = local.year + months // 12, months % 12 + 1
        day = min(local.day, calendar.monthrange(year, month)[1])
        return local.replace(year=year, month=month, day=day, fold=0).astimezone(UTC)

    def __lt__(self, other: Span) -> bool:
        return self.nominal < other.nominal

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"

    def words(self) -> str:
        """`24 hours`, `1 week`, `3 months`."""
        return f"{self.count} {_SPELLED[self.unit]}{'' if self.count == 1 else 's'}"


def hours_in(window: Window) -> Iterator[Window]:
    """The whole hours of elapsed time in a window, from its start; a last partial hour is left out."""
    start = window.start
    while start + timedelta(hours=1) <= window.end:
        yield Window(start, start + timedelta(hours=1))
        start += timedelta(hours=1)
