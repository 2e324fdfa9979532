"""Holding a value against a line of the plan, and saying in words how far off it is.

The one place where a target's test is applied, so that a level, an outlook, a milestone and a threat can never read a line differently.
"""

from __future__ import annotations

import math
from decimal import Decimal

from .. import units, words
from ..model import Baseline, Estimate, Kpi, Nothing, Reason
from ..target import Basis, Direction, Target
from ..units import Quantity


def holds(line: Target, kpi: Kpi, value: float, before: Baseline | Nothing) -> bool | None:
    """Whether a line's test holds for a value; None when it asks for a change that cannot be formed.

    "No worse than" looks at harm only; for a KPI that should stay steady, a change in either direction is harm.
    """
    was = before.value if isinstance(before, Baseline) else None
    if line.basis is Basis.NO_WORSE and kpi.direction is Direction.STEADY:
        both = [line.holds(value, was, harm) for harm in (Direction.HIGHER, Direction.LOWER)]
        return None if None in both else all(both)
    return line.holds(value, was, Direction.LOWER if kpi.direction is Direction.HIGHER else Direction.HIGHER)


def why_undecided(line: Target, before: Baseline | Nothing) -> Nothing:
    """Why a change cannot be formed: nothing to compare with, or zero before (BIZ1, BIZ8)."""
    if isinstance(before, Nothing):
        return Nothing(Reason.BASELINE_MISSING, f"{line} needs a value from before the deployment: {before.detail}")
    return Nothing(Reason.ZERO_DENOMINATOR, f"{line} is a share of what it was before, and that was 0")


def change(value: float, before: Baseline | Nothing) -> tuple[float | None, float | None]:
    """The difference from the baseline in canonical units, and as a fraction of it; None where it cannot be formed."""
    if isinstance(before, Nothing):
        return None, None
    difference = units.exact(value) - units.exact(before.value)
    fraction = float(difference / abs(units.exact(before.value))) if before.value else math.inf
    return float(difference), fraction if math.isfinite(fraction) else None


def against(line: Target, kpi: Kpi, value: float, before: Baseline | Nothing, met: bool) -> str:
    """A value beside its target: `231 ms, 31 ms over the limit of ≤ 200 ms`; `−12 % (less, better) against before, where ≤ −30 % is wanted`."""
    if line.needs_baseline:
        return f"{_moved(line, kpi, value, before)} against before, {_reached(line) if met else f'where {line} is wanted'}"
    shown = words.value(value, kpi.unit, line)
    if met:
        return f"{shown}, {_reached(line)}"
    gap = _gap(line, kpi, value)
    if line.op == "=" or not gap:
        return f"{shown}, where {line} is wanted"
    return f"{shown}, {gap} over the limit of {line}" if line.op in ("<", "<=") else f"{shown}, {gap} short of {line}"


def _reached(line: Target) -> str:
    if line.op == "=":
        return "as it must be"
    return str(line) if line.basis is Basis.NO_WORSE else f"{'within' if line.op in ('<', '<=') else 'reaches'} {line}"


def crossed(line: Target, kpi: Kpi, value: float, before: Baseline | Nothing) -> str:
    """The number that crossed an alert or block line, and the line: `97.5 % (< 100 %)`."""
    shown = _moved(line, kpi, value, before) if line.needs_baseline else words.value(value, kpi.unit, line)
    return f"{shown} ({line})"


def shortfall(kpi: Kpi, found: Estimate) -> str:
    """Of a census that must be whole, how many are not: `1 of 100,000 is not` (SEC6)."""
    if not kpi.census or found.hits is None or found.n is None or kpi.direction is Direction.LOWER or found.hits == found.n:
        return ""
    missing = units.exact(found.n) - units.exact(found.hits)
    return f"{words.count(float(missing))} of {words.count(found.n)} {'is' if missing == 1 else 'are'} not"


def _moved(line: Target, kpi: Kpi, value: float, before: Baseline | Nothing) -> str:
    difference, fraction = change(value, before)
    in_units = line.basis is Basis.DIFFERENCE or (line.basis is Basis.NO_WORSE and line.unit.symbol != units.PERCENT.symbol)
    return words.difference(difference, kpi.unit) if in_units else words.trend(fraction, kpi.direction)


def _gap(line: Target, kpi: Kpi, value: float) -> str:
    """How far a value is from a limit, in the KPI's unit; shares in percentage points. Nothing where the two are equal."""
    distance = abs(units.exact(value) - line.limit * line.unit.scale)
    if not distance or kpi.unit.quantity is Quantity.YES_NO:
        return ""
    if kpi.unit.quantity is Quantity.SHARE:
        return words.difference(float(distance), kpi.unit).removeprefix("+")
    return words.value(float(distance), kpi.unit)


def distance(line: Target, kpi: Kpi, value: float, before: Baseline | Nothing) -> Decimal | None:
    """How far the number that a line looks at lies from its limit, in canonical units, always positive; None where it cannot be formed."""
    was = before.value if isinstance(before, Baseline) else None
    harm = Direction.LOWER if kpi.direction is Direction.HIGHER else Direction.HIGHER
    seen = line.compared(value, was, harm)
    if seen is not None and line.basis is Basis.NO_WORSE and kpi.direction is Direction.STEADY:
        seen = abs(seen)
    return None if seen is None else abs(units.exact(seen) - line.limit * line.unit.scale)
