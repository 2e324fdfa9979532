"""Estimating: slots of evidence become the one value of a window, with how much stands behind it.

Every measure is put together the way its quantity adds up: a share from the sums of hits and totals, a quantile from the merged
buckets or from all samples, a mean from sums and counts; only a bare `value` a day needs to be told how (`Kpi.fold`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple, assert_never
from zoneinfo import ZoneInfo

from .. import units, words
from ..model import Estimate, Evidence, Fold, Kind, Kpi, Measure, Nothing, Observation, Point, Reason, Segment
from ..units import Quantity
from ..window import Day, Window, day_of, days_in
from . import quantile
from .case import Case
from .quantile import sum_of
from .reading import Entry, Number, Reading, Slot, per_day, read

# Quantities whose values for the parts of a whole add up to the value of the whole.
_ADDITIVE = {Quantity.NUMBER, Quantity.PER_DAY, Quantity.PER_SECOND, Quantity.MONEY, Quantity.BYTES}
_A_DAY = timedelta(days=1)
_SOON = timedelta(minutes=15)  # after a deployment: the first look at it (contract 1)
_FEW = 30  # what a part of a day must show before it is judged, where the plan asks for no more (UX7)


class Sum(NamedTuple):
    """Entries put together: a canonical value, how many observations are behind it, and what to know about it."""

    value: float
    n: float | None = None
    hits: float | None = None
    notes: tuple[str, ...] = ()


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
    of_one_row = {Measure.SHARE: _share, Measure.MEAN: _mean}.get(reading.measure)  # by far the most days are one row
    found = []
    for day in days:
        entries = reading.slots[day]
        if of_one_row and len(entries) == 1:
            value = of_one_row(*entries[0][1])
            value = value if isinstance(value, Nothing) else _impossible(case.kpi, value.value) or value
        else:
            value = compose(case, reading.measure, (entries,))
        if isinstance(value, Sum):
            found.append(Point(day, value.value, value.n))
    return tuple(found)


def compose(case: Case, measure: Measure, slots: Sequence[Sequence[Entry]]) -> Sum | Nothing:
    """One value out of the entries of some slots, oldest first, or why it cannot be formed."""
    kpi = case.kpi
    match measure:
        case Measure.VALUE:
            whole = _folded(kpi, slots)
        case Measure.SHARE:
            whole = _share(*_sums(slots))
        case Measure.MEAN:
            whole = _mean(*_sums(slots))
        case Measure.SAMPLE:
            whole = _of_samples(kpi, [float(n) for (n,) in _rows(slots)])
        case Measure.BUCKETS:
            whole = _of_buckets(kpi, case.limits, _rows(slots))
        case _:
            assert_never(measure)
    return whole if isinstance(whole, Nothing) else _impossible(kpi, whole.value) or whole


def _rows(slots: Sequence[Sequence[Entry]]) -> list[tuple[Number, ...]]:
    return [numbers for entries in slots for _, numbers in entries]


def _sums(slots: Sequence[Sequence[Entry]]) -> Sequence[Number]:
    rows = _rows(slots)
    return rows[0] if len(rows) == 1 else [sum_of(column) for column in zip(*rows, strict=True)]


def _folded(kpi: Kpi, slots: Sequence[Sequence[Entry]]) -> Sum | Nothing:
    """One value a slot, folded. A yes or no has no mean: the last one stands."""
    values: list[Number] = []
    for entries in slots:
        value = entries[0][1][0] if len(entries) == 1 else _across(kpi, [numbers[0] for _, numbers in entries])
        if isinstance(value, Nothing):
            return value
        values.append(value)
    if len(values) == 1:
        return Sum(float(values[0]))
    for extreme in (min(values), max(values)):
        if impossible := _impossible(kpi, float(extreme)):
            return impossible
    match kpi.fold:
        case Fold.MEAN:
            yes_no = kpi.unit.quantity is Quantity.YES_NO
            return Sum(float(values[-1]) if yes_no else mean_of(values))
        case Fold.SUM:
            return Sum(float(sum(map(units.exact, values))))
        case Fold.LAST:
            return Sum(float(values[-1]))
        case Fold.MAX:
            return Sum(float(max(values)))
        case _:
            assert_never(kpi.fold)


def mean_of(values: Sequence[Number]) -> float:
    """The mean of values as the decimals people see: three times 0.1 is 0.1, which floats would miss by a bit."""
    return float(sum(map(units.exact, values), start=Decimal()) / len(values))


def _across(kpi: Kpi, values: Sequence[Number]) -> Number | Nothing:
    """The value of a whole from those of its parts: the greatest of maxima, the sum of what adds up; there is no such thing for others."""
    if kpi.fold is Fold.MAX:
        return max(values)
    if kpi.unit.quantity in _ADDITIVE:
        return sum_of(values)
    why = f"{len(values)} values in {kpi.unit} for parts of a whole do not add up to one; answer with hits and total or sum and count, or use each:"
    return Nothing(Reason.BAD_RESPONSE, why)


def _share(hits: Number, total: Number) -> Sum | Nothing:
    """Hits of a total. One miss in any number keeps it under the whole (SEC6)."""
    if not total:
        return Nothing(Reason.ZERO_DENOMINATOR, "there was nothing to take a share of")
    value = _ratio(hits, total)
    if value >= 1.0:
        value = 1.0 if hits >= total else math.nextafter(1.0, 0.0)
    return Sum(value, float(total), float(hits))


def _mean(whole: Number, count: Number) -> Sum | Nothing:
    if not count:
        return Nothing(Reason.ZERO_DENOMINATOR, "there was nothing to take a mean of")
    return Sum(_ratio(whole, count), float(count))


def _of_samples(kpi: Kpi, samples: Sequence[float]) -> Sum | Nothing:
    for extreme in (min(samples), max(samples)):
        if impossible := _impossible(kpi, extreme):
            return impossible
    value = quantile.of_samples(sorted(samples), kpi.quantile) if kpi.quantile is not None else math.fsum(samples) / len(samples)
    return Sum(value, float(len(samples)))


def _of_buckets(kpi: Kpi, limits: Sequence[float], rows: Sequence[Sequence[Number]]) -> Sum | Nothing:
    """A quantile of the merged histogram. The decision is exact at every limit that is an edge; elsewhere the bounds are noted."""
    if kpi.quantile is None:
        return Nothing(
            Reason.BAD_RESPONSE, "a histogram has no exact mean; give the KPI a quantile, or answer with sum and count"
        )
    by_edge: dict[float, list[Number]] = {}
    for edge, count in rows:
        by_edge.setdefault(float(edge), []).append(count)
    buckets = [(edge, sum_of(counts)) for edge, counts in sorted(by_edge.items())]
    n = float(sum_of([count for _, count in buckets]))
    if not n:
        return Nothing(Reason.EMPTY, "nothing was counted in any bucket")
    at = quantile.of_buckets(buckets, kpi.quantile)
    if math.isfinite(at.high):
        between = [limit for limit in limits if at.low < limit < at.high]
        if not between:
            return Sum(at.value, n)
        low, high, limit = (words.value(edge, kpi.unit) for edge in (at.low, at.high, between[0]))
        return Sum(at.value, n, notes=(f"between {low} and {high}: no bucket ends at {limit}",))
    low = words.value(at.low, kpi.unit)
    if limits and limits[-1] >= at.low:
        why = f"it lies beyond the last bucket, which ends at {low}; a bucket must end above {words.value(limits[-1], kpi.unit)} to tell"
        return Nothing(Reason.OUT_OF_RANGE, why)
    return Sum(at.value, n, notes=(f"at least {low}: beyond the last bucket",))


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


def _impossible(kpi: Kpi, value: float) -> Nothing | None:
    low, high = kpi.valid
    if (low is None or value >= low) and (high is None or value <= high):
        return None
    limit = (
        f"at least {words.value(low, kpi.unit)}" if low is not None and value < low else f"at most {words.value(high, kpi.unit)}"
    )
    return Nothing(Reason.OUT_OF_RANGE, f"{words.value(value, kpi.unit)} cannot be: it is {limit}")


def _ratio(part: Number, whole: Number) -> float:
    """A quotient rounded once: exact for integers and for decimals."""
    try:
        return float(part / whole)  # type: ignore[operator]
    except TypeError:  # a decimal and a float
        return float(part) / float(whole)
