"""Estimating: the one value of a window, from the slots of its evidence, with how much stands behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from .. import words
from ..model import Estimate, Evidence, Fold, Kind, Kpi, Measure, Nothing, Observation, Point, Reason, Segment
from ..window import Day, Window, day_of, days_in
from .case import Case
from .compose import Sum, compose, impossible, mean, share
from .reading import Entry, Reading, Slot, per_day, read

_A_DAY = timedelta(days=1)
_SOON = timedelta(minutes=15)  # after a deployment: the first look at it (contract 1)
_FEW = 30  # what a part of a day must show before it is judged, where the plan asks for no more (UX7)


def estimate(case: Case, look: Observation, now: datetime, tz: ZoneInfo) -> Estimate | Nothing:
    """The value of the window that was asked for, or why there is none.

    A window of whole days counts only those whose data have settled: today so far is never in it (BIZ5). Others are exact: before
    the first whole day a KPI of days is judged on the hours since the deployment, unless it is a daily quantity (contract 4).
    """
    kpi, evidence = case.kpi, look.outcome
    days = whole_days(look.window, tz)
    settled = [day.date for day in days if day.window.end <= now - (kpi.settles.nominal if kpi.settles else timedelta())]
    young = bool(days) and len(settled) < round(kpi.window.nominal / _A_DAY)
    reading = evidence if isinstance(evidence, Nothing) else _stale(kpi, evidence, now) or read(kpi, evidence)
    if isinstance(reading, Nothing):  # a question about thirty days has nothing to say before there are thirty
        return _not_over(kpi, len(settled)) if young and reading.reason is Reason.EMPTY else reading
    if days and None not in (*reading.slots, *reading.faults):
        found = over(case, per_day(kpi, reading, lambda slot: length_of_day(slot, tz)), settled)
        if isinstance(found, Nothing) and found.reason is Reason.EMPTY and young:
            return _not_over(kpi, len(settled))
    else:
        found = over(case, per_day(kpi, reading, lambda _: look.window.length), [*reading.slots, *reading.faults])
    if isinstance(found, Nothing):
        return found
    part_of_a_day = kpi.window.in_days and kpi.kind is Kind.FLOW and look.window.length < timedelta(hours=23)
    if part_of_a_day and reading.measure is Measure.VALUE:
        return _not_over(kpi, 0)
    if kpi.kind is Kind.FLOW and look.window.length < min(_SOON, kpi.window.nominal):
        return Nothing(Reason.WINDOW_INCOMPLETE, f"{words.span(look.window.length)} so far; {words.span(_SOON)} are the least")
    return too_few(found, kpi.min_sample or (_FEW if part_of_a_day and not kpi.census else 0)) or found


def too_few(found: Estimate, least: int) -> Nothing | None:
    """Why a value has too little behind it; None where it has enough."""
    if not least or (found.n or 0) >= least:
        return None
    counted = f"{words.count(found.n)} of at least {least:,}" if found.n is not None else "the answer does not say how many"
    return Nothing(Reason.BELOW_MIN_SAMPLE, counted)


@lru_cache
def whole_days(window: Window, tz: ZoneInfo) -> tuple[Day, ...]:
    """The local days that a window consists of; none for a window of exact instants."""
    days = days_in(window, tz)
    return days if days and days[0].window.start == window.start and days[-1].window.end == window.end else ()


@lru_cache(1024)
def length_of_day(day: date, tz: ZoneInfo) -> timedelta:
    """How long a local day lasts: 23, 24 or 25 hours, or none."""
    return day_of(day, tz).window.length


def over(case: Case, reading: Reading, wanted: Sequence[Slot]) -> Estimate | Nothing:
    """The value over these slots. A slot that cannot be read spoils it; one without an answer is noted, or spoils a sum or a maximum."""
    for slot in wanted:
        if slot in reading.faults:
            return reading.faults[slot]
    found = [slot for slot in wanted if slot in reading.slots]
    if not found:
        return Nothing(Reason.EMPTY, "the answer has nothing for this window")
    missing = len(wanted) - len(found)
    folds = reading.measure is Measure.VALUE
    if missing and folds and case.kpi.fold in (Fold.SUM, Fold.MAX):
        return Nothing(
            Reason.WINDOW_INCOMPLETE, f"no answer for {missing} of {_slots(wanted)}, which a {case.kpi.fold} cannot do without"
        )
    entries = [reading.slots[slot] for slot in found]
    whole = compose(case, reading.measure, entries)
    if isinstance(whole, Nothing):
        return whole
    if missing > len(found) and folds and case.kpi.fold is Fold.MEAN:
        return Nothing(Reason.WINDOW_INCOMPLETE, f"no answer for {missing} of {_slots(wanted)}, most of them")
    gaps = (f"answered for {len(found)} of {_slots(wanted)}",) if missing else ()
    return Estimate(
        whole.value,
        whole.n,
        whole.hits,
        days=points(case, reading, found),
        segments=_segments(case, reading, entries),
        notes=(*reading.notes, *whole.notes, *gaps),
    )


def points(case: Case, reading: Reading, slots: Iterable[Slot]) -> tuple[Point, ...]:
    """The value of each single day, where there is one. Hours and answers for a window as a whole are no days."""
    days = [slot for slot in slots if isinstance(slot, date) and not isinstance(slot, datetime)]
    of_one_row = {Measure.SHARE: share, Measure.MEAN: mean}.get(reading.measure)  # by far the most days are one row
    found = []
    for day in days:
        entries = reading.slots[day]
        if of_one_row and len(entries) == 1:
            value = of_one_row(*entries[0][1])
            value = value if isinstance(value, Nothing) else impossible(case.kpi, value.value) or value
        else:
            value = compose(case, reading.measure, (entries,))
        if isinstance(value, Sum):
            found.append(Point(day, value.value, value.n))
    return tuple(found)


def _segments(case: Case, reading: Reading, slots: Sequence[Sequence[Entry]]) -> tuple[Segment, ...]:
    """The value of each part the plan wants shown apart, the greatest first."""
    at = [reading.dimensions.index(name) for name in case.kpi.by if name in reading.dimensions]
    if not at:
        return ()
    names = sorted({tuple(part[i] for i in at) for entries in slots for part, _ in entries})
    shown = []
    for name in names:
        own = [[e for e in entries if tuple(e[0][i] for i in at) == name] for entries in slots]
        value = compose(case, reading.measure, [entries for entries in own if entries])
        if isinstance(value, Sum):
            shown.append(Segment(" · ".join(name), value.value, value.n))
    return tuple(sorted(shown, key=lambda s: (-s.value, s.name)))


def _slots(wanted: Sequence[Slot]) -> str:
    return words.plural(len(wanted), "hour" if isinstance(wanted[0], datetime) else "day")


def _not_over(kpi: Kpi, days: int) -> Nothing:
    settling = f", and its data settle for {kpi.settles.words()}" if kpi.settles else ""
    wanted = round(kpi.window.nominal / _A_DAY)
    return Nothing(Reason.WINDOW_INCOMPLETE, f"{words.share(days, wanted)} complete days so far{settling}")


def _stale(kpi: Kpi, evidence: Evidence, now: datetime) -> Nothing | None:
    """A source that stopped is not a source that saw nothing: an empty log proves no peace (SQL4)."""
    if kpi.freshness is None:
        return None
    if evidence.newest is None:
        return Nothing(Reason.STALE, f"nothing shows that its data are newer than {kpi.freshness.words()}")
    age = now - evidence.newest
    if age <= kpi.freshness.nominal:
        return None
    return Nothing(Reason.STALE, f"the newest of its data is {words.span(age)} old; {kpi.freshness.words()} is the limit")
