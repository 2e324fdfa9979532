"""Putting together: entries of some slots become one value, each measure in the way its quantity adds up.

A share from the sums of hits and totals, a quantile from the merged buckets or from all samples, a mean from sums and counts; only a
bare `value` a day needs to be told how (`Kpi.fold`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple, assert_never

from .. import units, words
from ..model import Fold, Kpi, Measure, Nothing, Reason
from ..units import Quantity
from . import quantile
from .case import Case
from .quantile import sum_of
from .reading import Entry, Number

# Quantities whose values for the parts of a whole add up to the value of the whole.
_ADDITIVE = {Quantity.NUMBER, Quantity.PER_DAY, Quantity.PER_SECOND, Quantity.MONEY, Quantity.BYTES}


class Sum(NamedTuple):
    """Entries put together: a canonical value, how many observations are behind it, and what to know about it."""

    value: float
    n: float | None = None
    hits: float | None = None
    notes: tuple[str, ...] = ()


def compose(case: Case, measure: Measure, slots: Sequence[Sequence[Entry]]) -> Sum | Nothing:
    """One value out of the entries of some slots, oldest first, or why it cannot be formed."""
    kpi = case.kpi
    match measure:
        case Measure.VALUE:
            whole = _folded(kpi, slots)
        case Measure.SHARE:
            whole = share(*_sums(slots))
        case Measure.MEAN:
            whole = mean(*_sums(slots))
        case Measure.SAMPLE:
            whole = _of_samples(kpi, [float(n) for (n,) in _rows(slots)])
        case Measure.BUCKETS:
            whole = _of_buckets(kpi, case.limits, _rows(slots))
        case _:
            assert_never(measure)
    return whole if isinstance(whole, Nothing) else impossible(kpi, whole.value) or whole


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
        if wrong := impossible(kpi, float(extreme)):
            return wrong
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


def share(hits: Number, total: Number) -> Sum | Nothing:
    """Hits of a total. One miss in any number keeps it under the whole (SEC6)."""
    if not total:
        return Nothing(Reason.ZERO_DENOMINATOR, "there was nothing to take a share of")
    value = _ratio(hits, total)
    if value >= 1.0:
        value = 1.0 if hits >= total else math.nextafter(1.0, 0.0)
    return Sum(value, float(total), float(hits))


def mean(whole: Number, count: Number) -> Sum | Nothing:
    """A sum over a count."""
    if not count:
        return Nothing(Reason.ZERO_DENOMINATOR, "there was nothing to take a mean of")
    return Sum(_ratio(whole, count), float(count))


def _of_samples(kpi: Kpi, samples: Sequence[float]) -> Sum | Nothing:
    for extreme in (min(samples), max(samples)):
        if wrong := impossible(kpi, extreme):
            return wrong
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


def impossible(kpi: Kpi, value: float) -> Nothing | None:
    """Why a value cannot be, by the plan's range; None where it can."""
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
