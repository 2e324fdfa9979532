"""Which of several overlapping deployments did it: a posterior over them and over "none of them".

Each deployment is a hypothesis "one shift, from its own slot on"; their evidence is the same averaged regression as the alarm's, so
the persistence of the noise is accounted for (Kass & Raftery 1995, JASA 90(430), §2, for posterior odds from Bayes factors). Two
deployments in one slot cannot be told apart and share what it is given: finer slots (blocks of hours) can part them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .compare import Comparison
from .mixture import shares

NONE_PRIOR = 0.5


def posterior(comparison: Comparison, slots: Sequence[int], harm: int = 0) -> tuple[tuple[float, ...], float]:
    """P(it was this one) for each deployment, and P(it was none), adding up to 1.

    `slots` are the slots (0: the comparison's first after its baseline, which must end before the earliest deployment) from which
    each deployment was live; one that is not yet covered by an observed slot gets its prior. `harm` ±1 counts only shifts that way.
    """
    if not slots:
        return (), 1.0
    start = comparison.calendar.baseline
    total = len(comparison.series.before) + len(comparison.series.after)
    evidence: list[float] = []
    for slot in slots:
        column = (np.arange(total) >= start + slot).astype(float)
        seen = column[comparison.fit.design.filter.observed].any()
        evidence.append(float(comparison.fit.effect(column, harm)[1][0]) if seen else 0.0)
    alone = np.array(slots)
    copies = np.array([(alone == slot).sum() for slot in slots])  # the same slot twice is one hypothesis, shared
    prior = np.log((1 - NONE_PRIOR) / len(set(slots)) / copies)
    weights = shares(np.append(prior + np.array(evidence), np.log(NONE_PRIOR)))
    return tuple(map(float, weights[:-1])), float(weights[-1])
