"""Reading the evidence: cells become exact canonical numbers, slot by slot, or a reason why they cannot.

Nothing is guessed: a text that looks like a number, a truth value where a count is wanted, a unit of another quantity or a second row
where one was expected is no data, with a sentence that says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import repeat
from operator import le
from typing import Any, TypeAlias, cast
from zoneinfo import ZoneInfo

from .. import units, words
from ..model import Cell, Evidence, Kind, Kpi, Measure, Nothing, Observation, Reason
from ..units import Quantity
from ..window import days_in
from .case import part_name

Number: TypeAlias = int | float | Decimal
Slot: TypeAlias = date | None  # a local day, the instant an hour begins, or None: an answer for the window as a whole
Entry: TypeAlias = tuple[
    tuple[str, ...], tuple[Number, ...]
]  # of one part: (hits, total), (edge, count), (sum, count) or one number

_NUMBERS = {
    Measure.VALUE: ("value",),
    Measure.SAMPLE: ("sample",),
    Measure.SHARE: ("hits", "total"),
    Measure.BUCKETS: ("bucket", "count"),
    Measure.MEAN: ("sum", "count"),
}
_ROUNDING = 1e-9  # by which a counter that its source extrapolates may pass the one it is a part of
_LARGEST = 10**24  # no KPI of anything is larger, and sums of what is smaller cannot overflow
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one answer says: entries by slot, in canonical units. A slot that cannot be read stands under `faults` instead."""

    measure: Measure
    slots: Mapping[Slot, Sequence[Entry]]
    faults: Mapping[Slot, Nothing] = field(default_factory=dict)
    dimensions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read(kpi: Kpi, evidence: Evidence) -> Reading | Nothing:
    """The evidence for one KPI, understood."""
    measure, dimensions = _shape(evidence.columns)
    if measure is None:
        return _unreadable(f"its columns ({', '.join(map(words.clean, evidence.columns))}) are not one measure")
    unit = units.FRACTION if measure is Measure.SHARE else evidence.unit or kpi.unit
    if not kpi.unit.converts_to(unit):
        return _unreadable(
            f"it is in {'fractions of a whole' if unit is units.FRACTION else unit}, and the plan counts in {kpi.unit}"
        )
    if not evidence.rows:
        return Nothing(Reason.EMPTY, "the answer has no rows")
    if set(map(len, evidence.rows)) != {len(evidence.columns)}:
        return _unreadable(f"a row has not as many cells as there are columns ({len(evidence.columns)})")
    column = dict(zip(evidence.columns, zip(*evidence.rows, strict=True), strict=True))
    days = _slots(column["day"]) if "day" in column else repeat(None, len(evidence.rows))
    if isinstance(days, Nothing):
        return days
    parts = [tuple(map(part_name, p)) for p in zip(*(column[d] for d in dimensions), strict=True)] or repeat(())
    numbers = _numbers(measure, [column[name] for name in _NUMBERS[measure]], unit.scale, kpi.unit.quantity is Quantity.YES_NO)

    slots: dict[Slot, list[Entry]] = {}
    faults: dict[Slot, Nothing] = {}
    blank = 0
    for slot, part, row in zip(days, parts, numbers):  # noqa: B905 - `parts` may go on for ever
        if isinstance(row, tuple):
            slots.setdefault(slot, []).append((part, row))
        elif row is None:
            blank += 1
        else:
            faults[slot] = row
    if measure is Measure.VALUE and (twice := _twice(slots)):
        return twice
    if not slots and not faults:
        return Nothing(Reason.EMPTY, "the answer is empty (NULL)")
    if faults:
        slots = {slot: entries for slot, entries in slots.items() if slot not in faults}
    notes = (*evidence.notes, *((f"{words.plural(blank, 'empty row')} left out",) if blank and measure is Measure.SAMPLE else ()))
    return Reading(measure, slots, faults, dimensions, notes)


@lru_cache
def _shape(columns: tuple[str, ...]) -> tuple[Measure | None, tuple[str, ...]]:
    """The measure and the dimensions that columns spell; thousands of answers share a few shapes."""
    spelled = Evidence(columns, (), "")
    return spelled.measure, spelled.dimensions


def read_days(kpi: Kpi, observations: Sequence[Observation], tz: ZoneInfo) -> Reading | Nothing:
    """Observations as one reading by local day, a later answer in place of an earlier one for the same day.

    An answer without a `day` column speaks of the day it was asked on, when it is about a state, or of the one day it was asked for.
    """

    def day_of(observation: Observation) -> Slot:
        if kpi.kind is Kind.STATE:
            return observation.asked_at.astimezone(tz).date()
        days = days_in(observation.window, tz)
        return days[0].date if len(days) == 1 and days[0].window == observation.window else None

    return _series(kpi, observations, day_of, date)


def read_hours(kpi: Kpi, observations: Sequence[Observation]) -> Reading | Nothing:
    """Observations as one reading by the instants at which hours begin."""
    return _series(kpi, observations, lambda o: o.window.start if o.window.length == timedelta(hours=1) else None, datetime)


def _series(
    kpi: Kpi, observations: Sequence[Observation], slot_of: Callable[[Observation], Slot], kind: type[date]
) -> Reading | Nothing:
    """Answers to one question at different times, put side by side. Nothing, with the reason of the first, when none can be read.

    Answers under another definition of the KPI are left out, and said to be.
    """
    comparable = [o for o in observations if not (o.definition and kpi.definition and o.definition != kpi.definition)]
    whole: Reading | Nothing = Nothing(Reason.EMPTY, "nothing was measured in that time")
    for observation in comparable:
        reading = read(kpi, observation.outcome) if isinstance(observation.outcome, Evidence) else observation.outcome
        if isinstance(reading, Reading):
            undated = None in reading.slots or None in reading.faults
            reading = _placed(reading, slot_of(observation) if undated else None, kind)
        if isinstance(whole, Nothing):
            whole = reading
        elif isinstance(reading, Reading) and reading.measure is whole.measure:
            whole = replace(reading, slots={**whole.slots, **reading.slots}, faults={**whole.faults, **reading.faults})
    former = len(observations) - len(comparable)
    if former and isinstance(whole, Reading):
        whole = replace(whole, notes=(*whole.notes, f"{words.plural(former, 'answer')} under an earlier definition left out"))
    return whole


def _placed(reading: Reading, own: Slot, kind: type[date]) -> Reading | Nothing:
    """The reading with only slots of one kind, an answer without any in the slot it was asked for."""
    if {*map(type, reading.slots), *map(type, reading.faults)} == {kind}:
        return reading
    slots = {slot or own: entries for slot, entries in reading.slots.items() if type(slot or own) is kind}
    faults = {slot or own: fault for slot, fault in reading.faults.items() if type(slot or own) is kind}
    if not slots and not faults:
        return Nothing(Reason.WINDOW_INCOMPLETE, f"the answer does not tell its {'hours' if kind is datetime else 'days'} apart")
    return replace(reading, slots=slots, faults=faults)


def per_day(kpi: Kpi, reading: Reading, length: Callable[[date], timedelta]) -> Reading:
    """Counts per day, divided by the real length of their slot: a day of 23 hours with 23 tickets has 24 a day (R-13)."""
    if kpi.unit.quantity is not Quantity.PER_DAY or kpi.kind is not Kind.FLOW or reading.measure is not Measure.VALUE:
        return reading
    slots: dict[Slot, Sequence[Entry]] = {}
    for slot, entries in reading.slots.items():
        hours = length(slot) if slot is not None else _A_DAY  # a bare value is in the KPI's unit already (contract 3)
        if hours != _A_DAY and hours:
            ratio = _A_DAY / hours
            entries = [(part, (float(numbers[0]) * ratio,)) for part, numbers in entries]
        slots[slot] = entries
    return replace(reading, slots=slots)


def _unreadable(why: str) -> Nothing:
    return Nothing(Reason.BAD_RESPONSE, f"the answer cannot be read: {why}")


def _slots(cells: Sequence[Cell]) -> Sequence[Slot] | Nothing:
    """Days as dates, hours as the instants at which they begin."""
    if set(map(type, cells)) == {date}:
        return cast(Sequence[date], cells)
    slots: list[Slot] = []
    for cell in cells:
        try:
            if isinstance(cell, str):
                cell = datetime.fromisoformat(cell) if len(cell) > len("2026-11-23") else date.fromisoformat(cell)
        except ValueError:
            return _unreadable("`day` holds something that is no day")
        if isinstance(cell, datetime):
            if cell.tzinfo is None:
                return _unreadable("an hour in `day` names no time zone")
            cell = cell.astimezone(UTC)
        if not isinstance(cell, date):
            return _unreadable("`day` holds something that is no day")
        slots.append(cell)
    return slots


def _twice(slots: Mapping[Slot, Sequence[Entry]]) -> Nothing | None:
    """One value for one slot and part: a second one means that the question asks for something else than it should."""
    for slot, entries in slots.items():
        if len(entries) > 1 and len({part for part, _ in entries}) < len(entries):
            return _unreadable(f"{len(entries)} values where one is wanted" + (f" ({slot})" if slot else ""))
    return None


def _numbers(
    measure: Measure, columns: Sequence[Sequence[Cell]], scale: Decimal, yes_no: bool
) -> Sequence[tuple[Number, ...] | Nothing | None]:
    """The numbers of each row: canonical, None for a row that says nothing, or what is wrong with it.

    Looked through column by column; only an answer with a fault in it is gone through row by row.
    """
    rows: list[Any] = list(zip(*columns, strict=True))
    if any(None in column for column in columns):
        rows = [_filled(row) for row in rows]
        columns = list(zip(*(row for row in rows if row is not None), strict=True))
    if columns and _fault(measure, columns, yes_no):
        rows = [row and (_fault(measure, [(cell,) for cell in row], yes_no) or row) for row in rows]
    if scale == 1 or measure is Measure.SHARE:
        return rows
    return [(units.exact(row[0]) * scale, *row[1:]) if isinstance(row, tuple) else row for row in rows]


def _filled(row: tuple[Cell, ...]) -> tuple[Cell, ...] | None:
    """A row without NULL, or None. SUM over no rows is NULL in SQL: nothing out of nothing is zero."""
    if None not in row:
        return row
    return (0, 0) if len(row) == 2 and row[1] == 0 else None


def _fault(measure: Measure, columns: Sequence[Sequence[Any]], yes_no: bool) -> Nothing | None:
    """Why these columns of numbers cannot be what they claim to be; None where they can."""
    for kind in set().union(*(map(type, column) for column in columns)):
        if not issubclass(kind, (int, float, Decimal)) or (kind is bool and not yes_no):
            what = "a truth value" if kind is bool else "a text" if kind is str else "something else"
            return _unreadable(f"{what} where a number is wanted")
    first, last = columns[0], columns[-1]
    if measure is Measure.BUCKETS:  # the last bucket has no upper edge
        columns = [[edge for edge in first if edge != math.inf], last]
    try:
        finite = all(all(map(math.isfinite, column)) for column in columns)
    except OverflowError:
        return Nothing(Reason.OUT_OF_RANGE, "the answer is a number beyond all measure")
    except ValueError:
        finite = False
    if not finite:
        return Nothing(Reason.NON_FINITE, "the answer is no number (NaN), or infinite")
    if any(column and max(max(column), -min(column)) > _LARGEST for column in columns):
        return Nothing(Reason.OUT_OF_RANGE, "the answer is a number beyond all measure")
    if yes_no and not set(first) <= {0, 1}:
        return Nothing(Reason.OUT_OF_RANGE, "an answer that is neither yes (1) nor no (0)")
    if len(columns) > 1 and min(last) < 0:
        return Nothing(Reason.OUT_OF_RANGE, f"a count of {words.count(float(min(last)))} is less than none")
    if measure is Measure.SHARE and not (min(first) >= 0 and (all(map(le, first, last)) or all(map(_is_part, first, last)))):
        hits, total = next(pair for pair in zip(first, last, strict=True) if not (pair[0] >= 0 and _is_part(*pair)))
        return Nothing(Reason.OUT_OF_RANGE, f"{words.count(float(hits))} of {words.count(float(total))} is no share of a whole")
    return None


def _is_part(hits: Number, total: Number) -> bool:
    """Whether hits are at most the total; where its source extrapolates, a rounding more is none."""
    return hits <= total or (isinstance(total, float) and hits <= total * (1 + _ROUNDING))
