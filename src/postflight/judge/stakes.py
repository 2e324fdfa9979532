"""What each KPI can cost its category, by the profile of the plan.

`specification`: a KPI loses its points when its line is crossed, all or nothing. `graded`: points are lost in step with the miss, so
that a value just beyond its target costs next to nothing and the loss never jumps (SCO3). `none`: nothing is at stake.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..model import Kpi, Nothing
from ..target import Basis, Target
from ..units import Quantity
from .evaluate import Finding
from .lines import distance, holds
from .points import NOTHING, left

_ALL = Decimal(1)
_SPAN = Decimal("0.25")  # graded, without an alert line: a quarter of the limit away is where it would stand
_SPAN_OF_NO_CHANGE = Decimal("0.05")  # graded, where the limit is a change of zero: 5 %


@dataclass(frozen=True, slots=True)
class Stake:
    """The category points a KPI can cost, the line at which it does, and the share of them that is lost: None without data."""

    finding: Finding
    deduct: Decimal
    line: Target
    share: Decimal | None

    @property
    def sure(self) -> Decimal:
        """The category points that are surely lost."""
        return NOTHING if self.share is None else self.deduct * self.share

    @property
    def most(self) -> Decimal:
        """The category points that may be lost: without data, all of them."""
        return self.deduct if self.share is None else self.sure


def stakes(profile: str, judged: Sequence[Finding]) -> list[Stake]:
    """The stakes of the KPIs that are judged, in the order of the plan."""
    match profile:
        case "specification":
            return [stake for finding in judged if (stake := _all_or_nothing(finding))]
        case "graded":
            return list(_by_degree(judged))
        case _:
            return []


def _all_or_nothing(finding: Finding) -> Stake | None:
    """Points are lost when the points line is crossed, or, without one, when the effective target is missed (UX14)."""
    points = finding.case.kpi.points
    if points is None:
        return None
    if points.when is not None:
        crossed = _told(finding, points.when)
        return Stake(finding, points.deduct, points.when, None if crossed is None else Decimal(crossed))
    target = finding.effective.target
    if target is None:
        return None
    met = _told(finding, target)
    return Stake(finding, points.deduct, target, None if met is None else Decimal(not met))


def _by_degree(judged: Sequence[Finding]) -> Iterator[Stake]:
    """KPIs without points of their own share alike what is left of their category's hundred."""
    targets = [(finding, line) for finding in judged if (line := finding.effective.target or finding.case.kpi.alert)]
    own: dict[str, list[Decimal]] = {}
    sharers: dict[str, int] = {}
    for finding, _ in targets:
        kpi = finding.case.kpi
        if kpi.points:
            own.setdefault(kpi.category, []).append(kpi.points.deduct)
        else:
            sharers[kpi.category] = sharers.get(kpi.category, 0) + 1
    for finding, line in targets:
        kpi = finding.case.kpi
        deduct = kpi.points.deduct if kpi.points else left(own.get(kpi.category, ())) / sharers[kpi.category]
        told = _told(finding, line)
        missed = told if told is None or line is not finding.effective.target else not told
        yield Stake(finding, deduct, line, None if missed is None else _degree(finding, line) if missed else NOTHING)


def _degree(finding: Finding, line: Target) -> Decimal:
    """The share of the points that a miss costs: half of them at the alert line, the other half within a quarter of that line beyond it.

    So a stricter target never costs less. Without an alert line on the same scale its place is a quarter of the limit away, and all
    are lost twice as far; with a limit of zero, one shown unit (one incident, 1 ms, 1 %), or 5 % where the limit is a change. A yes or
    no is missed as a whole.
    """
    kpi = finding.case.kpi
    if kpi.unit.quantity is Quantity.YES_NO or isinstance(finding.value, Nothing):
        return _ALL
    far = distance(line, kpi, finding.value.value, finding.compared)
    if far is None:
        return _ALL
    alert = kpi.alert
    if alert is None or alert is line or alert.basis is not line.basis:
        return min(_ALL, far / _span(kpi, line) / 2)
    alarming = alert.limit * alert.unit.scale
    to_alert = abs(alarming - line.limit * line.unit.scale)
    if far < to_alert:
        return far / to_alert / 2
    beyond = abs(alarming) * _SPAN or to_alert or _span(kpi, line)
    return min(_ALL, (1 + (far - to_alert) / beyond) / 2)


def _span(kpi: Kpi, line: Target) -> Decimal:
    limit = line.limit * line.unit.scale
    if limit:
        return abs(limit) * _SPAN
    return kpi.unit.scale if line.basis is Basis.ABSOLUTE else _SPAN_OF_NO_CHANGE


def _told(finding: Finding, line: Target) -> bool | None:
    if isinstance(finding.value, Nothing):
        return None
    return holds(line, finding.case.kpi, finding.value.value, finding.compared)
