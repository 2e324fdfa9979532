"""The level: where a value stands now, from the plan's lines alone (contract 4)."""

from __future__ import annotations

from dataclasses import dataclass

from ..model import Baseline, Estimate, Kpi, Level, Nothing
from ..target import Target
from .lines import holds, why_undecided


@dataclass(frozen=True, slots=True)
class Standing:
    """A level; why, where it is not judged; what is missing, where it cannot be told; and whether the block line is crossed."""

    level: Level
    why: str = ""
    missing: Nothing | None = None
    blocked: bool = False


def is_judged(kpi: Kpi) -> bool:
    """Whether the plan wants this KPI judged at all: not taken out of it, and not in shadow."""
    return not kpi.not_applicable and not kpi.shadow


def stand(kpi: Kpi, target: Target | None, found: Estimate | Nothing, compared: Baseline | Nothing) -> Standing:
    """Where a KPI stands: the block and alert lines come first, then the target, or in its place the line at which points are lost."""
    if kpi.not_applicable:
        return Standing(Level.NOT_APPLICABLE, kpi.not_applicable)
    if kpi.shadow:
        return Standing(Level.NOT_APPLICABLE, "in shadow: reported, not judged")
    if isinstance(found, Nothing):
        return Standing(Level.NO_DATA, missing=found)
    wanted = target or (kpi.points.when if kpi.points else None) or kpi.alert or kpi.block
    if wanted is None:
        return Standing(Level.NOT_APPLICABLE, "shown only: the plan sets no line")
    blocked = kpi.block is not None and holds(kpi.block, kpi, found.value, compared) is True
    if blocked or (kpi.alert is not None and holds(kpi.alert, kpi, found.value, compared)):
        return Standing(Level.ALERT, blocked=blocked)
    told = holds(wanted, kpi, found.value, compared)
    if told is None:  # a line that cannot be told has not been passed: without a baseline nothing relative is ever met
        return Standing(Level.NO_DATA, missing=why_undecided(wanted, compared))
    met = told if wanted is target else not told
    return Standing(Level.OK if met else Level.WARN)
