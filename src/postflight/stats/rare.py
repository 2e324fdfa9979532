"""Changes in counts too small for the engine (under five a day): incidents, refunds, errors of a rare kind, shares with few hits.

A gamma–Poisson e-process against the baseline. With rate λ before and rλ after, and λ under the scale-invariant prior dλ/λ,

    e(r) = r^k · ((T0 + T) / (T0 + r·T))^(k0 + k)            k0 events in exposure T0 before, k in T after

which is averaged over ratios r on the harmful side. It needs no estimate of λ, so a short baseline only costs power. After Lindon &
Malek 2022 (NeurIPS, arXiv:2011.03567), who test multinomial and Poisson-process counts this way. Its logarithm is divided by the
baseline's dispersion (a quasi-likelihood: Wedderburn 1974, Biometrika 61): incidents come in clusters, and clusters in bad weeks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .compare import Alarm, alarm_from
from .days import persistence
from .links import ROOT
from .mixture import log_total

_LOG_RATIOS = np.linspace(0.05, 3.0, 60)  # from five per cent more to twenty times as many
_LOG_PRIOR = -(_LOG_RATIOS**2) / 2  # half-normal: two in three below e
INDEPENDENT_PRIOR = 0.75  # of days: with few events persistence hides, and a run of looks meets it every day
HORIZON = 30  # days over which clusters must be averaged before a run of looks sees independent evidence


@dataclass(frozen=True, slots=True)
class Before:
    """A baseline: events, their exposure (days, or trials), and the dispersion over a month of looks (1: Poisson)."""

    count: float
    exposure: float
    deff: float


def before(counts: Sequence[float], exposures: Sequence[float] = ()) -> Before:
    """From the baseline's daily counts, and the exposure of each day where it is not one day.

    Dispersion is Pearson's (McCullagh & Nelder 1989, §4.5.2) plus what an estimate from so few events may have missed, times the
    persistence of the counts' square roots (days.py). With no event it is 1.
    """
    k = np.asarray(counts, dtype=float)
    exposure = np.asarray(exposures, dtype=float) if len(exposures) else np.ones_like(k)
    total = float(k.sum())
    if not total:
        return Before(0.0, float(exposure.sum()), 1.0)
    expected = exposure * (total / exposure.sum())
    used = expected > 0
    dispersion = float(np.sum((k[used] - expected[used]) ** 2 / expected[used]) / max(1, used.sum() - 1))
    rates = ROOT.to(k[used] / exposure[used] * exposure[used].mean(), None)
    lasting = persistence(rates, [0] * len(rates), HORIZON, INDEPENDENT_PRIOR) if len(rates) > 2 and np.ptp(rates) > 0 else 1.0
    return Before(total, float(exposure.sum()), (max(1.0, dispersion) + 1 / total) * lasting)


def alarm(
    baseline: Before, counts: Sequence[float], exposures: Sequence[float] = (), harm: int = 1, margin: float = 0.0
) -> Alarm:
    """Did the rate get worse by more than the fraction `margin`? Daily looks since the deployment; valid however often one looks.

    `harm` is +1 where more events are worse, −1 where fewer are.
    """
    k = np.cumsum(np.asarray(counts, dtype=float))
    exposure = np.cumsum(np.asarray(exposures, dtype=float) if len(exposures) else np.ones_like(k)) * (1 + harm * margin)
    log_ratio = harm * _LOG_RATIOS[:, None]
    together = np.log((baseline.exposure + exposure) / (baseline.exposure + np.exp(log_ratio) * exposure))
    evidence = (k * log_ratio + (baseline.count + k) * together) / baseline.deff
    return alarm_from(log_total(evidence + (_LOG_PRIOR - log_total(_LOG_PRIOR))[:, None]))
