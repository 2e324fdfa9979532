"""Quantiles, of raw samples and of histograms, defined so that a quantile and the share beyond a limit never disagree.

`quantile(q) <= limit` exactly when at least the share `q` of the observations is at or below the limit: always for samples, and for
histograms wherever the limit is the edge of a bucket. So a target like "p95 <= 200 ms" is decided without interpolation when a
bucket ends at 200 ms.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..units import exact


@dataclass(frozen=True, slots=True)
class Located:
    """A quantile of a histogram: an interpolated value, and the edges of the bucket that certainly holds it. `high` may be infinite."""

    value: float
    low: float
    high: float


def of_samples(ascending: Sequence[float], q: float) -> float:
    """The smallest observation with at least the share `q` at or below it (Hyndman and Fan 1996, definition 1). Needs one observation."""
    return ascending[max(1, math.ceil(exact(q) * len(ascending))) - 1]


def of_buckets(buckets: Sequence[tuple[float, int | float | Decimal]], q: float) -> Located:
    """The quantile of a histogram, by linear interpolation within its bucket, as Prometheus' `histogram_quantile` does.

    `buckets` are (upper edge, count in it), edges ascending, at least one count above zero. The first bucket begins at zero where its
    edge is positive. In a last bucket without an upper edge the value is its lower one: the quantile is *at least* that.
    """
    rank = float(exact(q) * exact(sum_of([count for _, count in buckets])))
    below, low = 0.0, 0.0 if buckets[0][0] > 0 else buckets[0][0]
    for edge, count in buckets:
        inside = float(count)
        if inside and below + inside >= rank:
            if math.isinf(edge):
                return Located(low, low, edge)
            return Located(low + (edge - low) * max(0.0, rank - below) / inside, low, edge)
        below, low = below + inside, edge if math.isfinite(edge) else low
    return Located(low, low, math.inf)  # rounding of fractional counts only: the rank lies at the very end


def sum_of(numbers: Sequence[int | float | Decimal]) -> int | float | Decimal:
    """The sum, without rounding on the way: exact for integers and decimals, correctly rounded once where there is a float.

    Shewchuk, Discrete & Computational Geometry 18 (1997), as in `math.fsum`: the order of the numbers does not matter.
    """
    if len(numbers) == 1:
        return numbers[0]
    return math.fsum(numbers) if float in map(type, numbers) else sum(numbers, start=0)
