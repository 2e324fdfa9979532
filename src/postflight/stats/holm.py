"""Many KPIs at once: weighted Holm on anytime-valid p-values.

A p-value 1/sup e is valid at every look and only ever falls, so what Holm rejects stays rejected: the family's alarms may latch.
Holm asks nothing of the dependence between KPIs. False-discovery rules may not latch: with running maxima their rate is lost
(Tavyrikov, Goeman & de Heide 2025, arXiv:2501.19360).
"""

from __future__ import annotations

from collections.abc import Sequence

FAMILY = 0.10  # nominal; any false alarm among 40 KPIs in 30 looks: see benchmarks/statistics, below 5 %
GUARDRAIL_WEIGHT = 9.0  # of a KPI whose harm must not be missed, against 1 for the others


def adjusted(p: Sequence[float], weights: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values, in the order given: reject those at or below the family's level.

    The weighted procedure of Holm 1979, Scandinavian J. of Statistics 6(2), as in Benjamini & Hochberg 1997, ibid. 24(3), §2. Weights
    are positive; equal ones give Holm's plain procedure.
    """
    if len(p) != len(weights) or any(not w > 0 for w in weights):
        raise ValueError("each p-value needs a positive weight")
    order = sorted(range(len(p)), key=lambda i: p[i] / weights[i])
    left, highest = float(sum(weights)), 0.0
    result = [1.0] * len(p)
    for i in order:
        highest = max(highest, min(1.0, p[i] * left / weights[i]))
        result[i] = highest
        left -= weights[i]
    return tuple(result)
