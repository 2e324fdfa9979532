"""The baseline: what the value was before, on the same weekdays.

Each day of the window is replaced by its weekday's *typical day* from before the deployment, and these are put together exactly as
the window itself is: means of values, shares and quantiles of pooled counts. So a window of Thursday to Saturday is compared with
Thursdays to Saturdays, whatever the measure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from .. import words
from ..model import Baseline, Estimate, Kind, Kpi, Measure, Nothing, Observation, Occasion, Point, Reason
from ..units import Quantity
from ..window import Window, day_of
from .case import Case
from .compose import Sum, compose, mean_of
from .estimate import length_of_day, points, whole_days
from .quantile import sum_of
from .reading import Entry, Number, Reading, per_day, read_days
from .silence import days_before_recording

USABLE, GOOD = 14, 28  # complete days (contract 3): two, and four, of each weekday

_COUNTS = {Quantity.NUMBER, Quantity.MONEY, Quantity.BYTES}


@dataclass(frozen=True, slots=True)
class Before:
    """The days before the deployment: a typical one for each weekday (Monday is 0), and the single ones for the history."""

    measure: Measure
    typical: Mapping[int, Sequence[Entry]]
    points: tuple[Point, ...]
    days: int
    window: Window
    origin: str
    hash: str  # of the typical days and the dates they come from
    unrecorded: int = 0  # days left out because nothing was being recorded yet


def look_back(case: Case, occasion: Occasion, tz: ZoneInfo) -> Before | Nothing:
    """What was measured before the deployment; Nothing when that is too little, or was declared invalid."""
    origin = occasion.baselines.get(case.kpi.id) or occasion.baselines.get(case.kpi.id.partition("[")[0], "measured")
    if origin.startswith("invalidated"):
        return _missing(f"the measured one was {origin}")
    if not case.before:
        return _missing("nothing was measured before the deployment")
    reading = read_days(case.kpi, case.before, tz)
    if isinstance(reading, Nothing):
        return _missing(f"before the deployment: {reading.detail}")
    reading = per_day(case.kpi, reading, lambda slot: length_of_day(slot, tz))
    days = sorted(slot for slot in reading.slots if slot is not None)
    single = points(case, reading, days)
    unrecorded = days_before_recording([point.value for point in single]) if reading.measure is Measure.VALUE else 0
    days, single = days[unrecorded:], single[unrecorded:]
    if len(days) < USABLE:
        since = f" since anything was recorded, on {days[0]:%-d %b %Y}" if unrecorded and days else ""
        return _missing(f"{words.plural(len(days), 'complete day')} before the deployment{since}; {USABLE} are needed")
    weekdays: dict[int, list[date]] = {}
    for day in days:
        weekdays.setdefault(day.weekday(), []).append(day)
    typical = {w: typed for w, own in weekdays.items() if (typed := _typical(reading, own, single))}
    window = Window(day_of(days[0], tz).window.start, day_of(days[-1], tz).window.end)
    print_of = hashlib.sha256(repr((sorted(typical.items()), days[0], days[-1], len(days))).encode()).hexdigest()
    return Before(reading.measure, typical, single, len(days), window, origin, print_of[:12], unrecorded)


def baseline(case: Case, before: Before | Nothing, days: Sequence[date] | Nothing) -> Baseline | Nothing:
    """What a value over these days compares with: measured where there is enough, else what the plan declares."""
    measured = before if isinstance(before, Nothing) else days if isinstance(days, Nothing) else _measured(case, before, days)
    declared = case.kpi.baseline
    if isinstance(measured, Nothing):
        return measured if declared is None else Baseline(declared, "declared", declared=declared)
    assert isinstance(before, Before)  # noqa: S101 - for the type checker: a measured value has measured days behind it
    return Baseline(measured.value, before.origin, before.days, before.window, declared, before.hash)


def days_compared(case: Case, observation: Observation, found: Estimate, tz: ZoneInfo) -> list[date] | Nothing:
    """The local days whose like before the deployment a value compares with."""
    kpi, window = case.kpi, observation.window
    if kpi.kind is Kind.STATE:
        return [window.end.astimezone(tz).date()]
    if days := whole_days(window, tz):
        return [point.day for point in found.days] or [day.date for day in days]
    whole_day = timedelta(hours=23) <= window.length <= timedelta(hours=25)
    if found.n is None and kpi.unit.quantity in _COUNTS and not whole_day:
        return _missing(
            f"a count over {words.span(window.length)} does not compare with whole days; count per day (/day), or over 24h"
        )
    return [(window.start + window.length / 2).astimezone(tz).date()]


def notes_on(before: Before | Nothing, compared: Baseline | Nothing, kpi: Kpi) -> tuple[str, ...]:
    """What to know about a comparison before trusting it."""
    if isinstance(before, Before):
        thin = (f"the baseline has {before.days} complete days; {GOOD} make a good one",) if before.days < GOOD else ()
        empty = f"{words.plural(before.unrecorded, 'day')} before anything was recorded left out of the baseline"
        return (*thin, *((empty,) if before.unrecorded else ()))
    if isinstance(compared, Baseline):
        return (f"compared with the plan's own baseline, for {before.detail}",)
    return ()


def _typical(reading: Reading, days: Sequence[date], single: Sequence[Point]) -> Sequence[Entry]:
    """The typical one of some days of one weekday: their mean in every count, and all of their samples."""
    entries = [entry for day in days for entry in reading.slots[day]]

    def mean(numbers: Iterable[Number]) -> float:
        return float(sum_of(list(numbers))) / len(days)

    match reading.measure:
        case Measure.SAMPLE:
            return entries
        case Measure.SHARE | Measure.MEAN:
            firsts, seconds = zip(*(numbers for _, numbers in entries), strict=True)
            return [((), (mean(firsts), mean(seconds)))]
        case Measure.BUCKETS:
            by_edge: dict[float, list[Number]] = {}
            for _, (edge, count) in entries:
                by_edge.setdefault(float(edge), []).append(count)
            return [((), (edge, mean(counts))) for edge, counts in sorted(by_edge.items())]
        case Measure.VALUE:
            values = [point.value for point in single if point.day.weekday() == days[0].weekday()]
            return [((), (mean_of(values),))] if values else ()
        case _:
            assert_never(reading.measure)


def _measured(case: Case, before: Before, days: Sequence[date]) -> Sum | Nothing:
    absent = sorted({day.weekday() for day in days} - set(before.typical))
    if absent or not days:
        weekday = next((f"{day:%A}" for day in days if day.weekday() in absent), "day")
        return _missing(f"no {weekday} before the deployment was measured")
    value = compose(case, before.measure, [before.typical[day.weekday()] for day in days])
    return _missing(f"before the deployment: {value.detail}") if isinstance(value, Nothing) else value


def _missing(why: str) -> Nothing:
    return Nothing(Reason.BASELINE_MISSING, why)
