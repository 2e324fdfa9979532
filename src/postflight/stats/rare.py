"""Changes in counts too small for the engine (under five a day): incidents, refunds, tickets of a rare kind.

A gamma–Poisson e-process against the baseline. With rate λ before and rλ after, and λ under the scale-invariant prior dλ/λ,

    e(r) = r^k · ((T0 + T) / (T0 + r·T))^(k0 + k)            k0 events in exposure T0 before, k in T after

which is averaged over ratios r on the harmful side. It needs no estimate of λ, so a short baseline only costs power. After Lindon &
Malek 2022 (NeurIPS, arXiv:2011.03567), who test multinomial and Poisson-process counts this way; tempered by the baseline's
dispersion (its logarithm divided by deff, as a quasi-likelihood: Wedderburn 1974, Biometrika 61), because incidents come in clusters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_LOG_RATIOS = np.linspace(0.05, 3.0, 60)  # e^0.05 to e^3: five per cent more to twenty times as many
_SPREAD = 1.0  # half-normal prior of log r: half of it below a doubling


@dataclass(frozen=True, slots=True)
class Before:
    """A baseline: events, exposure (days, or what the weekdays led one to expect) and dispersion (1: Poisson)."""

    count: float
    exposure: float
    deff: float = 1.0
