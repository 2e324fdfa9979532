"""The one door from rows to evidence: what any system answered becomes `Evidence`, or `Nothing` with a reason.

Every source ends here, so that a NULL, a NaN, an impossible share or a result of a million rows means the same thing whoever said it
(corrections, "No data: the contract"). A total of zero passes: that a share of nothing is no number is for the judge to say.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from .. import words
from ..model import MEASURE_COLUMNS, Ask, Cell, Evidence, Measure, Nothing, Reason, Role, measure_of
from ..units import Unit

MAX_ROWS = 10_000
MAX_BYTES = 2**20  # of cells as text, near enough: a bound on memory, not an accounting
MAX_TEXT = 200  # code points of a dimension's value

Row = Sequence[object]

_EXPECTED = "value; sample; hits and total; bucket and count; or sum and count (day, newest and dimensions may be added)"
_NEVER_NEGATIVE = frozenset({"hits", "total", "count", "sumsq"})


def evidence(
    columns: Sequence[str],
    rows: Iterable[Row],
    query: str,
    *,
    unit: Unit | None = None,
    newest: datetime | None = None,
    notes: Sequence[str] = (),
    readings: Mapping[str, int] | None = None,
) -> Evidence | Nothing:
    """Check what a system answered and give it the form the judge reads. Never raises on data.

    Numbers stay as they came (a Decimal is not rounded to a float). `day` cells become dates; an hour's slot stays an ISO instant.
    A column `newest` is no dimension: the latest instant in it is the watermark for freshness. Rows without any number (an outer
    join's empty day) are left out and counted in a note; with no other rows the answer is `empty`. A bucket's edge may be +inf. Rows are
    put in the order of their days.
    """
    if "newest" in columns:
        columns, rows, newest = _without_newest(columns, rows, newest)
    if measure_of(columns) is None:
        named = words.listing([words.clean(str(name)) for name in columns], 8) or "nothing"
        return Nothing(Reason.BAD_RESPONSE, f"answered with the columns {named}; expected {_EXPECTED}")
    numbers = max((names for names in MEASURE_COLUMNS if names <= set(columns)), key=len)
    kept: list[tuple[Cell, ...]] = []
    absent = 0
    for row in rows:
        read = _row(columns, row, numbers)
        if isinstance(read, Nothing):
            return read
        if read:
            kept.append(read)
        else:
            absent += 1
    if not kept:
        return Nothing(Reason.EMPTY, "answered without a number (NULL)" if absent else "answered without a row")
    if "day" in columns:
        at = list(columns).index("day")
        kept.sort(key=lambda row: str(row[at]))
    answer = Evidence(tuple(columns), tuple(kept), query, unit, newest, dict(readings or {}), tuple(notes))
    if answer.measure is Measure.VALUE and (twice := _twice(answer)):
        return twice
    if not absent:
        return answer
    note = f"{words.plural(absent, 'row')} without a number left out"
    return Evidence(answer.columns, answer.rows, query, unit, newest, answer.readings, (*notes, note))


def bounded(batches: Iterable[Sequence[Row]]) -> list[Row] | Nothing:
    """Collect rows while they stay few and small; stops reading at the first batch beyond the bound."""
    rows: list[Row] = []
    size = 0
    for batch in batches:
        rows.extend(batch)
        size += sum(len(str(cell)) + 1 for row in batch for cell in row)
        if len(rows) > MAX_ROWS or size > MAX_BYTES:
            return Nothing(
                Reason.BAD_RESPONSE,
                f"answered with more than {MAX_ROWS:,} rows or {MAX_BYTES // 2**20} MiB; count and group in the question itself",
            )
    return rows


def of_asked_days(answer: Evidence | Nothing, ask: Ask) -> Evidence | Nothing:
    """The answer, if its days are days that were asked for. Others would be days cut in some other zone, and partly counted."""
    if isinstance(answer, Nothing) or "day" not in answer.columns:
        return answer
    asked = {slot_name(ask, n) for n in range(len(ask.slots))}
    index = answer.columns.index("day")
    strange = next((row[index] for row in answer.rows if row[index] not in asked), None)
    if strange is None:
        return answer
    return Nothing(
        Reason.BAD_RESPONSE,
        f"answered for {strange}, which was not asked for; group by days.day instead of cutting days yourself",
    )


def slot_name(ask: Ask, n: int) -> date | str:
    """What stands in `day` for the ask's n-th slot: its local date, or for slots of hours the instant it starts, as ISO text in UTC."""
    slot = ask.slots[n]
    return slot.window.start.astimezone(UTC).isoformat() if ask.role is Role.HOURS else slot.date


def _row(columns: Sequence[str], row: Row, numbers: frozenset[str]) -> tuple[Cell, ...] | Nothing | None:
    """One row read; None when it holds no number at all."""
    given = dict(zip(columns, row, strict=True))
    missing = sorted(name for name in numbers if given[name] is None)
    present = sorted(numbers - set(missing))
    if missing:
        if not any(given[name] for name in present):
            return None
        return Nothing(Reason.EMPTY, f"answered NULL for {words.listing(missing)}, but not for {words.listing(present)}")
    cells: list[Cell] = []
    for name in columns:
        cell = _number(name, given[name]) if name in numbers else _day(given[name]) if name == "day" else _dimension(given[name])
        if isinstance(cell, Nothing):
            return cell
        cells.append(cell)
    if "hits" in numbers and given["hits"] > given["total"]:  # type: ignore[operator]
        return Nothing(Reason.OUT_OF_RANGE, f"counted {given['hits']} hits in a total of {given['total']}")
    return tuple(cells)


def _number(name: str, cell: object) -> Cell | Nothing:
    if not isinstance(cell, int | float | Decimal):
        return Nothing(Reason.BAD_RESPONSE, f"answered {_sort(cell)} for {name}, which is no number")
    number = _float(cell)
    if not math.isfinite(number) and not (name == "bucket" and number == math.inf):
        said = "a number beyond all bounds" if isinstance(cell, int) else str(cell)[:40]
        return Nothing(Reason.NON_FINITE, f"answered {said} for {name}")
    if name in _NEVER_NEGATIVE and cell < 0:
        return Nothing(Reason.OUT_OF_RANGE, f"answered {cell} for {name}, which cannot be negative")
    return cell


def _float(number: float | Decimal) -> float:
    """The number as a float; NaN for what none can hold: a signalling NaN, an integer of 400 digits."""
    try:
        return float(number)
    except (OverflowError, ValueError):
        return math.nan


def _day(cell: object) -> Cell | Nothing:
    if isinstance(cell, datetime):
        cell = cell.date() if cell.tzinfo is None and cell.time() == datetime.min.time() else cell.isoformat()
    if isinstance(cell, date):
        return cell
    try:
        if isinstance(cell, str):
            return date.fromisoformat(cell) if len(cell) == len("2026-11-23") else datetime.fromisoformat(cell).isoformat()
    except ValueError:
        pass
    return Nothing(Reason.BAD_RESPONSE, f"answered {_sort(cell)} for day, which is no date; take it from days.day")


def _dimension(cell: object) -> Cell:
    """A name for people, harmless to any reader. No name is `(none)` (BIZ10)."""
    if cell is None:
        return "(none)"
    if type(cell) is date or (isinstance(cell, int | float | Decimal) and math.isfinite(_float(cell))):
        return cell
    if isinstance(cell, int):
        return hex(cell)[:MAX_TEXT]  # Python writes no decimal of thousands of digits
    return words.clean(cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell))[:MAX_TEXT]


def _sort(cell: object) -> str:
    """What sort of thing stands where a number should. Not the thing itself: it may be somebody's name."""
    return "text" if isinstance(cell, str) else f"a {type(cell).__name__}"


def _twice(answer: Evidence) -> Nothing | None:
    """What to say when one group has several values: which of them should count, nobody knows."""
    at = answer.columns.index("value")
    seen: set[tuple[Cell, ...]] = set()
    for row in answer.rows:
        group = row[:at] + row[at + 1 :]
        if group in seen:
            named = words.listing([str(cell) for cell in group]) or "the whole window"
            return Nothing(
                Reason.BAD_RESPONSE,
                f"answered with several values for {named}; expected one row per day and group (many observations are called sample)",
            )
        seen.add(group)
    return None


def _without_newest(
    columns: Sequence[str], rows: Iterable[Row], newest: datetime | None
) -> tuple[list[str], list[Row], datetime | None]:
    """Take the watermark out; it counts for more than one of the source's own. Instants without a zone are in UTC."""
    at = list(columns).index("newest")
    kept: list[Row] = []
    seen: list[datetime] = []
    for row in rows:
        seen += [instant] if (instant := _instant(row[at])) else []
        kept.append((*row[:at], *row[at + 1 :]))
    return [*columns[:at], *columns[at + 1 :]], kept, max(seen, default=newest)


def _instant(cell: object) -> datetime | None:
    if isinstance(cell, str):
        try:
            cell = datetime.fromisoformat(cell)
        except ValueError:
            return None
    if not isinstance(cell, datetime):
        return None
    return (cell if cell.tzinfo else cell.replace(tzinfo=UTC)).astimezone(UTC)
