"""The arithmetic of points, exact, and once: the report, the security scorecard and `postflight score` all add up here (SEC16).

A category starts with 100 points and loses what its KPIs cost it; the composite is the weighted sum. Grade and status are read off the
number as it is shown, to one decimal, half up: "90.0 Good" cannot happen (SCO7).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

FULL = Decimal(100)
NOTHING = Decimal(0)
_TENTH = Decimal("0.1")


def left(costs: Iterable[Decimal]) -> Decimal:
    """The points a category keeps; it cannot lose more than it has."""
    return max(NOTHING, FULL - sum(costs, NOTHING))


def composite(kept: Mapping[str, Decimal], weights: Mapping[str, Decimal]) -> Decimal:
    """The weighted sum of the categories' points, as it is shown."""
    return shown(sum((weights[category] * points for category, points in kept.items()), NOTHING))


def worth(cost: Decimal, weight: Decimal, claimed: Decimal) -> Decimal:
    """The composite points that a cost comes to; in proportion where more is claimed of a category than its hundred."""
    return cost * weight * (FULL / claimed if claimed > FULL else 1)


def shown(number: Decimal) -> Decimal:
    """To one decimal, half up."""
    return number.quantize(_TENTH, ROUND_HALF_UP)


def name_of(number: Decimal, cuts: Sequence[tuple[Decimal, str]], lowest: str) -> str:
    """The grade or status of a shown number: that of the highest cut it reaches. `cuts` stand from the highest down."""
    return next((name for cut, name in cuts if number >= cut), lowest)
