"""Targets, alert lines, amounts and durations as the author writes them, and what they mean for one KPI.

A KPI has one unit. Lines in other units of the same quantity are kept as written and compare exactly (`units.py`); a number without
a unit is in the KPI's unit; another quantity is a mistake. Every function here raises ValueError, with advice after the first "; ".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from .. import units
from ..target import PERCENTAGE_POINTS, Basis, Direction, Target
from ..units import NUMBER, YES_NO, Quantity, Unit
from ..window import Span

_LONGEST = timedelta(days=3660)
_LARGEST_EXPONENT = 30  # a number beyond this is a slip of the finger, and would overflow in conversions


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with the unit it is written in; `NUMBER` where none is written."""

    number: Decimal
    unit: Unit

    def canonical_in(self, unit: Unit) -> float:
        """The canonical value for a KPI of this unit."""
        return units.to_canonical(self.number, own_unit(self.unit, unit))


def read_target(raw: object) -> Target:
    """`<= 200 ms`, `no worse than 5 %` … (target.py has the grammar)."""
    target = Target.parse(_text(raw, '"<= 200 ms"'))
    if target.limit and abs(target.limit.adjusted()) > _LARGEST_EXPONENT:
        raise ValueError(f"the number in {raw!r} is too large or too small to be meant")
    return target


def read_amount(raw: object) -> Amount:
    """`30 %`, `1,000`, `8 min`, `50/day`, `yes`, or a bare number."""
    text = str(raw) if isinstance(raw, int | float) and not isinstance(raw, bool) else _text(raw, '"30 %"')
    try:
        read = read_target(f"= {text}")
    except ValueError as error:
        if str(error).startswith("no such unit"):
            raise
        raise ValueError(f"cannot read {text!r} as a value; write one like '30 %', '8 min' or '1,000'") from None
    if read.basis is Basis.DIFFERENCE:
        raise ValueError("percentage points (pp) are a difference, not a value; write it in %")
    return Amount(read.limit, read.unit)


def read_unit(raw: object) -> Unit:
    """`ms`, `%`, `/day`, `/5`, `USD` …"""
    return units.parse(_text(raw, '"ms"'))


def read_span(raw: object) -> Span:
    """`15min`, `24h`, `7d`, `1mo`; at most ten years."""
    text = _text(raw, '"7d"')
    if len(text) > 12:
        raise ValueError(f"cannot read {text[:20]!r} as a duration; write one like 15min, 24h, 7d, 1w or 3mo")
    span = Span.parse(text)
    if span.count > 100_000_000 or span.nominal > _LONGEST:
        raise ValueError(f"{text} is longer than ten years; windows and horizons are shorter")
    return span


def _text(raw: object, example: str) -> str:
    if not isinstance(raw, str):
        raise ValueError(f"expected text, found {found(raw)}; write it in quotes, like {example}")
    return raw


def found(raw: object) -> str:
    """What a value of the plan is, for "expected …, found …"."""
    match raw:
        case None:
            return "nothing"
        case bool():
            return "true" if raw else "false"
        case int() | float():
            return f"the number {raw}"
        case str():
            return f"the text {raw[:40] + '…' if len(raw) > 40 else raw!r}"
        case list():
            return "a list"
        case _:
            return "a mapping"


# ------------------------------------------------------------------------------------------------- one KPI, one unit


def own_unit(written: Unit, kpi: Unit) -> Unit:
    """The unit a written number is really in: the KPI's where none is written."""
    if written is NUMBER and kpi is not NUMBER:
        return kpi
    if not written.converts_to(kpi):
        raise ValueError(f"{named(written)} does not convert to this KPI's unit, {named(kpi)}")
    return written


def in_unit(line: Target, kpi: Unit) -> Target:
    """The line as this KPI understands it: a bare number gets the KPI's unit, every other unit has to convert."""
    share = kpi.quantity is Quantity.SHARE
    match line.basis:
        case Basis.DIFFERENCE if not share:
            raise ValueError(f"percentage points (pp) are for shares, and this KPI is in {named(kpi)}")
        case Basis.RELATIVE if kpi.quantity is YES_NO.quantity:
            raise ValueError("yes and no have no change in percent; write '= yes' or '= no'")
        case Basis.DIFFERENCE | Basis.RELATIVE:
            return line
        case Basis.NO_WORSE if line.unit.symbol == units.PERCENT.symbol:
            return line
        case Basis.NO_WORSE if line.unit is PERCENTAGE_POINTS and share:
            return line
        case Basis.NO_WORSE if line.unit is NUMBER and kpi.symbol == units.PERCENT.symbol:
            raise ValueError("'no worse than' a bare number; write '5 %' of the baseline, or '5 pp' below or above it")
    try:
        return replace(line, unit=own_unit(line.unit, kpi))
    except ValueError as error:
        advice = "; a change against the baseline has a sign: '>= +5 %'" if line.unit.quantity is Quantity.SHARE else ""
        raise ValueError(f"{error}{advice}") from None


def unit_of(lines: Iterable[Target | None], amounts: Iterable[Amount | None]) -> Unit | None:
    """The first unit that is written, in the order given; None when nothing says one."""
    for line in lines:
        if line is None or line.basis is Basis.RELATIVE or (line.basis is Basis.NO_WORSE and line.unit is units.PERCENT):
            continue
        if line.unit is PERCENTAGE_POINTS:
            return units.PERCENT
        if line.unit is not NUMBER:
            return line.unit
    return next((amount.unit for amount in amounts if amount is not None and amount.unit is not NUMBER), None)


def direction_of(target: Target | None, crossed: Iterable[Target | None]) -> Direction:
    """Which way is better: as the target says, else the opposite of the first line that says what is bad, else steady."""
    if target is not None and target.direction is not Direction.STEADY:
        return target.direction
    return next(
        (opposite(line.direction) for line in crossed if line and line.direction is not Direction.STEADY), Direction.STEADY
    )


def opposite(direction: Direction) -> Direction:
    """The other way; steady has none."""
    match direction:
        case Direction.LOWER:
            return Direction.HIGHER
        case Direction.HIGHER:
            return Direction.LOWER
        case Direction.STEADY:
            return Direction.STEADY


def check_target(target: Target, direction: Direction) -> None:
    """Refuse a target that asks for the way this KPI calls worse."""
    if Direction.STEADY not in (target.direction, direction) and target.direction is not direction:
        raise ValueError(f"the target '{target}' contradicts direction: {direction.value}")


def check_crossed(name: str, line: Target, direction: Direction, target: Target | None) -> None:
    """Refuse an alert, block or points line that good values cross."""
    if line.basis is Basis.NO_WORSE:
        raise ValueError(f"{name} is crossed when its test holds; write what is bad, like '> 500 ms'")
    if Direction.STEADY not in (line.direction, direction) and line.direction is direction:
        raise ValueError(f"{name} '{line}' is crossed by good values: {direction.value} is better here")
    if target is None or name == "points" or {target.basis, line.basis} != {Basis.ABSOLUTE} or "=" in (target.op, line.op):
        return
    inside = line.canonical < target.canonical if target.direction is Direction.LOWER else line.canonical > target.canonical
    if inside:
        raise ValueError(f"{name} '{line}' is crossed while the target '{target}' is still met")


def named(unit: Unit) -> str:
    """A unit with its quantity, for sentences about what does not fit."""
    return f"{unit.symbol} ({unit.quantity.value})" if unit.symbol else "a plain number"
