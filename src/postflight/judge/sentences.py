"""What is the matter with one KPI, in one sentence without a full stop. Numbers and lines are worded by `words` and `lines`."""

from __future__ import annotations

from .. import words
from ..model import Baseline, Estimate, Expectation, Kpi, Level, Nothing
from ..target import Target
from ..units import Quantity
from .level import Standing
from .lines import against, change, holds, shortfall


def no_data(missing: Nothing) -> str:
    """`no data (cannot be reached): app did not answer`."""
    return f"no data ({words.REASON_WORDS[missing.reason]}): {missing.detail}"


def sentence(
    kpi: Kpi,
    target: Target | None,
    promise: Expectation | None,
    found: Estimate | Nothing,
    compared: Baseline | Nothing,
    standing: Standing,
) -> str:
    """Clauses with `; ` between them, the first of which is the value beside its target: `231 ms, 31 ms over the limit of ≤ 200 ms; it was 168 ms before: +37.5 % (more, worse)`."""
    if kpi.not_applicable:
        return f"not applicable: {kpi.not_applicable}"
    if isinstance(found, Nothing):
        return no_data(found)
    parts = [
        _beside_target(kpi, target, found, compared),
        shortfall(kpi, found),
        standing.missing.detail if standing.missing else "",
        f"promised within {promise.horizon.words()}" if promise else "",
        f"this blocks ({kpi.block})" if standing.blocked else "",
        f"beyond the alert line {kpi.alert}" if standing.level is Level.ALERT and not standing.blocked else "",
        _before(kpi, target, found, compared),
    ]
    return "; ".join(part for part in parts if part)


def _beside_target(kpi: Kpi, target: Target | None, found: Estimate, compared: Baseline | Nothing) -> str:
    met = holds(target, kpi, found.value, compared) if target else None
    if target is None or met is None:
        return words.value(found.value, kpi.unit, kpi.block or kpi.alert)
    return against(target, kpi, found.value, compared, met)


def _before(kpi: Kpi, target: Target | None, found: Estimate, compared: Baseline | Nothing) -> str:
    """How it was before: the change where the target does not look at it already, else the two values behind it."""
    if isinstance(compared, Nothing):
        return ""
    was = f"{words.value(compared.value, kpi.unit)}{' (as the plan says)' if compared.origin == 'declared' else ''}"
    if kpi.unit.quantity is Quantity.YES_NO:
        return f"it was {was} before"
    if target is not None and target.needs_baseline:
        return f"now {words.value(found.value, kpi.unit)}, it was {was}"
    return f"it was {was} before: {moved(kpi, found.value, compared)}"


def moved(kpi: Kpi, value: float, compared: Baseline) -> str:
    """How a value moved: `+37.5 % (more, worse)`; shares in points, and differences where there is no quotient: `+6.1 pp (more, better)`."""
    difference, fraction = change(value, compared)
    if not difference:
        return words.change(0)
    by = (
        words.difference(difference, kpi.unit)
        if fraction is None or kpi.unit.quantity is Quantity.SHARE
        else words.change(fraction)
    )
    return f"{by} ({words.sense(difference, kpi.direction)})"
