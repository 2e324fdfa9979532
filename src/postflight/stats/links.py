"""The scales on which days are compared: effects are multiplicative for counts, money and times, odds for shares, plain for scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from .noise import Array

HALF = 0.5  # keeps a day with nothing finite on a logarithmic scale: Anscombe 1956, Biometrika 43, §2 (logit)
ANSCOMBE = 0.375  # makes the variance of a square root of a Poisson count constant: Anscombe 1948, Biometrika 35


@dataclass(frozen=True, slots=True)
class Link:
    """`to(value, n)` the scale (n: trials behind a share, unused elsewhere); `back` from it, with its two derivatives as functions of
    the scale. Values it cannot take become NaN, which is a missing slot; natural values lie between `low` and `high`."""

    name: str
    to: Callable[[Array, Array | None], Array]
    back: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    curve: Callable[[Array], Array]
    low: float
    high: float


def _log(value: Array, n: Array | None = None) -> Array:
    return np.log(np.where(value > 0, value, np.nan))


def _count(value: Array, n: Array | None = None) -> Array:
    return np.log(np.where(value >= 0, value, np.nan) + HALF)


def _root(value: Array, n: Array | None = None) -> Array:
    return np.sqrt(np.where(value >= 0, value, np.nan) + ANSCOMBE)


def _logit(value: Array, n: Array | None = None) -> Array:
    """With trials the empirical logit, finite at 0 and 1; without, those two are missing."""
    if n is None:
        return np.asarray(logit(np.where((value > 0) & (value < 1), value, np.nan)))
    trials = np.where(n > 0, n, np.nan)
    return np.asarray(logit((value * trials + HALF) / (trials + 1)))


def _identity(value: Array, n: Array | None = None) -> Array:
    return np.asarray(value, dtype=float)


LOG = Link("log", _log, np.exp, np.exp, np.exp, 0.0, np.inf)
COUNT = Link("count", _count, lambda x: np.exp(x) - HALF, np.exp, np.exp, -HALF, np.inf)
ROOT = Link("root", _root, lambda x: x * x - ANSCOMBE, lambda x: 2 * x, lambda x: np.full_like(x, 2.0), -ANSCOMBE, np.inf)
LOGIT = Link(
    "logit",
    _logit,
    lambda x: np.asarray(expit(x)),
    lambda x: np.asarray(expit(x) * expit(-x)),
    lambda x: np.asarray(expit(x) * expit(-x) * (expit(-x) - expit(x))),
    0.0,
    1.0,
)
IDENTITY = Link("identity", _identity, lambda x: x, np.ones_like, np.zeros_like, -np.inf, np.inf)
